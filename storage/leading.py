"""Leads: which process has a duty that only one may have, for how long, and what fences its writes."""

from __future__ import annotations

import secrets
from collections.abc import Collection
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Select, bindparam, case, delete, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.sql.dml import ReturningUpdate

from bot.domain.duty import COURIER
from bot.failures import Superseded
from storage.columns import Moment
from storage.statements import is_postgresql, lease_clock, lease_end, lease_parameters, shared_clock, upsert
from storage.tables import lead

FORGOTTEN_AFTER = timedelta(hours=1)
"""How long a lead that nobody keeps is left where it is; whose duty it was may well come back."""


async def take(
    connection: AsyncConnection, duties: Collection[str], owner: str, now: datetime, lease: timedelta
) -> dict[str, str]:
    """Take the leads of *duties*, or keep them; returns the fence of each that *owner* has then.

    Whoever stands by reads some rows and locks nothing. Of several that find one free one gets it: the
    others wait for that one's row and then see that it is taken. Each statement counts by itself.
    """
    asked: dict[str, Any] = {
        "an_owner": owner,
        "a_fence": secrets.token_hex(16),
        "now": now,
        **lease_parameters(connection, now, lease),
    }
    postgresql = is_postgresql(connection)
    rows = await connection.execute(_looking(postgresql=postgresql), {**asked, "duties": sorted(duties)})
    free = {row.duty: row.is_free for row in rows}
    taken = dict[str, str]()
    to_take = sorted(duty for duty, is_free in free.items() if is_free)
    if to_take:
        rows = await connection.execute(_taking(postgresql=postgresql), {**asked, "duties": to_take})
        taken |= {row.duty: row.fence for row in rows}
    for duty in sorted(set(duties) - free.keys()):
        if await _made(connection, {**asked, "a_duty": duty}):
            taken[duty] = asked["a_fence"]
    return taken


async def give_up(connection: AsyncConnection, duty: str, fence: str) -> None:
    """Let others take the lead of *duty* at once, if *fence* still has it."""
    await connection.execute(delete(lead).where(lead.c.duty == duty, lead.c.fence == fence))


async def hold(connection: AsyncConnection, duty: str, fence: str | None) -> None:
    """Keep the lead of *duty* with *fence* until this transaction ends; None asks for no lead.

    Raises `Superseded` where another has it, or nobody. A lease that ran out does not matter as long as
    nobody took over, and nobody can before this transaction ends.
    """
    if fence is None:
        return
    held = select(lead.c.fence).where(lead.c.duty == duty).with_for_update(read=True)
    if await connection.scalar(held) != fence:
        raise Superseded(duty)


async def couriers(connection: AsyncConnection, clock: datetime) -> int:
    """Count the processes that deliver at a moment by the clock that leases run by."""
    alive = select(func.count()).where(lead.c.duty.startswith(COURIER), lead.c.until > clock)
    return await connection.scalar(alive) or 0


async def _made(connection: AsyncConnection, asked: dict[str, Any]) -> bool:
    """Make the row of a duty that has none; False where somebody was faster. What nobody keeps goes."""
    long_ago = await shared_clock(connection, asked["now"]) - FORGOTTEN_AFTER
    await connection.execute(delete(lead).where(lead.c.until < long_ago))
    made = upsert(connection, lead).values(
        duty=bindparam("a_duty"),
        owner=bindparam("an_owner"),
        fence=bindparam("a_fence"),
        until=lease_end(postgresql=is_postgresql(connection)),
    )
    written = made.on_conflict_do_nothing(index_elements=["duty"]).returning(lead.c.fence)
    return await connection.scalar(written, asked) is not None


@cache
def _looking(*, postgresql: bool) -> Select[Any]:
    """Return the question which duties may be taken or kept by somebody."""
    is_free = _may_have(postgresql=postgresql).label("is_free")
    return select(lead.c.duty, is_free).where(_asked_for())


@cache
def _taking(*, postgresql: bool) -> ReturningUpdate[Any]:
    """Return the statement that takes or keeps leads, with the old fence where nobody else had it since."""
    ours = lead.c.owner == bindparam("an_owner")
    return (
        update(lead)
        .where(_asked_for(), _may_have(postgresql=postgresql))
        .values(
            owner=bindparam("an_owner"),
            fence=case((ours, lead.c.fence), else_=bindparam("a_fence")),
            until=lease_end(postgresql=postgresql),
        )
        .returning(lead.c.duty, lead.c.fence)
    )


def _asked_for() -> ColumnElement[bool]:
    return lead.c.duty.in_(bindparam("duties", expanding=True))


def _may_have(*, postgresql: bool) -> ColumnElement[bool]:
    clock = lease_clock(bindparam("now", type_=Moment), postgresql=postgresql)
    return or_(lead.c.owner == bindparam("an_owner"), lead.c.until <= clock)
