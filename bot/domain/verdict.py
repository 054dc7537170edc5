"""The first line of an answer: what is down, for how long, by whose word, and what is not."""

from __future__ import annotations

from collections.abc import Sequence

from bot.domain.naming import short_name
from bot.domain.record import ComponentState
from bot.domain.view import View
from bot.domain.words import component_word, cut, duration, names, some, status_word

NAMES_SHOWN = 3
NAME_CHARS = 120


def title(view: View) -> str:
    """Return the first line: `claude.ai is down (12 min, official), Claude API and Claude Code are up`."""
    if view.broken:
        return _states_title(view)
    if view.counted:
        return _incident_title(view)
    if view.in_maintenance:
        return _states_title(view)
    if view.under_way:
        name = cut(view.under_way[0].incident.name, NAME_CHARS)
        return f"{view.subject} is up, maintenance in progress: {name}"
    return f"{view.subject} is up"


def _states_title(view: View) -> str:
    """Return what is broken or under maintenance, the worst first, and what is up."""
    by_status: dict[str, list[ComponentState]] = {}
    for state in sorted((*view.broken, *view.in_maintenance), key=lambda one: -one.component.rank):
        by_status.setdefault(state.component.status, []).append(state)
    parts = [_part(status, states) for status, states in by_status.items()]
    if view.broken:
        parts[0] += _source(view, next(iter(by_status.values())))
    up = [short_name(one.component.name) for one in view.states if one.component.status == "operational"]
    if len(up) > NAMES_SHOWN:
        parts.append("everything else is up")
    elif up:
        parts.append(f"{names(up)} {'are' if len(up) > 1 else 'is'} up")
    return ", ".join(parts)


def _part(status: str, states: Sequence[ComponentState]) -> str:
    subjects = [short_name(one.component.name) for one in states]
    return f"{some(subjects, NAMES_SHOWN)} {_state_phrase(status, plural=len(subjects) > 1)}"


def _state_phrase(status: str, *, plural: bool) -> str:
    match status:
        case "major_outage":
            return "are down" if plural else "is down"
        case "partial_outage":
            return "have a partial outage" if plural else "has a partial outage"
        case "degraded_performance":
            return "are degraded" if plural else "is degraded"
        case "under_maintenance":
            return "are under maintenance" if plural else "is under maintenance"
        case _:
            return f"{'are' if plural else 'is'} marked “{component_word(status)}”"


def _source(view: View, states: Sequence[ComponentState]) -> str:
    """Return for how long *states* have been broken and by whose word, in brackets."""
    named = [state for state in states if view.naming(state)]
    by = "official" if len(named) == len(states) else "official in part" if named else "by component status"
    age = view.age(*states)
    return f" ({age}, {by})" if age else f" ({by})"


def _incident_title(view: View) -> str:
    """Return the title where the page has an open incident, but marks nothing as broken."""
    gravest, count = view.counted[0], len(view.counted)
    what = "an open incident" if count == 1 else f"{count} open incidents, the gravest"
    state = status_word(gravest.incident.status).lower()
    age = duration(view.now - gravest.opened_at)
    return f"{view.subject} has {what} ({age}, {state}): {cut(gravest.incident.name, NAME_CHARS)}"
