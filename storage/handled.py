"""Keys of what came from outside and was handled, so that nothing is handled twice."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.statements import upsert
from storage.tables import handled


async def first_time(connection: AsyncConnection, key: str, now: datetime) -> bool:
    """Write *key* down, False if it is there: of several at once, those behind the first wait for it."""
    written = (
        upsert(connection, handled).values(key=key, at=now).on_conflict_do_nothing(index_elements=["key"])
    )
    return await connection.scalar(written.returning(handled.c.key)) is not None


async def not_yet(connection: AsyncConnection, key: str) -> None:
    """Forget *key*."""
    await connection.execute(delete(handled).where(handled.c.key == key))
