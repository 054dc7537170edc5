"""The websocket half of the stand-in: https://docs.discord.com/developers/events/gateway.

    discord_side = DiscordStandIn()
    gateway = Gateway(discord_side)
    await discord_side.start()
    with pointed_at(Endpoints(discord_side.api_url, discord_side.gateway_url)):
        ...
        await gateway.until_identified(1)
        await gateway.dispatch("INTERACTION_CREATE", {...})

Sessions outlive connections and outages, as Discord's do: what nobody hears is replayed to who resumes.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import zlib
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from aiohttp import WSMsgType, web

from tests.fakes.discord import guild_data
from tests.fakes.discord.gateway_calls import GatewayCalls
from tests.fakes.discord.ledger import Json
from tests.fakes.discord.places import Guild
from tests.fakes.discord.sessions import Connection, Identified, Session

if TYPE_CHECKING:
    from tests.fakes.discord.standin import DiscordStandIn

DISPATCH, HEARTBEAT, IDENTIFY, RESUME, RECONNECT, INVALID, HELLO, ACK = 0, 1, 2, 6, 7, 9, 10, 11
"""https://docs.discord.com/developers/topics/opcodes-and-status-codes#gateway-gateway-opcodes"""

PRIVILEGED = (1 << 1) | (1 << 8) | (1 << 15)
"""Members, presences, message content: https://docs.discord.com/developers/events/gateway#privileged-intents."""

LONGEST_WAIT = 20.0
"""Seconds until a test is told what did not happen."""


