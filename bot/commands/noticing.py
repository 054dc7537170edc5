"""Telling a channel what was changed: the record of a notice, for the store to queue with the change."""

from __future__ import annotations

import secrets
from datetime import datetime

from bot.commands.caller import Caller, Reply
from bot.domain.message import Message
from bot.domain.notice import Notice
from bot.domain.record import Record, Tier
from bot.domain.status import Incident

STATUS = "notice"


def notice_record(notice: Notice, caller: Caller, now: datetime) -> Record | None:
    """Return the record by which *caller*'s channel is told, None where changes are not announced."""
    if not caller.announces:
        return None
    key = f"notice-{secrets.token_hex(16)}"
    incident = Incident(id=key, name="", status=STATUS, impact="none", created_at=now, resolved_at=now)
    return Record(
        key=key,
        tier=Tier.NOTICE,
        official_id=None,
        incident=incident,
        first_seen_at=now,
        highest_impact="none",
        notice=notice,
    )


def replied(message: Message, notice: Record | None) -> Reply:
    """Return the reply to a change, of which the channel is told by *notice* if by any."""
    return Reply(message, notice.key if notice else None, changed=True)
