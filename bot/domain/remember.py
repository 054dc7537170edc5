"""How one incident as the page tells it becomes, or changes, the record we keep."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from bot.domain.record import Affected, Mark, MarkKind, Record, Tier, ending_time, milder, worse
from bot.domain.status import (
    IMPACT_RANKS,
    Component,
    ComponentChange,
    Incident,
    Kind,
    Update,
    impact_rank,
)


def remember(before: Record | None, incident: Incident, now: datetime, *, first: bool) -> Record:
    """Return the record after the page told *incident*; an equal one if nothing is new.

    *first* is True on the first read ever: what is closed then is history and told to nobody.
    """
    if before is None:
        return _new_record(incident, now, first=first)
    merged = merge(before.incident, incident)
    known_ids = {update_id for update_id, _ in before.seen}
    fresh = [update for update in merged.updates if update.id not in known_ids]
    official_id = incident.id if incident.id != before.key else before.official_id
    after = replace(
        before,
        tier=Tier.OFFICIAL if official_id else before.tier,
        incident=merged,
        official_id=official_id,
        highest_impact=_higher(before.highest_impact, merged.impact),
        affected=affected(before.affected, merged, fresh),
        seen=before.seen + tuple((update.id, now) for update in fresh),
        told_since=_told_since(before, merged, fresh),
        missing_since=None,
        withdrawn_at=None,
    )
    return replace(after, marks=before.marks + _new_marks(before, after, fresh, now))


def _new_record(incident: Incident, now: datetime, *, first: bool) -> Record:
    marks = [Mark("start", MarkKind.START, incident.opened_at, now)]
    if incident.is_closed:
        ended_at = max(ending_time(incident) or incident.newest_at, incident.opened_at)
        marks.append(Mark("resolved:1", MarkKind.RESOLVED, ended_at, now))
    return Record(
        key=incident.id,
        tier=Tier.OFFICIAL,
        official_id=incident.id,
        incident=incident,
        first_seen_at=now,
        highest_impact=incident.impact,
        affected=affected((), incident, incident.updates),
        marks=tuple(marks),
        seen=tuple((update.id, now) for update in incident.updates),
        told_since=None if first or not incident.is_closed else incident.opened_at,
    )


def merge(before: Incident, incident: Incident) -> Incident:
    """Return the newer telling with every update ever seen; an older one only adds what we lacked."""
    newer, other = (before, incident) if _is_older(incident, before) else (incident, before)
    told = {update.id for update in newer.updates}
    lacking = [update for update in other.updates if update.id not in told]
    if not lacking:
        return newer
    updates = sorted([*newer.updates, *lacking], key=lambda update: update.created_at)
    return replace(newer, updates=tuple(updates))


def _is_older(incident: Incident, before: Incident) -> bool:
    """Return whether *incident* was told before *before* was; where no time tells, by the newest update."""
    if incident.id != before.id:
        return False
    if incident.updated_at and before.updated_at:
        return incident.updated_at < before.updated_at
    return incident.newest_at < before.newest_at


def affected(
    before: tuple[Affected, ...], incident: Incident, fresh: Iterable[Update]
) -> tuple[Affected, ...]:
    """Return the components *incident* names or ever named, with their worst and present status.

    *before* already holds what all but the *fresh* updates said. When it ends, the incident goes on
    accounting for what it accounted for, whatever its last update says of that: the component itself
    may be read as broken for a while yet, or for hours.
    """
    found = {one.id: one for one in before}
    ending = {one.id: one.explains for one in before} if incident.is_closed else {}
    for update in fresh:
        for change in update.affected:
            one = _changed(found.get(change.id), change)
            found[change.id] = replace(one, explains=ending.get(change.id, change.new_status))
    for component in incident.components:
        found[component.id] = _listed(found.get(component.id), component, incident)
    return tuple(found.values())


def _changed(before: Affected | None, change: ComponentChange) -> Affected:
    one = before or Affected(change.id, change.name, "operational", "operational")
    worst = worse(worse(one.worst, change.old_status), change.new_status)
    return replace(one, worst=worst, present=change.new_status)


def _listed(before: Affected | None, component: Component, incident: Incident) -> Affected:
    """Return a component that stands beside the incident with its status of today.

    Once the incident is closed that tells nothing of it but whether what it left broken is well again.
    """
    one = before or Affected(component.id, component.name, "operational", "operational")
    if incident.under_way:
        worst = worse(one.worst, component.status)
        return Affected(component.id, component.name, worst, component.status, component.status)
    return settled(one, component.status) if incident.is_closed else one


def settled(one: Affected, status: str) -> Affected:
    """Return a component of a closed incident, now that it has *status*."""
    if not one.is_left_over:
        return one
    return replace(one, present=status, explains=milder(one.explains, status))


def _new_marks(before: Record, after: Record, fresh: list[Update], now: datetime) -> tuple[Mark, ...]:
    at = max((update.created_at for update in fresh), default=min(now, after.incident.updated_at or now))
    marks = []
    if after.incident.kind is Kind.INCIDENT and after.rank > before.rank and not after.incident.is_closed:
        marks.append(Mark(f"worse:{after.highest_impact}", MarkKind.WORSENING, at, now))
    if before.incident.is_closed and not after.incident.is_closed:
        marks.append(Mark(f"reopened:{_turn(before, 'reopened')}", MarkKind.WORSENING, at, now))
    if after.incident.is_closed and not before.incident.is_closed:
        ended_at = max(ending_time(after.incident) or at, after.opened_at)
        marks.append(Mark(f"resolved:{_turn(before, 'resolved')}", MarkKind.RESOLVED, ended_at, now))
    return tuple(marks)


def _turn(before: Record, word: str) -> int:
    """Return the how-manieth time something happens to the incident, from 1."""
    return 1 + sum(mark.id.startswith(word) for mark in before.marks)


def _told_since(before: Record, merged: Incident, fresh: list[Update]) -> datetime | None:
    """Return until when a channel must have subscribed to be told of a closed incident it lacks.

    What is new about it is for everybody who was there when it was written.
    """
    if not merged.is_closed:
        return None
    otherwise = before.told_since if before.incident.is_closed else merged.newest_at
    return max((update.created_at for update in fresh), default=otherwise)


def _higher(highest: str, impact: str) -> str:
    """Return the higher of two impacts; a word we do not know never replaces one we do."""
    if impact not in IMPACT_RANKS:
        return highest
    if highest not in IMPACT_RANKS or impact_rank(impact) > impact_rank(highest):
        return impact
    return highest
