"""Reading everything that is kept of one workspace."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import JSON, ColumnElement, Row, case, cast, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.kept import (
    MOST_CHANNELS,
    MOST_VERSIONS,
    Kept,
    KeptInstallation,
    KeptSubscription,
    KeptVersion,
    Tally,
)
from bot.domain.subscription import Settings, State
from storage.departures import SLACK
from storage.documents import decode
from storage.rows import subscription_from
from storage.statements import is_postgresql
from storage.tables import delivery, departed, installation, settings_version, subscription
from storage.versions import of_workspace

MOST_READ: Final = 5000
"""Versions of one workspace that are read at once, the newest: each takes time that nothing else gets."""


async def kept(connection: AsyncConnection, platform: str, workspace: str, *, whole: bool) -> Kept:
    """Read it as of one moment; without its channels where it is not to be *whole*."""
    here = of_workspace(platform, workspace)
    left = select(departed.c.at).where(departed.c.platform == platform, departed.c.workspace == workspace)
    return Kept(
        await _tally(connection, here),
        await _channels(connection, here) if whole else (),
        await _installation(connection, workspace) if platform == SLACK else None,
        await connection.scalar(left),
    )


async def _tally(connection: AsyncConnection, here: ColumnElement[bool]) -> Tally:
    ended = func.sum(case((subscription.c.state == State.ENDED, 1), else_=0))
    channels = (await connection.execute(select(func.count(), ended).where(here))).one()
    versions = select(func.count()).select_from(settings_version).join(subscription).where(here)
    theirs = delivery.c.subscription_id.in_(select(subscription.c.id).where(here))
    messages = func.sum(_receipts(postgresql=is_postgresql(connection)))
    told = (await connection.execute(select(func.count(), messages).where(theirs))).one()
    changes = await connection.scalar(versions) or 0
    return Tally(channels[0], int(channels[1] or 0), changes, told[0], int(told[1] or 0))


async def _channels(connection: AsyncConnection, here: ColumnElement[bool]) -> tuple[KeptSubscription, ...]:
    """Read the channels, those that are served first, then those that ended last."""
    served_first = case((subscription.c.state == State.ENDED, 1), else_=0)
    order = (served_first, subscription.c.ended_at.desc(), subscription.c.channel)
    chosen = select(subscription).where(here).order_by(*order).limit(MOST_CHANNELS)
    rows = (await connection.execute(chosen)).all()
    ids = [row.id for row in rows]
    versions, changes = await _versions(connection, ids), await _changes(connection, ids)
    counts = await _counts(connection, ids)
    return tuple(
        _channel(row, versions.get(row.id, []), changes.get(row.id, 0), counts.get(row.id)) for row in rows
    )


def _channel(
    row: Row[Any], versions: list[KeptVersion], changes: int, counted: Row[Any] | None
) -> KeptSubscription:
    found = subscription_from(row)
    if counted is None:
        return KeptSubscription(found, tuple(versions), changes)
    told = (counted.deliveries, counted.first_at, counted.last_at, counted.messages)
    return KeptSubscription(found, tuple(versions), changes, *told)


async def _versions(connection: AsyncConnection, ids: Sequence[int]) -> dict[int, list[KeptVersion]]:
    """Read the newest versions of each subscription, oldest first; of all together the newest."""
    newest = settings_version.c.version > subscription.c.version - MOST_VERSIONS
    theirs = select(settings_version).join(subscription).where(subscription.c.id.in_(ids), newest)
    order = (settings_version.c.at.desc(), settings_version.c.version.desc())
    rows = (await connection.execute(theirs.order_by(*order).limit(MOST_READ))).all()
    found: dict[int, list[KeptVersion]] = {}
    for row in sorted(rows, key=lambda one: one.version):
        settings = None if row.document is None else decode(row.document, Settings)
        one = KeptVersion(row.at, row.actor, row.action, settings)
        found.setdefault(row.subscription_id, []).append(one)
    return found


async def _changes(connection: AsyncConnection, ids: Sequence[int]) -> dict[int, int]:
    """Count the versions of each subscription."""
    owner = settings_version.c.subscription_id
    each = select(owner, func.count().label("changes")).where(owner.in_(ids)).group_by(owner)
    return {row.subscription_id: row.changes for row in await connection.execute(each)}


async def _counts(connection: AsyncConnection, ids: Sequence[int]) -> dict[int, Row[Any]]:
    """Count what each subscription was told: there may be too many deliveries to read them."""
    counted = select(
        delivery.c.subscription_id,
        func.count().label("deliveries"),
        func.min(delivery.c.created_at).label("first_at"),
        func.max(delivery.c.created_at).label("last_at"),
        func.sum(_receipts(postgresql=is_postgresql(connection))).label("messages"),
    )
    each = counted.where(delivery.c.subscription_id.in_(ids)).group_by(delivery.c.subscription_id)
    return {row.subscription_id: row for row in await connection.execute(each)}


async def _installation(connection: AsyncConnection, workspace: str) -> KeptInstallation | None:
    columns = (installation.c.scopes, installation.c.installed_by, installation.c.installed_at)
    found = select(*columns).where(installation.c.workspace == workspace)
    row = (await connection.execute(found)).one_or_none()
    if row is None:
        return None
    return KeptInstallation(tuple(filter(None, row.scopes.split(","))), row.installed_by, row.installed_at)


def _receipts(*, postgresql: bool) -> ColumnElement[int]:
    """Return how many receipts a delivery has: one for each message."""
    return func.json_array_length(cast(delivery.c.receipts, JSON) if postgresql else delivery.c.receipts)
