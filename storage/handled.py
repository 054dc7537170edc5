"""Keys of what came from outside and was handled, so that nothing is handled twice."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import delete
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.statements import upsert
from storage.tables import handled

AT_ONCE = 1000
"""Keys in one statement; neither database takes any number of parameters."""


async def first_times(connection: AsyncConnection, keys: Collection[str], now: datetime) -> frozenset[str]:
    """Write *keys* down and return those that were not there: of several at once, one gets each key.

    Those behind the first wait for it. All take keys in one order, so that no two wait for each other.
    """
    rows = [{"key": key, "at": now} for key in sorted(set(keys))]
    if not rows:
        return frozenset()
    written = upsert(connection, handled).on_conflict_do_nothing(index_elements=["key"])
    return frozenset(await connection.scalars(written.returning(handled.c.key), rows))


async def not_yet(connection: AsyncConnection, keys: Collection[str]) -> None:
    """Forget *keys*."""
    gone = sorted(set(keys))
    for start in range(0, len(gone), AT_ONCE):
        await connection.execute(delete(handled).where(handled.c.key.in_(gone[start : start + AT_ONCE])))
