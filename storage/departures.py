"""Workspaces that removed the bot: noted, forgiven when they return, and forgotten after a while."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Row, Text, and_, cast, delete, exists, or_, select, tuple_, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.delivery import Origin
from bot.domain.subscription import State
from storage.statements import fan_out_alone, upsert
from storage.tables import delivery, departed, installation, record, subscription
from storage.versions import of_workspace

GRACE = timedelta(days=7)
"""How long what a workspace chose outlives the removal: it may have been a slip, or a passing quarrel."""

SLACK = "slack"

SLACK_GRACE = timedelta(hours=12)
"""The same on Slack: what a workspace had is to be gone within 24 hours of an uninstall."""

NOBODY = ""
"""The workspace of channels that are being deleted; no platform has one of that name."""

BATCH = 20
"""Channels that go in one transaction, and workspaces that are looked at."""

AT_ONCE = 1000
"""Workspaces or deliveries in one statement; neither database takes any number of parameters."""

OF_ONE_CHANNEL = (Origin.TEST, Origin.NOTICE)


async def present(
    connection: AsyncConnection, platform: str, workspaces: Collection[str], now: datetime
) -> None:
    """Note that all of *platform* but *workspaces* removed the bot, and that these did not."""
    there = frozenset(workspaces)
    for workspace in sorted(await _known_in(connection, subscription, platform) - there):
        await _note(connection, platform, workspace, now)
    returned = sorted(await _known_in(connection, departed, platform) & there)
    for start in range(0, len(returned), AT_ONCE):
        some = departed.c.workspace.in_(returned[start : start + AT_ONCE])
        await connection.execute(delete(departed).where(departed.c.platform == platform, some))


async def left(connection: AsyncConnection, platform: str, workspace: str, now: datetime) -> None:
    """Note a removal; where nothing was chosen there is nothing to forget."""
    here = and_(subscription.c.platform == platform, subscription.c.workspace == workspace)
    if await connection.scalar(select(exists().where(here))):
        await _note(connection, platform, workspace, now)


async def joined(connection: AsyncConnection, platform: str, workspace: str) -> None:
    """Take a removal back."""
    here = and_(departed.c.platform == platform, departed.c.workspace == workspace)
    await connection.execute(delete(departed).where(here))


async def detach(connection: AsyncConnection, platform: str, workspace: str) -> int:
    """Take a workspace out of everybody's sight at once; returns how many channels it had.

    Its rows belong to nobody from then on: nothing of them is due, and what is under way for them ends
    without a result. Nobody subscribes and nothing is fanned out meanwhile, which would leave deliveries.
    """
    await fan_out_alone(connection)
    here = of_workspace(platform, workspace)
    chosen = select(subscription.c.id).where(here).order_by(subscription.c.id).with_for_update()
    ids = (await connection.scalars(chosen)).all()
    await _detach(connection, ids)
    if platform == SLACK:  # the token serves on, and nobody is named beside it
        there = installation.c.workspace == workspace
        await connection.execute(update(installation).where(there).values(installed_by=""))
    await joined(connection, platform, workspace)
    return len(ids)


async def forget_departed(connection: AsyncConnection, now: datetime) -> int:
    """Detach some channels of workspaces that left long ago; returns how many.

    A workspace of which nothing is left is itself forgotten.
    """
    over = or_(
        departed.c.at <= now - GRACE,
        and_(departed.c.platform == SLACK, departed.c.at <= now - SLACK_GRACE),
    )
    if not await connection.scalar(select(exists().where(over))):
        return 0
    await fan_out_alone(connection)
    oldest = select(departed).where(over).order_by(departed.c.at).limit(BATCH).with_for_update()
    gone = (await connection.execute(oldest)).all()
    theirs = select(subscription.c.id).where(_among(subscription, gone))
    chosen = theirs.order_by(subscription.c.id).limit(BATCH).with_for_update()
    ids = (await connection.scalars(chosen)).all()
    await _detach(connection, ids)
    rest = exists().where(
        subscription.c.platform == departed.c.platform, subscription.c.workspace == departed.c.workspace
    )
    await connection.execute(delete(departed).where(_among(departed, gone), ~rest))
    return len(ids)


async def forget_detached(connection: AsyncConnection, now: datetime | None = None) -> int:
    """Delete some rows of nobody's channels: deliveries first, with the tests and notices only they told.

    Then the channels, with their settings and versions. Returns how many rows of a kind went.
    """
    del now
    nobodys = select(subscription.c.id).where(subscription.c.workspace == NOBODY)
    ids = (await connection.scalars(nobodys.order_by(subscription.c.id).limit(BATCH))).all()
    of_them = select(delivery.c.id, delivery.c.record_key, delivery.c.origin)
    some = of_them.where(delivery.c.subscription_id.in_(ids)).limit(AT_ONCE)
    rows = (await connection.execute(some)).all()
    if rows:
        alone = [row.record_key for row in rows if row.origin in OF_ONE_CHANNEL]
        await connection.execute(delete(record).where(record.c.key.in_(alone)))
        await connection.execute(delete(delivery).where(delivery.c.id.in_([row.id for row in rows])))
        return len(rows)
    return (await connection.execute(delete(subscription).where(subscription.c.id.in_(ids)))).rowcount


async def _detach(connection: AsyncConnection, ids: Sequence[int]) -> None:
    """Make subscriptions those of nobody; each keeps a place of its own by its number."""
    due = and_(delivery.c.subscription_id.in_(ids), delivery.c.due_at.is_not(None))
    nothing_due = {"due_at": None, "lease_token": None, "lease_owner": None, "lease_until": None}
    await connection.execute(update(delivery).where(due).values(nothing_due))
    nobodys = {"workspace": NOBODY, "channel": cast(subscription.c.id, Text), "state": State.ENDED}
    of_them = update(subscription).where(subscription.c.id.in_(ids))
    await connection.execute(of_them.values({**nobodys, "ended_at": None}))


async def _known_in(connection: AsyncConnection, table: Any, platform: str) -> frozenset[str]:
    """Read the workspaces of *platform* that *table* knows."""
    somebodys = and_(table.c.platform == platform, table.c.workspace != NOBODY)
    known = select(table.c.workspace).where(somebodys).distinct()
    return frozenset(await connection.scalars(known))


async def _note(connection: AsyncConnection, platform: str, workspace: str, now: datetime) -> None:
    line = upsert(connection, departed).values(platform=platform, workspace=workspace, at=now)
    await connection.execute(line.on_conflict_do_nothing(index_elements=["platform", "workspace"]))


def _among(table: Any, gone: Sequence[Row[Any]]) -> ColumnElement[bool]:
    """Return the condition that a row of *table* belongs to one of the workspaces *gone*."""
    return tuple_(table.c.platform, table.c.workspace).in_([(one.platform, one.workspace) for one in gone])
