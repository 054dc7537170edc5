"""One open database: transactions for readers and for writers, the same promises on both engines."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, TypeVar

from sqlalchemy import event
from sqlalchemy.engine import Connection
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlalchemy.pool import AsyncAdaptedQueuePool

from storage import file
from storage.address import Address
from storage.errors import StorageError, explained

Result = TypeVar("Result")
Work = Callable[[AsyncConnection], Awaitable[Result]]
"""What happens inside one transaction. It may be run again, so it touches nothing but the database."""

TRIES = 5
CONFLICTS = frozenset({"40001", "40P01"})
"""Serialization failure and deadlock: https://www.postgresql.org/docs/current/errcodes-appendix.html."""

CONNECT_TIMEOUT = 10  # seconds
CLOSE_PATIENCE = 1.5  # seconds; after SIGTERM there are ten in all

PRAGMAS = ("busy_timeout=5000", "journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON")


@dataclass(frozen=True, slots=True)
class Database:
    """A database in use. *alone* is the hold on the SQLite file, None where nobody is to be held off."""

    address: Address
    readers: AsyncEngine
    writers: AsyncEngine
    alone: file.Hold | None = None
    closed: asyncio.Event = field(default_factory=asyncio.Event, init=False)
    under_way: set[asyncio.Task[Any]] = field(default_factory=set, init=False)

    async def read(self, work: Work[Result]) -> Result:
        """Run *work* on one consistent state of the data. Raises `StorageError`."""
        return await self._to_its_end(self._read(work))

    async def write(self, work: Work[Result]) -> Result:
        """Run *work* in one transaction, again where PostgreSQL breaks a deadlock. Raises `StorageError`."""
        return await self._to_its_end(self._write(work))

    async def _to_its_end(self, transaction: Coroutine[Any, Any, Result]) -> Result:
        """Let *transaction* end by itself, though nobody may wait for it any more.

        Cut off between two steps, a driver is left with a connection that nobody closes, and whose
        thread then keeps the program from ending.
        """
        task = asyncio.create_task(transaction)
        self.under_way.add(task)
        task.add_done_callback(self.under_way.discard)
        return await asyncio.shield(task)

    async def _read(self, work: Work[Result]) -> Result:
        with explained():
            async with self._transaction(self.readers) as connection:
                return await work(connection)

    async def _write(self, work: Work[Result]) -> Result:
        with explained():
            for _ in range(TRIES - 1):
                try:
                    return await self._write_once(work)
                except DBAPIError as error:
                    if getattr(error.orig, "sqlstate", None) not in CONFLICTS:
                        raise
            return await self._write_once(work)

    async def _write_once(self, work: Work[Result]) -> Result:
        async with self._transaction(self.writers) as connection:
            return await work(connection)

    @asynccontextmanager
    async def _transaction(self, engine: AsyncEngine) -> AsyncIterator[AsyncConnection]:
        """Begin, and commit at the end; a connection that outlives `close` goes no way back to its pool."""
        if self.closed.is_set():
            raise StorageError("The database was closed, because the program is about to end.")
        async with engine.connect() as connection:
            try:
                async with connection.begin():
                    yield connection
            finally:
                if self.closed.is_set():
                    await connection.invalidate()

    async def close(self) -> None:
        """Begin nothing any more, wait a moment for what is under way, and give everything back."""
        self.closed.set()
        await self._no_longer_under_way()
        await self.readers.dispose()
        await self.writers.dispose()
        if self.alone is not None:
            self.alone.release()

    async def _no_longer_under_way(self) -> None:
        """Give each transaction the time to end, then take back those that did not."""
        if not self.under_way:
            return
        _, stuck = await asyncio.wait(set(self.under_way), timeout=CLOSE_PATIENCE)
        for transaction in stuck:
            transaction.cancel()
        if stuck:
            await asyncio.wait(stuck, timeout=CLOSE_PATIENCE)


async def open_database(address: Address, *, alone: bool) -> Database:
    """Open *address*; *alone* refuses a SQLite file that another process holds. Raises `StorageError`."""
    if address.is_postgresql:
        return _postgresql(address)
    if address.path is None:
        engine = _sqlite(address, "BEGIN IMMEDIATE", connections=1)
        return Database(address, engine, engine)
    file.prepare(address.path)
    held = file.hold(address.path) if alone else None
    try:
        await asyncio.to_thread(file.check, address.path)
    except StorageError:
        if held is not None:
            held.release()
        raise
    return Database(
        address,
        readers=_sqlite(address, "BEGIN", connections=4),
        # One connection for all writers of the process: they queue up fairly here, not at SQLite's busy lock.
        writers=_sqlite(address, "BEGIN IMMEDIATE", connections=1),
        alone=held,
    )


def _postgresql(address: Address) -> Database:
    """Connect when needed, as the address says; readers see one snapshot throughout, as SQLite's do."""
    ours: dict[str, Any] = {"application_name": "claudestatus", "connect_timeout": CONNECT_TIMEOUT}
    settings = {name: value for name, value in ours.items() if name not in address.url.query}
    settings["prepare_threshold"] = None  # connection poolers lose statements prepared on the server
    writers = create_async_engine(
        address.url,
        connect_args=settings,
        pool_size=5,
        max_overflow=5,
        pool_pre_ping=True,
        hide_parameters=True,  # an error that is logged names the statement, and not what somebody typed
    )
    readers = writers.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
    return Database(address, readers, writers)


def _sqlite(address: Address, begin: str, *, connections: int) -> AsyncEngine:
    """Make an engine whose every transaction starts with *begin*, and not where the driver thinks fit."""
    # A pool that keeps its connection keeps a database in memory alive, too.
    engine = create_async_engine(
        address.url,
        poolclass=AsyncAdaptedQueuePool,
        pool_size=connections,
        max_overflow=0,
        hide_parameters=True,  # as above
    )

    @event.listens_for(engine.sync_engine, "connect")
    def configure(connection: Any, _: object) -> None:
        connection.isolation_level = None
        cursor = connection.cursor()
        for pragma in PRAGMAS:
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @event.listens_for(engine.sync_engine, "begin")
    def start(connection: Connection) -> None:
        connection.exec_driver_sql(begin)

    return engine
