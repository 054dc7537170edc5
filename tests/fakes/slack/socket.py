"""The websocket half of the stand-in: Socket Mode as https://docs.slack.dev/apis/events-api/using-socket-mode.

    async with slack_stand_in() as slack:
        sockets = SocketMode(slack)
        await sockets.until_open(1)
        sent = await sockets.send("slash_commands", {"command": "/claudestatus", ...})
        acknowledgement = await sockets.acknowledged(sent)
        await sockets.disconnect("refresh_requested")

A ticket serves once, at most ten sockets are open, an envelope goes to one of them, and what is not
acknowledged goes to another when the test says so.
"""

from __future__ import annotations

import asyncio
import itertools
import json
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from aiohttp import WSMsgType, web

from tests.fakes.slack.standin import SlackStandIn

Json = dict[str, Any]

MOST_SOCKETS = 10
LONGEST_WAIT = 20.0
"""Seconds until a test is told what did not happen."""


@dataclass(frozen=True, slots=True)
class Acknowledgement:
    """One acknowledgement; *latency* in seconds from when its envelope was sent last, *payload* if any."""

    envelope_id: str
    payload: Json | None
    latency: float
    socket: int


@dataclass(slots=True)
class Sent:
    """An envelope, the sockets it went to, and when it went there last."""

    envelope: Json
    sockets: list[int] = field(default_factory=list)
    at: float = 0.0


@dataclass(eq=False, slots=True)
class Socket:
    """One open socket. *beside*: how many others there were when it opened. *going*: it was told to
    disconnect, so new envelopes go elsewhere.
    """

    number: int
    websocket: web.WebSocketResponse
    transport: asyncio.Transport
    beside: int = 0
    going: bool = False
    frames: list[Json] = field(default_factory=list)
    closed: asyncio.Event = field(default_factory=asyncio.Event)


