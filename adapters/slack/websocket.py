"""One websocket of Socket Mode, from its hello to its end.

https://docs.slack.dev/apis/events-api/using-socket-mode. slack_sdk's own client is not used for it: on
`disconnect` it closes the old connection before it has a new one, whatever it was told, and after a
failed connect it asks for the same used-up address for ever.
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Self
from urllib.parse import unquote, urlsplit, urlunsplit
from urllib.request import getproxies, proxy_bypass

from aiohttp import ClientSession, ClientWebSocketResponse, ClientWSTimeout, WSMsgType, encode_basic_auth

from adapters.slack.session import is_loopback
from adapters.slack.trouble import word

log = logging.getLogger(__name__)

Json = dict[str, Any]

CLOSING = 0.5
"""Seconds for saying goodbye; Slack may leave the TCP connection open after it."""

PLAIN = {"wss": "https", "ws": "http"}


class Turned(Exception):
    """Slack said `disconnect` where `hello` was due. *reason* is its word for why."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Pulse:
    """How a connection is known to be alive: pinged every *ping* seconds, given up after *stale* in silence.

    An old connection, once there is a new one, is served for *linger* more seconds, or until Slack
    closes it.
    """

    ping: float = 5
    stale: float = 15
    linger: float = 30


@dataclass(eq=False, slots=True)
class Connection:
    """An open connection. Made by `open_connection`, and of use until `leaving` is set.

    *reason* is why it should be replaced: the word of Slack's `disconnect`, or "closed", or "stale".
    """

    websocket: ClientWebSocketResponse
    pulse: Pulse
    opened_at: float
    last_frame_at: float
    reason: str = ""
    leaving: asyncio.Event = field(default_factory=asyncio.Event)
    _until: float | None = None

    @classmethod
    def of(cls, websocket: ClientWebSocketResponse, pulse: Pulse) -> Self:
        """Return a connection that opened just now."""
        now = asyncio.get_running_loop().time()
        return cls(websocket, pulse, now, now)

    async def serve(self, take: Callable[[Connection, Json], None]) -> None:
        """Give every envelope to *take* until the connection ends, then close it. Raises nothing."""
        pinging = asyncio.create_task(self._ping())
        try:
            while (frame := await self._frame()) is not None:
                if frame.get("type") == "disconnect":
                    self._leave(word(frame.get("reason")))
                elif "envelope_id" in frame:
                    take(self, frame)
        except Exception as error:  # noqa: BLE001  whatever ends it, there will be another connection
            log.debug("a connection to Slack ended (%s)", type(error).__name__)
        finally:
            pinging.cancel()
            self._leave("closed")
            await self.close()

    async def hello(self) -> None:
        """Wait for the first frame. Raises `Turned`, or `ConnectionError` where there is none."""
        frame = await self._frame()
        if frame is None:
            raise ConnectionError("the connection ended before its hello")
        if frame.get("type") == "disconnect":
            raise Turned(word(frame.get("reason")))

    async def send(self, message: Json) -> bool:
        """Send one message; False if the connection is no more."""
        try:
            await self.websocket.send_str(json.dumps(message))
        except (ConnectionError, RuntimeError):
            return False
        return True

    def retire(self) -> None:
        """Serve what still comes in for a while, then end."""
        self._until = asyncio.get_running_loop().time() + self.pulse.linger

    async def close(self) -> None:
        """Say goodbye and end, within `CLOSING` seconds."""
        with suppress(TimeoutError):
            async with asyncio.timeout(CLOSING):
                await self.websocket.close()

    def _leave(self, reason: str) -> None:
        if not self.leaving.is_set():
            self.reason = reason
            self.leaving.set()

    async def _frame(self) -> Json | None:
        """Return the next message of the protocol, None at the end."""
        while True:
            try:
                message = await self.websocket.receive(timeout=self._patience())
            except TimeoutError:
                self._leave("stale")
                return None
            self.last_frame_at = asyncio.get_running_loop().time()
            match message.type:
                case WSMsgType.TEXT:
                    return _object(message.data)
                case WSMsgType.PING:
                    await self.websocket.pong(message.data)
                case WSMsgType.PONG | WSMsgType.BINARY:
                    pass
                case _:
                    return None

    def _patience(self) -> float:
        if self._until is None:
            return self.pulse.stale
        left = self._until - asyncio.get_running_loop().time()
        return max(0.001, min(self.pulse.stale, left))

    async def _ping(self) -> None:
        with suppress(ConnectionError, RuntimeError):  # whoever reads will notice
            while True:
                await asyncio.sleep(self.pulse.ping)
                await self.websocket.ping(b"claudestatus")


async def open_connection(session: ClientSession, address: str, pulse: Pulse) -> Connection:
    """Return a connection to *address* after its hello. *address* serves once.

    Raises `Turned`, and whatever a network can bring about; the caller sets the deadline.
    """
    proxy, headers = proxy_for(address)
    websocket = await session.ws_connect(
        address, autoping=False, timeout=ClientWSTimeout(ws_close=CLOSING), proxy=proxy, proxy_headers=headers
    )
    connection = Connection.of(websocket, pulse)
    try:
        await connection.hello()
    except BaseException:
        await connection.close()
        raise
    return connection


def proxy_for(address: str) -> tuple[str | None, dict[str, str]]:
    """Return the proxy that the usual variables name for a websocket, that of https for wss, and its headers.

    aiohttp would look for WSS_PROXY, slack_sdk would disregard NO_PROXY.
    """
    parts = urlsplit(address)
    proxies = getproxies()
    named = proxies.get(PLAIN.get(parts.scheme, "")) or proxies.get("all")
    if not named or is_loopback(address) or proxy_bypass(parts.hostname or ""):
        return None, {}
    proxy = urlsplit(named if "://" in named else f"http://{named}")
    headers = {}
    if proxy.username:
        proof = encode_basic_auth(unquote(proxy.username), unquote(proxy.password or ""))
        headers["Proxy-Authorization"] = proof
    return urlunsplit((proxy.scheme, proxy.netloc.rpartition("@")[2], "", "", "")), headers


def _object(text: str) -> Json:
    """Return the JSON object in *text*, an empty one for anything else."""
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}
