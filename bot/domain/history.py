"""What was: the last incidents, and the share of time without one."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from fractions import Fraction

from bot.domain.card import tone
from bot.domain.message import EMOJI, Line, Link, Listing, Message, Strong, Text, Tone, When, WhenStyle
from bot.domain.record import ComponentState, Record
from bot.domain.status import Page, component_rank
from bot.domain.words import duration, impact_word

INCIDENTS_LISTED = 10
MICROSECOND = timedelta(microseconds=1)
WINDOWS = (timedelta(days=7), timedelta(days=30), timedelta(days=90))

METHOD = (
    "Share of the time without an open incident of minor impact or worse, as the page dates them; "
    "what overlaps counts once, and a component counts the whole of each incident in which it was broken."
)


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of time."""

    begin: datetime
    end: datetime


def history(records: Sequence[Record], page: Page, now: datetime) -> Message:
    """Return the last ten incidents of *records* (newest first) with their durations."""
    lines = tuple(_history_line(record, now) for record in records[:INCIDENTS_LISTED])
    match len(lines):
        case 0:
            what = "no incident known yet"
        case 1:
            what = "the only incident known so far"
        case count:
            what = f"the last {count} incidents"
    return Message(
        tone=Tone.BLUE,
        title=f"{page.name}: {what}",
        blocks=(Listing(lines),) if lines else (),
        link=Link("All incidents", f"{page.url}/history"),
    )


def _history_line(record: Record, now: datetime) -> Text:
    words = f" · {impact_word(record.highest_impact)} · {_lasted(record, now)}"
    return (f"{EMOJI[tone(record)]} ", When(record.opened_at), " ", Strong(record.incident.name), words)


def _lasted(record: Record, now: datetime) -> str:
    if record.withdrawn_at is not None:
        return "withdrawn by the page"
    if record.closed_at is None:
        return f"open for {duration(now - record.opened_at)}"
    length = record.closed_at - record.opened_at
    return duration(length) if length >= timedelta(seconds=1) else "posted after the fact"


def uptime(
    records: Sequence[Record],
    components: Sequence[ComponentState],
    page: Page,
    now: datetime,
    covered_since: datetime | None,
) -> Message:
    """Return the share of time without an incident: 7, 30 and 90 days, overall and by component.

    Nothing is claimed of the time before *covered_since*, since when we know of every incident.
    """
    since = covered_since or now
    heading: Text = (Strong("Last "), ", ".join(f"{window.days}" for window in WINDOWS), " days:")
    lines = [_uptime_line("Overall", outage_spans(records, None, now), since, now)]
    for state in components:
        if not state.component.group:
            spans = outage_spans(records, state.component.id, now)
            lines.append(_uptime_line(state.component.name, spans, since, now))
    blocks: list[Line | Listing] = [Line(heading), Listing(tuple(lines)), Line((METHOD,))]
    if since > now - WINDOWS[-1]:
        blocks.append(
            Line(("Our record begins ", When(since, WhenStyle.DAY), "; earlier days are left out."))
        )
    return Message(Tone.BLUE, f"{page.name}: uptime", tuple(blocks), link=Link("Status page", page.url))


def _uptime_line(name: str, spans: Sequence[Span], since: datetime, now: datetime) -> Text:
    shares = [share_without(spans, Span(max(since, now - window), now)) for window in WINDOWS]
    return (f"{name}: {' · '.join(map(_percent, shares))}",)


def _percent(share: Fraction | None) -> str:
    """Return a share in percent, rounded down: one bad minute a month is not 100.00 %."""
    if share is None:
        return "no data"
    hundredths = int(share * 10_000)
    return f"{hundredths // 100}.{hundredths % 100:02} %"


def outage_spans(records: Iterable[Record], component_id: str | None, now: datetime) -> list[Span]:
    """Return the merged stretches with an open incident of impact minor or worse, oldest first."""
    spans = []
    for record in records:
        if record.is_maintenance or record.withdrawn_at is not None or record.rank == 0:
            continue
        parts = (*record.affected, *record.also)
        broke = {one.id for one in parts if component_rank(one.worst) > 0}
        if component_id is None or component_id in broke:
            spans.append(Span(record.opened_at, record.closed_at or now))
    return merged(spans)


def merged(spans: Iterable[Span]) -> list[Span]:
    """Return *spans* with overlaps joined, oldest first."""
    joined: list[Span] = []
    for span in sorted(spans, key=lambda one: one.begin):
        if joined and span.begin <= joined[-1].end:
            joined[-1] = Span(joined[-1].begin, max(joined[-1].end, span.end))
        else:
            joined.append(span)
    return joined


def share_without(spans: Sequence[Span], window: Span) -> Fraction | None:
    """Return the part of *window*, 0 to 1, outside all *spans* (merged); None for an empty window."""
    if window.end <= window.begin:
        return None
    inside = (min(span.end, window.end) - max(span.begin, window.begin) for span in spans)
    down = sum((max(timedelta(0), part) for part in inside), timedelta(0))
    return 1 - Fraction(down // MICROSECOND, (window.end - window.begin) // MICROSECOND)
