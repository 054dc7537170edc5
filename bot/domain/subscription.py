"""A channel's subscription: what it wants to hear, how, and when it wants quiet."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from bot.domain.status import impact_rank

LEAST_REMINDER = timedelta(minutes=30)
"""Reminders come no more often than this: a shorter one would be a flood."""

MOST_SUBSCRIPTIONS = 50
"""Channels of one workspace that may follow at a time."""


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


EVERYBODY = frozenset({"here", "channel", "everyone"})
"""Words by which platforms call a whole channel; no id of a group or role is one of them."""


@dataclass(frozen=True, slots=True)
class Mention:
    """Whom a loud post calls, from *least_impact* on: *target* is a group's or role's id, or a word."""

    target: str
    least_impact: str = "none"

    @property
    def calls_everybody(self) -> bool:
        """True where *target* is a word of the platform, False where it is an id."""
        return self.target in EVERYBODY


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
    """What a channel chose.

    *components* are ids, empty for all; *reminder* is None or >= 30 min. *publish*: where the platform
    has channels that others follow, a card that is news is published to these, once.
    """

    components: frozenset[str] = frozenset()
    least_impact: str = "none"
    maintenance: bool = True
    style: Style = Style.THREAD
    mention: Mention | None = None
    quiet_hours: QuietHours | None = None
    echo: bool = True
    reminder: timedelta | None = None
    publish: bool = False

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
