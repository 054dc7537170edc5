"""The stand-in: Discord's REST API on loopback, with its places, its ledger and its failures."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime

from aiohttp import web

from bot.ports import Clock
from tests.fakes.clock import SetClock
from tests.fakes.discord import messages
from tests.fakes.discord.buckets import Buckets
from tests.fakes.discord.faults import Fault, Faults, Match, Planned
from tests.fakes.discord.ledger import Ledger
from tests.fakes.discord.openapi import Description
from tests.fakes.discord.places import TOKEN, Guild, Place, usual_guilds
from tests.fakes.discord.responder import Responder
from tests.fakes.discord.routes import ANY, known

Register = Callable[[web.Application], None]
EPOCH = datetime(2015, 1, 1, tzinfo=UTC)
"""Where snowflakes begin: https://docs.discord.com/developers/reference#snowflakes."""

PREFIX = "/api/v10"


class DiscordStandIn:
    """Discord, as far as the bot meets it. `start` and `stop` keep the port, so that an outage can be played.

    *tokens* open the REST API (and the gateway). *invalid* counts the 401, 403 and 429 it answered,
    *problems* are the requests and answers that contradict Discord's API description. With *bucketed*
    messages are limited to five in five seconds a channel, by *clock*, and said so in headers. *checked*
    may be turned off where very many calls are made. The next REST calls are answered only once the first
    of *delays* is set, and take it away.
    """

    def __init__(self, port: int = 0, clock: Clock | None = None) -> None:
        self.port = port
        self.clock: Clock = clock or SetClock()
        self.ledger = Ledger()
        self.guilds: dict[str, Guild] = usual_guilds()
        self.tokens: set[str] = {TOKEN}
        self.faults = Faults()
        self.bucketed = False
        self.buckets = Buckets()
        self.checked = True
        self.invalid = 0
        self.problems: list[str] = []
        self.description = Description.load()
        self.delays: list[asyncio.Event] = []
        self.released = asyncio.Event()
        self.arrived = asyncio.Event()
        self._numbers = itertools.count(1)
        self._registers: list[Register] = []
        self._responder = Responder(self)
        self._runner: web.AppRunner | None = None

    @property
    def api_url(self) -> str:
        """What DISCORD_API_URL is set to."""
        return f"http://127.0.0.1:{self.port}{PREFIX}"

    @property
    def gateway_url(self) -> str:
        """What DISCORD_GATEWAY_URL is set to."""
        return f"ws://127.0.0.1:{self.port}/gateway"

    # --- running -----------------------------------------------------------------------------------

    def mount(self, register: Register) -> None:
        """Let *register* add routes (with `PREFIX` in front of REST ones), before `start`, for every start.

        Handlers return `json_answer(…)` or raise `Rejected`. What is below `PREFIX` is recorded,
        checked against the API description and may be made to `fail`; its routes go before our own.
        """
        assert self._runner is None, "mount before start: the routes of a running server are fixed"
        self._registers.append(register)

    async def start(self) -> None:
        """Listen; after `stop`, on the same port as before."""
        self.released = asyncio.Event()
        app = web.Application(client_max_size=2**22, middlewares=[self._responder.around])
        for register in (*self._registers, messages.Routes(self).register):
            register(app)
        self._runner = web.AppRunner(app, shutdown_timeout=0.1, access_log=None)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", self.port, reuse_address=True)
        await site.start()
        self.port = self._runner.addresses[0][1]

    async def stop(self) -> None:
        """Be away: every connection ends, no new one is taken."""
        self.released.set()
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None

    # --- what tests decide -------------------------------------------------------------------------

    def fail(
        self, route: str, fault: Fault, times: int | None = 1, match: Match = lambda _path, _body: True
    ) -> None:
        """Let the next calls of *route* meet *fault*, *times* over (None: until `heal`).

        A route is written "POST /channels/{channel_id}/messages", as in `routes`; "*" is any. Another raises.
        """
        if route != ANY:
            known(route)
        self.faults.planned.append(Planned(route, fault, times, match))

    def heal(self) -> None:
        """Forget all faults, and answer those that hang by closing their connection."""
        self.faults.planned.clear()
        self.released.set()
        self.released = asyncio.Event()

    async def called(self) -> None:
        """Wait until the API was called at all."""
        await self.arrived.wait()

    async def struck(self) -> None:
        """Wait until a call met a fault."""
        await self.faults.struck.wait()

    def delete(self, channel: str, message: str) -> None:
        """Delete a message, as people do; its thread stays."""
        found = self.ledger.find(channel, message)
        assert found is not None, f"there is no {message} in {channel}"
        found.deleted = True

    def delete_place(self, channel: str, *, forgotten: bool = False) -> None:
        """Delete a channel or thread, as people do.

        *forgotten*: another thread can be started from the message of this one. Whether Discord lets one
        is not documented.
        """
        place = self.place(channel)
        assert place is not None, f"there is no {channel}"
        del self.guilds[place.guild].channels[channel]
        for message in self.ledger.all_messages:
            if message.thread == channel and forgotten:
                message.thread = None

    # --- what there is -----------------------------------------------------------------------------

    def place(self, channel: str) -> Place | None:
        """Return the channel or thread, None if there is none (any more)."""
        found = (guild.channels.get(channel) for guild in self.guilds.values())
        return next((place for place in found if place is not None), None)

    def snowflake(self) -> str:
        """Return an id nobody had before, which tells the clock's time."""
        milliseconds = int((self.clock.now() - EPOCH).total_seconds() * 1000)
        return str((milliseconds << 22) + next(self._numbers))


@asynccontextmanager
async def discord_stand_in(
    port: int = 0,
    clock: Clock | None = None,
    *,
    mounts: tuple[Callable[[DiscordStandIn], object], ...] = (),
) -> AsyncIterator[DiscordStandIn]:
    """Return a Discord that listens on loopback for as long as one is inside.

    Each of *mounts* is given the stand-in before it starts, to `mount` its routes.
    """
    discord_side = DiscordStandIn(port, clock)
    for mount in mounts:
        mount(discord_side)
    await discord_side.start()
    try:
        yield discord_side
    finally:
        await discord_side.stop()
