"""The words of an incident's card, and the pieces its history is made of as well."""

from __future__ import annotations

from collections.abc import Collection
from datetime import timedelta

from bot.domain.message import (
    Block,
    Button,
    Line,
    Link,
    Listing,
    Message,
    Quote,
    Strong,
    Text,
    Tone,
    When,
    plain,
)
from bot.domain.record import Affected, Record, Tier
from bot.domain.status import Update, component_rank, incident_url
from bot.domain.words import (
    IMPACT_TONES,
    component_emoji,
    component_word,
    cut,
    duration,
    impact_word,
    status_word,
)

QUOTE_CHARS = 1500
"""How much of an update is quoted; the link leads to the rest."""

EXCERPT_CHARS = 140
TIMELINE_LINES = 5

LAG_WORTH_TELLING = timedelta(hours=6)
"""A back-dated update was not late, it was written late."""

TEST_LEAD = "This is a test. Nothing is broken; an alert will look like this."


def tone(record: Record) -> Tone:
    """Return the mood an incident has now."""
    if record.withdrawn_at is not None:
        return Tone.GREY
    if record.tier is Tier.TEST:
        return Tone.BLUE
    if record.incident.is_closed:
        return Tone.GREEN
    if record.is_maintenance:
        return Tone.BLUE
    if record.incident.status == "monitoring":
        return Tone.AMBER
    return IMPACT_TONES.get(record.incident.impact, Tone.AMBER)


def card(record: Record, page_url: str, shows: Collection[str], *, followed: bool = True) -> Message:
    """Return the live card. *shows* are the ids of the updates that only the card tells."""
    return Message(
        tone=tone(record),
        title=record.incident.name,
        blocks=tuple(_card_blocks(record, shows)),
        link=link(record, page_url),
        footer=footer(record, page_url) if followed else ("No longer followed here.",),
        buttons=_buttons(record) if followed else (),
    )


def _card_blocks(record: Record, shows: Collection[str]) -> list[Block]:
    blocks: list[Block] = [Line(verdict_line(record))]
    if record.tier is Tier.TEST:
        blocks.append(Line((TEST_LEAD,)))
    if components := component_lines(record):
        blocks.append(Listing(components))
    updates = record.incident.updates
    if updates:
        blocks.append(latest(record))
    earlier = [update for update in updates[:-1] if update.id in shows]
    if earlier:
        blocks.append(timeline(earlier))
    return blocks


def verdict_line(record: Record) -> Text:
    """Return the card's first line: what the state is, how bad it was, since when and for how long."""
    incident, closed_at = record.incident, record.closed_at
    if record.withdrawn_at is not None:
        return (Strong("Withdrawn"), " · the status page no longer lists it and never called it resolved")
    if record.tier is Tier.TEST:
        return (
            Strong("Test"),
            f" · shown as {impact_word(record.highest_impact)} · ",
            When(record.opened_at),
        )
    if record.is_maintenance:
        return (Strong(status_word(incident.status)), *_window(record))
    impact = f" · {impact_word(record.highest_impact)}"
    if closed_at is None:
        return (Strong(status_word(incident.status)), impact, " · since ", When(record.opened_at))
    length = closed_at - record.opened_at
    if length < timedelta(seconds=1):
        return (Strong("Resolved"), impact, " · posted after the fact, ", When(closed_at))
    over = Strong(f"Resolved after {duration(length)}")
    return (over, impact, " · ", When(record.opened_at), " to ", When(closed_at))


def _window(record: Record) -> Text:
    begin, end = record.incident.scheduled_for, record.incident.scheduled_until
    if record.closed_at is not None:
        return (" · ", When(record.closed_at))
    if begin is None:
        return ()
    return (" · ", When(begin), *((" to ", When(end)) if end else ()))


def component_lines(record: Record) -> tuple[Text, ...]:
    """Return a line for each component that was ever broken, worst first, then those left broken."""
    named = sorted((one for one in record.affected if one.ever_broken), key=_severity, reverse=True)
    lines = [_component_line(one, record) for one in named]
    also = (one for one in record.also if record.is_open or one.broken)
    return (*lines, *(_component_line(one, record) for one in also))


def _severity(one: Affected) -> tuple[bool, int]:
    return one.broken, component_rank(one.worst)


def _component_line(one: Affected, record: Record) -> Text:
    return (f"{component_emoji(one.present)} {one.name}: {_present_words(one, record)}",)


def _present_words(one: Affected, record: Record) -> str:
    present = component_word(one.present)
    if one.broken:
        return present if record.is_open else f"still marked {present.lower()} on the page"
    if one.worst == one.present:
        return present
    return f"{present} (was {component_word(one.worst).lower()})"


def quote(update: Update, label: Text) -> Quote:
    """Return an update in the page's own words under *label*."""
    return Quote(label, cut(update.body, QUOTE_CHARS) or "(no text)")


def latest(record: Record) -> Quote:
    """Return the newest update (there must be one), under its status where the verdict does not say that."""
    update = record.incident.updates[-1]
    status = status_word(update.status)
    word = "Latest update" if plain(verdict_line(record)).startswith(status) else status
    return quote(update, (Strong(word), " · ", When(update.created_at)))


def timeline(updates: list[Update]) -> Listing:
    """Return a line for each of the newest of *updates* (oldest first), and how many there were before."""
    newest_first = updates[::-1]
    lines: list[Text] = [_timeline_line(update) for update in newest_first[:TIMELINE_LINES]]
    hidden = len(newest_first) - TIMELINE_LINES
    if hidden > 0:
        lines.append((f"+{hidden} earlier on the status page",))
    return Listing(tuple(lines), heading="Earlier")


def _timeline_line(update: Update) -> Text:
    excerpt = cut(" ".join(update.body.split()), EXCERPT_CHARS)
    return (When(update.created_at), " ", Strong(status_word(update.status)), f" {excerpt}".rstrip())


def link(record: Record, page_url: str) -> Link:
    """Return where to read on: the incident's own address, or the page's where it has none."""
    host = page_url.split("://", 1)[-1]
    url = incident_url(page_url, record.official_id) if record.official_id else page_url
    return Link(f"Open on {host}", url)


def footer(record: Record, page_url: str) -> Text:
    """Return by whose word the card speaks and how long after publication we saw the newest update."""
    host = page_url.split("://", 1)[-1]
    if record.tier is Tier.TEST:
        return ("Test alert",)
    if record.official_id is None:
        return (f"Source: component states on {host}",)
    lag = newest_lag(record)
    if lag is None:
        return (f"Source: {host}",)
    return (f"Source: {host} · seen {duration(lag)} after publication",)


def newest_lag(record: Record) -> timedelta | None:
    """Return how long after publication the newest update was seen, None where that tells nothing."""
    if not record.incident.updates:
        return None
    newest = record.incident.updates[-1]
    lag = record.seen_at(newest.id) - newest.created_at
    return lag if timedelta(0) <= lag <= LAG_WORTH_TELLING else None


def _buttons(record: Record) -> tuple[Button, ...]:
    settings = Button("settings", "Settings")
    if not record.is_open or record.tier is Tier.TEST:
        return (settings,)
    return (Button("mute_incident", "Mute this incident", record.key), settings)
