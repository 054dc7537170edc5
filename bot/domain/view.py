"""What an answer looks at: the components asked for, and the open incidents that concern them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from bot.domain.naming import listed, short_name
from bot.domain.record import FOR_ONE_CHANNEL, ComponentState, Known, Record
from bot.domain.status import Page, component_rank, impact_rank
from bot.domain.words import duration

SEEN_TOGETHER = timedelta(minutes=2)
"""An update and a component's breaking that we saw within this time tell of the same thing."""


class Word(StrEnum):
    """The answer in one word."""

    UP = "up"
    PROBLEM = "problem"
    DOWN = "down"
    MAINTENANCE = "maintenance"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class View:
    """What the answer looks at: one component and what concerns it, or all. The gravest incident is first."""

    known: Known
    page: Page
    now: datetime
    component_id: str | None
    states: tuple[ComponentState, ...]
    incidents: tuple[Record, ...]
    maintenances: tuple[Record, ...]

    @property
    def subject(self) -> str:
        """Whom the answer is about."""
        if self.component_id and self.states:
            return short_name(self.states[0].component.name)
        return self.page.name

    @property
    def broken(self) -> tuple[ComponentState, ...]:
        return tuple(one for one in self.states if one.component.rank > 0)

    @property
    def counted(self) -> tuple[Record, ...]:
        """The open incidents of the page that have any impact; ours say no more than the components do."""
        return tuple(
            one for one in self.incidents if one.official_id and impact_rank(one.incident.impact) > 0
        )

    @property
    def under_way(self) -> tuple[Record, ...]:
        """The maintenances that have begun."""
        return tuple(one for one in self.maintenances if one.incident.under_way)

    @property
    def in_maintenance(self) -> tuple[ComponentState, ...]:
        return tuple(one for one in self.states if one.component.status == "under_maintenance")

    def naming(self, state: ComponentState) -> tuple[Record, ...]:
        """Return the page's open incidents that name a component."""
        wanted = state.component.id
        return tuple(
            one
            for one in self.incidents
            if one.official_id and any(part.id == wanted for part in one.affected)
        )

    def age(self, *states: ComponentState) -> str:
        """Return for how long any of *states* has been broken; empty where we cannot say."""
        began, sure = min(self._began(state) for state in states)
        length = self.now - began
        if length < timedelta(minutes=1):
            return "less than 1 min" if sure else ""
        return duration(length) if sure else f"at least {duration(length)}"

    def _began(self, state: ComponentState) -> tuple[datetime, bool]:
        """Return since when a component has been broken, and whether it cannot have begun earlier.

        An update's own time is better than that of our read, if they tell of the same breaking. Where
        we did not see it break and no update tells, the incident that names it is the best we have.
        """
        ours, naming = state.broken_since or state.since, self.naming(state)
        told = [ours] if state.begin_seen else []
        for flagged_at, seen_at in (flag for one in naming if (flag := _flagged(one, state.component.id))):
            if not state.begin_seen or abs(seen_at - ours) <= SEEN_TOGETHER:
                told.append(flagged_at)
        if not told and naming:
            told = [max(one.opened_at for one in naming)]
        return (min(told), True) if told else (ours, False)


def look(known: Known, page: Page, now: datetime, component_id: str | None) -> View:
    """Return what there is to see of one component, or of all."""
    states = listed(known, component_id)
    records = [one for one in known.records.values() if one.is_open and _concerns(one, component_id)]
    incidents = [one for one in records if not one.is_maintenance and (one.official_id or _holds(one, known))]
    incidents.sort(key=lambda one: (one.opened_at, one.key), reverse=True)
    incidents.sort(key=_gravity)
    maintenances = [one for one in records if one.is_maintenance]
    maintenances.sort(key=lambda one: (one.incident.scheduled_for or one.opened_at, one.key))
    return View(known, page, now, component_id, states, tuple(incidents), tuple(maintenances))


def word(view: View) -> Word:
    """Return the answer in one word: from open incident to component to maintenance."""
    worst = max((one.component.rank for one in view.states), default=0)
    if worst == 3:
        return Word.DOWN
    if worst > 0 or view.counted:
        return Word.PROBLEM
    if view.in_maintenance or view.under_way:
        return Word.MAINTENANCE
    return Word.UP


def _gravity(record: Record) -> tuple[int, bool]:
    return -impact_rank(record.incident.impact), record.incident.status == "monitoring"


def _concerns(record: Record, component_id: str | None) -> bool:
    if record.tier in FOR_ONE_CHANNEL:
        return False
    return component_id is None or not record.component_ids or component_id in record.component_ids


def _holds(record: Record, known: Known) -> bool:
    """Return whether what an incident of our own tells still holds: it waits a while before it ends."""
    states = (known.components.get(one.id) for one in record.affected)
    return any(state.component.rank > 0 for state in states if state is not None)


def _flagged(record: Record, component_id: str) -> tuple[datetime, datetime] | None:
    """Return when updates marked a component as broken, and when we saw that; None where it is not so."""
    flag = None
    for update in record.incident.updates:
        for change in update.affected:
            if change.id == component_id:
                is_broken = component_rank(change.new_status) > 0
                flag = (flag or (update.created_at, record.seen_at(update.id))) if is_broken else None
    return flag
