"""A bot that is restored from yesterday's backup tells what is news, edits what stands, and floods nobody."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from adapters.statuspage.client import open_status_page
from bot.courier import Courier
from bot.domain.delivery import PostKind
from bot.domain.message import plain_lines
from bot.domain.status import Endpoint
from bot.domain.subscription import Channel, Settings, Style
from bot.watcher import Watcher
from storage.opening import open_store
from tests.factories import (
    START,
    Document,
    components,
    incident,
    incidents_document,
    maintenances_document,
    minute,
    summary,
    update,
)
from tests.fakes.chat import FakeChat, Shown
from tests.fakes.clock import SetClock
from tests.fakes.page import FakePage, fake_page

PLACES = {style: Channel("curb", "home", style.value) for style in Style}
HOUR = 60.0


def told(key: str, began: float, *, ended: float | None = None) -> Document:
    """Return an incident by minutes: it began, was worked on half an hour later, and perhaps ended."""
    steps = [("investigating", began), ("identified", began + 30)]
    if ended is not None:
        steps.append(("resolved", ended))
    updates = [
        update(status, f"{key} is {status}.", at=minute(at), identifier=f"{key}-{status}")
        for status, at in steps
    ]
    return incident(key, f"Errors of {key}", updates=updates, impact="major")


async def never(_seconds: float) -> None:
    """Wait for nothing: the clock is set."""


class Life:
    """The bot on one file, ended and started again; what the channels show outlives it."""

    def __init__(self, page: FakePage, path: Path) -> None:
        self.page, self.path = page, path
        self.chat, self.clock = FakeChat(), SetClock(START)

    async def runs(self, *moments: tuple[float, list[Document]], subscribe: bool = False) -> None:
        """Start, read the page at each moment (in minutes) with these incidents, newest first, and end."""
        store = await open_store(f"sqlite:///{self.path}", alone=True)
        await store.release_all()
        if subscribe:
            for style, place in PLACES.items():
                await store.subscribe(place, Settings(style=style), "somebody", START)
        async with open_status_page(self.page.url) as source:
            watcher = Watcher(source, store, self.clock, pause=never, on_due=lambda: None)
            courier = Courier(store, {"curb": self.chat}, self.clock)
            for at, incidents in moments:
                self.show(at, incidents)
                for polls in range(8):
                    self.clock.set(minute(at) + timedelta(seconds=10 * polls))
                    await watcher.tick()
                    await courier.run_dry()
        await store.close()

    def show(self, at: float, incidents: list[Document]) -> None:
        """Let the page show what is open, and the whole list."""
        still_open = [one for one in incidents if one["status"] != "resolved"]
        self.page.show(Endpoint.SUMMARY, summary(*still_open, parts=components(), updated_at=minute(at)))
        self.page.show(Endpoint.INCIDENTS, incidents_document(*incidents, updated_at=minute(at)))
        self.page.show(Endpoint.MAINTENANCES, maintenances_document(updated_at=minute(at)))

    def back_up(self, to: Path) -> None:
        """Copy the database as the README says, while the bot might run."""
        with closing(sqlite3.connect(self.path)) as connection:
            connection.execute("VACUUM INTO ?", (str(to),))

    def restore(self, backup: Path) -> None:
        """Put a backup in the place of the database."""
        for one in self.path.parent.glob(f"{self.path.name}*"):
            one.unlink()
        backup.rename(self.path)
        self.chat.forget_nonces()  # no platform recognises what it was sent a day ago

    def posts(self) -> dict[Style, list[Shown]]:
        return {style: self.chat.everything(place) for style, place in PLACES.items()}


def words(shown: Shown) -> str:
    return "\n".join(plain_lines(shown.post.message))


@pytest.fixture
async def life(tmp_path: Path) -> AsyncIterator[Life]:
    async with fake_page() as page:
        yield Life(page, tmp_path / "memory.db")


STANDING = told("standing", 0)
STANDING_LATER = told("standing", 0, ended=26 * HOUR)
EARLY = told("early", 1 * HOUR, ended=2 * HOUR)
LATELY = told("lately", 22 * HOUR, ended=23 * HOUR)
OPEN = told("opened", 24 * HOUR)
KEYS = ("early", "lately", "opened")


async def restored(life: Life, backup: Path) -> dict[Style, list[Shown]]:
    """Let a day be told after a backup, restore that, and start; returns what was posted since then."""
    await life.runs((1, [STANDING]), subscribe=True)
    life.back_up(backup)
    await life.runs(
        (1.5 * HOUR, [told("early", 1 * HOUR), STANDING]),
        (2.5 * HOUR, [EARLY, STANDING]),
        (22.5 * HOUR, [told("lately", 22 * HOUR), EARLY, STANDING]),
        (23.5 * HOUR, [LATELY, EARLY, STANDING]),
        (25 * HOUR, [OPEN, LATELY, EARLY, STANDING]),
    )
    before = {one.reference for shown in life.posts().values() for one in shown}
    life.restore(backup)
    await life.runs((26.5 * HOUR, [OPEN, LATELY, EARLY, STANDING_LATER]))
    return {
        style: [one for one in shown if one.reference not in before] for style, shown in life.posts().items()
    }


async def test_a_bot_restored_from_yesterdays_backup_tells_each_recent_incident_once_more_at_most(
    life: Life, tmp_path: Path
) -> None:
    """What closed before 24 hours is told to nobody; what closed since, and what is open, in one message."""
    for posted in (await restored(life, tmp_path / "backup.db")).values():
        about = Counter(key for one in posted for key in KEYS if key in words(one))
        assert about == {"lately": 1, "opened": 1}


async def test_the_card_that_the_backup_knows_goes_on_being_edited(life: Life, tmp_path: Path) -> None:
    """It is resolved as it would have been without the loss: a card more would be one too many."""
    posted = await restored(life, tmp_path / "backup.db")
    for style in (Style.THREAD, Style.CARD):
        cards = [one for one in life.chat.top(PLACES[style]) if one.post.kind is PostKind.CARD]
        (card,) = [one for one in cards if "standing" in words(one)]
        assert card not in posted[style]
        assert "standing is resolved." in words(card)
