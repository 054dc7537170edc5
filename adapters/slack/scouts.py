"""Scouts: after a silence the first call into a workspace goes alone, and the others wait for what it finds.

Of many channels of a workspace that removed the app, one call with its dead token is enough.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import datetime, timedelta

from bot.ports import Clock
from bot.steady import SteadyClock

TRUSTED = timedelta(seconds=5)
"""How long after a call that was accepted many may go at once."""

WAITING_SECONDS = 0.5
"""How long the others wait: several times what Slack takes, and no more where one call hangs."""

MOST_HEARD = 10_000


class Scouts:
    """Says who goes first. What it holds in memory may be lost at any moment."""

    def __init__(self, clock: Clock, waiting: float = WAITING_SECONDS) -> None:
        self._clock = SteadyClock(clock)
        self._waiting = waiting
        self._heard: dict[str, datetime] = {}
        self._ahead: dict[str, asyncio.Event] = {}

    @asynccontextmanager
    async def way(self, workspace: str) -> AsyncIterator[bool]:
        """Go into *workspace*, after the scout if one is out; yields whether there was one to wait for."""
        ahead = self._ahead.get(workspace)
        if ahead is not None:
            with suppress(TimeoutError):
                async with asyncio.timeout(self._waiting):
                    await ahead.wait()
            yield True
        elif self._is_trusted(workspace):
            yield False
        else:
            back = self._ahead[workspace] = asyncio.Event()
            try:
                yield False
            finally:
                del self._ahead[workspace]
                back.set()

    def heard(self, workspace: str) -> None:
        """Note that a call into *workspace* was accepted."""
        self._heard.pop(workspace, None)
        self._heard[workspace] = self._clock.now()
        while len(self._heard) > MOST_HEARD:
            del self._heard[next(iter(self._heard))]

    def _is_trusted(self, workspace: str) -> bool:
        heard_at = self._heard.get(workspace)
        return heard_at is not None and self._clock.now() - heard_at < TRUSTED
