"""The states of installations under way: hashes that can be brought back once, within ten minutes."""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, delete, func, insert, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.tables import oauth_state

LIFE = timedelta(minutes=10)

MOST = 10_000
"""Anybody can have one made by opening a link, so there is an end."""


async def begin(connection: AsyncConnection, state: str, browser: str, now: datetime) -> None:
    """Write the hashes down; of too many the oldest go, so that nobody locks out those who come after."""
    await forget_states(connection, now)
    kept = await connection.scalar(select(func.count()).select_from(oauth_state)) or 0
    if kept >= MOST:
        oldest = select(oauth_state.c.state_hash).order_by(oauth_state.c.at).limit(kept - MOST + 1)
        await connection.execute(delete(oauth_state).where(oauth_state.c.state_hash.in_(oldest)))
    row = {"state_hash": _hashed(state), "browser_hash": _hashed(browser), "at": now}
    await connection.execute(insert(oauth_state).values(row))


async def waits(connection: AsyncConnection, state: str, browser: str, now: datetime) -> bool:
    """Return whether the state could be brought back; it writes nothing."""
    found = select(oauth_state.c.at).where(_meant(state, browser, now))
    return await connection.scalar(found) is not None


async def consume(connection: AsyncConnection, state: str, browser: str, now: datetime) -> bool:
    """Delete the hash: whoever gets it back from the deletion was the one."""
    gone = delete(oauth_state).where(_meant(state, browser, now))
    return await connection.scalar(gone.returning(oauth_state.c.at)) is not None


async def forget_states(connection: AsyncConnection, now: datetime) -> int:
    """Delete those that nobody can bring back any more."""
    return (await connection.execute(delete(oauth_state).where(_expired(now)))).rowcount


def _meant(state: str, browser: str, now: datetime) -> ColumnElement[bool]:
    return and_(
        oauth_state.c.state_hash == _hashed(state),
        oauth_state.c.browser_hash == _hashed(browser),
        ~_expired(now),
    )


def _expired(now: datetime) -> ColumnElement[bool]:
    """Return the condition that a state is too old, or younger than it can be: a clock was wrong."""
    return or_(oauth_state.c.at <= now - LIFE, oauth_state.c.at >= now + LIFE)


def _hashed(secret: str) -> str:
    """Return what is kept of a random text: who reads the table cannot finish what others began."""
    return hashlib.sha256(secret.encode()).hexdigest()
