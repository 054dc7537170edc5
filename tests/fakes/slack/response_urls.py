"""The addresses to which an answer may be sent later: five times, for thirty minutes.

https://docs.slack.dev/interactivity/handling-user-interaction#message_responses
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from tests.fakes.slack.ledger import Json

USES = 5
LIFETIME = timedelta(minutes=30)


@dataclass(slots=True)
class ResponseUrl:
    """One address, made for *channel* at *made_at*.

    *original*: whether the message it came from still stands. *shown* are the answers, newest last.
    """

    path: str
    channel: str
    made_at: datetime
    left: int = USES
    original: bool = True
    shown: list[Json] = field(default_factory=list)

    def use(self, body: Json, now: datetime) -> str | None:
        """Take one answer; returns Slack's error code, None if it was taken."""
        if now - self.made_at > LIFETIME:
            return "expired_url"
        if self.left == 0:
            return "used_url"
        self.left -= 1
        if body.get("delete_original"):
            self.original = False
        elif not body.get("text") and not body.get("blocks"):
            return "no_text"
        if not body.get("delete_original"):
            self.shown.append(body)
        return None
