"""What refusals taught the processes of a platform's limits: the newest word on each workspace and method."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import case, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.limit import Learnt, Limit
from storage import leading
from storage.statements import shared_clock, upsert
from storage.tables import learnt_limit

COUNTS = timedelta(hours=1)
"""How long a rate is believed by a process that starts; one that was halved is back long before."""

OVERLAP = timedelta(seconds=10)
"""What was learnt earlier may become visible later: so much of what was read is read again."""


async def learn(connection: AsyncConnection, limits: Sequence[Limit], now: datetime) -> None:
    """Write *limits*; where another process knows of a longer pause, that one stays."""
    clock = await shared_clock(connection, now)
    in_one_order = sorted(limits, key=lambda one: (one.workspace, one.method))
    rows = [
        {
            "workspace": one.workspace,
            "method": one.method,
            "rate": one.rate,
            "quiet_until": clock + one.pause,
            "learnt_at": clock,
        }
        for one in in_one_order
    ]
    if not rows:
        return
    statement, known = upsert(connection, learnt_limit), learnt_limit.c.quiet_until
    new = statement.excluded
    changed = {
        "rate": new.rate,
        "quiet_until": case((known > new.quiet_until, known), else_=new.quiet_until),
        "learnt_at": new.learnt_at,
    }
    key = list(learnt_limit.primary_key)
    await connection.execute(statement.on_conflict_do_update(index_elements=key, set_=changed), rows)


async def learnt(connection: AsyncConnection, since: datetime | None, now: datetime) -> Learnt:
    """Read what is newer than *since*, and a little more."""
    clock = await shared_clock(connection, now)
    known = learnt_limit.c
    newer = known.learnt_at > (clock - COUNTS if since is None else since - OVERLAP)
    rows = await connection.execute(select(learnt_limit).where(newer).order_by(known.learnt_at))
    found = [
        (row.learnt_at, Limit(row.workspace, row.method, row.rate, _left(row.quiet_until, clock)))
        for row in rows
    ]
    return Learnt(tuple(found), max(1, await leading.couriers(connection, clock)))


def _left(until: datetime | None, clock: datetime) -> timedelta:
    return max(until - clock, timedelta(0)) if until else timedelta(0)
