"""Workspaces that removed the bot: noted, forgiven when they return, and forgotten after a while."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, delete, exists, select, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.delivery import Origin
from storage.statements import fan_out_alone, upsert
from storage.tables import delivery, departed, record, subscription

GRACE = timedelta(days=7)
"""How long what a workspace chose outlives the removal: it may have been a slip, or a passing quarrel."""

BATCH = 20
"""Channels that go in one transaction, each with all it ever had, and workspaces that are looked at."""

AT_ONCE = 1000
"""Workspaces in one statement; neither database takes any number of parameters."""

OF_ONE_CHANNEL = (Origin.TEST, Origin.NOTICE)


async def present(
    connection: AsyncConnection, platform: str, workspaces: Collection[str], now: datetime
) -> None:
    """Note that all of *platform* but *workspaces* removed the bot, and that these did not."""
    there = frozenset(workspaces)
    for workspace in sorted(await _known_in(connection, subscription, platform) - there):
        await _note(connection, platform, workspace, now)
    returned = sorted(await _known_in(connection, departed, platform) & there)
    for start in range(0, len(returned), AT_ONCE):
        some = departed.c.workspace.in_(returned[start : start + AT_ONCE])
        await connection.execute(delete(departed).where(departed.c.platform == platform, some))


async def left(connection: AsyncConnection, platform: str, workspace: str, now: datetime) -> None:
    """Note a removal; where nothing was chosen there is nothing to forget."""
    here = and_(subscription.c.platform == platform, subscription.c.workspace == workspace)
    if await connection.scalar(select(exists().where(here))):
        await _note(connection, platform, workspace, now)


async def joined(connection: AsyncConnection, platform: str, workspace: str) -> None:
    """Take a removal back."""
    here = and_(departed.c.platform == platform, departed.c.workspace == workspace)
    await connection.execute(delete(departed).where(here))


async def forget_departed(connection: AsyncConnection, now: datetime) -> int:
    """Delete some channels of workspaces that left long ago; returns how many.

    A channel goes whole: with its deliveries, with the tests and notices that only it was told, with its
    settings and their versions. Nobody subscribes and nothing is fanned out meanwhile, which would leave
    deliveries of nobody. A workspace of which nothing is left is itself forgotten.
    """
    over = departed.c.at <= now - GRACE
    if not await connection.scalar(select(exists().where(over))):
        return 0
    await fan_out_alone(connection)
    oldest = select(departed).where(over).order_by(departed.c.at).limit(BATCH).with_for_update()
    gone = (await connection.execute(oldest)).all()
    theirs = select(subscription.c.id).where(_among(subscription, gone))
    chosen = theirs.order_by(subscription.c.id).limit(BATCH).with_for_update()
    count = await _forget_channels(connection, (await connection.scalars(chosen)).all())
    rest = exists().where(
        subscription.c.platform == departed.c.platform, subscription.c.workspace == departed.c.workspace
    )
    await connection.execute(delete(departed).where(_among(departed, gone), ~rest))
    return count


async def _forget_channels(connection: AsyncConnection, ids: Sequence[int]) -> int:
    """Delete subscriptions with all that belongs to them; versions and components go by themselves."""
    of_them = delivery.c.subscription_id.in_(ids)
    alone = select(delivery.c.record_key).where(of_them, delivery.c.origin.in_(OF_ONE_CHANNEL))
    keys = (await connection.scalars(alone)).all()
    await connection.execute(delete(delivery).where(of_them))
    for start in range(0, len(keys), AT_ONCE):
        some = record.c.key.in_(keys[start : start + AT_ONCE])
        await connection.execute(delete(record).where(some))
    return (await connection.execute(delete(subscription).where(subscription.c.id.in_(ids)))).rowcount


async def _known_in(connection: AsyncConnection, table: Any, platform: str) -> frozenset[str]:
    """Read the workspaces of *platform* that *table* knows."""
    known = select(table.c.workspace).where(table.c.platform == platform).distinct()
    return frozenset(await connection.scalars(known))


async def _note(connection: AsyncConnection, platform: str, workspace: str, now: datetime) -> None:
    line = upsert(connection, departed).values(platform=platform, workspace=workspace, at=now)
    await connection.execute(line.on_conflict_do_nothing(index_elements=["platform", "workspace"]))


def _among(table: Any, gone: Sequence[Row[Any]]) -> ColumnElement[bool]:
    """Return the condition that a row of *table* belongs to one of the workspaces *gone*."""
    return tuple_(table.c.platform, table.c.workspace).in_([(one.platform, one.workspace) for one in gone])
