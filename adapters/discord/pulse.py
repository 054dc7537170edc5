"""The pulse: how alive the connections of a client are, as discord.py's own keep-alive threads know it.

Each connection has such a thread from its first frame to its end. The library takes any frame for a sign
of life; Discord asks for more: a heartbeat that is not answered before the next one ends the connection,
and the session is resumed (https://docs.discord.com/developers/events/gateway#sending-heartbeats).
"""

from __future__ import annotations

import asyncio
import threading
import time
from contextlib import suppress
from socket import SHUT_RDWR

from aiohttp import ClientWebSocketResponse
from discord.gateway import KeepAliveHandler

from adapters.discord.client import Client

GOODBYE = 4000
"""Sent when we end a connection; 1000 or 1001 would end the session as well:
https://docs.discord.com/developers/events/gateway#initiating-a-disconnect."""

MISSED = 2
"""Intervals without an answer to any heartbeat, after which a connection is dead."""


def beats(client: Client) -> list[KeepAliveHandler]:
    """Return the keep-alive threads of every connection of *client* that is not over."""
    threads = (one for one in threading.enumerate() if isinstance(one, KeepAliveHandler))
    return [one for one in threads if one.ws._connection is client._connection]


def silence(client: Client) -> float | None:
    """Return the seconds since the last frame, on the connection where that is longest ago; None for none."""
    now = time.perf_counter()
    return max((now - one._last_recv for one in beats(client)), default=None)


def cut_dead(client: Client) -> None:
    """Cut every connection whose heartbeats are not answered; discord.py then resumes its session.

    To close it politely would mean to wait half a minute for an answer that does not come.
    """
    now = time.perf_counter()
    for beat in beats(client):
        if beat.interval and now - beat._last_ack > MISSED * beat.interval:
            _cut(beat.ws.socket)


def period(client: Client) -> float:
    """Return how many seconds may pass until the next look at the pulse."""
    return min([1.0, *(beat.interval / 4 for beat in beats(client) if beat.interval)])


async def say_goodbye(client: Client) -> None:
    """Close every connection in a way that leaves its session to be resumed; the caller sets the deadline."""
    sockets = [socket for socket in client.sockets if not socket.closed]
    await asyncio.gather(*(socket.close(code=GOODBYE) for socket in sockets), return_exceptions=True)


def stop_threads(client: Client) -> None:
    """Let the threads end, also those of connections that hang."""
    for beat in beats(client):
        beat.stop()


def _cut(socket: ClientWebSocketResponse) -> None:
    connection = socket.get_extra_info("socket")
    with suppress(OSError):  # it is gone already
        if connection is not None:
            connection.shutdown(SHUT_RDWR)
