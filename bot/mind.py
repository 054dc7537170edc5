"""What a watcher keeps in mind between two polls."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime

from bot.domain.record import Known
from bot.domain.status import Endpoint, Snapshot
from bot.ports import Validator

MOST_RECORDS = 400


@dataclass(slots=True)
class Mind:
    """All of it can be read again, and is where somebody else may have written since.

    *known* is what the store holds, *validators* and *latest* are of the last documents, *looked* is when
    a full list was read, *wanted* are those to be read next.
    """

    known: Known | None = None
    validators: dict[Endpoint, Validator | None] = field(default_factory=dict)
    latest: dict[Endpoint, Snapshot] = field(default_factory=dict)
    looked: dict[Endpoint, datetime] = field(default_factory=dict)
    wanted: set[Endpoint] = field(default_factory=set)


def trimmed(known: Known) -> Known:
    """Return *known* without the oldest closed records, once there are many; the store keeps them."""
    if len(known.records) <= MOST_RECORDS:
        return known
    closed = sorted((one for one in known.records.values() if not one.is_open), key=lambda one: one.newest_at)
    surplus = {one.key for one in closed[: len(known.records) - MOST_RECORDS // 2]}
    return replace(known, records={key: one for key, one in known.records.items() if key not in surplus})


def content(snapshot: Snapshot) -> Snapshot:
    """Return *snapshot* without the page's own time, which changes when nothing else does."""
    return replace(snapshot, page=replace(snapshot.page, updated_at=None))


def maintenances(snapshot: Snapshot) -> tuple[object, ...]:
    """Return the maintenances of *snapshot*."""
    return tuple(incident for incident in snapshot.incidents if incident.kind == "maintenance")
