"""Claiming due deliveries under a lease, and what becomes of leases."""

from __future__ import annotations

import secrets
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import Integer, Row, Select, bindparam, case, exists, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.sql.dml import ReturningUpdate

from bot.domain.record import Record
from bot.domain.subscription import Subscription
from bot.ports import Claim
from storage import tables
from storage.columns import Moment
from storage.knowledge import page_url
from storage.rows import delivery_from, record_from, subscription_from
from storage.statements import is_postgresql, lease_clock, lease_end, lease_parameters
from storage.tables import delivery, subscription
from storage.waking import PRIORITIES


@dataclass(frozen=True, slots=True)
class Request:
    """Who asks for how many deliveries, and for how long; see `bot.ports.Store.claim`."""

    owner: str
    platforms: Collection[str]
    limit: int
    now: datetime
    lease: timedelta


async def any_due(connection: AsyncConnection, request: Request) -> bool:
    """Tell whether anything is due, be it under a lease: a look, which locks nothing."""
    asked = {"platforms": request.platforms, "now": request.now}
    return bool(await connection.scalar(_any_due(), asked))


async def claim(connection: AsyncConnection, request: Request) -> list[Claim]:
    """Take due deliveries, new cards first, each kind oldest first.

    What is due goes by *now*; a paused subscription's deliveries are due when its next try is. How
    long a lease lasts goes by the database's clock on PostgreSQL, where machines with clocks of
    their own share it, and by *now* on SQLite, which only one process works on.
    """
    token = secrets.token_hex(16)
    asked: dict[str, Any] = {
        "token": token,
        "owner": request.owner,
        "platforms": request.platforms,
        "now": request.now,
        **lease_parameters(connection, request.now, request.lease),
    }
    statement = taking(postgresql=is_postgresql(connection))
    taken: list[Row[Any]] = []
    for wanted in PRIORITIES:
        room = request.limit - len(taken)
        if room > 0:
            rows = await connection.execute(statement, {**asked, "wanted": wanted, "room": room})
            taken += sorted(rows, key=lambda row: (row.due_at, row.id))
    return await _with_all_that_planning_needs(connection, taken, token) if taken else []


async def release_all(connection: AsyncConnection) -> int:
    """Void every lease; what was under one has an unknown outcome. Returns how many there were."""
    held = update(delivery).where(delivery.c.due_at.is_not(None), delivery.c.lease_token.is_not(None))
    released = held.values(unknown=True, lease_token=None, lease_owner=None, lease_until=None)
    return (await connection.execute(released)).rowcount


async def next_due(connection: AsyncConnection) -> datetime | None:
    """Read when the next delivery can be claimed, which is not before its lease ends."""
    leased_for_longer = delivery.c.lease_until > delivery.c.due_at
    claimable_at = case((leased_for_longer, delivery.c.lease_until), else_=delivery.c.due_at)
    earliest = select(func.min(claimable_at)).where(delivery.c.due_at.is_not(None))
    moment: datetime | None = await connection.scalar(earliest)
    return moment


@cache
def _any_due() -> Select[Any]:
    now = bindparam("now", type_=Moment)
    due = [
        exists().where(
            delivery.c.priority == wanted,
            delivery.c.due_at.is_not(None),
            delivery.c.due_at <= now,
            delivery.c.platform.in_(bindparam("platforms", expanding=True)),
        )
        for wanted in PRIORITIES
    ]
    return select(or_(*due))


@cache
def taking(*, postgresql: bool) -> ReturningUpdate[Any]:
    """Return the statement that leases due rows of one priority: one walk along their index.

    One that was under a lease ran out of it, so its outcome is unknown. Rows that another claimer is
    just taking are stepped over. MATERIALIZED keeps PostgreSQL from choosing more than once, which
    would take too many. It is kept because building it takes longer than running it.
    """
    now = bindparam("now", type_=Moment)
    chosen = (
        select(delivery.c.id)
        .where(
            delivery.c.priority == bindparam("wanted", type_=Integer),
            delivery.c.due_at.is_not(None),
            delivery.c.due_at <= now,
            delivery.c.platform.in_(bindparam("platforms", expanding=True)),
            or_(
                delivery.c.lease_until.is_(None),
                delivery.c.lease_until <= lease_clock(now, postgresql=postgresql),
            ),
        )
        .order_by(delivery.c.due_at, delivery.c.id)
        .limit(bindparam("room", type_=Integer))
        .with_for_update(of=delivery, skip_locked=True)
        .cte("chosen")
        .prefix_with("MATERIALIZED")
    )
    return (
        update(delivery)
        .where(delivery.c.id.in_(select(chosen.c.id)))
        .values(
            unknown=or_(delivery.c.unknown, delivery.c.lease_token.is_not(None)),
            lease_token=bindparam("token"),
            lease_owner=bindparam("owner"),
            lease_until=lease_end(postgresql=postgresql),
        )
        .returning(*delivery.c)
    )


async def _with_all_that_planning_needs(
    connection: AsyncConnection, taken: list[Row[Any]], token: str
) -> list[Claim]:
    """Read each distinct record and subscription once.

    They are read after the deliveries' versions: a record that changes in between wakes its
    deliveries, so that the result of this claim does not lay them to rest.
    """
    records = await _records(connection, {row.record_key for row in taken})
    subscriptions = await _subscriptions(connection, {row.subscription_id for row in taken})
    url = await page_url(connection)
    return [
        Claim(
            delivery=delivery_from(row),
            subscription=subscriptions[row.subscription_id],
            record=records[row.record_key],
            page_url=url,
            token=token,
            version=row.version,
        )
        for row in taken
    ]


async def _records(connection: AsyncConnection, keys: Collection[str]) -> dict[str, Record]:
    wanted = select(tables.record.c.document).where(tables.record.c.key.in_(keys))
    found = map(record_from, await connection.execute(wanted))
    return {one.key: one for one in found}


async def _subscriptions(connection: AsyncConnection, ids: Collection[int]) -> dict[int, Subscription]:
    found = await connection.execute(select(subscription).where(subscription.c.id.in_(ids)))
    return {row.id: subscription_from(row) for row in found}
