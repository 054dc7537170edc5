"""Empty stores for tests: what costs the most of opening one is done once in a process.

That is the migration, of which each store gets a copy of what it ends in, and what SQLAlchemy makes ready
for each statement, which lives as long as its engine: an engine is handed on, its connection and with that
its database in memory is not.
"""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager, closing
from dataclasses import replace
from datetime import datetime
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Thread

from sqlalchemy import insert, select, update
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.domain.subscription import Channel, Settings
from storage.address import read_address
from storage.database import Database, open_database
from storage.opening import migrate
from storage.store import SqlStore
from storage.tables import subscription
from tests.threadless import make_threadless

MEMORY = "sqlite://"


@asynccontextmanager
async def empty_store() -> AsyncIterator[SqlStore]:
    """Return a store as `open_store` does in memory, and close it."""
    idle = _idle_engines()
    engine = idle.pop() if idle else await _engine()
    store = SqlStore(Database(read_address(MEMORY), engine, engine))
    try:
        yield store
    finally:
        await store.close()
    idle.append(engine)


def empty_file(path: Path) -> str:
    """Make the file *path* what `open_store` makes of a new one, and return its address."""
    with closing(sqlite3.connect(path)) as made:
        _template().backup(made)
    return f"sqlite:///{path}"


async def subscribe_beyond_the_limit(
    store: SqlStore, channel: Channel, settings: Settings, now: datetime
) -> None:
    """Subscribe *channel* though its workspace has no room: some servers are tried with more than we take."""
    apart = replace(channel, workspace=f"{channel.workspace} {channel.id}")
    made = await store.subscribe(apart, settings, "somebody", now)
    assert made is not None
    back = update(subscription).where(subscription.c.id == made.id).values(workspace=channel.workspace)
    await store.database.write(lambda db: db.execute(back))


async def subscribe_alike(store: SqlStore, example: Channel, others: Iterable[Channel]) -> None:
    """Let *others* follow all that *example* does, in one stroke and however many a workspace may have."""
    same = (subscription.c[name] == getattr(example, name) for name in ("platform", "workspace"))
    found = select(subscription).where(*same, subscription.c.channel == example.id)
    row = (await store.database.read(lambda db: db.execute(found))).one()
    like = {name: value for name, value in row._mapping.items() if name != "id"}
    rows = [like | {"workspace": one.workspace, "channel": one.id} for one in others]
    await store.database.write(lambda db: db.execute(insert(subscription), rows))


@cache
def _idle_engines() -> list[AsyncEngine]:
    """Return the engines that no store uses now."""
    return []


async def _engine() -> AsyncEngine:
    engine = (await open_database(read_address(MEMORY), alone=False)).writers
    make_threadless(engine, _copied)
    return engine


def _copied() -> sqlite3.Connection:
    made = sqlite3.connect(":memory:")
    _template().backup(made)
    return made


@cache
def _template() -> sqlite3.Connection:
    """Return a database that is what all our migrations come to."""
    made = sqlite3.connect(":memory:", check_same_thread=False)
    with TemporaryDirectory() as folder:
        path = Path(folder) / "made.db"
        making = Thread(target=lambda: asyncio.run(migrate(f"sqlite:///{path}")))
        making.start()
        making.join()
        with closing(sqlite3.connect(path)) as migrated:
            migrated.backup(made)
    return made
