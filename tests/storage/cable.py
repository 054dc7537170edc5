"""A cable to PostgreSQL that can be pulled out, and one that goes dead without a word."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

import psycopg
from sqlalchemy.engine import make_url


@dataclass(slots=True)
class Cable:
    """Forwards bytes between the program and the server. *url* leads through it."""

    url: str
    passes: asyncio.Event = field(default_factory=asyncio.Event)
    refuses: bool = False
    writers: set[asyncio.StreamWriter] = field(default_factory=set)

    def hang(self) -> None:
        """Take whatever comes, and forward nothing."""
        self.passes.clear()

    def cut(self) -> None:
        """End every connection and take no new one."""
        self.refuses = True
        for writer in self.writers:
            writer.transport.abort()

    def mend(self) -> None:
        """Forward again."""
        self.refuses = False
        self.passes.set()

    async def pump(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.writers.add(writer)
        with suppress(ConnectionError):
            while data := await reader.read(65536):
                await self.passes.wait()
                writer.write(data)
                await writer.drain()
        writer.transport.abort()
        self.writers.discard(writer)


@asynccontextmanager
async def cable_to(server: str) -> AsyncIterator[Cable]:
    """Lay a cable to the server of *server*, through a port of this machine."""
    parts = psycopg.conninfo.conninfo_to_dict(server)
    pumps: set[asyncio.Task[None]] = set()

    async def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if cable.refuses:
            writer.transport.abort()
            return
        host, port = str(parts["host"]), parts.get("port") or 5432
        if host.startswith("/"):
            theirs = await asyncio.open_unix_connection(f"{host}/.s.PGSQL.{port}")
        else:
            theirs = await asyncio.open_connection(host, int(port))
        for one in (cable.pump(reader, theirs[1]), cable.pump(theirs[0], writer)):
            pumps.add(asyncio.create_task(one))

    listening = await asyncio.start_server(accept, "127.0.0.1", 0)
    here = listening.sockets[0].getsockname()[1]
    plain = make_url(server).difference_update_query(["host", "port"]).set(host="127.0.0.1", port=here)
    cable = Cable(plain.render_as_string(hide_password=False))
    cable.mend()
    async with listening:
        yield cable
        cable.cut()
        for one in pumps:
            one.cancel()
        await asyncio.gather(*pumps, return_exceptions=True)
