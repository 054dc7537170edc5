"""The status page in short calls: components, updates, incidents, reads of it, and somebody who reads."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bot.domain.health import Health
from bot.domain.outages import watch_components
from bot.domain.record import Known, Record
from bot.domain.status import (
    Component,
    ComponentChange,
    Endpoint,
    Incident,
    Kind,
    Page,
    Snapshot,
    Update,
)
from bot.domain.transitions import Change, Edge, absorb
from tests.fakes.clock import MIDDAY

PAGE_URL = "https://status.example.com"
NAMES = {"chat": "Chat", "api": "API (api.example.com)", "code": "Code"}

POLL = 10 / 60
"""The time between two polls, in minutes."""


def at(minute: float) -> datetime:
    """Return the moment *minute* minutes after midday."""
    return MIDDAY + timedelta(minutes=minute)


def page(minute: float | None = 0) -> Page:
    """Return the page as of *minute*; None where it does not say."""
    return Page("page1", "Example", PAGE_URL, None if minute is None else at(minute))


def component(identity: str = "chat", status: str = "operational", **fields: object) -> Component:
    """Return a component, named as `NAMES` has it."""
    position = list(NAMES).index(identity) + 1 if identity in NAMES else 9
    values = {"name": NAMES.get(identity, identity), "position": position} | fields
    return Component(identity, status=status, **values)  # type: ignore[arg-type]  # the fields are as they come


def parts(**statuses: str) -> tuple[Component, ...]:
    """Return the page's three components, operational but for *statuses*."""
    return tuple(component(identity, statuses.get(identity, "operational")) for identity in NAMES)


def change(identity: str = "chat", new: str = "partial_outage", old: str = "operational") -> ComponentChange:
    """Return what an update says of one component."""
    return ComponentChange(identity, NAMES.get(identity, identity), old, new)


def update(
    minute: float,
    status: str = "investigating",
    *affected: ComponentChange,
    body: str = "",
    identity: str = "",
) -> Update:
    """Return an update; its id is made of its minute unless *identity* is given."""
    return Update(identity or f"u{minute}", status, body or f"Words of {minute}.", at(minute), affected)


def incident(identity: str, *updates: Update, impact: str = "minor", **fields: object) -> Incident:
    """Return an incident, which has the status and the times of its updates unless *fields* say otherwise."""
    values: dict[str, object] = {
        "name": f"Trouble {identity}",
        "status": updates[-1].status if updates else "investigating",
        "created_at": updates[0].created_at if updates else at(0),
        "updated_at": updates[-1].created_at if updates else at(0),
    }
    return Incident(identity, impact=impact, updates=updates, **values | fields)  # type: ignore[arg-type]


def maintenance(identity: str, *updates: Update, **fields: object) -> Incident:
    """Return a maintenance planned from an hour to two hours after midday."""
    planned = {"kind": Kind.MAINTENANCE, "scheduled_for": at(60), "scheduled_until": at(120)}
    return incident(identity, *updates, impact="maintenance", **planned | fields)


def summary(minute: float | None, *incidents: Incident, indicator: str = "none", **statuses: str) -> Snapshot:
    """Return what `summary.json` says: the open *incidents*, and the components' *statuses*."""
    return Snapshot(Endpoint.SUMMARY, page(minute), incidents, parts(**statuses), indicator)


def listing(minute: float | None, *incidents: Incident, complete: bool = True) -> Snapshot:
    """Return what `incidents.json` says."""
    return Snapshot(Endpoint.INCIDENTS, page(minute), incidents, complete=complete)


def plans(minute: float | None, *incidents: Incident) -> Snapshot:
    """Return what `scheduled-maintenances.json` says."""
    return Snapshot(Endpoint.MAINTENANCES, page(minute), incidents)


OLD = incident("old", update(-5000, "resolved"))
"""An incident long over, at the end of every list: what is newer and not listed is gone."""


@dataclass
class Reader:
    """Reads snapshots as the watcher does, at minutes after midday, and keeps what is known."""

    known: Known = field(default_factory=Known)
    edges: list[tuple[str, Edge]] = field(default_factory=list)

    def read(self, snapshot: Snapshot, minute: float | None = None) -> Change:
        """Take *snapshot* in at *minute*, by default when the page said it."""
        said_at = snapshot.page.updated_at or MIDDAY
        now = said_at if minute is None else at(minute)
        change = absorb(self.known, snapshot, now)
        change = change.then(watch_components(change.known, now))
        self.known = change.known
        self.edges += [(transition.key, transition.edge) for transition in change.transitions]
        return change

    def hold(self, snapshot: Snapshot, *minutes: float) -> Change:
        """Take the same *snapshot* in at each of *minutes*; returns the last change."""
        return [self.read(snapshot, minute) for minute in minutes][-1]

    @property
    def ours(self) -> list[Record]:
        """Our own incidents, oldest first."""
        own = (one for key, one in self.known.records.items() if key.startswith("own-"))
        return sorted(own, key=lambda one: one.opened_at)

    def __getitem__(self, key: str) -> Record:
        return self.known.records[key]


def started(*incidents: Incident, **statuses: str) -> Reader:
    """Return a reader who has read the summary and the list at midday, and nothing but *incidents* there."""
    reader = Reader()
    reader.read(summary(0, *(one for one in incidents if not one.is_closed), **statuses))
    reader.read(listing(0, *incidents, OLD))
    reader.edges.clear()
    return reader


def statuses(record: Record) -> dict[str, str]:
    """Return the present status of each component a record names."""
    return {one.id: one.present for one in record.affected}


def also(record: Record) -> dict[str, str]:
    """Return the present status of each component put down to a record."""
    return {one.id: one.present for one in record.also}


def marks(record: Record) -> list[str]:
    return [mark.id for mark in record.marks]


def seeing(minute: float) -> Health:
    """Return the health of a bot that read the page at *minute*."""
    return Health(read_at=at(minute))


def ids(records: Iterable[Record]) -> list[str]:
    return [record.key for record in records]
