"""A watcher to tick, and all it works with."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import pytest

from adapters.statuspage.client import open_status_page
from bot.domain.status import Endpoint
from bot.domain.subscription import Channel, Settings
from bot.watcher import Poll, Watcher
from storage.store import SqlStore
from tests.factories import (
    Document,
    components,
    incidents_document,
    maintenances_document,
    minute,
    summary,
)
from tests.fakes.clock import SetClock
from tests.fakes.page import FakePage, fake_page
from tests.stores import empty_store

CHANNEL = Channel("terminal", "local", "terminal")


@dataclass(slots=True)
class Scene:
    """One page, one watcher of it. *pauses* are the seconds it waited for a second look."""

    page: FakePage
    store: SqlStore
    clock: SetClock
    watcher: Watcher
    pauses: list[float] = field(default_factory=list)
    rings: list[datetime] = field(default_factory=list)

    def show(
        self, *incidents: Document, at: float = 0, closed: tuple[Document, ...] = (), **parts: str
    ) -> None:
        """Let the page show open *incidents*, and beside them *closed* ones in its full list."""
        moment = minute(at)
        self.page.show(Endpoint.SUMMARY, summary(*incidents, parts=components(**parts), updated_at=moment))
        self.page.show(Endpoint.INCIDENTS, incidents_document(*incidents, *closed, updated_at=moment))
        self.page.show(Endpoint.MAINTENANCES, maintenances_document(updated_at=moment))

    async def tick(self, after: float = 10) -> Poll:
        """Poll *after* so many seconds."""
        self.clock.advance(timedelta(seconds=after))
        return await self.watcher.tick()

    def asked(self, endpoint: Endpoint) -> int:
        return len(self.page.asked(endpoint))


@pytest.fixture
async def scene() -> AsyncIterator[Scene]:
    """A watched page without incidents, not polled yet, and a channel subscribed to everything."""
    clock = SetClock(minute(0))
    async with empty_store() as store, fake_page() as page, open_status_page(page.url) as source:
        await store.subscribe(CHANNEL, Settings(), "somebody", clock.now())
        pauses: list[float] = []
        rings: list[datetime] = []

        async def pause(seconds: float) -> None:
            pauses.append(seconds)

        watcher = Watcher(source, store, clock, pause=pause, on_due=lambda: rings.append(clock.now()))
        made = Scene(page, store, clock, watcher, pauses, rings)
        made.show()
        yield made
