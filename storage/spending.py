"""Budgets: how much may be taken of something within a span of time, whoever takes it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import and_, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.statements import spend_alone
from storage.tables import spent

Limits = Sequence[tuple[timedelta, int]]
"""Spans, each with how much may be taken within it."""


async def spend(connection: AsyncConnection, budget: str, now: datetime, limits: Limits) -> timedelta:
    """Take one of *budget* and return zero, or return how long until there is one to take."""
    await spend_alone(connection)
    await _mend(connection, budget, now)
    most = max((count for _, count in limits), default=0)
    wait = _wait(await _newest(connection, budget, most), now, limits)
    if not wait:
        await connection.execute(insert(spent).values(budget=budget, at=now))
    return wait


async def _mend(connection: AsyncConnection, budget: str, now: datetime) -> None:
    """Take what was taken in the future for taken now: a clock that was wrong may cost one span, no more."""
    ahead = and_(spent.c.budget == budget, spent.c.at > now)
    await connection.execute(update(spent).where(ahead).values(at=now))


async def _newest(connection: AsyncConnection, budget: str, most: int) -> Sequence[datetime]:
    """Read when the last ones were taken, newest first."""
    newest = select(spent.c.at).where(spent.c.budget == budget).order_by(spent.c.at.desc()).limit(most)
    return (await connection.scalars(newest)).all()


def _wait(taken: Sequence[datetime], now: datetime, limits: Limits) -> timedelta:
    """Return how long until every limit leaves room for one more; *taken* is newest first."""
    ends = [taken[count - 1] + span for span, count in limits if len(taken) >= count]
    return max([timedelta(0), *(end - now for end in ends)])
