"""The answer of somebody who cannot see: since when, why, and the last that was known."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from bot.domain.card import verdict_line
from bot.domain.health import Headline, Health
from bot.domain.message import Block, Line, Listing, Strong, Text, When
from bot.domain.record import ComponentState, Record
from bot.domain.status import CLOSED_STATUSES
from bot.domain.view import View
from bot.domain.words import component_word, duration, status_word

TOO_OLD = timedelta(minutes=15)
"""A read older than this is no answer, whatever became of the polls: three polls of the slowest rhythm,
and the longest time the page may ask us to stay away."""

HEADLINES_SHOWN = 3


def is_blind(health: Health, now: datetime) -> bool:
    """Return whether what we know is too old to be the present."""
    return health.is_blind or (health.read_at is not None and now - health.read_at > TOO_OLD)


def blind_title(view: View) -> str:
    """Return the first line of the answer that is none."""
    return f"Cannot say whether {view.subject} is up: the status page cannot be read"


def blind_blocks(view: View, health: Health) -> list[Block]:
    """Return why we do not see, what the feed says instead, and the last that was known."""
    blocks: list[Block] = [Line(_why(view, health))]
    if health.headlines:
        blocks.append(_feed(health.headlines))
    if health.read_at is not None:
        age = duration(view.now - health.read_at)
        blocks.append(Line(("Last known, from ", When(health.read_at), f" ({age} ago):")))
        if view.states:
            blocks.append(Listing(tuple(_last_known(one) for one in view.states)))
        blocks.extend(_last_told(one) for one in (*view.incidents, *view.maintenances))
    return blocks


def _why(view: View, health: Health) -> Text:
    reason = f": {health.reason}" if health.reason else ""
    if health.failing_since is not None:
        return ("Could not read the status page since ", When(health.failing_since), f"{reason}.")
    if health.reason:
        return (f"Could not read the status page just now{reason}.",)
    if health.read_at is not None:
        return ("Nobody has read the status page since ", When(health.read_at), ".")
    return (f"{view.page.url.split('://', 1)[-1]} was not read yet.",)


def _last_known(state: ComponentState) -> Text:
    return (f"{state.component.name}: {component_word(state.component.status)}",)


def _last_told(record: Record) -> Line:
    return Line((Strong(record.incident.name), " · ", *verdict_line(record)))


def _feed(headlines: Sequence[Headline]) -> Listing:
    """Return what the page's feed says of what is not over; it knows neither impact nor components."""
    going_on = [one for one in headlines if one.status not in CLOSED_STATUSES]
    heading = "From the page's feed instead, which knows no component states:"
    if not going_on:
        return Listing((("no open incident in the feed",),), heading=heading)
    lines = tuple((Strong(one.name), f" · {status_word(one.status)}") for one in going_on[:HEADLINES_SHOWN])
    return Listing(lines, heading=heading)
