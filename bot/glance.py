"""A look at the memory for those who watch over the bot: never long, one at a time, and not too often."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.domain.health import Health
from bot.domain.queue import Queue
from bot.ports import Clock, Store

PATIENCE = timedelta(seconds=2.5)
"""For one question; whoever asks us has a deadline of its own, usually of five or ten seconds."""

FRESH = timedelta(seconds=1)
"""An answer is good for as long: everybody may ask for `/readyz`, and the database is not there for that."""


@dataclass(frozen=True, slots=True)
class Glance:
    """What the memory says: how reading the page goes, and what waits to be delivered."""

    health: Health
    queue: Queue


class Glances:
    """Asks the memory, and does not ask again while it has not answered: a database that hangs would
    otherwise have every connection taken by questions.
    """

    def __init__(self, store: Store, clock: Clock, patience: timedelta = PATIENCE) -> None:
        self._store = store
        self._clock = clock
        self._patience = patience
        self._asking: asyncio.Task[Glance | None] | None = None
        self._asked_at: datetime | None = None

    async def look(self) -> Glance | None:
        """Return what the memory says, be it of a second ago; None where it fails or takes too long."""
        if self._asking is None or (self._asking.done() and not self._is_fresh()):
            self._asked_at = self._clock.now()
            self._asking = asyncio.create_task(self._ask(self._asked_at))
        asking = self._asking
        done, _ = await asyncio.wait({asking}, timeout=self._patience.total_seconds())
        return asking.result() if done and not asking.cancelled() else None

    def _is_fresh(self) -> bool:
        return self._asked_at is not None and abs(self._clock.now() - self._asked_at) < FRESH

    async def _ask(self, now: datetime) -> Glance | None:
        try:
            return Glance(await self._store.health(), await self._store.queue(now))
        except Exception:  # noqa: BLE001  whatever it is, the memory cannot be used
            return None
