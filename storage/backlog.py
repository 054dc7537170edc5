"""What waits: how many deliveries are due, and whether somebody rang for the watcher."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, func, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.queue import Queue, Waiting
from storage.documents import decode, encode
from storage.errors import StorageError
from storage.statements import is_postgresql, writing
from storage.tables import delivery, present

DOORBELL = "doorbell"
"""The name of the present state's document that holds a `Bell`."""


@dataclass(frozen=True, slots=True)
class Bell:
    """When the doorbell was rung last, None if it never was."""

    rung_at: datetime | None = None


ONLY_READ = (
    "The database can only be read: let DATABASE_URL name the server that takes writes, not a replica, and"
    " see that default_transaction_read_only is off there; a running bot then goes on by itself."
)


async def queue(connection: AsyncConnection, now: datetime) -> Queue:
    """Read how many deliveries are due by *now* on each platform, those under a lease among them.

    Raises `StorageError` where a server would take no write.
    """
    if is_postgresql(connection) and await connection.scalar(_only_reads()):
        raise StorageError(ONLY_READ)
    due = delivery.c.due_at
    counted = (
        select(delivery.c.platform, func.count().label("due"), func.min(due).label("since"))
        .where(due.is_not(None), due <= now)
        .group_by(delivery.c.platform)
    )
    rows = await connection.execute(counted)
    return Queue({row.platform: Waiting(row.due, row.since) for row in rows})


def _only_reads() -> Select[tuple[bool]]:
    """Return the question whether a server takes no write from this transaction, or from one on a connection
    that is new: only those that were read from say themselves that they will write.

    https://www.postgresql.org/docs/current/functions-info.html#FUNCTIONS-RECOVERY-INFO
    """
    names = ("transaction_read_only", "default_transaction_read_only")
    return select(or_(func.pg_is_in_recovery(), *(func.current_setting(name) == "on" for name in names)))


async def ring(connection: AsyncConnection, now: datetime) -> None:
    """Write down that the doorbell was rung."""
    statement = writing(present, postgresql=is_postgresql(connection))
    await connection.execute(statement, {"name": DOORBELL, "document": encode(Bell(now))})


async def rung(connection: AsyncConnection) -> datetime | None:
    """Read when the doorbell was rung last."""
    document = await connection.scalar(select(present.c.document).where(present.c.name == DOORBELL))
    return None if document is None else decode(document, Bell).rung_at
