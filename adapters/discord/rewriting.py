"""Which messages are being edited, and which edit that we gave up may still come after a newer one."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from typing import Any

from bot.ports import Clock, NotYet, Refused
from bot.steady import SteadyClock

LOOKS_AGAIN = timedelta(seconds=1)
"""A call that nobody waits for any more ends after 30 s at most."""

SETTLES = timedelta(seconds=30)
"""For so long a call may still be performed whose connection ended without an answer."""


class Rewriting:
    """At most one edit of a message at a time: two on their way could arrive in either order."""

    def __init__(self, clock: Clock) -> None:
        self._clock = SteadyClock(clock)
        self._under_way: set[str] = set()
        self._unsettled: dict[str, datetime] = {}

    def check(self, message: str) -> None:
        """Raise `NotYet` while an edit of *message* is under way, be it that nobody waits for it."""
        if message in self._under_way:
            raise NotYet(LOOKS_AGAIN)

    def begin(self, message: str, task: asyncio.Task[Any]) -> None:
        """Take note that *task* edits *message*."""
        self._under_way.add(message)
        task.add_done_callback(lambda ended: self._ended(message, ended))

    def unsettled(self, message: str) -> timedelta | None:
        """Return how long an edit of *message* that ended without an answer may still arrive, None: not."""
        until = self._unsettled.get(message)
        left = until - self._clock.now() if until else timedelta(0)
        return left if left > timedelta(0) else None

    def _ended(self, message: str, task: asyncio.Task[Any]) -> None:
        self._under_way.discard(message)
        now = self._clock.now()
        self._unsettled = {name: until for name, until in self._unsettled.items() if until > now}
        error = None if task.cancelled() else task.exception()
        if task.cancelled() or (isinstance(error, Refused) and error.unknown):
            self._unsettled[message] = now + SETTLES
