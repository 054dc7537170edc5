"""Lengths of time as people type them: `90m`, `2h`, `1h30m`, `2 hours`."""

from __future__ import annotations

import re
from datetime import timedelta

UNITS = {
    "m": timedelta(minutes=1),
    "min": timedelta(minutes=1),
    "mins": timedelta(minutes=1),
    "minute": timedelta(minutes=1),
    "minutes": timedelta(minutes=1),
    "h": timedelta(hours=1),
    "hr": timedelta(hours=1),
    "hrs": timedelta(hours=1),
    "hour": timedelta(hours=1),
    "hours": timedelta(hours=1),
    "d": timedelta(days=1),
    "day": timedelta(days=1),
    "days": timedelta(days=1),
    "w": timedelta(weeks=1),
    "week": timedelta(weeks=1),
    "weeks": timedelta(weeks=1),
}

PART = re.compile(r"(\d{1,5}(?:\.\d{1,3})?)\s*([a-z]+)\s*", re.ASCII)
MOST_PARTS = 4


def read_length(text: str) -> timedelta | None:
    """Return the length that *text* says, None if it says none: a number without a unit could be anything."""
    left = text.casefold().strip()
    length = timedelta()
    for _ in range(MOST_PARTS):
        part = PART.match(left)
        if part is None or part[2] not in UNITS:
            return None
        length += float(part[1]) * UNITS[part[2]]
        left = left[part.end() :]
        if not left:
            return length
    return None
