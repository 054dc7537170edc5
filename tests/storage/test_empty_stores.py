"""The stores of these tests are what the program opens: the same schema, empty, one for each who asks."""

from __future__ import annotations

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.subscription import Channel, Settings
from storage.opening import open_store
from tests.fakes.clock import MIDDAY
from tests.stores import empty_store

CHANNEL = Channel("slack", "T0CLAUDE", "C0STATUS")


async def made(connection: AsyncConnection) -> list[tuple[str, str]]:
    """Return what the schema of a database is made of, and its version."""
    found = await connection.execute(text("SELECT name, sql FROM sqlite_master ORDER BY type, name"))
    version = await connection.scalar(text("SELECT version_num FROM alembic_version"))
    return [*((str(name), str(sql)) for name, sql in found), ("version", str(version))]


async def test_it_has_the_schema_that_the_migrations_make() -> None:
    opened = await open_store("sqlite://")
    async with empty_store() as store:
        assert await store.database.read(made) == await opened.database.read(made)
    await opened.close()


async def test_two_at_once_are_apart_and_the_next_one_is_empty() -> None:
    async with empty_store() as first, empty_store() as second:
        await first.subscribe(CHANNEL, Settings(), "U0ALICE", MIDDAY)
        assert await second.subscription(CHANNEL) is None
    async with empty_store() as third, empty_store() as fourth:
        assert await third.subscription(CHANNEL) is None
        assert await fourth.subscription(CHANNEL) is None
