"""The words of an incident's history: its replies, the short loud posts and the reminders."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta

from bot.domain.card import link, quote, timeline, tone
from bot.domain.message import Block, Line, Message, Strong, Text, Tone, When, WhenStyle
from bot.domain.record import Mark, MarkKind, Record
from bot.domain.status import CLOSED_STATUSES, Update
from bot.domain.words import IMPACT_TONES, duration, impact_word, kind_word, status_word

QUOTED_UPDATES = 3
"""How many updates one reply quotes; after a long silence the earlier ones get a line each."""


def reply(record: Record, page_url: str, shows: Collection[str], says: Collection[str]) -> Message:
    """Return one post of the history: the updates of *shows* and the marks of *says*."""
    updates = [update for update in record.incident.updates if update.id in shows]
    marks = [mark for mark in record.marks if mark.id in says]
    blocks: list[Block] = [Line((words,)) for words in _mark_words(record, marks) if updates]
    if earlier := updates[:-QUOTED_UPDATES]:
        blocks.append(timeline(earlier))
    blocks.extend(quote(update, _label(update, updates)) for update in updates[-QUOTED_UPDATES:])
    return Message(
        tone=_reply_tone(record, updates, marks),
        title=_reply_title(record, updates, marks),
        blocks=tuple(blocks),
        link=None if updates else link(record, page_url),
    )


def _label(update: Update, updates: list[Update]) -> Text:
    """Return when it was said, and as what unless the title says that: it has the newest one's status."""
    if update is updates[-1]:
        return (When(update.created_at),)
    return (Strong(status_word(update.status)), " · ", When(update.created_at))


def _reply_tone(record: Record, updates: list[Update], marks: list[Mark]) -> Tone:
    """A reply keeps the mood of its moment: of its last word, not of the incident's present."""
    if record.is_maintenance:
        return Tone.BLUE
    last = updates[-1].status if updates else ""
    if last in CLOSED_STATUSES or any(mark.kind is MarkKind.RESOLVED for mark in marks[-1:]):
        return Tone.GREEN
    if last == "monitoring":
        return Tone.AMBER
    return _mark_tone(record, marks[-1]) if marks else Tone.AMBER


def _mark_tone(record: Record, mark: Mark) -> Tone:
    worse, _, impact = mark.id.partition(":")
    return IMPACT_TONES.get(impact if worse == "worse" else record.highest_impact, Tone.AMBER)


def _reply_title(record: Record, updates: list[Update], marks: list[Mark]) -> str:
    words = _mark_words(record, marks)
    if words and not updates:
        return f"{words[-1]}: {record.incident.name}"
    word = status_word(updates[-1].status) if updates else "Update"
    return f"{word}: {record.incident.name}"


def _mark_words(record: Record, marks: list[Mark]) -> list[str]:
    return [words for mark in marks if (words := mark_words(record, mark))]


def mark_words(record: Record, mark: Mark) -> str:
    """Return what a loud word says: what happened, with the duration where it is over."""
    match mark.kind:
        case MarkKind.START:
            return ""
        case MarkKind.WORSENING if mark.id.startswith("reopened"):
            return "Reopened"
        case MarkKind.WORSENING:
            return f"Worse: now {impact_word(mark.id.partition(':')[2])}"
        case MarkKind.RESOLVED:
            length = mark.at - record.opened_at
            word = "Completed" if record.is_maintenance else "Resolved"
            return f"{word} after {duration(length)}" if length >= timedelta(seconds=1) else word


def reminder(record: Record, page_url: str, base: datetime) -> Message:
    """Return the word that it is still open, and that nothing new came after *base*."""
    state = status_word(record.incident.status).lower()
    return Message(
        tone=tone(record),
        title=f"Still open: {record.incident.name}",
        blocks=(
            Line((f"{kind_word(record.incident.kind)} open since ", When(record.opened_at), f", {state}.")),
            Line(("Nothing new since ", When(base, WhenStyle.CLOCK), ".")),
        ),
        link=link(record, page_url),
    )
