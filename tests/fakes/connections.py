"""How the connection to a stand-in is lost: in the middle of an answer, or reset without one."""

from __future__ import annotations

import socket
import struct

from aiohttp import web


async def cut(request: web.Request, body: bytes, content_type: str) -> web.StreamResponse:
    """Send *body* as the first half of an answer, and end the connection."""
    answer = web.StreamResponse(headers={"Content-Type": content_type})
    answer.content_length = len(body) * 2
    await answer.prepare(request)
    await answer.write(body)
    if request.transport is not None:
        request.transport.close()
    return answer


def reset(request: web.Request) -> None:
    """End the connection with a TCP reset."""
    transport = request.transport
    if transport is not None:
        connection = transport.get_extra_info("socket")
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        transport.abort()
