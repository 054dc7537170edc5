"""Rows to domain values."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Row

from bot.domain.delivery import Attempt, Delivery, Origin, Receipt
from bot.domain.record import Record
from bot.domain.subscription import Channel, Mute, Settings, State, Style, Subscription
from storage.documents import decode


def record_from(row: Row[Any]) -> Record:
    """Return the record of a row that holds its document."""
    return decode(row.document, Record)


def subscription_from(row: Row[Any]) -> Subscription:
    """Return the subscription of a whole row."""
    return Subscription(
        id=row.id,
        channel=Channel(row.platform, row.workspace, row.channel),
        settings=decode(row.settings, Settings),
        since=row.since,
        created_by=row.created_by,
        state=State(row.state),
        pause_reason=row.pause_reason,
        mute=Mute(row.mute_began, row.mute_until) if row.mute_until else None,
        version=row.version,
    )


def delivery_from(row: Row[Any]) -> Delivery:
    """Return the delivery of a whole row."""
    return Delivery(
        id=row.id,
        subscription_id=row.subscription_id,
        record_key=row.record_key,
        origin=Origin(row.origin),
        created_at=row.created_at,
        style=Style(row.style) if row.style else None,
        receipts=decode(row.receipts, tuple[Receipt, ...]),
        muted=row.muted_at,
        failures=row.failures,
        unknown=row.unknown,
        conclusion=row.conclusion,
        trace=decode(row.trace, tuple[Attempt, ...]),
    )
