"""Incident timelines: files of one incident a line, told again as it was after each of its updates."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from io import BufferedIOBase
from itertools import groupby
from operator import itemgetter
from typing import Any

from adapters.statuspage import fields
from adapters.statuspage.parse import Rejected, parse
from bot.domain.status import Component, Endpoint, Incident, Page, Snapshot, Update

MAX_LINE = 5 << 20
"""Bytes of one incident, as many as the page's documents may have."""

MAX_TIMELINE = 64 << 20
"""Bytes of all incidents of one file: they interleave, so all of them are held in memory."""

MAINTENANCE_STATUSES = frozenset({"scheduled", "in_progress", "verifying", "completed"})
LISTS = {
    False: (Endpoint.INCIDENTS, "incidents"),
    True: (Endpoint.MAINTENANCES, "scheduled_maintenances"),
}
"""Where the page lists incidents, and where maintenances."""

UNNAMED_PAGE = "timeline"
"""The id of the page where a line gives none."""


class Unplayable(Exception):
    """A line that is no incident; the message is the reason, with the line's number."""


class Timeline:
    """Incidents, to be played in the order in which their updates were written."""

    def __init__(self, page: Page, incidents: tuple[Incident, ...]) -> None:
        """*incidents* are as the file has them: each with all its updates."""
        self._page = page
        self._incidents = incidents
        steps = ((at, number, count) for number, one in enumerate(incidents) for count, at in _steps(one))
        self._steps = sorted(steps)
        self._count = len({at for at, _, _ in self._steps})

    def __len__(self) -> int:
        return self._count

    def __iter__(self) -> Iterator[tuple[datetime, Snapshot]]:
        """Yield a snapshot for each moment at which an update was written.

        It holds only the incidents that moment changed, each with the updates so far, the status of
        the newest and the components these name. What the file tells only as it was in the end, the
        impact and the words, holds from the start; so do the components of one whose updates name none.
        """
        for moment, steps in groupby(self._steps, key=itemgetter(0)):
            latest = {number: count for _, number, count in steps}
            changed = tuple(_as_of(self._incidents[number], count) for number, count in latest.items())
            page = replace(self._page, updated_at=moment)
            yield moment, Snapshot(Endpoint.INCIDENTS, page, changed, complete=False)


def read_timeline(lines: BufferedIOBase, page_url: str) -> Timeline:
    """Read *lines*, the decoded bytes of a file. Raises `Unplayable`, and what reading raises."""
    incidents: dict[str, Incident] = {}
    page: Page | None = None
    size = number = 0
    while line := lines.readline(MAX_LINE + 1):
        number += 1
        size += len(line)
        if len(line) > MAX_LINE or size > MAX_TIMELINE:
            raise Unplayable(
                f"line {number} exceeds {MAX_LINE >> 20} MiB, or the file {MAX_TIMELINE >> 20} MiB"
            )
        if line.strip():
            snapshot = _snapshot(line, number, page_url)
            page = page or snapshot.page
            if snapshot.page.id != page.id:
                raise Unplayable(f"line {number} is of page {snapshot.page.id}, those before it of {page.id}")
            incidents[snapshot.incidents[0].id] = snapshot.incidents[0]
    if page is None:
        raise Unplayable("it holds no line")
    return Timeline(page, tuple(incidents.values()))


def _snapshot(line: bytes, number: int, page_url: str) -> Snapshot:
    """Return a snapshot of the one incident of *line*: it is read as if the page had listed it alone."""
    try:
        entry: Any = json.loads(line)
    except (ValueError, RecursionError):
        raise Unplayable(f"line {number} is damaged or not JSON") from None
    if not isinstance(entry, dict) or not isinstance(entry.get("incident_updates"), list):
        raise Unplayable(f"line {number} is no incident with its incident_updates")
    page_id = fields.identifier(entry.get("page_id")) or UNNAMED_PAGE
    endpoint, key = LISTS[_is_maintenance(entry)]
    document = {"page": {"id": page_id}, key: [entry]}
    snapshot = parse(endpoint, json.dumps(document).encode(), page_url)
    if isinstance(snapshot, Rejected):
        raise Unplayable(f"line {number}: {snapshot.reason}")
    if not snapshot.incidents:
        raise Unplayable(f"line {number}: {', '.join(snapshot.quarantined)}")
    return snapshot


def _is_maintenance(entry: dict[str, Any]) -> bool:
    """Return whether *entry* is one by its words; not every archive keeps `scheduled_for`."""
    return bool(entry.get("scheduled_for")) or fields.word(entry.get("status")) in MAINTENANCE_STATUSES


def _steps(incident: Incident) -> Iterator[tuple[int, datetime]]:
    """Yield how many updates were there from when on; one that has none was there when it was made."""
    if not incident.updates:
        yield 0, incident.created_at
    for count, update in enumerate(incident.updates, 1):
        yield count, update.created_at


def _as_of(incident: Incident, count: int) -> Incident:
    """Return *incident* as it was when *count* of its updates were written."""
    updates = incident.updates[:count]
    final = count == len(incident.updates)
    return replace(
        incident,
        status=incident.status if final else updates[-1].status,
        updated_at=updates[-1].created_at if updates else incident.updated_at,
        resolved_at=incident.resolved_at if final else None,
        updates=updates,
        components=_components_named(updates) or _components_of_silent(incident),
    )


def _components_named(updates: tuple[Update, ...]) -> tuple[Component, ...]:
    changes = (change for update in updates for change in update.affected)
    named = {change.id: Component(change.id, change.name, change.new_status) for change in changes}
    return tuple(named.values())


def _components_of_silent(incident: Incident) -> tuple[Component, ...]:
    """Return the components of an incident whose updates never name one, as if nothing was broken."""
    if any(update.affected for update in incident.updates):
        return ()
    return tuple(replace(component, status="operational") for component in incident.components)
