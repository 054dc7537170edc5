"""The doorbell: whoever watches the page hears that somebody rang, and polls at once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from bot.ports import Clock, Store

LISTEN_EVERY = timedelta(seconds=1)

POLLS_APART = timedelta(seconds=5)
"""However often somebody rings: the page's cache holds its answers for twice as long."""


class Doorbell:
    """Listens for the process that watches the page.

    *poll* lets a poll begin; False while one is under way, which may have begun before somebody rang.
    """

    def __init__(self, store: Store, clock: Clock, poll: Callable[[], bool]) -> None:
        self._store = store
        self._clock = clock
        self._poll = poll
        self._heard: datetime | None = None
        self._answered_at: datetime | None = None

    async def tick(self) -> bool:
        """Let a poll begin if somebody rang since the last time, once in five seconds; True if one did.

        Two rings are told apart by being different, not by being later: they are written by the clocks
        of other machines. So the first tick answers whatever was rung last, be it of long ago.
        """
        rung_at = await self._store.rung()
        if rung_at == self._heard or self._is_too_early() or not self._poll():
            return False
        self._heard, self._answered_at = rung_at, self._clock.now()
        return True

    def _is_too_early(self) -> bool:
        """Return whether the last ring was answered just now; a clock that was put back delays nothing."""
        if self._answered_at is None:
            return False
        return timedelta(0) <= self._clock.now() - self._answered_at < POLLS_APART
