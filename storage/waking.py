"""What makes deliveries due: each is one statement, however many channels there are."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, case, exists, literal, literal_column, or_, select, true, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.delivery import Origin
from bot.domain.record import FOR_ONE_CHANNEL, Record
from bot.domain.subscription import State
from storage import tables
from storage.columns import Moment
from storage.statements import upsert
from storage.tables import delivery, subscription, subscription_component

NEW_CARD = 0
THE_REST = 1
PRIORITIES = (NEW_CARD, THE_REST)
"""The order in which due deliveries are served: first those that never showed anything, but for notices."""

OF_NOTICE = delivery.c.origin == Origin.NOTICE

IS_PAUSED = subscription.c.state == literal_column(f"'{State.PAUSED}'")
"""Written literally as in the index of the paused: PostgreSQL cannot see through a parameter."""

CLOSED_NEWS_AGE = timedelta(hours=24)
"""What was closed longer ago than this is told to nobody who has not heard of it yet."""


def wanting(record: Record) -> ColumnElement[bool]:
    """Return the condition under which a subscription wants *record*: what `match` says, for all at once."""
    by_kind: ColumnElement[bool]
    if record.is_maintenance:
        by_kind = subscription.c.maintenance
    else:
        by_kind = subscription.c.least_rank <= record.rank
    if not record.component_ids:
        return by_kind
    listed = exists().where(
        subscription_component.c.subscription_id == subscription.c.id,
        subscription_component.c.component_id.in_(sorted(record.component_ids)),
    )
    return and_(by_kind, or_(subscription.c.all_components, listed))


def timely(record: Record, now: datetime) -> ColumnElement[bool] | None:
    """Return the condition under which *record* is news to a subscription, None if it is to none."""
    if record.tier in FOR_ONE_CHANNEL:
        return None
    if record.is_open:
        return true()
    if record.told_since is None or record.newest_at <= now - CLOSED_NEWS_AGE:
        return None
    return subscription.c.since <= record.told_since


async def fan_out(connection: AsyncConnection, records: Sequence[Record], now: datetime) -> int:
    """Make each delivery of *records* due, and one more for each subscription that wants one and has none.

    Returns how many became due. What a paused subscription has waits on; what is new is worth a try.
    """
    count = 0
    for record in records:
        count += await wake(connection, delivery.c.record_key == record.key, now)
        await park(connection, delivery.c.record_key == record.key)
    made = 0
    for record in records:
        heard_by = timely(record, now)
        if heard_by is not None:
            made += await deliver(connection, record, heard_by, Origin.NEWS, now)
    if made:
        await _try_with_news(connection, [record.key for record in records], now)
    return count + made


async def _try_with_news(connection: AsyncConnection, keys: Collection[str], now: datetime) -> None:
    """Have paused subscriptions that just got a delivery of *keys* tried with it, now.

    Rows that somebody is writing are stepped over: they are being tried already.
    """
    new = exists().where(
        delivery.c.record_key.in_(sorted(keys)),
        delivery.c.subscription_id == subscription.c.id,
        delivery.c.origin == Origin.NEWS,
        delivery.c.created_at == now,
    )
    chosen = select(subscription.c.id).where(IS_PAUSED, new).with_for_update(skip_locked=True).correlate(None)
    await connection.execute(
        update(subscription).where(subscription.c.id.in_(chosen)).values(next_try_at=now)
    )


async def deliver(
    connection: AsyncConnection, record: Record, to: ColumnElement[bool], origin: Origin, now: datetime
) -> int:
    """Make a delivery for each served subscription among *to* that wants *record* and has none yet.

    That of a paused one, which will hardly be accepted, comes after the new cards of the others.
    """
    rows = select(
        subscription.c.id,
        literal(record.key),
        subscription.c.platform,
        literal(origin.value),
        literal(now, Moment),
        case((IS_PAUSED, THE_REST), else_=NEW_CARD),
        literal(now, Moment),
    ).where(subscription.c.state.in_([State.ACTIVE, State.PAUSED]), to, wanting(record))
    columns = ["subscription_id", "record_key", "platform", "origin", "created_at", "priority", "due_at"]
    made = await connection.execute(
        upsert(connection, delivery)
        .from_select(columns, rows)
        .on_conflict_do_nothing(index_elements=["record_key", "subscription_id"])
        .execution_options(preserve_rowcount=True)  # which psycopg otherwise forgets for an insert
    )
    return made.rowcount


async def wake(connection: AsyncConnection, which: ColumnElement[bool], now: datetime) -> int:
    """Make the deliveries of *which* due; returns how many there are."""
    woken = await connection.execute(
        update(delivery)
        .where(which)
        .values(
            due_at=now,
            version=delivery.c.version + 1,
            priority=case((and_(delivery.c.style.is_(None), ~OF_NOTICE), NEW_CARD), else_=THE_REST),
        )
    )
    return woken.rowcount


async def wake_at(
    connection: AsyncConnection, subscription_id: int, which: ColumnElement[bool], now: datetime
) -> int:
    """Make those of one subscription's deliveries due; returns how many there are."""
    count = await wake(connection, and_(delivery.c.subscription_id == subscription_id, which), now)
    await park(connection, subscription.c.id == subscription_id)
    return count


async def park(connection: AsyncConnection, which: ColumnElement[bool]) -> None:
    """Put off what a paused subscription among *which* has due, until its next try.

    So the rows of channels that are gone are not in the way of every claim.
    """
    await connection.execute(
        update(delivery)
        .where(delivery.c.subscription_id == subscription.c.id, IS_PAUSED, which)
        .where(delivery.c.due_at < subscription.c.next_try_at)
        .values(due_at=subscription.c.next_try_at)
    )


async def unpark(connection: AsyncConnection, subscription_id: int, now: datetime) -> None:
    """Look again at all that a subscription, paused until now, has put off."""
    put_off = and_(delivery.c.subscription_id == subscription_id, delivery.c.due_at > now)
    await connection.execute(update(delivery).where(put_off).values(due_at=now))


async def try_workspace(connection: AsyncConnection, platform: str, workspace: str, now: datetime) -> None:
    """Try what is paused in a workspace now, with all that it has put off."""
    here = and_(subscription.c.platform == platform, subscription.c.workspace == workspace, IS_PAUSED)
    chosen = select(subscription.c.id).where(here).order_by(subscription.c.id).with_for_update()
    ids = (await connection.scalars(chosen)).all()
    paused = subscription.c.id.in_(ids)
    await connection.execute(update(subscription).where(paused).values(next_try_at=now))
    for subscription_id in ids:
        await unpark(connection, subscription_id, now)


def of_open_records() -> ColumnElement[bool]:
    """Return the condition that a delivery's record is open."""
    return delivery.c.record_key.in_(select(tables.record.c.key).where(tables.record.c.closed_at.is_(None)))
