"""What is known of the page: present state, records, and the bodies they came from."""

from __future__ import annotations

import asyncio
import zlib
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from functools import cache
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Select, bindparam, func, insert, or_, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.duty import Duty
from bot.domain.health import Health
from bot.domain.record import FOR_ONE_CHANNEL, Known, Record
from bot.domain.status import Endpoint, Kind
from bot.domain.transitions import Change
from bot.failures import Superseded
from storage import leading, tables
from storage.documents import PageState, decode, encode
from storage.lost import cut_off
from storage.rows import record_from
from storage.statements import fan_out_alone, is_postgresql, writing
from storage.tables import lead, present, snapshot
from storage.waking import fan_out

PAGE = "page"
HEALTH = "health"
"""The names of the present state's documents: a `PageState` and a `Health`."""

CLOSED_KNOWN = 60
"""How many closed records `known` holds; `incidents.json` lists 50."""

COMPRESSION = 1
"""zlib's fastest level: a third larger than its best, at a sixth of the time."""

GUARDS = text(
    "SELECT set_config('statement_timeout', '0', true),"
    " set_config('idle_in_transaction_session_timeout', '20s', true)"
)
"""For a fan-out, which takes the time that its channels take: cut off and tried again, it would take as long
once more. https://www.postgresql.org/docs/current/runtime-config-client.html"""

PATIENCE = 600.0
"""Seconds after which a fan-out's server is taken to hang; 100,000 channels take three for each incident."""

Document = TypeVar("Document")


async def known(connection: AsyncConnection) -> Known:
    """Read the page's state, every open record and the newest closed ones."""
    page = await _present(connection, PAGE, PageState)
    records = tables.record
    official = select(records.c.document).where(_for_all())
    still_open = official.where(records.c.closed_at.is_(None))
    closed = official.where(records.c.closed_at.is_not(None))
    newest = closed.order_by(records.c.newest_at.desc(), records.c.key).limit(CLOSED_KNOWN)
    rows = [*await connection.execute(still_open), *await connection.execute(newest)]
    return Known(
        page=page.page,
        components=page.components,
        indicator=page.indicator,
        records=_by_key(map(record_from, rows)),
        watermarks=page.watermarks,
    )


async def page_url(connection: AsyncConnection) -> str:
    """Read the page's address, empty before the first read."""
    page = (await _present(connection, PAGE, PageState)).page
    return page.url if page else ""


async def records_by_official_id(connection: AsyncConnection, ids: Collection[str]) -> dict[str, Record]:
    """Read the records that the page knows under *ids*, by our key."""
    records = tables.record
    rows = await connection.execute(select(records.c.document).where(records.c.official_id.in_(sorted(ids))))
    return _by_key(map(record_from, rows))


async def record(
    connection: AsyncConnection,
    change: Change,
    bodies: Sequence[tuple[Endpoint, bytes]],
    now: datetime,
    *,
    fence: str | None = None,
    patience: float = PATIENCE,
) -> int:
    """Write a change, its compressed *bodies* and what it makes due; returns how many deliveries that is.

    The lead is held at the end, and only for a moment: who writes for long has to renew it meanwhile.
    It takes at most *patience* seconds, for a transaction that is not hurried.
    """
    ends = asyncio.get_running_loop().time() + patience if is_postgresql(connection) else None
    async with cut_off(connection, ends):
        await _begin_alone(connection, fence)
        await write_records(connection, change.records(change.written))
        await _write_page(connection, change.known)
        if bodies:
            rows = [{"endpoint": endpoint, "read_at": now, "body": body} for endpoint, body in bodies]
            await connection.execute(insert(snapshot), rows)
        due = await fan_out(connection, change.records(change.woken), now)
        await leading.hold(connection, Duty.WATCH, fence)
    return due


