"""Forgetting: what is kept for how long, deleted in batches too small to be in anybody's way."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Table, and_, delete, exists, select, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.record import FOR_ONE_CHANNEL
from bot.domain.subscription import State
from storage.departures import forget_departed, forget_detached
from storage.states import forget_states
from storage.tables import (
    delivery,
    handled,
    learnt_limit,
    record,
    settings_version,
    snapshot,
    spent,
    subscription,
)

SNAPSHOTS = timedelta(days=7)
TESTS = timedelta(days=7)
HANDLED = timedelta(days=1)
SPENT = timedelta(days=2)
LEARNT = timedelta(hours=12)
REST = timedelta(days=90)
"""Receipts, traces, former settings and ended subscriptions; incidents themselves are kept for ever."""

BATCH = 500
"""Rows of one kind that go in one transaction, each with what hangs on it."""

Kind = Callable[[AsyncConnection, datetime], Awaitable[int]]


async def forget_snapshots(connection: AsyncConnection, now: datetime) -> int:
    """Delete bodies."""
    return await _batch(connection, snapshot, snapshot.c.read_at < now - SNAPSHOTS)


async def forget_deliveries(connection: AsyncConnection, now: datetime) -> int:
    """Delete the deliveries of what was closed long ago."""
    old = select(record.c.key).where(record.c.closed_at < now - REST)
    return await _batch(connection, delivery, delivery.c.record_key.in_(old))


async def forget_settings(connection: AsyncConnection, now: datetime) -> int:
    """Delete the versions that had been replaced by then: nobody can ask for them any more."""
    limit = now - REST
    later = settings_version.alias("later")
    replaced = exists().where(
        later.c.subscription_id == settings_version.c.subscription_id,
        later.c.version > settings_version.c.version,
        later.c.at <= limit,
    )
    return await _batch(connection, settings_version, and_(settings_version.c.at <= limit, replaced))


async def forget_handled(connection: AsyncConnection, now: datetime) -> int:
    """Delete the keys that nobody sends again."""
    return await _batch(connection, handled, handled.c.at < now - HANDLED)


async def forget_spent(connection: AsyncConnection, now: datetime) -> int:
    """Delete what no limit counts any more."""
    return await _batch(connection, spent, spent.c.at < now - SPENT)


async def forget_learnt(connection: AsyncConnection, now: datetime) -> int:
    """Delete what nobody believes any more of how fast workspaces are, be they gone."""
    return await _batch(connection, learnt_limit, learnt_limit.c.learnt_at < now - LEARNT)


async def forget_tests(connection: AsyncConnection, now: datetime) -> int:
    """Delete the records of tests and notices, with their deliveries."""
    old = and_(record.c.tier.in_(FOR_ONE_CHANNEL), record.c.opened_at < now - TESTS)
    keys = (await connection.scalars(select(record.c.key).where(old).limit(BATCH))).all()
    await connection.execute(delete(delivery).where(delivery.c.record_key.in_(keys)))
    return (await connection.execute(delete(record).where(record.c.key.in_(keys)))).rowcount


async def forget_subscriptions(connection: AsyncConnection, now: datetime) -> int:
    """Delete what ended long ago, with all that belongs to it; one that is just revived is kept."""
    old = and_(subscription.c.state == State.ENDED, subscription.c.ended_at < now - REST)
    chosen = select(subscription.c.id).where(old).limit(BATCH).with_for_update()
    ids = (await connection.scalars(chosen)).all()
    await connection.execute(delete(delivery).where(delivery.c.subscription_id.in_(ids)))
    return (await connection.execute(delete(subscription).where(subscription.c.id.in_(ids)))).rowcount


KINDS: tuple[Kind, ...] = (
    forget_snapshots,
    forget_deliveries,
    forget_settings,
    forget_tests,
    forget_handled,
    forget_spent,
    forget_learnt,
    forget_departed,
    forget_detached,
    forget_states,
    forget_subscriptions,
)
"""Each is to have a transaction of its own; each returns how many rows went."""


async def _batch(connection: AsyncConnection, table: Table, which: ColumnElement[bool]) -> int:
    """Delete a few rows of *which*."""
    key: list[Any] = table.primary_key.columns.values()
    column = key[0] if len(key) == 1 else tuple_(*key)
    chosen = select(*key).where(which).limit(BATCH)
    return (await connection.execute(delete(table).where(column.in_(chosen)))).rowcount
