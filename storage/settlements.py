"""Writing down what became of claims, and what that means for their subscriptions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import cache

from sqlalchemy import Update, and_, bindparam, case, func, literal, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.delivery import Origin
from bot.domain.subscription import State, Subscription
from bot.ports import Settlement
from storage.columns import Moment, storable
from storage.documents import encode
from storage.errors import StorageError
from storage.tables import delivery, subscription
from storage.waking import IS_PAUSED, NEW_CARD, THE_REST, park, unpark

RHYTHM = (
    (timedelta(hours=24), timedelta(days=1)),
    (timedelta(hours=1), timedelta(hours=1)),
    (timedelta(0), timedelta(minutes=10)),
)
"""From which length of a pause on it is tried again after how long: whoever sees the cause, mends it soon."""


async def settle(
    connection: AsyncConnection, settlements: Sequence[Settlement], now: datetime
) -> list[Settlement]:
    """Write the results whose lease is still theirs; returns those.

    A delivery that was woken since its claim stays due. When it was muted is nobody's result.
    """
    held = await _held(connection, settlements)
    if held:
        await connection.execute(_result(), [_values(_sayable(one)) for one in held])
    for one in held:
        if one.pause is not None:
            await _pause(connection, one.claim.subscription.id, one.pause, now)
        elif one.resume:
            await _resume(connection, one.claim.subscription, now)
    await park(connection, subscription.c.id.in_({one.claim.subscription.id for one in held}))
    return held


async def _held(connection: AsyncConnection, settlements: Sequence[Settlement]) -> list[Settlement]:
    """Return those whose delivery is still under the claim's lease, and keep it so.

    Rows are locked in the order of their ids, so that two that settle do not wait for each other.
    """
    by_id = {one.claim.delivery.id: one for one in settlements}
    leases = select(delivery.c.id, delivery.c.lease_token).where(delivery.c.id.in_(by_id))
    rows = await connection.execute(leases.order_by(delivery.c.id).with_for_update())
    return [by_id[row.id] for row in rows if by_id[row.id].claim.token == row.lease_token]


@cache
def _result() -> Update:
    """Return the statement that takes `_values`, built only once."""
    as_claimed = delivery.c.version == bindparam("claimed_version")
    return (
        update(delivery)
        .where(delivery.c.id == bindparam("delivery_id"))
        .values(
            receipts=bindparam("receipts"),
            trace=bindparam("trace"),
            style=bindparam("style"),
            priority=bindparam("priority"),
            failures=bindparam("failures"),
            unknown=bindparam("unknown"),
            conclusion=bindparam("conclusion"),
            due_at=case((as_claimed, bindparam("next_due", type_=Moment)), else_=delivery.c.due_at),
            lease_token=None,
            lease_owner=None,
            lease_until=None,
        )
    )


def _values(settlement: Settlement) -> dict[str, object]:
    result = settlement.delivery
    return {
        "delivery_id": result.id,
        "claimed_version": settlement.claim.version,
        "receipts": encode(result.receipts),
        "trace": encode(result.trace),
        "style": result.style,
        "priority": THE_REST if result.style or result.origin is Origin.NOTICE else NEW_CARD,
        "failures": result.failures,
        "unknown": result.unknown,
        "conclusion": storable(result.conclusion),
        "next_due": settlement.due_at,
    }


def _sayable(settlement: Settlement) -> Settlement:
    """Return *settlement* if its texts can be stored, else one that lays the delivery to rest and says why.

    Refusing it would refuse the results beside it as well, and send all their messages again.
    """
    try:
        encode((settlement.delivery.receipts, settlement.delivery.trace))
    except StorageError as error:
        rest = replace(settlement.claim.delivery, unknown=True, conclusion=str(error))
        return replace(settlement, delivery=rest, due_at=None)
    return settlement


async def _pause(connection: AsyncConnection, subscription_id: int, reason: str, now: datetime) -> None:
    """Serve the subscription only now and then; the first pause of a row of them counts as its beginning."""
    began = func.coalesce(subscription.c.paused_at, literal(now, Moment))
    next_try = case(*[(began <= now - length, literal(now + gap, Moment)) for length, gap in RHYTHM])
    served = subscription.c.state.in_([State.ACTIVE, State.PAUSED])
    await connection.execute(
        update(subscription)
        .where(subscription.c.id == subscription_id, served)
        .values(
            state=State.PAUSED,
            pause_reason=storable(reason),
            paused_at=began,
            next_try_at=next_try,
        )
    )


async def _resume(connection: AsyncConnection, paused: Subscription, now: datetime) -> None:
    """Serve the subscription again, if it was paused, with all that waited."""
    resumed = await connection.execute(
        update(subscription)
        .where(subscription.c.id == paused.id, subscription.c.state == State.PAUSED)
        .values(state=State.ACTIVE, pause_reason=None, paused_at=None, next_try_at=None)
    )
    if resumed.rowcount:
        await unpark(connection, paused.id, now)
        await _try_the_like(connection, paused, now)


async def _try_the_like(connection: AsyncConnection, resumed: Subscription, now: datetime) -> None:
    """Try now, as if it were time, whatever else in the workspace is paused for the reason that is gone here.

    Rows that somebody is writing are stepped over, so that two that settle do not wait for each other.
    """
    alike = and_(
        IS_PAUSED,
        subscription.c.platform == resumed.channel.platform,
        subscription.c.workspace == resumed.channel.workspace,
        subscription.c.pause_reason == resumed.pause_reason,
        subscription.c.next_try_at > now,
    )
    waiting = (
        select(delivery.c.id)
        .where(delivery.c.subscription_id == subscription.c.id, alike)
        .where(delivery.c.due_at > now, delivery.c.due_at <= subscription.c.next_try_at)
        .with_for_update(of=delivery, skip_locked=True)
        .correlate(None)
    )
    chosen = select(subscription.c.id).where(alike).with_for_update(skip_locked=True).correlate(None)
    await connection.execute(update(delivery).where(delivery.c.id.in_(waiting)).values(due_at=now))
    await connection.execute(
        update(subscription).where(subscription.c.id.in_(chosen)).values(next_try_at=now)
    )
