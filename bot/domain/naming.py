"""What components are called: the short names we show, and what people mean by a word."""

from __future__ import annotations

import difflib

from bot.domain.record import ComponentState, Known


def listed(known: Known, component_id: str | None = None) -> tuple[ComponentState, ...]:
    """Return the components as the page orders them, or the one of *component_id*; groups are left out."""
    states = [one for one in known.components.values() if not one.component.group]
    states = [one for one in states if component_id in (None, one.component.id)]
    return tuple(sorted(states, key=lambda one: (one.component.position, one.component.name)))


def short_name(name: str) -> str:
    """Return a component's name without the address the page puts behind it in brackets."""
    return name.split(" (", 1)[0] or name


def short_names(known: Known) -> dict[str, str]:
    """Return the short names of the page's components, by id."""
    return {one: short_name(state.component.name) for one, state in known.components.items()}


def find_component(known: Known, text: str) -> ComponentState | tuple[str, ...]:
    """Return the component that *text* names, or the names that come nearest (all of them if none does).

    An id, a name, a name without its bracket, or a part of exactly one name will do; a part of what
    stands before the bracket goes before a part of the address in it.
    """
    wanted = text.casefold().strip()
    states = listed(known)
    for state in states:
        name = state.component.name
        exact = {state.component.id.casefold(), name.casefold(), short_name(name).casefold()}
        if wanted in exact:
            return state
    holding = [state for state in states if wanted and wanted in state.component.name.casefold()]
    parts = [one for one in holding if wanted in short_name(one.component.name).casefold()] or holding
    if len(parts) == 1:
        return parts[0]
    known_names = [short_name(state.component.name) for state in parts or states]
    by_fold = {name.casefold(): name for name in known_names}
    near = difflib.get_close_matches(wanted, by_fold, n=3, cutoff=0.5)
    return tuple(by_fold[one] for one in near) or tuple(known_names)
