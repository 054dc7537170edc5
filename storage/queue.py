"""Queueing what concerns one channel alone: a test or a notice, each a record with a single delivery."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Row, and_, insert, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.delivery import Origin
from bot.domain.record import Record
from bot.domain.subscription import State
from storage.knowledge import write_records
from storage.tables import delivery, subscription
from storage.waking import NEW_CARD, THE_REST


async def queue_notice(
    connection: AsyncConnection, row: Row[Any], notice: Record | None, now: datetime
) -> None:
    """Queue *notice*, if there is one, for the subscription of *row*, be it that it just ended."""
    if notice is not None:
        await queue(connection, row, notice, Origin.NOTICE, now)


async def queue(
    connection: AsyncConnection, row: Row[Any], record: Record, origin: Origin, now: datetime
) -> None:
    """Write *record* and its only delivery, due now, for the subscription of *row*.

    A paused one is tried at once: somebody is there, and wants to know whether the cause is gone. What
    else waits there goes on waiting, so whatever is to be parked is parked before. A notice takes no
    turn from a new card.
    """
    await write_records(connection, [record])
    paused = and_(subscription.c.id == row.id, subscription.c.state == State.PAUSED)
    await connection.execute(update(subscription).where(paused).values(next_try_at=now))
    await connection.execute(
        insert(delivery).values(
            subscription_id=row.id,
            record_key=record.key,
            platform=row.platform,
            origin=origin,
            created_at=now,
            priority=THE_REST if origin is Origin.NOTICE else NEW_CARD,
            due_at=now,
        )
    )