class SocketMode:
    """What Slack does over websockets, mounted on *slack*.

    *greeting* is what a new socket is told first, None for nothing at all. *refuses* is how many
    handshakes are still to fail. *dead*: nothing is answered any more, no ping and no goodbye, though
    the connections stand.
    """

    def __init__(self, slack: SlackStandIn) -> None:
        self.greeting: Json | None = {"type": "hello", "num_connections": 1}
        self.refuses = 0
        self.dead = False
        self.open: list[Socket] = []
        self.opened = 0
        self.pings = 0
        self.tickets_seen: list[str] = []
        self.sent: dict[str, Sent] = {}
        self.acknowledgements: list[Acknowledgement] = []
        self._slack = slack
        self._numbers = itertools.count(1)
        self._turn = itertools.count()
        self._changed = asyncio.Condition()
        slack.mount("GET", "/link/", self._link)

    # --- what tests do -----------------------------------------------------------------------------

    async def until(self, true: Callable[[], bool], what: str = "what was waited for") -> None:
        """Wait until *true*, looking after each thing that happens here."""
        try:
            async with asyncio.timeout(LONGEST_WAIT), self._changed:
                await self._changed.wait_for(true)
        except TimeoutError:
            raise AssertionError(f"{what} did not happen") from None

    async def until_open(self, number: int) -> None:
        """Wait until *number* sockets were opened, ever since the beginning."""
        await self.until(lambda: self.opened >= number, f"opening socket {number}")

    async def send(self, kind: str, payload: Any, **more: Any) -> str:
        """Send an envelope to one socket and return its id. *more* goes beside the payload."""
        envelope_id = str(more.pop("envelope_id", None) or f"envelope-{next(self._numbers):06d}")
        envelope = {"envelope_id": envelope_id, "type": kind, "payload": payload, **more}
        envelope.setdefault("accepts_response_payload", kind != "events_api")
        self.sent[envelope_id] = Sent(envelope)
        await self.resend(envelope_id)
        return envelope_id

    async def resend(self, envelope_id: str, **more: Any) -> None:
        """Send the same envelope (again), as Slack does where nothing acknowledged it."""
        sent = self.sent[envelope_id]
        sent.envelope |= more
        open_ones = [socket for socket in self.open if not socket.transport.is_closing()]
        staying = [socket for socket in open_ones if not socket.going] or open_ones
        socket = staying[next(self._turn) % len(staying)]
        sent.sockets.append(socket.number)
        sent.at = asyncio.get_running_loop().time()
        await socket.websocket.send_json(sent.envelope)

    async def acknowledged(self, envelope_id: str, times: int = 1) -> Acknowledgement:
        """Wait for an acknowledgement of *envelope_id* and return the last."""
        await self.until(lambda: len(self.acknowledged_as(envelope_id)) >= times, f"ack {envelope_id}")
        return self.acknowledged_as(envelope_id)[-1]

    def acknowledged_as(self, envelope_id: str) -> list[Acknowledgement]:
        return [one for one in self.acknowledgements if one.envelope_id == envelope_id]

    async def say(self, frame: Any) -> None:
        """Send anything to every socket: an object as JSON, text and bytes as they are."""
        for socket in tuple(self.open):
            match frame:
                case bytes():
                    await socket.websocket.send_bytes(frame)
                case str():
                    await socket.websocket.send_str(frame)
                case _:
                    await socket.websocket.send_json(frame)

    async def disconnect(self, reason: str) -> list[Socket]:
        """Tell every socket to disconnect for *reason*; they stay open until `hang_up`."""
        told = [socket for socket in self.open if not socket.going]
        for socket in told:
            socket.going = True
            await socket.websocket.send_json({"type": "disconnect", "reason": reason, "debug_info": {}})
        return told

    async def hang_up(self, *sockets: Socket) -> None:
        """Close *sockets*, as Slack does some time after `disconnect`."""
        for socket in sockets:
            await socket.websocket.close()

    async def cut(self) -> None:
        """End every connection without a goodbye."""
        for socket in tuple(self.open):
            socket.transport.abort()

    # --- the other side ----------------------------------------------------------------------------

    async def _link(self, request: web.Request) -> web.StreamResponse:
        ticket = request.query.get("ticket", "")
        self.tickets_seen.append(ticket)
        await self._tell()
        if ticket not in self._slack.tickets:
            return web.Response(status=404, text="no such ticket")
        self._slack.tickets.discard(ticket)
        if self.refuses:
            self.refuses -= 1
            return web.Response(status=503, text="not now")
        return await self._converse(request)

    async def _converse(self, request: web.Request) -> web.StreamResponse:
        websocket = web.WebSocketResponse(autoping=False, timeout=0.1)
        await websocket.prepare(request)
        assert isinstance(request.transport, asyncio.Transport)
        greeting = self.greeting
        if len(self.open) >= MOST_SOCKETS:
            greeting = {"type": "disconnect", "reason": "too_many_websockets", "num_connections": 11}
        if greeting is not None:
            await websocket.send_json(greeting)
        socket = Socket(self.opened + 1, websocket, request.transport, len(self.open))
        self.open.append(socket)
        self.opened += 1
        await self._tell()
        try:
            await self._listen(socket)
        finally:
            self.open.remove(socket)
            socket.closed.set()
            await self._tell()
        return websocket

    async def _listen(self, socket: Socket) -> None:
        while True:
            message = await socket.websocket.receive()
            if self.dead:
                await self._slack.released.wait()
                return
            match message.type:
                case WSMsgType.PING:
                    self.pings += 1
                    await self._tell()
                    await socket.websocket.pong(message.data)
                case WSMsgType.TEXT:
                    await self._take(socket, json.loads(message.data))
                case WSMsgType.PONG:
                    pass
                case _:
                    return

    async def _take(self, socket: Socket, frame: Json) -> None:
        socket.frames.append(frame)
        sent = self.sent.get(str(frame.get("envelope_id")))
        if sent is not None:
            latency = asyncio.get_running_loop().time() - sent.at
            self.acknowledgements.append(
                Acknowledgement(frame["envelope_id"], frame.get("payload"), latency, socket.number)
            )
        await self._tell()

    async def _tell(self) -> None:
        with suppress(RuntimeError):
            async with self._changed:
                self._changed.notify_all()
