"""What we remember of an incident beyond the page's latest word, and all we know at a moment."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum

from bot.domain.notice import Notice
from bot.domain.status import (
    CLOSED_STATUSES,
    Component,
    Incident,
    Kind,
    Page,
    component_rank,
    impact_rank,
)


class Tier(StrEnum):
    """By whose word an incident is known."""

    OFFICIAL = "official"
    COMPONENTS = "components"
    TEST = "test"
    NOTICE = "notice"


FOR_ONE_CHANNEL = frozenset({Tier.TEST, Tier.NOTICE})
"""What concerns the channel it was made for alone: it is no knowledge, and no news to anybody else."""


class MarkKind(StrEnum):
    """A word that may be loud."""

    START = "start"
    WORSENING = "worsening"
    RESOLVED = "resolved"


@dataclass(frozen=True, slots=True)
class Mark:
    """A moment that may deserve a loud word: when it happened by the page, and when we saw it."""

    id: str
    kind: MarkKind
    at: datetime
    seen_at: datetime


@dataclass(frozen=True, slots=True)
class Affected:
    """A component an incident ever touched: its *worst* status so far and the *present* one.

    *explains* is the most broken status of it that the incident accounts for. While the page names it,
    that is the present one; later it only ever gets milder, so that a new worsening is news.
    """

    id: str
    name: str
    worst: str
    present: str
    explains: str = "operational"

    @property
    def ever_broken(self) -> bool:
        """True once it left `operational`, be it for a maintenance."""
        return self.worst != "operational"

    @property
    def broken(self) -> bool:
        """True while it is broken now."""
        return component_rank(self.present) > 0

    @property
    def is_left_over(self) -> bool:
        """True until it is well again: so long even a closed incident follows it."""
        return (self.present, self.explains) != ("operational", "operational")


@dataclass(frozen=True, slots=True)
class Record:
    """An incident as we know it, official or our own.

    *key* is ours and never changes; *official_id* is the page's id, None while the incident is only
    ours. *affected* are the components it names, *also* those put down to it although it does not name
    them. *seen* holds, in the order we first saw them, the id of each update with the time we saw it.
    *told_since*: while closed, a channel that shows nothing of it yet is told only if it subscribed at
    or before that time; None means nobody yet (history from before we watched).
    *missing_since* is the first read that lacked it. *notice* is what a record of the tier NOTICE tells,
    and all of it: its incident says nothing.
    """

    key: str
    tier: Tier
    official_id: str | None
    incident: Incident
    first_seen_at: datetime
    highest_impact: str
    affected: tuple[Affected, ...] = ()
    also: tuple[Affected, ...] = ()
    marks: tuple[Mark, ...] = ()
    seen: tuple[tuple[str, datetime], ...] = ()
    told_since: datetime | None = None
    missing_since: datetime | None = None
    withdrawn_at: datetime | None = None
    notice: Notice | None = None

    @property
    def is_open(self) -> bool:
        """True while more is expected of it."""
        return self.withdrawn_at is None and not self.incident.is_closed

    @property
    def is_maintenance(self) -> bool:
        return self.incident.kind is Kind.MAINTENANCE

    @property
    def rank(self) -> int:
        """The highest impact so far, 0 to 3, as filters use it."""
        return impact_rank(self.highest_impact)

    @property
    def component_ids(self) -> frozenset[str]:
        """The components filters look at; empty means everybody.

        Of those named, the ones ever broken (none yet, or a maintenance: all), and what was put down to it.
        """
        if not self.affected:
            return frozenset()
        named = frozenset(one.id for one in self.affected)
        broken = frozenset(one.id for one in self.affected if one.ever_broken and not self.is_maintenance)
        return (broken or named) | {one.id for one in self.also}

    @property
    def opened_at(self) -> datetime:
        return self.incident.opened_at

    @property
    def closed_at(self) -> datetime | None:
        """When the page called it over, None while open.

        That is the first closing update of the last streak. Where no update tells, it is the page's
        `resolved_at`, which may be back-dated, or else when we saw it.
        """
        if self.withdrawn_at is not None:
            return self.withdrawn_at
        if not self.incident.is_closed:
            return None
        seen = [mark.at for mark in self.marks if mark.kind is MarkKind.RESOLVED]
        ended_at = ending_time(self.incident) or (seen[-1] if seen else self.incident.newest_at)
        return max(ended_at, self.opened_at)

    @property
    def newest_at(self) -> datetime:
        """When the latest thing about it happened, by the page's clock."""
        return max([self.incident.newest_at, *(mark.at for mark in self.marks)])

    def seen_at(self, update_id: str) -> datetime:
        """Return when we first saw that update; an unknown one counts as seen with the record."""
        return dict(self.seen).get(update_id, self.first_seen_at)


@dataclass(frozen=True, slots=True)
class ComponentState:
    """A component now, since when it has this status, and since when it has been broken (or None).

    *begin_seen* is False where it was broken when we first looked, so that it may have been so for long.
    """

    component: Component
    since: datetime
    broken_since: datetime | None = None
    begin_seen: bool = True


@dataclass(frozen=True, slots=True)
class Known:
    """All we know at a moment: the answer is made from it, and the next snapshot compared with it.

    *records* holds every open incident and the newest closed ones; the store has the rest.
    *page* is None before the first accepted read. *watermarks* keeps, by endpoint path, the
    newest `page.updated_at` accepted there (1970 where the page gives none); an endpoint that is not
    in it was never read.
    """

    page: Page | None = None
    components: Mapping[str, ComponentState] = field(default_factory=dict)
    indicator: str | None = None
    records: Mapping[str, Record] = field(default_factory=dict)
    watermarks: Mapping[str, datetime] = field(default_factory=dict)

    def by_official_id(self) -> dict[str, Record]:
        """Return the records the page knows, by the page's id."""
        return {record.official_id: record for record in self.records.values() if record.official_id}

    def with_records(self, changed: Mapping[str, Record]) -> Known:
        """Return the same knowledge with *changed* put in by key."""
        return replace(self, records={**self.records, **changed}) if changed else self


def ending_time(incident: Incident) -> datetime | None:
    """Return when the page says that *incident* ended, by an update or else by `resolved_at`, or None."""
    closing = None
    for update in reversed(incident.updates):
        if update.status not in CLOSED_STATUSES:
            break
        closing = update.created_at
    return closing or incident.resolved_at


def worse(one: str, other: str) -> str:
    """Return the more broken of two component statuses, *one* when they rank the same."""
    if one == "operational":
        return other
    return other if component_rank(other) > component_rank(one) else one


def milder(one: str, other: str) -> str:
    """Return the less broken of two component statuses, *other* when they rank the same."""
    return other if component_rank(other) <= component_rank(one) else one
