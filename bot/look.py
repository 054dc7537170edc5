"""One look at the page and one answer: `status`, for scripts and for the curious."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, TextIO

from bot.domain.answer import Answer, Word, answer, find_component
from bot.domain.health import Headline, Health
from bot.domain.message import Line, Message, Tone, plain_lines
from bot.domain.record import ComponentState, Known, Record
from bot.domain.status import Endpoint, incident_url
from bot.domain.transitions import absorb
from bot.domain.words import names
from bot.ports import Clock, StatusSource, Unreadable

EXIT_CODES = {Word.UP: 0, Word.MAINTENANCE: 0, Word.PROBLEM: 1, Word.DOWN: 1, Word.UNKNOWN: 3}
EXIT_UNKNOWN_COMPONENT = 2


async def look(source: StatusSource, clock: Clock) -> tuple[Known, Health]:
    """Read the summary once, or the feed where it is refused. Raises nothing."""
    try:
        reading = await source.read(Endpoint.SUMMARY, None)
    except Unreadable as failure:
        headlines = await _headlines(source) if failure.refused else ()
        return Known(), Health(failures=1, reason=failure.reason, headlines=headlines)
    now = clock.now()
    known = absorb(Known(), reading.snapshot, now).known if reading.snapshot else Known()
    return known, Health(read_at=now)


async def _headlines(source: StatusSource) -> tuple[Headline, ...]:
    try:
        return await source.headlines()
    except Unreadable:
        return ()


async def status(
    source: StatusSource,
    clock: Clock,
    page_url: str,
    component: str | None,
    *,
    as_json: bool,
    out: TextIO,
    show: Callable[[Message], None],
) -> int:
    """Print one answer and return the exit code: 0 up, 1 not, 2 no such component, 3 unknown."""
    known, health = await look(source, clock)
    component_id = None
    if component is not None and known.components:
        found = find_component(known, component)
        if not isinstance(found, ComponentState):
            _tell_unknown(component, found, as_json=as_json, out=out, show=show)
            return EXIT_UNKNOWN_COMPONENT
        component_id = found.component.id
    given = answer(known, health, clock.now(), page_url, component_id)
    if as_json:
        print(json.dumps(as_document(given, known, health, page_url), ensure_ascii=False, indent=2), file=out)
    else:
        show(given.message)
    return EXIT_CODES[given.word]


def _tell_unknown(
    component: str, near: tuple[str, ...], *, as_json: bool, out: TextIO, show: Callable[[Message], None]
) -> None:
    if as_json:
        print(json.dumps({"answer": None, "unknown": component, "near": near}, ensure_ascii=False), file=out)
        return
    title = f"There is no component “{component}” on the page"
    show(Message(Tone.GREY, title, (Line((f"Did you mean {names(near)}?",)),)))


def as_document(given: Answer, known: Known, health: Health, page_url: str) -> dict[str, Any]:
    """Return the answer for programs; every time is ISO 8601 in UTC."""
    page = known.page.url if known.page else page_url
    return {
        "answer": given.word.value,
        "title": given.message.title,
        "page": page,
        "indicator": known.indicator,
        "read_at": health.read_at.isoformat() if health.read_at else None,
        "reason": health.reason or None,
        "components": [_component(state) for state in given.components],
        "incidents": [_incident(record, page) for record in given.incidents],
        "maintenances": [_incident(record, page) for record in given.maintenances],
        "feed": [{"id": one.id, "name": one.name, "status": one.status} for one in health.headlines],
        "text": "\n".join(plain_lines(given.message)),
    }


def _component(state: ComponentState) -> dict[str, str]:
    return {"id": state.component.id, "name": state.component.name, "status": state.component.status}


def _incident(record: Record, page: str) -> dict[str, Any]:
    incident = record.incident
    newest = incident.updates[-1] if incident.updates else None
    return {
        "id": incident.id,
        "name": incident.name,
        "status": incident.status,
        "impact": incident.impact,
        "opened_at": record.opened_at.isoformat(),
        "components": sorted(record.component_ids),
        "url": incident_url(page, incident.id),
        "update": {"at": newest.created_at.isoformat(), "text": newest.body} if newest else None,
    }
