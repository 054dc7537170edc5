"""A channel's subscription: what it wants to hear, how, and when it wants quiet."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from bot.domain.record import Record
from bot.domain.status import impact_rank

LEAST_REMINDER = timedelta(minutes=30)
"""Reminders come no more often than this: a shorter one would be a flood."""


class Style(StrEnum):
    """How an incident looks in a channel."""

    THREAD = "thread"
    CARD = "card"
    POST = "post"


@dataclass(frozen=True, slots=True, order=True)
class Channel:
    """Where messages go. *workspace* is the Slack workspace or Discord server the channel belongs to."""

    platform: str
    workspace: str
    id: str


@dataclass(frozen=True, slots=True)
class Mention:
    """Whom a loud post calls: *target* is the platform's own id, from *least_impact* on."""

    target: str
    least_impact: str = "none"


@dataclass(frozen=True, slots=True)
class QuietHours:
    """From *start* to *end* by the wall clock of *zone* (an IANA name); may run over midnight."""

    start: time
    end: time
    zone: str
    critical_breaks: bool = True

    def cover(self, moment: datetime) -> bool:
        """Return whether *moment* (aware) falls inside; equal start and end cover the whole day."""
        clock = moment.astimezone(ZoneInfo(self.zone)).time()
        if self.start < self.end:
            return self.start <= clock < self.end
        return clock >= self.start or clock < self.end


@dataclass(frozen=True, slots=True)
class Settings:
    """What a channel chose. *components* are ids, empty for all; *reminder* is None or >= 30 min."""

    components: frozenset[str] = frozenset()
    least_impact: str = "none"
    maintenance: bool = True
    style: Style = Style.THREAD
    mention: Mention | None = None
    quiet_hours: QuietHours | None = None
    echo: bool = True
    reminder: timedelta | None = None

    @property
    def least_rank(self) -> int:
        return impact_rank(self.least_impact)


@dataclass(frozen=True, slots=True)
class Mute:
    """A silence from *began* to *until*; it always has an end, and is kept after it."""

    began: datetime
    until: datetime

    def covers(self, moment: datetime) -> bool:
        return self.began <= moment < self.until


class State(StrEnum):
    """Whether a subscription is served."""

    ACTIVE = "active"
    PAUSED = "paused"
    ENDED = "ended"


@dataclass(frozen=True, slots=True)
class Subscription:
    """One channel's subscription.

    *since* is when the channel (last) subscribed. *pause_reason* says, while PAUSED, what the
    platform refused and the cure. *version* counts the changes of the settings.
    """

    id: int
    channel: Channel
    settings: Settings
    since: datetime
    created_by: str
    state: State = State.ACTIVE
    pause_reason: str | None = None
    mute: Mute | None = None
    version: int = 1


@dataclass(frozen=True, slots=True)
class Match:
    """Whether a channel's filters want an incident, and the *setting* that decided (None: all passed)."""

    wanted: bool
    setting: str | None = None


def match(settings: Settings, record: Record) -> Match:
    """Return whether *settings* want *record*; the store's statement for all channels says the same."""
    if record.is_maintenance:
        if not settings.maintenance:
            return Match(wanted=False, setting="maintenance")
    elif record.rank < settings.least_rank:
        return Match(wanted=False, setting="impact")
    if settings.components and record.component_ids and not settings.components & record.component_ids:
        return Match(wanted=False, setting="components")
    return Match(wanted=True)
