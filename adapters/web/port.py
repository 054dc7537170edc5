"""The port that is served: whether it can be had, and what to do where it cannot."""

from __future__ import annotations

import asyncio
import errno

from bot.finding import Finding

ASKING = 2.0
"""Seconds in which a server on our port may tell that it is this program."""


class CannotServe(Exception):
    """The port cannot be had; the words name the cure."""


async def look_at(port: int) -> Finding:
    """Return whether `serve` could have *port*, or another process of this program has it already."""
    try:
        server = await asyncio.get_running_loop().create_server(asyncio.Protocol, None, port)
    except OSError as error:
        if error.errno == errno.EADDRINUSE and await _is_ours(port):
            return Finding(good=True, subject="port", words=f"a running bot answers on {port}")
        return Finding(good=False, subject="port", words=cure(error, port))
    server.close()
    return Finding(good=True, subject="port", words=f"{port} can be opened")


async def _is_ours(port: int) -> bool:
    """Return whether what listens there answers `/healthz` as we do."""
    try:
        async with asyncio.timeout(ASKING):
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
            try:
                answer = await reader.readuntil(b"\r\n\r\nok\n")
            finally:
                writer.close()
    except (OSError, TimeoutError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
        return False
    return answer.startswith(b"HTTP/1.1 200 ")


def cure(error: OSError, port: int) -> str:
    """Return what keeps us from *port*, and what to do about it."""
    match error.errno:
        case errno.EADDRINUSE:
            return f"Port {port} is in use by another program. Stop that, or set PORT to a free one."
        case errno.EACCES:
            return f"Port {port} may only be opened by the administrator. Set PORT to one above 1023."
        case _:
            return f"Port {port} cannot be opened ({error.strerror or error}). Set PORT to another one."
