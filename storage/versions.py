"""The versions of a subscription's settings: the log, and the present one in columns to filter by."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import ColumnElement, and_, delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.kept import MOST_VERSIONS
from bot.domain.subscription import Channel, Settings
from storage.documents import decode, encode
from storage.tables import settings_version, subscription, subscription_component


class Action(StrEnum):
    """What made a version."""

    SUBSCRIBE = "subscribe"
    SETTINGS = "settings"
    UNSUBSCRIBE = "unsubscribe"


@dataclass(frozen=True, slots=True)
class Version:
    """One version; *settings* is None where the subscription ended."""

    subscription_id: int
    number: int
    at: datetime
    actor: str
    action: Action
    settings: Settings | None


async def write(connection: AsyncConnection, version: Version) -> None:
    """Put *version* into the log and make its settings the present ones; an end keeps the last.

    A channel may be changed again and again: its oldest versions make room. What held at an incident
    before the oldest that is left is lost, and who asks for it is told so.
    """
    document = None if version.settings is None else encode(version.settings)
    line = {
        "subscription_id": version.subscription_id,
        "version": version.number,
        "at": version.at,
        "actor": version.actor,
        "action": version.action,
        "document": document,
    }
    await connection.execute(insert(settings_version).values(line))
    await _forget_oldest(connection, version)
    present: dict[str, object] = {"version": version.number}
    if version.settings is not None:
        present |= columns(version.settings)
        await _write_components(connection, version.subscription_id, version.settings)
    row = subscription.c.id == version.subscription_id
    await connection.execute(update(subscription).where(row).values(present))


def columns(settings: Settings) -> dict[str, object]:
    """Return the columns of a subscription that hold its settings."""
    return {
        "settings": encode(settings),
        "least_rank": settings.least_rank,
        "maintenance": settings.maintenance,
        "all_components": not settings.components,
    }


async def settings_at(connection: AsyncConnection, channel: Channel, moment: datetime) -> Settings | None:
    """Read the settings that held at *moment*, None if the channel was not subscribed then."""
    joined = settings_version.join(subscription, subscription.c.id == settings_version.c.subscription_id)
    until_then = (
        select(settings_version.c.document)
        .select_from(joined)
        .where(of_channel(channel), settings_version.c.at <= moment)
        .order_by(settings_version.c.version.desc())
        .limit(1)
    )
    document = await connection.scalar(until_then)
    return None if document is None else decode(document, Settings)


def of_channel(channel: Channel) -> ColumnElement[bool]:
    """Return the condition that a subscription is that of *channel*."""
    return and_(
        subscription.c.platform == channel.platform,
        subscription.c.workspace == channel.workspace,
        subscription.c.channel == channel.id,
    )


def of_workspace(platform: str, workspace: str) -> ColumnElement[bool]:
    """Return the condition that a subscription is one of a workspace, ended or not."""
    return and_(subscription.c.platform == platform, subscription.c.workspace == workspace)


async def _forget_oldest(connection: AsyncConnection, newest: Version) -> None:
    theirs = settings_version.c.subscription_id == newest.subscription_id
    too_old = settings_version.c.version <= newest.number - MOST_VERSIONS
    await connection.execute(delete(settings_version).where(theirs, too_old))


async def _write_components(connection: AsyncConnection, subscription_id: int, settings: Settings) -> None:
    former = subscription_component.c.subscription_id == subscription_id
    await connection.execute(delete(subscription_component).where(former))
    rows = [{"subscription_id": subscription_id, "component_id": one} for one in sorted(settings.components)]
    if rows:
        await connection.execute(insert(subscription_component), rows)
