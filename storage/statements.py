"""The few statements that the two databases spell or need differently."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import cache
from hashlib import blake2b
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Interval, Table, bindparam, func, literal, select
from sqlalchemy.dialects import postgresql as postgresql_dialect
from sqlalchemy.dialects import sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.columns import Moment

FAN_OUT = 0x636C617564650001
MIGRATION = 0x636C617564650002
SPENDING = 0x636C617564650003
"""PostgreSQL's advisory locks are numbers, shared by all who use the database: ours begin with "claude"."""


def upsert(connection: AsyncConnection, table: Table) -> sqlite.Insert | postgresql_dialect.Insert:
    """Return an insert that knows ON CONFLICT."""
    return postgresql_dialect.insert(table) if is_postgresql(connection) else sqlite.insert(table)


@cache
def writing(table: Table, *, postgresql: bool) -> sqlite.Insert | postgresql_dialect.Insert:
    """Return the statement that writes rows of *table* over those of the same primary key.

    It is kept because building it takes longer than running it.
    """
    statement = postgresql_dialect.insert(table) if postgresql else sqlite.insert(table)
    newer = {column.name: statement.excluded[column.name] for column in table.c if not column.primary_key}
    return statement.on_conflict_do_update(index_elements=list(table.primary_key), set_=newer)


def is_postgresql(connection: AsyncConnection) -> bool:
    """Return whether a server is asked, which others may ask at the same time."""
    return connection.dialect.name == "postgresql"


async def fan_out_alone(connection: AsyncConnection) -> None:
    """Keep subscriptions as they are until this transaction ends.

    Otherwise one that is made at the same moment could see the records of before, and not be seen
    by the fan-out. SQLite has one writer at a time anyhow.
    """
    if is_postgresql(connection):
        await connection.execute(select(func.pg_advisory_xact_lock(literal(FAN_OUT, BigInteger))))


async def keep_fan_out_away(connection: AsyncConnection) -> None:
    """Keep records as they are until this transaction ends; others who do the same are not in the way."""
    if is_postgresql(connection):
        await connection.execute(select(func.pg_advisory_xact_lock_shared(literal(FAN_OUT, BigInteger))))


async def spend_alone(connection: AsyncConnection) -> None:
    """Keep what was spent as it is until this transaction ends: two that count at once would both take."""
    if is_postgresql(connection):
        await connection.execute(select(func.pg_advisory_xact_lock(literal(SPENDING, BigInteger))))


async def subscribe_alone(connection: AsyncConnection, platform: str, workspace: str) -> None:
    """Let nobody else subscribe in a workspace until this transaction ends, so that none is one too many."""
    if is_postgresql(connection):
        name = blake2b(f"{platform}\0{workspace}".encode(), digest_size=8).digest()
        number = int.from_bytes(name, signed=True)
        await connection.execute(select(func.pg_advisory_xact_lock(literal(number, BigInteger))))


async def shared_clock(connection: AsyncConnection, now: datetime) -> datetime:
    """Return the moment by the clock that all processes share: the database's, or that of the only one."""
    if not is_postgresql(connection):
        return now
    return (await connection.execute(select(func.now(type_=Moment)))).scalar_one()


def lease_clock(now: ColumnElement[datetime], *, postgresql: bool) -> ColumnElement[datetime]:
    """Return the clock that leases run by: the database's own where machines share it, else *now*."""
    return func.now(type_=Moment) if postgresql else now


def lease_end(*, postgresql: bool) -> ColumnElement[datetime]:
    """Return when a lease that is taken now runs out by that clock, of `lease_parameters`."""
    if postgresql:
        return func.now(type_=Moment) + bindparam("lease", type_=Interval)
    return bindparam("lease_end", type_=Moment)


def lease_parameters(connection: AsyncConnection, now: datetime, lease: timedelta) -> dict[str, Any]:
    """Return what `lease_end` asks for."""
    return {"lease": lease} if is_postgresql(connection) else {"lease_end": now + lease}
