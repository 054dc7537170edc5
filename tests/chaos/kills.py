"""kill -9 of the real program in the middle of outages, again and again, while Discord listens."""

from __future__ import annotations

import asyncio
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from random import Random

from adapters.clock import SystemClock
from bot.domain.subscription import Channel, Settings, Style
from storage.opening import open_store
from tests.chaos import held
from tests.chaos.verdict import Violations, agrees, violations
from tests.fakes.discord.faults import hang
from tests.fakes.discord.ledger import Ledger
from tests.fakes.discord.places import ANNOUNCEMENTS, GUILD, OTHER_GUILD, OTHER_TEXT, TEXT, TOKEN
from tests.fakes.discord.standin import DiscordStandIn, discord_stand_in
from tests.fakes.page import FakePage, fake_page
from tests.program.process import PATIENCE_SECONDS, killed, start, until
from tests.program.timeline import COURSE, Timeline

CHANNELS = {
    Channel("discord", GUILD, TEXT): Style.CARD,
    Channel("discord", GUILD, ANNOUNCEMENTS): Style.THREAD,
    Channel("discord", OTHER_GUILD, OTHER_TEXT): Style.POST,
}
"""One channel in each style."""

POSTING = "POST /channels/{channel_id}/messages"
STARTING_SECONDS = 1.0
LONGEST_LIFE_SECONDS = 1.0
"""After the first look at the page, so that kills fall into polling, sending and writing also where the
machine is busy: lives that all end while they start would let Discord forget what it was told."""

CALM_POLLS = 30
"""Looks at the page without any call of Discord, until nothing more is to be expected."""


@dataclass
class Figures:
    """What a campaign came to. *accepted*: kills after Discord had accepted and before we knew."""

    kills: int = 0
    accepted: int = 0
    incidents: int = 0
    updates: int = 0
    messages: int = 0
    recognised: int = 0
    seconds: float = 0.0
    found: Violations = field(default_factory=Violations)


async def campaign(kills: int, seed: int, ledger: Path | None = None) -> Figures:
    """Kill *kills* times, let the last life finish, and judge. What Discord held is written to *ledger*."""
    began = time.monotonic()
    random = Random(seed)
    timeline = Timeline(seed, incidents=kills // len(COURSE) + 1)
    figures = Figures()
    with tempfile.TemporaryDirectory() as name:
        async with fake_page() as page, discord_stand_in(clock=SystemClock()) as discord:
            timeline.show_on(page)
            await _subscribed(Path(name))
            life = Life(Path(name), page, discord)
            # One life sees the page before there are incidents, so that each of them is news.
            async with life.lived():
                await until(lambda: bool(page.requests))
            await _play(life, timeline, random, kills, figures)
            async with life.lived():
                with suppress(TimeoutError):  # then the judge says what is missing
                    await until(Calm(life, timeline).has_come)
    figures.incidents, figures.updates = len(timeline.stories), len(timeline.update_ids())
    figures.messages = len(discord.ledger.all_messages)
    figures.recognised = recognised(discord.ledger)
    figures.found = violations(discord.ledger, timeline)
    if ledger is not None:
        held.write(discord.ledger, ledger)
    figures.seconds = time.monotonic() - began
    return figures


async def _play(life: Life, timeline: Timeline, random: Random, kills: int, figures: Figures) -> None:
    """Let the timeline go on to its end, a word for each kill."""
    moments: Iterator[None] = timeline.moments()
    for _ in moments:
        timeline.show_on(life.page)
        if figures.kills >= kills:
            continue
        figures.kills += 1
        async with life.lived():
            if random.random() < 0.5:
                await life.until_accepted(random.randint(1, len(CHANNELS)))
                figures.accepted += 1
            else:
                await life.some_time(random)


@dataclass
class Life:
    """One run of the program after the other, in one folder."""

    folder: Path
    page: FakePage
    discord: DiscordStandIn

    @asynccontextmanager
    async def lived(self) -> AsyncIterator[None]:
        """Run the program for as long as the block does, and kill it."""
        process = await start(
            self.folder,
            "run",
            STATUS_PAGE_URL=self.page.url,
            POLL_SECONDS="0.1",
            DISCORD_BOT_TOKEN=TOKEN,
            DISCORD_API_URL=self.discord.api_url,
            DISCORD_GATEWAY_URL=self.discord.gateway_url,
            LOG_LEVEL="critical",
        )
        try:
            yield
        finally:
            await killed(process)
            self.discord.heal()

    async def some_time(self, random: Random) -> None:
        """Let a moment pass: one in four lives ends while it starts, the others after that."""
        if random.random() < 0.25:
            await asyncio.sleep(random.uniform(0.2, STARTING_SECONDS))
            return
        before = len(self.page.requests)
        await until(lambda: len(self.page.requests) > before)
        await asyncio.sleep(random.uniform(0.0, LONGEST_LIFE_SECONDS))

    async def until_accepted(self, which: int) -> None:
        """Wait until Discord has accepted a message or an edit, the *which*-th from now; no answer comes."""
        before = iter(range(1, which))
        self.discord.faults.struck.clear()
        self.discord.fail(
            "*",
            hang(accepted=True),
            match=lambda path, _body: "/messages" in path and next(before, None) is None,
        )
        async with asyncio.timeout(PATIENCE_SECONDS):
            await self.discord.struck()


class Calm:
    """Whether everything agrees and nothing more comes; asked again and again in the last life."""

    def __init__(self, life: Life, timeline: Timeline) -> None:
        self._life = life
        self._timeline = timeline
        self._calls = -1
        self._since = 0
        self._agrees = False

    def has_come(self) -> bool:
        """Return whether there was no call for so many polls, and none is missing."""
        ledger, polls = self._life.discord.ledger, len(self._life.page.requests)
        if len(ledger.calls) != self._calls:
            self._calls, self._since = len(ledger.calls), polls
            self._agrees = agrees(ledger, self._timeline)
        return self._agrees and polls - self._since >= CALM_POLLS


async def _subscribed(folder: Path) -> None:
    (folder / "data").mkdir()
    store = await open_store(f"sqlite:///{folder / 'data' / 'claudestatus.db'}", alone=True)
    for channel, style in CHANNELS.items():
        await store.subscribe(channel, Settings(style=style), "somebody", datetime.now(UTC))
    await store.close()


def recognised(ledger: Ledger) -> int:
    """Return how many accepted posts made no message, because Discord knew their nonce."""
    accepted = [call for call in ledger.calls_of(POSTING) if call.accepted]
    return len(accepted) - len(ledger.all_messages)
