"""One open database: transactions for readers and for writers, the same promises on both engines."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, TypeVar

from sqlalchemy import TextClause, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from storage import file
from storage.address import Address
from storage.engines import on_disk, server
from storage.errors import StorageError, explained
from storage.lost import Lost, cut_off, uncommitted

Result = TypeVar("Result")
Work = Callable[[AsyncConnection], Awaitable[Result]]
"""What happens inside one transaction. It may be run again, so it touches nothing but the database."""

TRIES = 5
CONFLICTS = frozenset({"40001", "40P01"})
"""Serialization failure and deadlock: https://www.postgresql.org/docs/current/errcodes-appendix.html."""

PATIENCE = 30.0
"""Seconds that one transaction with a server may take, its repetitions included."""

GUARDS = text(
    "SELECT set_config('statement_timeout', '25s', true),"
    " set_config('idle_in_transaction_session_timeout', '20s', true)"
)
"""For one transaction: a process whose machine vanishes must not leave its locks to the others for hours.
Not once for a connection: a pooler refuses what it does not know at the start of one, and gives what is set
later to others. https://www.postgresql.org/docs/current/runtime-config-client.html
https://github.com/pgbouncer/pgbouncer/issues/1074"""

ASKED = text(f"{GUARDS.text}, set_config('lock_timeout', '2s', true)")
"""The same where somebody waits, who may ask again: many at one lock must not take all connections."""

NO_ANSWER = (
    "The database does not answer: check that the server of DATABASE_URL runs, can be reached and is not"
    " overloaded; a running bot then goes on by itself."
)

CLOSE_PATIENCE = 1.5  # seconds; after SIGTERM there are ten in all


@dataclass(frozen=True, slots=True)
class Database:
    """A database in use. *alone* is the hold on the SQLite file, None where nobody is to be held off.

    *lookers* give no transaction, only an answer, and *leaders* no transaction, either, but connections of
    their own, for what must never wait until others have done; None where the others do it as well.
    *patience* is how many seconds a server may let a transaction wait; nobody waits for a disk like that.
    """

    address: Address
    readers: AsyncEngine
    writers: AsyncEngine
    alone: file.Hold | None = None
    patience: float = PATIENCE
    lookers: AsyncEngine | None = None
    leaders: AsyncEngine | None = None
    closed: asyncio.Event = field(default_factory=asyncio.Event, init=False)
    under_way: set[asyncio.Task[Any]] = field(default_factory=set, init=False)

    async def read(self, work: Work[Result]) -> Result:
        """Run *work* on one consistent state of the data. Raises `StorageError`."""
        return await self._to_its_end(self._repeated(self.readers, work, self.patience))

    async def look(self, work: Work[Result]) -> Result:
        """Run *work*, which writes nothing, in no transaction: that saves steps. Raises `StorageError`."""
        return await self._to_its_end(self._repeated(self.lookers or self.readers, work, self.patience))

    async def lead(self, work: Work[Result]) -> Result:
        """Run *work*, each statement by itself and whatever else goes on. Raises `StorageError`."""
        return await self._to_its_end(self._repeated(self.leaders or self.writers, work, self.patience))

    async def ask(self, work: Work[Result]) -> Result:
        """Run *work* as `write` does for somebody who waits: a lock is waited for two seconds at most."""
        return await self._to_its_end(self._repeated(self.writers, work, self.patience, ASKED))

    async def write(self, work: Work[Result], *, hurried: bool = True) -> Result:
        """Run *work* in one transaction. Raises `StorageError`.

        It is run again where PostgreSQL breaks a deadlock, and where the connection is lost before
        anything can have been committed. What is not *hurried* may take any time.
        """
        return await self._to_its_end(self._repeated(self.writers, work, self.patience if hurried else None))

    async def _to_its_end(self, transaction: Coroutine[Any, Any, Result]) -> Result:
        """Let *transaction* end by itself, though nobody may wait for it any more.

        Cut off between two steps, a driver is left with a connection that nobody closes, and whose
        thread then keeps the program from ending.
        """
        task = asyncio.create_task(transaction)
        self.under_way.add(task)
        task.add_done_callback(self.under_way.discard)
        return await asyncio.shield(task)

    async def _repeated(
        self, engine: AsyncEngine, work: Work[Result], patience: float | None, guards: TextClause = GUARDS
    ) -> Result:
        is_hurried = self.address.is_postgresql and patience is not None
        ends = asyncio.get_running_loop().time() + (patience or 0) if is_hurried else None
        with explained():
            for _ in range(TRIES - 1):
                try:
                    return await self._once(engine, work, ends, guards)
                except DBAPIError as error:
                    if getattr(error.orig, "sqlstate", None) not in CONFLICTS:
                        raise
                except Lost:
                    continue
            try:
                return await self._once(engine, work, ends, guards)
            except Lost as lost:
                raise lost.__cause__ or lost from None

    async def _once(
        self, engine: AsyncEngine, work: Work[Result], ends: float | None, guards: TextClause
    ) -> Result:
        async with self._transaction(engine, ends) as connection:
            with uncommitted():
                if ends is not None and engine is self.writers:
                    await connection.execute(guards)
                return await work(connection)

    @asynccontextmanager
    async def _transaction(self, engine: AsyncEngine, ends: float | None) -> AsyncIterator[AsyncConnection]:
        """Begin, and commit at the end; a connection that outlives `close` goes no way back to its pool."""
        if self.closed.is_set():
            raise StorageError("The database was closed, because the program is about to end.")
        async with AsyncExitStack() as opened:
            try:
                async with asyncio.timeout_at(ends):
                    connection = await opened.enter_async_context(engine.connect())
            except TimeoutError as error:
                raise StorageError(NO_ANSWER) from error
            try:
                async with cut_off(connection, ends), connection.begin():
                    yield connection
            finally:
                if self.closed.is_set():
                    await connection.invalidate()

    async def scrub(self) -> None:
        """Empty the log beside a SQLite file: it holds what was deleted until it is written over.

        Where somebody reads meanwhile, the log is emptied later.
        """
        if self.address.path is not None:
            await self._to_its_end(self._checkpoint())

    async def _checkpoint(self) -> None:
        with explained():
            async with self.writers.connect() as connection:
                raw = await connection.get_raw_connection()
                async with raw.driver_connection.execute("PRAGMA wal_checkpoint(TRUNCATE)") as found:  # type: ignore[union-attr]
                    await found.fetchall()

    async def close(self) -> None:
        """Begin nothing any more, wait a moment for what is under way, and give everything back."""
        self.closed.set()
        await self._no_longer_under_way()
        await self.readers.dispose()
        await self.writers.dispose()
        if self.leaders is not None:
            await self.leaders.dispose()
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
        engine = on_disk(address, "BEGIN IMMEDIATE", connections=1)
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
        readers=on_disk(address, "BEGIN", connections=4),
        # One connection for all writers of the process: they queue up fairly here, not at SQLite's busy lock.
        writers=on_disk(address, "BEGIN IMMEDIATE", connections=1),
        alone=held,
    )


def _postgresql(address: Address) -> Database:
    """Connect when needed, as the address says; readers see one snapshot throughout, as SQLite's do."""
    writers = server(address, connections=5)
    return Database(
        address,
        readers=writers.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True),
        writers=writers,
        lookers=writers.execution_options(isolation_level="AUTOCOMMIT"),
        leaders=server(address, connections=1).execution_options(isolation_level="AUTOCOMMIT"),
    )
