"""discord.py's HTTP client without its sleeps: what it would sleep over is raised instead.

Where it sleeps off a global rate limit and is cancelled meanwhile, no call is ever made again
(`HTTPClient.request` clears an event that nobody sets any more); and a call that sleeps keeps the place
of one that need not. https://github.com/Rapptz/discord.py/blob/v2.7.1/discord/http.py
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from aiohttp import ClientResponse, ClientTimeout
from discord.http import HTTPClient, Ratelimit, Route

from adapters.discord.proxy import proxy_for
from bot.ports import Clock, NotYet
from bot.steady import SteadyClock

AT_MOST = ClientTimeout(total=30.0, connect=5.0)
"""Seconds: of a call whose caller may have left it long before, and of the part after which nothing can
have been accepted yet."""

MOST_BUCKETS = 2048
LONGEST = timedelta(minutes=15)
"""A bucket is shut for no longer, so that one broken header does not silence a channel for days."""


class Unslept(Exception):
    """An answer that discord.py would sleep over, or follow: a rate limit, a server's error, a redirect.

    Or of which it keeps too little: whether it is Discord who does not know our token (401).
    *data* is what the body holds as JSON, None where it holds none.
    """

    def __init__(self, status: int, headers: Mapping[str, str], data: Any) -> None:
        super().__init__(f"HTTP {status}")
        self.status = status
        self.headers = headers
        self.data = data


class Bucket:
    """What the headers of one route in one channel tell: how many more calls, and until when.

    Takes the place of discord.py's `Ratelimit`, and raises `NotYet` where that would sleep.
    https://docs.discord.com/developers/topics/rate-limits#header-format
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._under_way = 0
        self.remaining = 1
        self.until: datetime | None = None

    @property
    def idle(self) -> bool:
        """True when nothing would be lost with it."""
        return self._under_way == 0 and (self.until is None or self.until <= self._clock.now())

    async def __aenter__(self) -> None:
        now = self._clock.now()
        if self.until is not None and self.until <= now:
            self.until = None
        if self.until is not None:
            if self.remaining <= 0:
                raise NotYet(self.until - now)
            self.remaining -= 1
        self._under_way += 1

    async def __aexit__(self, *_: object) -> None:
        self._under_way -= 1

    def update(self, response: ClientResponse, **_: object) -> None:
        """Learn from an answer; those still under way are not in its count."""
        remaining = _number(response.headers.get("X-RateLimit-Remaining"))
        reset_after = _number(response.headers.get("X-RateLimit-Reset-After"))
        if remaining is None or reset_after is None:
            return
        left = int(remaining) - (self._under_way - 1)
        self.remaining = left if self.until is None else min(left, self.remaining)
        self.until = self._clock.now() + min(timedelta(seconds=reset_after), LONGEST)


class Wire(HTTPClient):
    """One session with Discord. It never sleeps, and follows no redirect."""

    def __init__(self, clock: Clock) -> None:
        """The proxy is that of the usual variables."""
        super().__init__(asyncio.get_running_loop(), proxy=proxy_for(Route.BASE))
        self._clock = SteadyClock(clock)

    async def request(self, route: Route, **options: Any) -> Any:
        """Make one call. Raises whatever discord.py lets through, `Unslept` and `NotYet`."""
        return await super().request(
            route, raise_for_status=_look, allow_redirects=False, timeout=AT_MOST, **options
        )

    def get_ratelimit(self, key: str) -> Ratelimit:
        """Return the bucket that *key* names, in the place of one that sleeps."""
        buckets: dict[str, Any] = self._buckets
        if key not in buckets:
            if len(buckets) >= MOST_BUCKETS:
                self._buckets = buckets = {name: one for name, one in buckets.items() if not one.idle}
            buckets[key] = Bucket(self._clock)
        found: Ratelimit = buckets[key]
        return found


async def _look(response: ClientResponse) -> None:
    """Raise `Unslept` for what discord.py must not see; aiohttp calls this before anybody reads the body."""
    if response.status < 300 or (400 <= response.status < 500 and response.status not in (401, 429)):
        return
    data = _read(await response.read())
    raise Unslept(response.status, response.headers, data)


def _read(body: bytes) -> Any:
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return None


def _number(value: str | None) -> float | None:
    """Return the number of a header that is not below zero, None without one."""
    try:
        number = float(value or "")
    except ValueError:
        return None
    return number if 0 <= number < 1e9 else None
