"""The schema's version: looked at without Alembic, moved on with it.

While a new version of the program is rolled out, processes of the former one still run, and may be
started. So each migration from 0004 on states its `floor`: the last migration that a program must know to
work beside it. One that only adds (tables, columns with a default that the server fills in, indexes)
repeats the floor of the one before. What breaks older programs (a column that goes, or gets another
meaning) takes two releases: the first stops using it, and the second takes it away and names, as its
floor, the newest migration of the first.
"""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path

from sqlalchemy import BigInteger, Connection, delete, func, insert, inspect, literal, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.statements import MIGRATION, is_postgresql
from storage.tables import schema_floor

MIGRATIONS = Path(__file__).with_name("migrations")


class Age(StrEnum):
    """How a database's schema compares to the one this program knows."""

    CURRENT = "current"
    BEHIND = "behind"
    AHEAD = "ahead"  # of a later program, beside which this one may work
    NEWER = "newer"  # of a later program, and not for this one


def revisions() -> list[str]:
    """Return the versions this program knows, oldest first: the numbers its migration files begin with."""
    return sorted(path.name.split("_")[0] for path in (MIGRATIONS / "versions").glob("[0-9]*_*.py"))


async def version(connection: AsyncConnection) -> str | None:
    """Read the version of the database's schema, None where there is none yet."""
    if not await connection.run_sync(lambda sync: inspect(sync).has_table("alembic_version")):
        return None
    found: str | None = await connection.scalar(text("SELECT version_num FROM alembic_version"))
    return found


async def age(connection: AsyncConnection) -> Age:
    """Compare the database's schema to ours. Alembic is slow to import, and most starts do without it."""
    found, known = await version(connection), revisions()
    if found == known[-1]:
        return Age.CURRENT
    if found is None or found in known:
        return Age.BEHIND
    return Age.AHEAD if await floor(connection) in known else Age.NEWER


async def floor(connection: AsyncConnection) -> str | None:
    """Read the last migration that a program must know to work here, None where there is no such rule."""
    if not await connection.run_sync(lambda sync: inspect(sync).has_table(schema_floor.name)):
        return None
    found: str | None = await connection.scalar(select(func.max(schema_floor.c.oldest)))
    return found


async def upgrade(connection: AsyncConnection) -> None:
    """Bring the schema to ours, all within the transaction of *connection*: half an upgrade cannot be.

    On PostgreSQL a second one waits for the first, and then finds nothing to do.
    """
    if is_postgresql(connection):
        await connection.execute(select(func.pg_advisory_xact_lock(literal(MIGRATION, BigInteger))))
    await connection.run_sync(_upgrade)


def _upgrade(connection: Connection) -> None:
    from alembic import command
    from alembic.config import Config
    from alembic.script import ScriptDirectory

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
    newest = ScriptDirectory.from_config(config).get_revisions("head")[0]
    connection.execute(delete(schema_floor))
    connection.execute(insert(schema_floor).values(oldest=newest.module.floor))
