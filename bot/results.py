"""Results of deliveries on their way into the memory: many at once when busy, at once when idle."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable

from bot.complaints import Complaints
from bot.ports import Clock, Settlement, Store

log = logging.getLogger(__name__)


class Results:
    """Keeps what could not be written yet. Its length is how many those are."""

    def __init__(
        self,
        store: Store,
        clock: Clock,
        on_settled: Callable[[Settlement], None],
        complaints: Complaints,
    ) -> None:
        """*on_settled* sees each result that was written, and none that came too late."""
        self._store = store
        self._clock = clock
        self._on_settled = on_settled
        self._complaints = complaints
        self._unwritten: list[Settlement] = []
        self._writing = asyncio.Lock()

    def __len__(self) -> int:
        return len(self._unwritten)

    def add(self, settlement: Settlement) -> None:
        """Have *settlement* written by the next `write`."""
        self._unwritten.append(settlement)

    async def write(self) -> None:
        """Write the results that have come together. What fails is kept, and raised as the store does."""
        async with self._writing:
            while self._unwritten:
                batch = tuple(self._unwritten)
                held = await self._store.settle(batch, self._clock.now())
                del self._unwritten[: len(batch)]
                if len(held) < len(batch):
                    log.warning("results came too late count=%d", len(batch) - len(held))
                for settlement in held:
                    self._tell(settlement)

    def _tell(self, settlement: Settlement) -> None:
        """Let who wants to know see a result. It is written, whatever they make of it."""
        try:
            self._on_settled(settlement)
        except Exception as error:  # noqa: BLE001  who listens must not be what stops
            self._complaints.failed("telling of a result", error)