class Gateway:
    """What Discord does over websockets, mounted on *standin* before it starts.

    *shards* is how many Discord recommends; *starts* how many sessions may still be begun. *interval* is
    that of heartbeats, in seconds. What is wrong with it: *greets* False withholds HELLO, *acknowledges*
    False every heartbeat's answer, *refuses* are close codes for the next IDENTIFY or RESUME,
    *unready* are shards whose IDENTIFY is taken without a word. *endpoint* is the application's
    Interactions Endpoint URL, *address* what Discord says its gateway is called, None for the right one.
    *welcomes* are frames that follow at once on READY or RESUMED.
    """

    def __init__(self, standin: DiscordStandIn, *, shards: int = 1, interval: float = 41.25) -> None:
        self.shards = shards
        self.interval = interval
        self.starts = 1000
        self.resets_in = 3_600_000
        self.greets = True
        self.acknowledges = True
        self.unready: set[int] = set()
        self.endpoint: str | None = None
        self.address: str | None = None
        self.refuses: list[int] = []
        self.welcomes: dict[str, Json] = {}
        self.connections: list[Connection] = []
        self.sessions: dict[str, Session] = {}
        self.identified: list[Identified] = []
        self.resumed: list[str] = []
        self.heartbeats = 0
        self.standin = standin
        self._numbers = itertools.count(1)
        self._changed = asyncio.Condition()
        standin.mount(self._register)

    def _register(self, app: web.Application) -> None:
        app.router.add_get("/gateway", self._connect)
        GatewayCalls(self).register(app)

    # --- what tests do -----------------------------------------------------------------------------

    async def until(self, true: Callable[[], bool], what: str = "what was waited for") -> None:
        """Wait until *true*, looking after each thing that happens here."""
        try:
            async with asyncio.timeout(LONGEST_WAIT), self._changed:
                await self._changed.wait_for(true)
        except TimeoutError:
            raise AssertionError(f"{what} did not happen") from None

    async def until_identified(self, times: int) -> None:
        """Wait until that many sessions were begun, ever since the beginning."""
        await self.until(lambda: len(self.identified) >= times, f"IDENTIFY {times}")

    async def until_resumed(self, times: int) -> None:
        """Wait until sessions were resumed so often, ever since the beginning."""
        await self.until(lambda: len(self.resumed) >= times, f"RESUME {times}")

    @property
    def open(self) -> list[Connection]:
        """The connections that carry a session now."""
        return [one for one in self.connections if one.session is not None and not one.over.is_set()]

    async def dispatch(self, kind: str, data: Any, shard: int = 0) -> None:
        """Send an event to the session of *shard*, or keep it until that is resumed."""
        sessions = [one for one in self.sessions.values() if one.shard == shard and one.resumable]
        assert sessions, f"nobody ever identified as shard {shard}"
        await self._dispatch(sessions[-1], kind, data)

    async def say(self, frame: Json) -> None:
        """Send a frame without a number to every open connection, such as `{"op": 7, "d": None}`."""
        for connection in self.open:
            await connection.send(frame)

    async def invalidate(self, *, resumable: bool) -> None:
        """Send op 9; unless *resumable*, every session is forgotten."""
        if not resumable:
            self.forget_sessions()
        await self.say({"op": INVALID, "d": resumable})

    def forget_sessions(self) -> None:
        """Know no session any more, so that nobody can resume."""
        for session in self.sessions.values():
            session.resumable = False

    async def close(self, code: int) -> None:
        """Close every open connection with *code*."""
        await asyncio.gather(*(one.websocket.close(code=code) for one in self.open))

    def cut(self) -> None:
        """End every open connection without a word."""
        for connection in self.open:
            connection.transport.abort()

    # --- what the other side meets -----------------------------------------------------------------

    async def _connect(self, request: web.Request) -> web.WebSocketResponse:
        websocket = web.WebSocketResponse(compress=False)
        await websocket.prepare(request)
        assert isinstance(request.transport, asyncio.Transport)
        wants = request.query.get("compress") == "zlib-stream"
        compressor = zlib.compressobj() if wants else None
        connection = Connection(next(self._numbers), websocket, request.transport, compressor)
        self.connections.append(connection)
        await self._tell()
        try:
            await self._serve(connection)
        finally:
            connection.closed_with = websocket.close_code
            connection.over.set()
            await self._tell()
        return websocket

    async def _serve(self, connection: Connection) -> None:
        if self.greets:
            await connection.send({"op": HELLO, "d": {"heartbeat_interval": int(self.interval * 1000)}})
        async for message in connection.websocket:
            if message.type is not WSMsgType.TEXT:
                continue
            frame = json.loads(message.data)
            connection.received.append(frame)
            await self._take(connection, frame)
            await self._tell()

    async def _take(self, connection: Connection, frame: Json) -> None:
        match frame["op"]:
            case 1:
                self.heartbeats += 1
                if self.acknowledges:
                    await connection.send({"op": ACK})
            case 2 | 6 if self.refuses:
                await connection.websocket.close(code=self.refuses.pop(0))
            case 2:
                await self._identify(connection, frame["d"])
            case 6:
                await self._resume(connection, frame["d"])

    async def _identify(self, connection: Connection, data: Json) -> None:
        refusal = self._refusal(connection, data)
        if refusal is not None:
            await connection.websocket.close(code=refusal)
            return
        shard, shards = data.get("shard", [0, 1])
        now, compressed = self.standin.clock.now(), connection.compressor is not None
        self.identified += [Identified(now, shard, shards, data["intents"], compressed)]
        self.starts -= 1
        session = Session(f"session-{len(self.sessions) + 1}", shard, shards)
        self.sessions[session.id] = session
        connection.session = session
        if shard not in self.unready:
            await self._begin(session)

    def _refusal(self, connection: Connection, data: Json) -> int | None:
        """Return the close code that an IDENTIFY deserves, None for none."""
        if connection.session is not None:
            return 4005
        if data["token"] not in self.standin.tokens:
            return 4004
        if data["intents"] & PRIVILEGED:
            return 4014
        return None

    async def _begin(self, session: Session) -> None:
        guilds = self._guilds_of(session)
        await self._dispatch(
            session, "READY", guild_data.ready_json(session, guilds, self.standin.gateway_url)
        )
        for guild in guilds:
            if not guild.unavailable:
                await self._dispatch(session, "GUILD_CREATE", self.guild_json(guild))

    def guild_json(self, guild: Guild, *, joined: bool = False) -> Json:
        """Return the payload of GUILD_CREATE, after a look into the API description."""
        told = guild_data.guild_json(guild, joined=joined)
        self.standin.problems.extend(guild_data.problems(self.standin.description, told))
        return told

    def _guilds_of(self, session: Session) -> list[Guild]:
        """https://docs.discord.com/developers/events/gateway#sharding-sharding-formula"""
        guilds = self.standin.guilds.values()
        return [guild for guild in guilds if (int(guild.id) >> 22) % session.shards == session.shard]

    async def _resume(self, connection: Connection, data: Json) -> None:
        session = self.sessions.get(data["session_id"])
        if data["token"] not in self.standin.tokens:
            await connection.websocket.close(code=4004)
        elif session is None or not session.resumable:
            await connection.send({"op": INVALID, "d": False})
        elif data["seq"] > len(session.sent):
            await connection.websocket.close(code=4007)
        else:
            connection.session = session
            self.resumed.append(session.id)
            for frame in session.sent[data["seq"] :]:
                await connection.send(frame)
            await self._dispatch(session, "RESUMED", {"_trace": []})

    async def _dispatch(self, session: Session, kind: str, data: Any) -> None:
        frame = {"op": DISPATCH, "t": kind, "s": len(session.sent) + 1, "d": data}
        session.sent.append(frame)
        for connection in self.open:
            if connection.session is session:
                await connection.send(frame)
                if kind in self.welcomes:
                    await connection.send(self.welcomes[kind])

    async def _tell(self) -> None:
        async with self._changed:
            self._changed.notify_all()
