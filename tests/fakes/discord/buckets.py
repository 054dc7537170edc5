"""The stand-in's rate limits: so many calls of a route in one channel, told in exactly Discord's headers."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import sha256

from tests.fakes.discord.answers import Rejected

MOST = 5
WITHIN = timedelta(seconds=5)


@dataclass(slots=True)
class Buckets:
    """Windows of five seconds, by route and channel: when each began and how many calls it took."""

    windows: dict[tuple[str, str], tuple[datetime, int]] = field(default_factory=dict)

    def take(self, route: str, channel: str, now: datetime) -> dict[str, str]:
        """Count a call and return the headers of its answer. Raises `Rejected` where it is too many."""
        began, count = self.windows.get((route, channel), (now, 0))
        if now - began >= WITHIN:
            began, count = now, 0
        left = (began + WITHIN - now).total_seconds()
        headers = {
            "X-RateLimit-Limit": str(MOST),
            "X-RateLimit-Remaining": str(max(0, MOST - count - 1)),
            "X-RateLimit-Reset": f"{(began + WITHIN).timestamp():.3f}",
            "X-RateLimit-Reset-After": f"{left:.3f}",
            "X-RateLimit-Bucket": sha256(route.encode()).hexdigest()[:32],
        }
        if count >= MOST:
            told = {"Retry-After": str(int(left) + 1), "X-RateLimit-Scope": "user", "Via": "1.1 google"}
            words = {"retry_after": left, "global": False}
            raise Rejected(429, 0, "You are being rate limited.", headers=headers | told, **words)
        self.windows[route, channel] = began, count + 1
        return headers
