"""Incidents and maintenances with their updates, as every one of the page's JSON documents lists them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from functools import partial
from operator import attrgetter

from adapters.statuspage import fields
from adapters.statuspage.components import component_change_reader, component_reader
from adapters.statuspage.fields import Unusable
from adapters.statuspage.intake import MAX_COMPONENTS, MAX_INCIDENTS, Intake
from bot.domain.status import Component, Incident, Kind, Update

UNKNOWN = "unknown"
"""The status of what gives none: it counts as open and is shown as it stands."""

MISSING_IMPACT = {Kind.INCIDENT: "minor", Kind.MAINTENANCE: "maintenance"}
"""The impact of what gives none. `none` would hide an incident from a channel that wants `minor` and up,
and an unknown word, which ranks highest, would call the people who want to be called for `critical` only."""

MISSING_NAME = {Kind.INCIDENT: "Untitled incident", Kind.MAINTENANCE: "Untitled maintenance"}

_BEGUN = ("created_at", "started_at")
_NOTED = ("scheduled_for", "monitoring_at", "updated_at", "resolved_at")
_CREATED_AT = attrgetter("created_at")


class EntryReader:
    """Reads the lists of one document, and keeps account of what it could not read in *intake*."""

    def __init__(self) -> None:
        self.intake = Intake()
        self._component = component_reader()
        self._change = component_change_reader()

    def components(self, values: object, what: str = "component") -> tuple[Component, ...]:
        """Return the usable components of a list; *what* names one of them in a reason."""
        return self.intake.entries(values, what, MAX_COMPONENTS, self._component)

    def incidents(self, values: object, kind: Kind) -> tuple[Incident, ...]:
        """Return the usable incidents of a list, in its order."""
        if isinstance(values, list) and len(values) > MAX_INCIDENTS:
            self.intake.incidents_lost = True
        return self.intake.entries(values, kind.value, MAX_INCIDENTS, partial(self._incident_or_loss, kind))

    def _incident_or_loss(self, kind: Kind, entry: Mapping[str, object]) -> Incident:
        try:
            return self._incident(kind, entry)
        except Unusable:
            self.intake.incidents_lost = True
            raise

    def _incident(self, kind: Kind, entry: Mapping[str, object]) -> Incident:
        incident_id = fields.required_identifier(entry.get("id"))
        name, status = fields.name(entry.get("name")), fields.word(entry.get("status"))
        if not name and not status:
            raise Unusable("has neither a usable name nor a usable status")
        begun = fields.first_moment(entry, *_BEGUN)
        otherwise = begun or fields.first_moment(entry, *_NOTED)
        updates = self._updates(entry.get("incident_updates"), incident_id, otherwise)
        created_at = begun or (updates[0].created_at if updates else otherwise)
        if created_at is None:
            raise Unusable("has no usable time")
        return Incident(
            id=incident_id,
            name=name or MISSING_NAME[kind],
            status=status or (updates[-1].status if updates else UNKNOWN),
            impact=fields.word(entry.get("impact")) or MISSING_IMPACT[kind],
            created_at=created_at,
            updated_at=fields.moment(entry.get("updated_at")),
            resolved_at=fields.moment(entry.get("resolved_at")),
            updates=updates,
            components=self.components(entry.get("components"), f"{incident_id}: component"),
            kind=kind,
            scheduled_for=fields.moment(entry.get("scheduled_for")),
            scheduled_until=fields.moment(entry.get("scheduled_until")),
        )

    def _updates(self, values: object, incident_id: str, otherwise: datetime | None) -> tuple[Update, ...]:
        """Return the usable updates, oldest first; of two equal times the page lists the newer first."""
        left = self.intake.updates_left
        read = partial(self._update, incident_id, otherwise)
        newest_first = self.intake.entries(values, f"{incident_id}: update", left, read)
        self.intake.updates_left = left - min(left, len(values) if isinstance(values, list) else 0)
        oldest_first = list(reversed(newest_first))
        oldest_first.sort(key=_CREATED_AT)
        return tuple(oldest_first)

    def _update(self, incident_id: str, otherwise: datetime | None, entry: Mapping[str, object]) -> Update:
        update_id = fields.required_identifier(entry.get("id"))
        status, body = fields.word(entry.get("status")), fields.body(entry.get("body"))
        if not status and not body:
            raise Unusable("has neither a usable status nor a usable body")
        created_at = fields.first_moment(entry, "created_at", "display_at") or otherwise
        if created_at is None:
            raise Unusable("has no usable time")
        what = f"{incident_id}: update {update_id}: component"
        affected = self.intake.entries(entry.get("affected_components"), what, MAX_COMPONENTS, self._change)
        return Update(update_id, status or UNKNOWN, body, created_at, affected)