async def _begin_alone(connection: AsyncConnection, fence: str | None) -> None:
    """Wait for our turn, and raise `Superseded` at once where it is clear by then that it is for nothing."""
    if is_postgresql(connection):
        await connection.execute(GUARDS)
    await fan_out_alone(connection)
    leads = select(lead.c.fence).where(lead.c.duty == Duty.WATCH)
    if fence is not None and await connection.scalar(leads) != fence:
        raise Superseded(Duty.WATCH)


async def write_records(connection: AsyncConnection, records: Sequence[Record]) -> None:
    """Write *records*, over older ones of the same key."""
    if records:
        statement = writing(tables.record, postgresql=is_postgresql(connection))
        await connection.execute(statement, [_columns(one) for one in records])


async def health(connection: AsyncConnection) -> Health:
    """Read how reading the page goes."""
    return await _present(connection, HEALTH, Health)


async def set_health(connection: AsyncConnection, value: Health, *, fence: str | None = None) -> None:
    """Write how reading the page goes."""
    await _set_present(connection, HEALTH, value)
    await leading.hold(connection, Duty.WATCH, fence)


async def history(connection: AsyncConnection, limit: int) -> list[Record]:
    """Read the newest incidents, newest first by opening."""
    records = tables.record
    wanted = select(records.c.document).where(_for_all(), records.c.kind == Kind.INCIDENT)
    newest = wanted.order_by(records.c.opened_at.desc(), records.c.key).limit(limit)
    return [record_from(row) for row in await connection.execute(newest)]


async def records_since(connection: AsyncConnection, moment: datetime) -> list[Record]:
    """Read incidents and maintenances that were open at any time since *moment*, oldest first."""
    records = tables.record
    lasting = or_(records.c.closed_at.is_(None), records.c.closed_at >= moment)
    wanted = select(records.c.document).where(_for_all(), lasting)
    rows = await connection.execute(wanted.order_by(records.c.opened_at, records.c.key))
    return [record_from(row) for row in rows]


async def covered_since(connection: AsyncConnection) -> datetime | None:
    """Read when the oldest incident opened."""
    records = tables.record
    oldest = select(func.min(records.c.opened_at))
    incidents = oldest.where(_for_all(), records.c.kind == Kind.INCIDENT)
    moment: datetime | None = await connection.scalar(incidents)
    return moment


def compressed(readings: Sequence[tuple[Endpoint, bytes]]) -> list[tuple[Endpoint, bytes]]:
    """Return the bodies as they are kept; those that hold nothing are left out."""
    return [(endpoint, zlib.compress(body, COMPRESSION)) for endpoint, body in readings if body]


async def _present(connection: AsyncConnection, name: str, kind: type[Document]) -> Document:
    """Read one document, as it begins where it was never written."""
    document = await connection.scalar(_document(), {"name": name})
    return kind() if document is None else decode(document, kind)


@cache
def _document() -> Select[Any]:
    return select(present.c.document).where(present.c.name == bindparam("name"))


async def _set_present(connection: AsyncConnection, name: str, value: object) -> None:
    statement = writing(present, postgresql=is_postgresql(connection))
    await connection.execute(statement, {"name": name, "document": encode(value)})


async def _write_page(connection: AsyncConnection, now_known: Known) -> None:
    page = PageState(now_known.page, now_known.components, now_known.indicator, now_known.watermarks)
    await _set_present(connection, PAGE, page)


def _columns(one: Record) -> dict[str, object]:
    """Return the row of a record."""
    return {
        "key": one.key,
        "official_id": one.official_id,
        "kind": one.incident.kind,
        "tier": one.tier,
        "opened_at": one.opened_at,
        "closed_at": None if one.is_open else one.closed_at,
        "newest_at": one.newest_at,
        "document": encode(one),
    }


def _for_all() -> ColumnElement[bool]:
    """Return the condition that a record is knowledge: tests and notices are none."""
    return tables.record.c.tier.not_in(FOR_ONE_CHANNEL)


def _by_key(records: Iterable[Record]) -> dict[str, Record]:
    return {one.key: one for one in records}
