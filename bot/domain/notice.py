"""A notice: what a channel is told when somebody changes its subscription, as values."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from bot.domain.subscription import Settings


class NoticeKind(StrEnum):
    """What somebody did."""

    SUBSCRIBED = "subscribed"
    RESUMED = "resumed"
    CHANGED = "changed"
    UNSUBSCRIBED = "unsubscribed"
    MUTED = "muted"
    UNMUTED = "unmuted"
    INCIDENT_MUTED = "incident_muted"


@dataclass(frozen=True, slots=True)
class Notice:
    """What *actor* (the platform's id of a person) did, with all that its words need.

    *before* are the settings that held, None where a subscription begins or settings are not concerned;
    *after* are those that hold now. *names* are the chosen components' names by id, as of the change.
    *until* is the end of a mute. *incident* is the name of the one that was muted, empty where unknown.
    """

    kind: NoticeKind
    actor: str
    before: Settings | None = None
    after: Settings | None = None
    names: tuple[tuple[str, str], ...] = ()
    until: datetime | None = None
    incident: str = ""
