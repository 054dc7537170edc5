"""The answer to "is Claude down?", made from what we know and from nothing else."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bot.domain.blind import blind_blocks, blind_title, is_blind
from bot.domain.card import latest, verdict_line
from bot.domain.health import Health
from bot.domain.message import (
    Block,
    Button,
    Line,
    Link,
    Listing,
    Message,
    Strong,
    Text,
    Tone,
    When,
    WhenStyle,
)
from bot.domain.naming import find_component, short_name
from bot.domain.record import ComponentState, Known, Record
from bot.domain.status import Page, incident_url
from bot.domain.verdict import title
from bot.domain.view import View, Word, look, word
from bot.domain.words import (
    component_emoji,
    component_word,
    duration,
    impact_words,
    some,
    status_word,
)

__all__ = ["Answer", "Word", "answer", "find_component", "short_name"]

INCIDENTS_SHOWN = 3
NAMES_SHOWN = 5

SUBSCRIBE = Button("subscribe", "Alert this channel")

TONES = {
    Word.UP: Tone.GREEN,
    Word.PROBLEM: Tone.AMBER,
    Word.DOWN: Tone.RED,
    Word.MAINTENANCE: Tone.BLUE,
    Word.UNKNOWN: Tone.GREY,
}


@dataclass(frozen=True, slots=True)
class Answer:
    """The word, the message that explains it, and what it was made from."""

    word: Word
    message: Message
    components: tuple[ComponentState, ...] = ()
    incidents: tuple[Record, ...] = ()
    maintenances: tuple[Record, ...] = ()


def answer(
    known: Known, health: Health, now: datetime, page_url: str, component_id: str | None = None
) -> Answer:
    """Return the present answer, about one component if *component_id* is given.

    Truth goes from open incident to component to the page's indicator; where they disagree, the
    answer says so. It is never green because we cannot see.
    """
    view = look(known, known.page or Page("", "Claude", page_url), now, component_id)
    read_at = health.read_at
    if known.page is None or read_at is None or is_blind(health, now):
        message = _message(view, Word.UNKNOWN, blind_title(view), blind_blocks(view, health))
        return Answer(Word.UNKNOWN, message, view.states)
    if not view.states and (component_id is not None or not view.counted):
        listed = "no such component" if component_id is not None else "no components"
        return Answer(Word.UNKNOWN, _message(view, Word.UNKNOWN, f"{view.page.name} lists {listed}", []))
    said = word(view)
    message = _message(view, said, title(view), _blocks(view), _footer(view, read_at))
    return Answer(said, message, view.states, view.incidents, view.maintenances)


def _message(view: View, said: Word, first_line: str, blocks: list[Block], footer: Text = ()) -> Message:
    link = Link(f"Status page {_host(view.page)}", view.page.url)
    share = Button("share", "Share to channel", view.component_id or "")
    return Message(TONES[said], first_line, tuple(blocks), link, footer, (share, SUBSCRIBE))


def _host(page: Page) -> str:
    return page.url.split("://", 1)[-1]


def _footer(view: View, read_at: datetime) -> Text:
    age = duration(view.now - read_at)
    return (f"Read from {_host(view.page)} {age} ago, at ", When(read_at, WhenStyle.CLOCK))


def _blocks(view: View) -> list[Block]:
    blocks: list[Block] = [Line((doubt,)) for doubt in _disagreements(view)]
    if view.states:
        blocks.append(Listing(tuple(_state_line(one, view) for one in view.states)))
    for record in view.incidents[:INCIDENTS_SHOWN]:
        blocks.extend(_incident_blocks(record, view))
    if (more := len(view.incidents) - INCIDENTS_SHOWN) > 0:
        blocks.append(Line((f"and {more} more open incident{'s' if more > 1 else ''}",)))
    if view.maintenances:
        blocks.append(Listing(tuple(map(_maintenance_line, view.maintenances)), heading="Maintenance"))
    return blocks


def _disagreements(view: View) -> list[str]:
    """Return in words where the page contradicts itself: incident, component, indicator."""
    found = []
    if view.counted and view.states and not view.broken:
        found.append(f"The page marks {_marks(view)} although an incident is open.")
    if unwritten := _unwritten(view):
        found.append(f"No incident on the page names {some(unwritten, NAMES_SHOWN)}.")
    if view.component_id is None and (doubt := _indicator(view)):
        found.append(doubt)
    return found


def _marks(view: View) -> str:
    if view.component_id is None:
        return "no component as broken"
    return f"it as {component_word(view.states[0].component.status).lower()}"


def _unwritten(view: View) -> list[str]:
    """Return what is broken and named by no open incident; one of ours says so itself."""
    ours = {part.id for one in view.incidents if one.official_id is None for part in one.affected}
    return [
        short_name(state.component.name)
        for state in view.broken
        if state.component.id not in ours and not view.naming(state)
    ]


def _indicator(view: View) -> str:
    """Return how the page's own indicator contradicts the rest, empty if it does not."""
    indicator, troubled = view.known.indicator, bool(view.broken or view.counted)
    if troubled and indicator == "none":
        return "The page's indicator says “none” all the same."
    if not troubled and indicator not in (None, "none", "maintenance"):
        return (
            f"The page's indicator says “{indicator}”, but nothing is broken and no incident has any impact."
        )
    return ""


def _state_line(state: ComponentState, view: View) -> Text:
    component = state.component
    line = f"{component_emoji(component.status)} {component.name}: {component_word(component.status)}"
    age = view.age(state) if component.rank > 0 else ""
    return (f"{line}, for {age}" if age else line,)


def _incident_blocks(record: Record, view: View) -> list[Block]:
    incident = record.incident
    by = "official" if record.official_id else "by component status"
    impact = impact_words(incident.impact, record.highest_impact)
    since = (
        f" · {impact} · since ",
        When(record.opened_at),
        f" ({duration(view.now - record.opened_at)}), {by}",
    )
    blocks: list[Block] = [
        Line((Strong(incident.name),)),
        Line((Strong(status_word(incident.status)), *since)),
    ]
    if incident.updates:
        blocks.append(latest(record))
    if record.official_id:
        blocks.append(Line((Link("Incident", incident_url(view.page.url, record.official_id)),)))
    return blocks


def _maintenance_line(record: Record) -> Text:
    return (Strong(record.incident.name), " · ", *verdict_line(record))
