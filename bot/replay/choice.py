"""Which components a channel means: the names people write, found in what a recording knows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from adapters.statuspage.recordings import Recording
from bot.domain.answer import short_name
from bot.domain.status import Snapshot
from bot.domain.subscription import Settings
from bot.domain.words import names


def choose(
    recording: Recording, settings: Settings, wanted: Iterable[str]
) -> tuple[Settings, tuple[str, ...]]:
    """Return *settings* with the components *wanted* (ids or names), and a warning for each unknown one.

    Names change, and `incidents.json` knows components only through its incidents, so the recording is
    gone through once before it is played: every name a component ever had will do. What nothing
    in it is called stays wanted, and matches nothing.
    """
    asked = [text.strip() for text in wanted if text.strip()]
    if not asked:
        return settings, ()
    known = _known(recording)
    found = {text: _called(known, text) for text in asked}
    ids = {one for text, matches in found.items() for one in (matches or {text})}
    warnings = tuple(_unknown(known, text) for text, matches in found.items() if not matches)
    return replace(settings, components=frozenset(ids)), warnings


def _known(recording: Recording) -> dict[str, list[str]]:
    """Return every name each component ever had, the newest last, by id."""
    known: dict[str, list[str]] = {}
    for recorded in recording:
        if recorded.reading.snapshot is not None:
            for component_id, name in _named(recorded.reading.snapshot):
                former = known.setdefault(component_id, [])
                if name not in former:
                    former.append(name)
    return known


def _named(snapshot: Snapshot) -> Iterator[tuple[str, str]]:
    for component in snapshot.components or ():
        if not component.group:
            yield component.id, component.name
    for incident in snapshot.incidents:
        yield from ((one.id, one.name) for update in incident.updates for one in update.affected)
        yield from ((one.id, one.name) for one in incident.components)


def _called(known: dict[str, list[str]], text: str) -> set[str]:
    """Return the ids *text* means: its own, those of a name, or that of the only one it is a part of."""
    wanted = text.casefold()
    exact = {
        component_id
        for component_id, called in known.items()
        if wanted in {component_id.casefold(), *_folded(called), *_folded(map(short_name, called))}
    }
    if exact:
        return exact
    parts = {
        component_id
        for component_id, called in known.items()
        if any(wanted in name for name in _folded(called))
    }
    return parts if len(parts) == 1 else set()


def _folded(called: Iterable[str]) -> Iterator[str]:
    return (name.casefold() for name in called)


def _unknown(known: dict[str, list[str]], text: str) -> str:
    listed = names([f"{called[-1]} ({component_id})" for component_id, called in known.items()])
    return f"No component is called “{text}” in this recording, which knows {listed or 'none'}."
