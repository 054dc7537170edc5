"""A TCP proxy on loopback, by which the connection to a server is lost, or hangs."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress


class Proxy:
    """Passes on what both sides say to *host* and *target*, a port or the path of a socket.

    While *swallows* is set nothing gets through, and nobody is told.
    """

    def __init__(self, target: int | str) -> None:
        self.port = 0
        self.swallows = False
        self._target = target
        self._server: asyncio.Server | None = None
        self._writers: set[asyncio.StreamWriter] = set()
        self._conversations: set[asyncio.Task[None]] = set()

    async def open(self) -> None:
        """Take connections, on the same port as before."""
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def cut(self) -> None:
        """End every connection, and take no new one."""
        if self._server is not None:
            self._server.close()
        for writer in list(self._writers):
            writer.transport.abort()
        await asyncio.gather(*self._conversations, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._conversations.add(task)
        task.add_done_callback(self._conversations.discard)
        ours = {writer}
        self._writers |= ours
        try:
            back, forth = await self._connected()
            ours.add(forth)
            self._writers.add(forth)
            await asyncio.gather(self._pass(reader, forth), self._pass(back, writer))
        except OSError:
            pass
        finally:
            self._writers -= ours
            for one in ours:
                one.transport.abort()

    async def _connected(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        if isinstance(self._target, str):
            return await asyncio.open_unix_connection(self._target)
        return await asyncio.open_connection("127.0.0.1", self._target)

    async def _pass(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            while said := await reader.read(65536):
                if not self.swallows:
                    writer.write(said)
                    await writer.drain()
        if not self.swallows:
            writer.close()


@asynccontextmanager
async def proxy(target: int | str) -> AsyncIterator[Proxy]:
    """Stand before *target* until the block ends."""
    standing = Proxy(target)
    await standing.open()
    try:
        yield standing
    finally:
        await standing.cut()
