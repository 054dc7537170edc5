"""Empty stores for tests: what costs the most of opening one is done once in a process.

That is the migration, of which each store gets the schema that it ends in, and what SQLAlchemy makes
ready for each statement, which lives as long as its engine: an engine is handed on, its connection and
with that its database in memory is not.
"""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Thread

from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from storage.address import read_address
from storage.database import Database, open_database
from storage.opening import migrate
from storage.store import SqlStore

MEMORY = "sqlite://"


@asynccontextmanager
async def empty_store() -> AsyncIterator[SqlStore]:
    """Return a store as `open_store` does in memory, and close it."""
    idle = _idle_engines()
    engine = idle.pop() if idle else (await open_database(read_address(MEMORY), alone=False)).writers
    store = SqlStore(Database(read_address(MEMORY), engine, engine))
    try:
        await store.database.write(_made)
        yield store
    finally:
        await store.close()
    idle.append(engine)


async def _made(connection: AsyncConnection) -> None:
    for statement in schema():
        await connection.exec_driver_sql(statement)


@cache
def schema() -> tuple[str, ...]:
    """Return the statements that make what all our migrations come to."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "made.db"
        making = Thread(target=lambda: asyncio.run(migrate(f"sqlite:///{path}")))
        making.start()
        making.join()
        with closing(sqlite3.connect(path)) as connection:
            return tuple(connection.iterdump())[1:-1]  # which are its transaction


@cache
def _idle_engines() -> list[AsyncEngine]:
    """Return the engines that no store uses now."""
    return []
