"""The deliveries of one channel: looked up, muted, and made for a test."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import and_, func, literal, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.delivery import Delivery, Origin
from bot.domain.record import Record
from bot.domain.subscription import Channel
from storage.columns import Moment
from storage.queue import queue, queue_notice
from storage.rows import delivery_from
from storage.subscriptions import served_row
from storage.tables import delivery, subscription
from storage.versions import of_channel
from storage.waking import wake_at


async def deliveries(
    connection: AsyncConnection, channel: Channel, keys: Collection[str]
) -> dict[str, Delivery]:
    """Read the deliveries of *channel* for the records *keys*, by record key."""
    here = select(subscription.c.id).where(of_channel(channel)).scalar_subquery()
    wanted = and_(delivery.c.subscription_id == here, delivery.c.record_key.in_(sorted(keys)))
    rows = await connection.execute(select(delivery).where(wanted))
    return {row.record_key: delivery_from(row) for row in rows}


async def mute_incident(
    connection: AsyncConnection, channel: Channel, key: str, now: datetime, *, notice: Record | None = None
) -> bool:
    """Mute one incident here, from the first time on; False if there is no delivery of it."""
    row = await served_row(connection, channel)
    if row is None:
        return False
    concerned = and_(delivery.c.subscription_id == row.id, delivery.c.record_key == key)
    since = func.coalesce(delivery.c.muted_at, literal(now, Moment))
    await connection.execute(update(delivery).where(concerned).values(muted_at=since))
    found = await wake_at(connection, row.id, delivery.c.record_key == key, now) > 0
    if found:
        await queue_notice(connection, row, notice, now)
    return found


async def last_test(connection: AsyncConnection, channel: Channel) -> datetime | None:
    """Read when the last test of *channel* that is remembered was made."""
    here = select(subscription.c.id).where(of_channel(channel)).scalar_subquery()
    of_here = and_(delivery.c.subscription_id == here, delivery.c.origin == Origin.TEST)
    moment: datetime | None = await connection.scalar(select(func.max(delivery.c.created_at)).where(of_here))
    return moment


async def test(
    connection: AsyncConnection, channel: Channel, record: Record, now: datetime, last: datetime | None
) -> bool:
    """Queue a test; False if the channel is not subscribed, or *last* was not its last one.

    Nobody else queues one until this is done, as the subscription's row is ours.
    """
    row = await served_row(connection, channel)
    if row is None or await last_test(connection, channel) != last:
        return False
    await queue(connection, row, record, Origin.TEST, now)
    return True
