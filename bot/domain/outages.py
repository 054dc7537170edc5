"""Components that are broken while no incident says so: an incident of our own."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from bot.domain.components import broken_states, speaks_for
from bot.domain.record import ComponentState, Known, Record, Tier
from bot.domain.remember import remember
from bot.domain.status import Component, ComponentChange, Incident, Update, component_rank
from bot.domain.transitions import Change, difference
from bot.domain.words import component_word, names, some

HELD_FOR = timedelta(seconds=5)
"""What a component shows counts once it lasted so long: longer than the second look at a stale answer
and the lists read in the same poll, shorter than the time to the next poll."""

RECOVERY_HOLD = timedelta(minutes=5)
"""How long all components must be well before our incident ends: flapping is not recovery."""

REOPEN_WINDOW = timedelta(minutes=15)
"""What breaks again so soon continues the same incident."""

NAMED = 5
"""How many components a title names."""

IMPACT_OF_RANK = {1: "minor", 2: "major", 3: "critical"}


def watch_components(known: Known, now: datetime) -> Change:
    """Return how our own incident changes at *now*: raised, told anew, or over.

    A component counts once it was seen broken in an earlier poll as well, so one bad read raises
    nothing. At most one incident of ours is open; all unexplained components share it.
    """
    ours = next((one for one in known.records.values() if _is_ours(one) and one.is_open), None)
    if ours is not None:
        return _gone_on(known, ours, now)
    broken = [one for one in unexplained(known, ours) if _lasts(one.broken_since, now)]
    return _told(known, _just_over(known, broken, now), broken, now) if broken else Change(known)


def _gone_on(known: Known, ours: Record, now: datetime) -> Change:
    """Return how our open incident changes: by news, by being better or by being over."""
    lasting = [one for one in unexplained(known, ours) if _lasts(_news_since(one, ours), now)]
    broken = _shared(known, ours, lasting)
    if _news(ours, lasting):
        return _told(known, ours, broken, now)
    if not broken:
        return _ended(known, ours, now) if _recovered(known, ours, now) else Change(known)
    return (
        _renamed(known, ours, broken, now) if all(_lasts(one.since, now) for one in broken) else Change(known)
    )


def _news_since(state: ComponentState, ours: Record) -> datetime | None:
    """Return since when there is news: a component already told of must have come to its status."""
    return state.since if state.component.id in {one.id for one in ours.affected} else state.broken_since


def unexplained(known: Known, ours: Record | None) -> list[ComponentState]:
    """Return the broken components that no incident but *ours* speaks for."""
    others = [one for one in known.records.values() if ours is None or one.key != ours.key]
    return [state for state in broken_states(known) if not any(speaks_for(one, state) for one in others)]


def _is_ours(record: Record) -> bool:
    return record.tier is Tier.COMPONENTS


def _lasts(since: datetime | None, now: datetime) -> bool:
    return since is not None and now - since >= HELD_FOR


def _shared(known: Known, ours: Record, others: list[ComponentState]) -> list[ComponentState]:
    """Return what *ours* is about: the broken among its components, and the unexplained *others*."""
    mine = {one.id for one in ours.affected} | {one.component.id for one in others}
    return [state for state in broken_states(known) if state.component.id in mine]


def _just_over(known: Known, broken: list[ComponentState], now: datetime) -> Record | None:
    """Return our incident of a moment ago if one of its components is *broken* again."""
    ids = {state.component.id for state in broken}
    over = [one for one in known.records.values() if _is_ours(one) and ids & one.component_ids]
    recent = [one for one in over if one.closed_at and now - one.closed_at <= REOPEN_WINDOW]
    return max(recent, key=lambda one: (one.opened_at, one.key), default=None)


def _told(known: Known, ours: Record | None, broken: list[ComponentState], now: datetime) -> Change:
    """Return what becomes known by a new update of ours, the first or another one."""
    components = tuple(state.component for state in broken)
    key = ours.key if ours else f"own-{now:%Y%m%dT%H%M%S}"
    before = ours.incident.updates if ours else ()
    update = Update(
        id=f"{key}-{len(before) + 1}",
        status="investigating",
        body=_described(components),
        created_at=now if before else min(state.broken_since or now for state in broken),
        affected=tuple(ComponentChange(one.id, one.name, "operational", one.status) for one in components),
    )
    incident = Incident(
        id=key,
        name=_title(components),
        status="investigating",
        impact=_impact(components),
        created_at=ours.incident.created_at if ours else update.created_at,
        updates=(*before, update),
        components=components,
    )
    return _written(known, ours, incident, now)


def _news(ours: Record, broken: Iterable[ComponentState]) -> bool:
    """Return whether a component broke that was not told of, or one broke worse than told."""
    told: dict[str, int] = {}
    for update in ours.incident.updates:
        for one in update.affected:
            told[one.id] = max(told.get(one.id, 0), component_rank(one.new_status))
    return any(state.component.rank > told.get(state.component.id, 0) for state in broken)


def _renamed(known: Known, ours: Record, broken: list[ComponentState], now: datetime) -> Change:
    """Return *ours* with a name and an impact that say how it is by now, without any news."""
    components = tuple(state.component for state in broken)
    incident = replace(
        ours.incident, name=_title(components), impact=_impact(components), components=components
    )
    return Change(known) if incident == ours.incident else _written(known, ours, incident, now)


def _recovered(known: Known, ours: Record, now: datetime) -> bool:
    listed = (known.components.get(one.id) for one in ours.affected)
    return all(now - state.since >= RECOVERY_HOLD for state in listed if state is not None)


def _ended(known: Known, ours: Record, now: datetime) -> Change:
    before = ours.incident
    listed = [known.components[one.id] for one in ours.affected if one.id in known.components]
    update = Update(
        id=f"{ours.key}-{len(before.updates) + 1}",
        status="resolved",
        body=_recovery(ours, known),
        created_at=max(before.newest_at, max((state.since for state in listed), default=now)),
    )
    over = replace(before, status="resolved", updates=(*before.updates, update), components=())
    return _written(known, ours, over, now)


def _written(known: Known, ours: Record | None, incident: Incident, now: datetime) -> Change:
    record = remember(ours, incident, now, first=False)
    if ours is None:
        record = replace(record, tier=Tier.COMPONENTS, official_id=None)
    return difference(known, known.with_records({record.key: record}), now)


def _impact(components: Iterable[Component]) -> str:
    return IMPACT_OF_RANK[max(one.rank for one in components)]


def _by_status(components: Iterable[Component]) -> dict[str, list[str]]:
    """Return the names of *components* by status, the worst first."""
    found: dict[str, list[str]] = {}
    for one in sorted(components, key=lambda one: -one.rank):
        found.setdefault(one.status, []).append(one.name)
    return found


def _title(components: Sequence[Component]) -> str:
    by_status = _by_status(components).items()
    parts = (f"{some(subjects, NAMED)}: {component_word(status).lower()}" for status, subjects in by_status)
    return ", ".join(parts)


def _described(components: Sequence[Component]) -> str:
    by_status = _by_status(components).items()
    parts = [f"{names(subjects)} as {component_word(status).lower()}" for status, subjects in by_status]
    return f"The status page marks {'; '.join(parts)}. No incident has been written for it yet."


def _recovery(ours: Record, known: Known) -> str:
    """Return what became of the components: operational is one end, there are others."""
    listed = [known.components[one.id].component for one in ours.affected if one.id in known.components]
    lost = [one.name for one in ours.affected if one.id not in known.components]
    marked = [
        f"{names(subjects)} as {_word_again(status)}" for status, subjects in _by_status(listed).items()
    ]
    sentences = [f"The status page marks {'; '.join(marked)}."] if marked else []
    if lost:
        sentences.append(f"{'It' if marked else 'The status page'} no longer lists {names(lost)}.")
    return " ".join(sentences)


def _word_again(status: str) -> str:
    return "operational again" if status == "operational" else component_word(status).lower()
