"""Writing down what became of claims, and what that means for their subscriptions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import cache

from sqlalchemy import Update, bindparam, case, func, literal, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.subscription import State
from bot.ports import Settlement
from storage.columns import Moment, storable
from storage.documents import encode
from storage.errors import StorageError
from storage.tables import delivery, subscription
from storage.waking import NEW_CARD, THE_REST, park, unpark

EAGER = timedelta(hours=24)
"""How long a paused subscription is tried hourly; after that it is tried daily."""


async def settle(connection: AsyncConnection, settlements: Sequence[Settlement], now: datetime) -> int:
    """Write the results whose lease is still theirs; returns how many those are.

    A delivery that was woken since its claim stays due. When it was muted is nobody's result.
    """
    held = await _held(connection, settlements)
    if held:
        await connection.execute(_result(), [_values(_sayable(one)) for one in held])
    for one in held:
        if one.pause is not None:
            await _pause(connection, one.claim.subscription.id, one.pause, now)
        elif one.resume:
            await _resume(connection, one.claim.subscription.id, now)
    await park(connection, subscription.c.id.in_({one.claim.subscription.id for one in held}))
    return len(held)


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
        "priority": NEW_CARD if result.style is None else THE_REST,
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
    long_paused = subscription.c.paused_at <= now - EAGER
    next_try = case(
        (long_paused, literal(now + timedelta(days=1), Moment)),
        else_=literal(now + timedelta(hours=1), Moment),
    )
    served = subscription.c.state.in_([State.ACTIVE, State.PAUSED])
    await connection.execute(
        update(subscription)
        .where(subscription.c.id == subscription_id, served)
        .values(
            state=State.PAUSED,
            pause_reason=storable(reason),
            paused_at=func.coalesce(subscription.c.paused_at, literal(now, Moment)),
            next_try_at=next_try,
        )
    )


async def _resume(connection: AsyncConnection, subscription_id: int, now: datetime) -> None:
    """Serve the subscription again, if it was paused, with all that waited."""
    resumed = await connection.execute(
        update(subscription)
        .where(subscription.c.id == subscription_id, subscription.c.state == State.PAUSED)
        .values(state=State.ACTIVE, pause_reason=None, paused_at=None, next_try_at=None)
    )
    if resumed.rowcount:
        await unpark(connection, subscription_id, now)
