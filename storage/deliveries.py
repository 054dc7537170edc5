"""The deliveries of one channel: looked up, muted, and made for a test."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import and_, func, insert, literal, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.delivery import Delivery, Origin
from bot.domain.record import Record
from bot.domain.subscription import Channel, State
from storage.columns import Moment
from storage.knowledge import write_records
from storage.rows import delivery_from
from storage.subscriptions import served_row
from storage.tables import delivery, subscription
from storage.versions import of_channel
from storage.waking import NEW_CARD, wake_at


async def deliveries(
    connection: AsyncConnection, channel: Channel, keys: Collection[str]
) -> dict[str, Delivery]:
    """Read the deliveries of *channel* for the records *keys*, by record key."""
    here = select(subscription.c.id).where(of_channel(channel)).scalar_subquery()
    wanted = and_(delivery.c.subscription_id == here, delivery.c.record_key.in_(sorted(keys)))
    rows = await connection.execute(select(delivery).where(wanted))
    return {row.record_key: delivery_from(row) for row in rows}


async def mute_incident(connection: AsyncConnection, channel: Channel, key: str, now: datetime) -> bool:
    """Mute one incident here, from the first time on; False if there is no delivery of it."""
    row = await served_row(connection, channel)
    if row is None:
        return False
    concerned = and_(delivery.c.subscription_id == row.id, delivery.c.record_key == key)
    since = func.coalesce(delivery.c.muted_at, literal(now, Moment))
    await connection.execute(update(delivery).where(concerned).values(muted_at=since))
    return await wake_at(connection, row.id, delivery.c.record_key == key, now) > 0


async def test(connection: AsyncConnection, channel: Channel, record: Record, now: datetime) -> bool:
    """Write a test's record and its only delivery; False if the channel is not subscribed.

    A paused subscription is tried at once: who tests wants to know whether the cause is gone.
    """
    row = await served_row(connection, channel)
    if row is None:
        return False
    await write_records(connection, [record])
    if row.state == State.PAUSED:
        tried_now = update(subscription).where(subscription.c.id == row.id).values(next_try_at=now)
        await connection.execute(tried_now)
    await connection.execute(
        insert(delivery).values(
            subscription_id=row.id,
            record_key=record.key,
            platform=row.platform,
            origin=Origin.TEST,
            created_at=now,
            priority=NEW_CARD,
            due_at=now,
        )
    )
    return True
