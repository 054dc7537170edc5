"""The schema's version: looked at without Alembic, moved on with it."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path

from sqlalchemy import BigInteger, Connection, func, inspect, literal, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.statements import MIGRATION, is_postgresql

MIGRATIONS = Path(__file__).with_name("migrations")


class Age(StrEnum):
    """How a database's schema compares to the one this program knows."""

    CURRENT = "current"
    BEHIND = "behind"
    NEWER = "newer"


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
    return Age.BEHIND if found is None or found in known else Age.NEWER


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

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
