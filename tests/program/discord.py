"""The real program and a stand-in for Discord, with people who talk to it over the gateway."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from adapters.clock import SystemClock
from tests.fakes.discord.application_commands import ApplicationCommands
from tests.fakes.discord.gateway import Gateway
from tests.fakes.discord.interactions import Interactions
from tests.fakes.discord.ledger import Json, Message
from tests.fakes.discord.people import People
from tests.fakes.discord.places import BOT, TEXT, TOKEN
from tests.fakes.discord.standin import DiscordStandIn
from tests.fakes.page import FakePage, fake_page
from tests.program.outage import Outage
from tests.program.process import ended, killed, line_with, start, until


@dataclass
class DiscordSide:
    """Discord, on loopback and by the real clock; *latencies* are seconds until something was answered."""

    standin: DiscordStandIn
    gateway: Gateway
    commands: ApplicationCommands
    interactions: Interactions
    latencies: list[float] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.people = People(self.standin, self.interactions, self._carry, _nothing_to_settle)

    @property
    def variables(self) -> dict[str, str]:
        """What the program needs to find it."""
        return {
            "DISCORD_BOT_TOKEN": TOKEN,
            "DISCORD_API_URL": self.standin.api_url,
            "DISCORD_GATEWAY_URL": self.standin.gateway_url,
        }

    def channel(self, channel: str = TEXT) -> list[Message]:
        """Return what the bot said in a channel."""
        return [one for one in self.standin.ledger.messages(channel) if one.author == BOT]

    async def _carry(self, payload: Json) -> None:
        """Send an interaction, and wait until it is answered."""
        one = self.interactions.by_token[payload["token"]]
        begun = time.perf_counter()
        await self.gateway.dispatch("INTERACTION_CREATE", payload)
        await until(lambda: one.answer is not None, every=0.002)
        self.latencies.append(time.perf_counter() - begun)


async def _nothing_to_settle() -> None:
    """The program is another process: what it does is waited for in the ledger."""


@asynccontextmanager
async def discord_side() -> AsyncIterator[DiscordSide]:
    """Return a Discord in which nobody is yet. All it is sent must be as its API description says."""
    standin = DiscordStandIn(clock=SystemClock())
    side = DiscordSide(standin, Gateway(standin), ApplicationCommands(standin), Interactions(standin))
    await standin.start()
    try:
        yield side
    finally:
        await standin.stop()
    assert standin.problems == []


@dataclass
class Running:
    """The program at work, what Discord holds, and the people who use both."""

    side: DiscordSide
    page: FakePage
    outage: Outage
    process: asyncio.subprocess.Process

    @property
    def people(self) -> People:
        return self.side.people

    def card(self, channel: str = TEXT) -> Message:
        """Return the incident's card."""
        return next(one for one in self.side.channel(channel) if self.outage.name in words(one))

    async def until_channel_holds(self, count: int, channel: str = TEXT) -> None:
        """Wait until the bot said that many things there."""
        await until(lambda: len(self.side.channel(channel)) >= count)

    async def stops(self) -> tuple[int, str]:
        """Ask the program to stop and return its exit code and what it wrote to its log."""
        self.process.terminate()
        end = await ended(self.process)
        return end.code, end.err


def words(message: Message) -> str:
    """Return what a message says."""
    return f"{message.content}\n{words_of(message.embeds)}"


def words_of(embeds: list[Json]) -> str:
    """Return what embeds say, or once said."""
    return "\n".join(f"{one.get('title', '')}\n{one.get('description', '')}" for one in embeds)


SUPPRESSED = 1 << 12
"""https://docs.discord.com/developers/resources/message#message-object-message-flags"""


def is_silent(message: Message) -> bool:
    """Return whether nobody's device made a sound."""
    return bool(message.flags & SUPPRESSED)


@asynccontextmanager
async def running(
    folder: Path, first: Callable[[FakePage], None] | None = None, /, **variables: str
) -> AsyncIterator[Running]:
    """Run the program on a page where all is well, until Discord hears it.

    *first* lets the page show something else than the example's three components, all well.
    """
    async with AsyncExitStack() as stack:
        page = await stack.enter_async_context(fake_page())
        side = await stack.enter_async_context(discord_side())
        outage = Outage(page)
        (first or (lambda _page: outage.show()))(page)
        settings = {"STATUS_PAGE_URL": page.url, "POLL_SECONDS": "0.2"}
        process = await start(folder, "run", **{**settings, **side.variables, **variables})
        stack.push_async_callback(killed, process)
        await line_with(process, "is up")
        await side.gateway.until_identified(1)
        await until(lambda: bool(side.commands.registered))
        yield Running(side, page, outage, process)
