"""The world of a conversation: the real client, commands and store, the stand-in, and people who use both."""

from __future__ import annotations

import asyncio
import copy
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import discord

from adapters.discord.app import attach
from adapters.discord.endpoints import Endpoints, pointed_at
from adapters.discord.request import Interaction
from adapters.statuspage.parse import parse as parse_page
from bot.commands import Desk
from bot.domain.health import Health
from bot.domain.status import Endpoint, Snapshot
from bot.domain.subscription import Channel, Settings, State, Subscription
from bot.domain.transitions import absorb
from bot.ports import Store
from bot.underway import Underway
from storage.store import SqlStore
from tests.factories import PAGE_URL, Document, encode, incidents_document, summary
from tests.fakes.clock import SetClock
from tests.fakes.discord.application_commands import ApplicationCommands
from tests.fakes.discord.gateway import Gateway
from tests.fakes.discord.guild_data import guild_json
from tests.fakes.discord.interactions import Interactions
from tests.fakes.discord.ledger import Json, Message
from tests.fakes.discord.people import People, Somebody
from tests.fakes.discord.places import (
    ANNOUNCEMENTS,
    BOT,
    CHANNEL_MANAGER,
    FORBIDDEN,
    GUILD,
    MANAGE_GUILD,
    MEMBER,
    OTHER_GUILD,
    OTHER_TEXT,
    SEND_MESSAGES,
    TEXT,
    TOKEN,
    VIEW_CHANNEL,
)
from tests.fakes.discord.standin import DiscordStandIn

MENTION_EVERYONE = 1 << 17
"""https://docs.discord.com/developers/topics/permissions#permissions-bitwise-permission-flags"""

ALICE = Somebody()
BOB = Somebody(CHANNEL_MANAGER)
CAROL = Somebody(MEMBER)
ELSEWHERE = Somebody(channel=OTHER_TEXT, guild=OTHER_GUILD)
NEWSROOM = Somebody(channel=ANNOUNCEMENTS)
CALLS_ALL = Somebody(permissions=VIEW_CHANNEL | SEND_MESSAGES | MANAGE_GUILD | MENTION_EVERYONE)
LOCKED_OUT = Somebody(channel=FORBIDDEN)


@dataclass
class World:
    """Everything a conversation needs. *client* may be built anew, with another policy or another store."""

    discord: DiscordStandIn
    store: SqlStore
    clock: SetClock
    interactions: Interactions
    commands: ApplicationCommands
    policy: str = "members"
    patience: float = 2.0
    token: str = TOKEN
    underway: Underway = field(default_factory=Underway)
    seen: list[Interaction] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.people = People(self.discord, self.interactions, self.carry, self.settle)
        self.asked_of: Store = self.store
        self.client: discord.Client
        self.tree: discord.app_commands.CommandTree[discord.Client]

    async def start(self, store: Store | None = None) -> None:
        """Let a client like ours be born, with everything it knows of Discord, on *store*."""
        self.client = discord.Client(
            intents=discord.Intents(guilds=True),
            max_messages=None,
            allowed_mentions=discord.AllowedMentions.none(),
        )
        asked = store or self.store
        self.tree = attach(
            self.client,
            Desk(asked, self.clock, PAGE_URL),
            asked,
            self.clock,
            page_url=PAGE_URL,
            policy=self.policy,
            underway=self.underway,
            patience=self.patience,
        )
        await self.client.login(self.token)
        for guild in self.discord.guilds.values():
            self.client._connection._add_guild_from_data(guild_json(guild))  # type: ignore[arg-type]

    async def restart(self, store: Store | None = None) -> None:
        """Let the client go and another one come."""
        await self.client.close()
        await self.start(store)

    async def carry(self, payload: Json) -> None:
        """Hand the data of an INTERACTION_CREATE to the client, as its gateway does."""
        self.client._connection.parse_interaction_create(copy.deepcopy(payload))  # type: ignore[arg-type]

    async def settle(self) -> None:
        """Wait until the client has done all it began; what it begins takes a few turns to begin more."""
        for _ in range(5):
            await asyncio.sleep(0)
        await self.underway.finish()
        while others := [one for one in asyncio.all_tasks() if one.get_name() in NAMES]:
            await asyncio.wait(others)

    async def page_says(self, *incidents: Document, parts: Sequence[Document] | None = None) -> None:
        """Read the page's summary now, with these open incidents."""
        await self._read(Endpoint.SUMMARY, summary(*incidents, parts=parts, updated_at=self.clock.now()))

    async def page_lists(self, *incidents: Document) -> None:
        """Read the page's list of incidents now."""
        await self._read(Endpoint.INCIDENTS, incidents_document(*incidents, updated_at=self.clock.now()))

    async def _read(self, endpoint: Endpoint, document: Document) -> None:
        snapshot = parse_page(endpoint, encode(document), PAGE_URL)
        assert isinstance(snapshot, Snapshot)
        now = self.clock.now()
        await self.store.record(absorb(await self.store.known(), snapshot, now), (), now)
        await self.store.set_health(Health(read_at=now))

    async def subscription(self, channel: str = TEXT, guild: str = GUILD) -> Subscription | None:
        """Return what the store holds of a channel, None where it never subscribed or no longer is."""
        found = await self.store.subscription(Channel("discord", guild, channel))
        return None if found is None or found.state is State.ENDED else found

    async def settings(self, channel: str = TEXT, guild: str = GUILD) -> Settings:
        """Return the settings of a subscribed channel."""
        found = await self.subscription(channel, guild)
        assert found is not None
        return found.settings

    def posted(self, components: list[Json] | None = None, channel: str = TEXT) -> Message:
        """Let a message of the bot stand in a channel, as it did years ago."""
        now = self.clock.now()
        made = Message(self.discord.snowflake(), channel, BOT, "a card", [], components or [], now)
        self.discord.ledger.all_messages.append(made)
        return made


NAMES = frozenset({"CommandTree-invoker"})


@asynccontextmanager
async def discord_world(store: SqlStore, clock: SetClock) -> AsyncIterator[World]:
    """Return a world whose page was never read. Whatever it sent was as Discord wants it."""
    side = DiscordStandIn(clock=clock)
    Gateway(side)  # it tells of the application, too
    world = World(side, store, clock, Interactions(side), ApplicationCommands(side))
    await side.start()
    try:
        with pointed_at(Endpoints(side.api_url, side.gateway_url)):
            await world.start()
            yield world
            await world.settle()
            await world.client.close()
    finally:
        await side.stop()
    assert side.problems == []
