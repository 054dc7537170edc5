"""Subscriptions: made, changed, muted and ended, each together with the deliveries it concerns."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Row, Select, and_, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.delivery import Origin
from bot.domain.record import FOR_ONE_CHANNEL, Record
from bot.domain.subscription import MOST_SUBSCRIPTIONS, Channel, Mute, Settings, State, Subscription
from storage import tables, versions
from storage.departures import SLACK, joined
from storage.queue import queue_notice
from storage.rows import record_from, subscription_from
from storage.statements import keep_fan_out_away, subscribe_alone, upsert
from storage.tables import delivery, subscription
from storage.versions import Action, Version, of_channel, of_workspace
from storage.waking import deliver, of_open_records, unpark, wake_at

NOT_PAUSED = {"pause_reason": None, "paused_at": None, "next_try_at": None}


async def find(connection: AsyncConnection, channel: Channel) -> Subscription | None:
    """Read the subscription of *channel*, ended or not."""
    row = (await connection.execute(select(subscription).where(of_channel(channel)))).one_or_none()
    return subscription_from(row) if row else None


async def served(connection: AsyncConnection, platform: str, workspace: str) -> list[Subscription]:
    """Read the subscriptions of a workspace that have not ended, by channel."""
    following = and_(of_workspace(platform, workspace), subscription.c.state != State.ENDED)
    there = select(subscription).where(following)
    rows = await connection.execute(there.order_by(subscription.c.channel))
    return [subscription_from(row) for row in rows]


async def subscribe(
    connection: AsyncConnection,
    channel: Channel,
    settings: Settings,
    actor: str,
    now: datetime,
    *,
    notice: Record | None = None,
) -> Subscription | None:
    """Make the subscription, revive it, or give one that is served new settings and end its pause.

    None where the workspace has too many others, and this one is not served. Only one that had ended
    begins anew: its *since* is *now*, and a mute that is over is forgotten.
    Where somebody subscribes the bot is, whatever was heard of the workspace before; but not in Slack,
    where another process may take a command with a token that was just deleted, and an installation says it.
    """
    await keep_fan_out_away(connection)
    if not await _has_room(connection, channel):
        return None
    if channel.platform != SLACK:
        await joined(connection, channel.platform, channel.workspace)
    await _make_ended(connection, channel, settings, actor, now)
    row = await _locked(connection, channel)
    assert row is not None  # noqa: S101 - it was made just now
    values: dict[str, Any] = {"state": State.ACTIVE, "ended_at": None, **NOT_PAUSED}
    if row.state == State.ENDED:
        values |= {"since": now, "created_by": actor}
        if row.mute_until is not None and row.mute_until <= now:
            values |= {"mute_began": None, "mute_until": None}
    await _change(connection, row.id, values)
    if row.state == State.PAUSED:
        await unpark(connection, row.id, now)
    await queue_notice(connection, row, notice, now)
    version = Version(row.id, row.version + 1, now, actor, Action.SUBSCRIBE, settings)
    return await _follow(connection, version)


async def change_settings(
    connection: AsyncConnection,
    channel: Channel,
    settings: Settings,
    actor: str,
    now: datetime,
    *,
    notice: Record | None = None,
) -> Subscription | None:
    """Write new settings; None if the channel is not subscribed."""
    await keep_fan_out_away(connection)
    row = await served_row(connection, channel)
    if row is None:
        return None
    version = Version(row.id, row.version + 1, now, actor, Action.SETTINGS, settings)
    changed = await _follow(connection, version)
    await queue_notice(connection, row, notice, now)
    return changed


async def unsubscribe(
    connection: AsyncConnection, channel: Channel, actor: str, now: datetime, *, notice: Record | None = None
) -> bool:
    """End the subscription and wake what it shows of open incidents, so that this can be closed off.

    What waited for the end of a pause is looked at, too: a former notice comes before this one.
    """
    row = await served_row(connection, channel)
    if row is None:
        return False
    await _change(connection, row.id, {"state": State.ENDED, "ended_at": now, **NOT_PAUSED})
    await versions.write(connection, Version(row.id, row.version + 1, now, actor, Action.UNSUBSCRIBE, None))
    await wake_at(connection, row.id, and_(delivery.c.style.is_not(None), of_open_records()), now)
    if row.state == State.PAUSED:
        await unpark(connection, row.id, now)
    await queue_notice(connection, row, notice, now)
    return True


async def mute(
    connection: AsyncConnection,
    channel: Channel,
    value: Mute | None,
    now: datetime,
    *,
    notice: Record | None = None,
) -> Subscription | None:
    """Set the mute or, with None, end a running one; None if the channel is not subscribed.

    Wakes what is open, and what waits for a moment: that may be the end of the former mute.
    """
    row = await served_row(connection, channel)
    if row is None:
        return None
    if value is not None:
        await _change(connection, row.id, {"mute_began": value.began, "mute_until": value.until})
    elif row.mute_until is not None and row.mute_until > now:
        await _change(connection, row.id, {"mute_until": max(now, row.mute_began)})
    await wake_at(connection, row.id, or_(of_open_records(), delivery.c.due_at > now), now)
    await queue_notice(connection, row, notice, now)
    return await find(connection, channel)


async def served_row(connection: AsyncConnection, channel: Channel) -> Row[Any] | None:
    """Read the row of *channel* if it has not ended; nobody else changes it until the transaction ends."""
    row = await _locked(connection, channel)
    return None if row is None or row.state == State.ENDED else row


async def _locked(connection: AsyncConnection, channel: Channel) -> Row[Any] | None:
    there = select(subscription).where(of_channel(channel)).with_for_update()
    return (await connection.execute(there)).one_or_none()


async def _has_room(connection: AsyncConnection, channel: Channel) -> bool:
    """Return whether *channel* may be served; until this transaction ends no other there begins to be."""
    await subscribe_alone(connection, channel.platform, channel.workspace)
    there = of_workspace(channel.platform, channel.workspace)
    following = select(subscription.c.channel).where(there, subscription.c.state != State.ENDED)
    channels = (await connection.scalars(following)).all()
    return channel.id in channels or len(channels) < MOST_SUBSCRIPTIONS


async def _make_ended(
    connection: AsyncConnection, channel: Channel, settings: Settings, actor: str, now: datetime
) -> None:
    """See that there is a row to revive, also where two subscribe at once."""
    statement = upsert(connection, subscription).values(
        platform=channel.platform,
        workspace=channel.workspace,
        channel=channel.id,
        state=State.ENDED,
        since=now,
        created_by=actor,
        version=0,
        **versions.columns(settings),
    )
    there = ["platform", "workspace", "channel"]
    await connection.execute(statement.on_conflict_do_nothing(index_elements=there))


async def _follow(connection: AsyncConnection, version: Version) -> Subscription:
    """Write *version*, look again at what is open here, and begin what is open and wanted from now on."""
    await versions.write(connection, version)
    here = subscription.c.id == version.subscription_id
    for row in await connection.execute(_open_records()):
        await deliver(connection, record_from(row), here, Origin.LATE, version.at)
    await wake_at(connection, version.subscription_id, of_open_records(), version.at)
    return subscription_from((await connection.execute(select(subscription).where(here))).one())


def _open_records() -> Select[tuple[str]]:
    records = tables.record
    known = records.c.tier.not_in(FOR_ONE_CHANNEL)
    return select(records.c.document).where(records.c.closed_at.is_(None), known)


async def _change(connection: AsyncConnection, subscription_id: int, values: dict[str, Any]) -> None:
    row = subscription.c.id == subscription_id
    await connection.execute(update(subscription).where(row).values(values))
