"""What the status page says: components, incidents, their updates, and one read of them.

The words are Statuspage's own: https://developer.statuspage.io/ and `<page>/api/v2`.
Every enumerated word is kept as the page wrote it, because a page may learn new words
before we do; the tables here only say what the known ones mean.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

CLOSED_STATUSES = frozenset({"resolved", "postmortem", "completed"})
"""Statuses after which nothing more is expected; `postmortem` follows `resolved`."""

OPEN_STATUSES = frozenset(
    {"investigating", "identified", "monitoring", "scheduled", "in_progress", "verifying"}
)

IMPACT_RANKS = {"none": 0, "maintenance": 0, "minor": 1, "major": 2, "critical": 3}
HIGHEST_IMPACT_RANK = 3

REMOVED = "removed"
"""Our own word for the status of a component that the page lists no more."""

COMPONENT_RANKS = {
    REMOVED: 0,
    "operational": 0,
    "under_maintenance": 0,
    "degraded_performance": 1,
    "partial_outage": 2,
    "major_outage": 3,
}
"""How broken a component is; 0 is not broken."""


class Endpoint(StrEnum):
    """A document of the page's public API; the value is its path below the page's address."""

    SUMMARY = "/api/v2/summary.json"
    INCIDENTS = "/api/v2/incidents.json"
    MAINTENANCES = "/api/v2/scheduled-maintenances.json"
    ATOM = "/history.atom"


class Kind(StrEnum):
    """What sort of entry of the page an incident is."""

    INCIDENT = "incident"
    MAINTENANCE = "maintenance"


@dataclass(frozen=True, slots=True)
class Component:
    """A part of the service. *id* is stable, *name* is not; a *group* only holds other components."""

    id: str
    name: str
    status: str
    position: int = 0
    group: bool = False

    @property
    def rank(self) -> int:
        """0 (not broken) to 3 (major outage)."""
        return component_rank(self.status)


@dataclass(frozen=True, slots=True)
class ComponentChange:
    """What one update said of one component; the *name* is frozen at posting time."""

    id: str
    name: str
    old_status: str
    new_status: str


@dataclass(frozen=True, slots=True)
class Update:
    """One post of an incident's timeline. *created_at* is the only honest time the page gives."""

    id: str
    status: str
    body: str
    created_at: datetime
    affected: tuple[ComponentChange, ...] = ()


@dataclass(frozen=True, slots=True)
class Incident:
    """An incident or a maintenance, as the page tells it in one read.

    *updates* run from the oldest to the newest and may be empty. *updated_at* takes no part in
    comparisons: one morning the page rewrote it in 49 of 50 incidents and changed nothing else. Nor do
    *components*: even in an incident long closed the page gives them the status they have today.
    *resolved_at* may be back-dated. *scheduled_for* and *scheduled_until* are given for maintenances.
    """

    id: str
    name: str
    status: str
    impact: str
    created_at: datetime
    updated_at: datetime | None = field(default=None, compare=False)
    resolved_at: datetime | None = None
    updates: tuple[Update, ...] = ()
    components: tuple[Component, ...] = field(default=(), compare=False)
    kind: Kind = Kind.INCIDENT
    scheduled_for: datetime | None = None
    scheduled_until: datetime | None = None

    @property
    def is_closed(self) -> bool:
        """True once the page expects nothing more; an unknown status is closed only with *resolved_at*."""
        if self.status in CLOSED_STATUSES:
            return True
        return self.status not in OPEN_STATUSES and self.resolved_at is not None

    @property
    def under_way(self) -> bool:
        """True while its components' states may be its doing: open and, if a maintenance, begun."""
        return not self.is_closed and self.status != "scheduled"

    @property
    def opened_at(self) -> datetime:
        """When its first update was written: *created_at* may be back-dated by days."""
        return self.updates[0].created_at if self.updates else self.created_at

    @property
    def newest_at(self) -> datetime:
        """When its newest update was written."""
        return self.updates[-1].created_at if self.updates else self.created_at


@dataclass(frozen=True, slots=True)
class Page:
    """Who speaks. *url* has no trailing slash; *updated_at* is None where the page gives none."""

    id: str
    name: str
    url: str
    updated_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Snapshot:
    """One accepted read of one endpoint.

    *components* and *indicator* are None where the endpoint does not carry them.
    *quarantined* names each entry that could not be understood, with the reason.
    *complete* is False where absence from *incidents* says nothing (a recorded timeline).
    """

    endpoint: Endpoint
    page: Page
    incidents: tuple[Incident, ...] = ()
    components: tuple[Component, ...] | None = None
    indicator: str | None = None
    quarantined: tuple[str, ...] = ()
    complete: bool = True


def impact_rank(impact: str) -> int:
    """Return 0 (none) to 3 (critical); an unknown impact ranks highest, so that no filter hides it."""
    return IMPACT_RANKS.get(impact, HIGHEST_IMPACT_RANK)


def component_rank(status: str) -> int:
    """Return 0 (not broken) to 3 (major outage); an unknown status counts as degraded."""
    return COMPONENT_RANKS.get(status, 1)


def incident_url(page_url: str, incident_id: str) -> str:
    """Return the link people open; the page's own short links are rewritten now and then."""
    return f"{page_url}/incidents/{incident_id}"
