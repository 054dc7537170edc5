"""The components' present states, and which incident speaks for which of them."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from bot.domain.record import Affected, ComponentState, Known, Record, milder, worse
from bot.domain.remember import settled
from bot.domain.status import REMOVED, Component, Snapshot, component_rank

LATE_FLAGS = timedelta(minutes=15)
"""Components are flagged minutes after an incident opens; what breaks so soon after belongs to it."""


def read_components(
    before: Mapping[str, ComponentState], snapshot: Snapshot, now: datetime
) -> Mapping[str, ComponentState]:
    """Return the components after *snapshot*; one that could not be read stays as it was."""
    if not snapshot.components:
        return before
    read = {one.id: _component_state(before.get(one.id), one, now) for one in snapshot.components}
    return {**before, **read} if snapshot.quarantined else read


def _component_state(before: ComponentState | None, component: Component, now: datetime) -> ComponentState:
    since = before.since if before and before.component.status == component.status else now
    if component.rank == 0:
        return ComponentState(component, since)
    if before is not None and before.broken_since is not None:
        return ComponentState(component, since, before.broken_since, before.begin_seen)
    return ComponentState(component, since, broken_since=now, begin_seen=before is not None)


def follow(known: Known, gone: Collection[str] = ()) -> Known:
    """Return *known* with its components' present states on all records they concern.

    While an incident is open every component of it is followed, after that only what it left broken,
    until it is well. What is broken and has nobody to speak for it is put down to an open incident
    that may well have to do with it. *gone* are components that the page has just ceased to list.
    """
    followed = {
        key: after
        for key, record in known.records.items()
        if (after := _followed(record, known, gone)) is not record
    }
    return _with_unnamed(known.with_records(followed))


def broken_states(known: Known) -> Iterator[ComponentState]:
    """Return the components that are broken now; a group only repeats what its members are."""
    return (
        state for state in known.components.values() if state.component.rank > 0 and not state.component.group
    )


def speaks_for(record: Record, state: ComponentState) -> bool:
    """Return whether *record* accounts for a component's being as broken as it is.

    A maintenance accounts for nothing broken, and a withdrawn incident says nothing any more.
    """
    if record.is_maintenance or record.withdrawn_at is not None:
        return False
    return any(
        one.id == state.component.id and component_rank(one.explains) >= state.component.rank
        for one in (*record.affected, *record.also)
    )


def _followed(record: Record, known: Known, gone: Collection[str]) -> Record:
    """Return *record* with its components' present states; the very same value if they are as they were."""
    is_live = record.is_open and record.incident.under_way
    if not is_live and not any(one.is_left_over for one in (*record.affected, *record.also)):
        return record
    named = tuple(_present(one, record, known, gone) for one in record.affected)
    also = tuple(_present(one, record, known, gone) for one in record.also)
    if (named, also) == (record.affected, record.also):
        return record
    return replace(record, affected=named, also=also)


def _present(one: Affected, record: Record, known: Known, gone: Collection[str]) -> Affected:
    is_live = record.is_open and record.incident.under_way
    if not (is_live or one.is_left_over):
        return one
    state = known.components.get(one.id)
    if state is None:
        return replace(one, present=REMOVED, explains="operational") if one.id in gone else one
    status = state.component.status
    if not is_live:
        return settled(one, status)
    is_its_own = one in record.affected or _takes_in(record, state)
    explains = status if is_its_own else milder(one.explains, status)
    return Affected(one.id, state.component.name, worse(one.worst, explains), status, explains)


def _takes_in(record: Record, state: ComponentState) -> bool:
    """Return whether what a component has come to is put down to *record*, which does not name it.

    It is if it came soon after the incident, or while one that names no component was not yet being
    monitored. An incident may be monitored for weeks; what breaks meanwhile is news.
    """
    if state.since <= record.first_seen_at + LATE_FLAGS:
        return True
    return not record.affected and record.incident.status != "monitoring"


def _with_unnamed(known: Known) -> Known:
    """Return *known* with what nobody explains put down to the newest incident that may be meant."""
    takers = [one for one in known.records.values() if _is_official_and_open(one)]
    takers.sort(key=lambda one: (one.opened_at, one.key), reverse=True)
    changed: dict[str, Record] = {}
    for state in broken_states(known) if takers else ():
        if any(speaks_for(record, state) for record in known.records.values()):
            continue
        taker = next((one for one in takers if _takes_in(one, state)), None)
        if taker is not None:
            before, component = changed.get(taker.key, taker), state.component
            status = component.status
            found = Affected(component.id, component.name, status, status, status)
            changed[taker.key] = replace(before, also=(*before.also, found))
    return known.with_records(changed)


def _is_official_and_open(record: Record) -> bool:
    return record.is_open and record.official_id is not None and not record.is_maintenance
