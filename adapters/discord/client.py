"""The gateway's client: discord.py's own, asking for as little as this bot needs.

A client serves one try. Deliveries never go through it, so that it can be thrown away at any moment.
"""

from __future__ import annotations

import asyncio
import logging
import sys
from collections.abc import Awaitable, Callable, Set
from typing import Any, Final

import discord
from aiohttp import ClientWebSocketResponse
from discord.http import Route

from adapters.discord.footing import Footing
from adapters.discord.guilds import Guilds
from adapters.discord.identify import SessionStarts, Turns
from adapters.discord.proxy import proxy_for
from bot.failures import kind_and_place

log = logging.getLogger(__name__)

LONGEST_FRAME_GAP: Final = 120.0
"""Seconds without any frame after which discord.py itself gives a connection up; `pulse` is sooner."""

LONGEST_RATE_LIMIT: Final = 30.0
"""Seconds that a call of this client may sleep off a rate limit; beyond, it fails."""

MOST_STUMBLES: Final = 5
"""Times a shard may be turned away in a row before it is up; discord.py would knock at once, for ever."""


class TurnedAway(Exception):
    """A shard was disconnected again and again before its session went on."""

    def __str__(self) -> str:
        return "it closes the connection again and again"


class Client(discord.AutoShardedClient):
    """Listens with the right to know servers and channels, and nothing else; made by `make_client`.

    *is_new*: which servers there are is to be told as a whole, because a session was begun, or something
    could not be told alone. *obstacle* is what this client cannot get past, None while there is nothing.
    *changed* is set whenever one of these changes, or which shards are up; *progress_at* (of the loop's
    clock) is when it came a step further, ahead of now while it pauses. *sockets* are its websockets, also
    one that discord.py gave up while it was being opened and forgot.
    """

    def __init__(
        self,
        turns: Turns,
        guilds: Guilds,
        proxy: str | None,
        *,
        steady: float,
        sleep: Callable[[float], Awaitable[None]],
    ) -> None:
        super().__init__(
            intents=discord.Intents(guilds=True),
            allowed_mentions=discord.AllowedMentions.none(),
            member_cache_flags=discord.MemberCacheFlags.none(),
            max_messages=None,
            chunk_guilds_at_startup=False,
            guild_ready_timeout=0,  # nothing here waits for the servers to be complete
            heartbeat_timeout=LONGEST_FRAME_GAP,
            max_ratelimit_timeout=LONGEST_RATE_LIMIT,
            enable_debug_events=False,
            proxy=proxy,
        )
        self.is_new = False
        self.obstacle: Exception | None = None
        self.changed = asyncio.Event()
        self.progress_at = asyncio.get_running_loop().time()
        self.sockets: list[ClientWebSocketResponse] = []
        self._footing = Footing(steady)
        self._sleep = sleep
        self._pause = 0.0
        self._turns = turns
        self._known_guilds = guilds
        self._connect_websocket = self.http.ws_connect
        self.http.ws_connect = self._remembered  # type: ignore[method-assign]
        parsers = self._connection.parsers
        parsers["GUILD_CREATE"] = self._or_in_an_outage(parsers["GUILD_CREATE"])
        parsers.update({name: _guarded(name, parse) for name, parse in parsers.items()})

    @property
    def up(self) -> Set[int]:
        """The shards whose session goes on."""
        return self._footing.up

    @property
    def is_up(self) -> bool:
        """True while the session of every shard goes on."""
        return bool(self.shard_count) and len(self.up) == self.shard_count

    async def before_identify_hook(self, shard_id: int | None, *, initial: bool = False) -> None:  # noqa: ARG002  the library's
        """Wait for a turn; without one, wait to be thrown away. discord.py's own waits are part of it."""
        self._progress()
        self._forget_guilds(shard_id or 0)
        try:
            await self._turns.take(await self._session_starts(), self.shard_count or 1)
        except Exception as error:  # noqa: BLE001  raised here, discord.py would come back at once
            self._give_up(error)
            await asyncio.Event().wait()
        self._progress()

    async def _session_starts(self) -> SessionStarts | None:
        try:
            return await self.fetch_session_start_limits()
        except Exception as error:  # noqa: BLE001  our own limits are stricter
            log.debug("Discord did not say how many sessions are left (%s)", kind_and_place(error))
            return None

    async def _remembered(self, url: str, *, compress: int = 0) -> ClientWebSocketResponse:
        """Open a websocket, after the pause that the end of the one before it asks for.

        discord.py opens one at a time, also for several shards.
        """
        await asyncio.sleep(0)  # the listener that is told of that end runs first
        pause, self._pause = self._pause, 0.0
        if pause:
            self.progress_at = asyncio.get_running_loop().time() + pause
            await self._sleep(pause)
            self._progress()
        socket = await self._connect_websocket(url, compress=compress)
        self.sockets = [one for one in self.sockets if not one.closed] + [socket]
        return socket

    def _forget_guilds(self, shard_id: int) -> None:
        """Forget the servers of a shard: a new session names all there are, and discord.py only adds."""
        for guild in [one for one in self.guilds if one.shard_id == shard_id]:
            self._connection._remove_guild(guild)

    async def on_shard_connect(self, shard_id: int) -> None:
        """A session was begun, and named its servers."""
        self.is_new = True
        self._is_up(shard_id)

    async def on_shard_resumed(self, shard_id: int) -> None:
        """A session goes on after its connection was lost."""
        self._is_up(shard_id)

    async def on_shard_disconnect(self, shard_id: int) -> None:
        """A connection was lost; discord.py is about to resume its session, once."""
        self._pause = self._footing.lose(shard_id, asyncio.get_running_loop().time())
        self._progress()
        if self._footing.stumbles(shard_id) > MOST_STUMBLES:
            self._give_up(TurnedAway())

    async def on_guild_join(self, guild: discord.Guild) -> None:
        """The bot was added to a server."""
        self._noted(await self._known_guilds.joined(guild.id))

    async def on_guild_available(self, guild: discord.Guild) -> None:
        """A server is there: after an outage, or one that READY did not name. It may pass for departed."""
        if not self.is_new:  # else the whole truth is told soon, and this is part of it
            self._noted(await self._known_guilds.available(guild.id))

    async def on_guild_remove(self, guild: discord.Guild) -> None:
        """The bot was removed from a server, or the server is gone; an outage is told otherwise."""
        self._noted(await self._known_guilds.left(guild.id))

    async def on_error(self, event_method: str, /, *args: Any, **kwargs: Any) -> None:  # noqa: ARG002
        """Log what a listener raised; discord.py would log what it was given as well."""
        error = sys.exception()
        log.error("%s failed (%s)", event_method, kind_and_place(error) if error else "unknown")

    def _or_in_an_outage(self, parse: Callable[[Any], None]) -> Callable[[Any], None]:
        """Return *parse* of GUILD_CREATE for servers with an outage as well, which discord.py drops.

        READY adds such servers the same way.
        https://docs.discord.com/developers/events/gateway-events#guild-create
        """

        def parse_or_add(data: Any) -> None:
            parse(data)
            if data.get("unavailable") is True and self.get_guild(int(data["id"])) is None:
                self.dispatch("guild_available", self._connection._add_guild_from_data(data))

        return parse_or_add

    def _noted(self, noted: bool) -> None:
        if not noted:
            self.is_new = True
            self.changed.set()

    def _is_up(self, shard_id: int) -> None:
        self._footing.rise(shard_id, asyncio.get_running_loop().time())
        self._progress()

    def _give_up(self, error: Exception) -> None:
        self.obstacle = self.obstacle or error
        self.changed.set()

    def _progress(self) -> None:
        self.progress_at = asyncio.get_running_loop().time()
        self.changed.set()


def _guarded(name: str, parse: Callable[[Any], None]) -> Callable[[Any], None]:
    """Return *parse* so that an event it stumbles over is lost alone; discord.py would end with it."""

    def parse_or_log(data: Any) -> None:
        try:
            parse(data)
        except Exception as error:  # noqa: BLE001  Discord may send what this version does not know
            log.error("an event of Discord could not be read (%s, %s)", name, kind_and_place(error))

    return parse_or_log


def make_client(
    turns: Turns, guilds: Guilds, *, steady: float, sleep: Callable[[float], Awaitable[None]]
) -> Client:
    """Return a client that was not used before, on the proxy of the usual variables.

    *steady* is how many seconds a connection must have lasted to count as good, *sleep* waits some seconds.
    """
    logging.getLogger("discord").setLevel(logging.CRITICAL)  # it logs tokens, and traces of what passes
    return Client(turns, guilds, proxy_for(Route.BASE), steady=steady, sleep=sleep)
