"""What the headers of an answer say: how old it is, how to name it, and when to come back."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

DEFAULT_MAX_AGE = 10
"""Seconds. What the page's CDN gives, for answers that do not say."""

SHORTEST_WAIT = timedelta(seconds=1)
LONGEST_WAIT = timedelta(minutes=15)

# https://www.rfc-editor.org/rfc/rfc9110#section-8.8.3; a bare `*` sent back would mean "whatever it is".
_ENTITY_TAG = re.compile(r'(W/)?"[\x20\x21\x23-\x7e]{0,252}"')
_LIFETIME = {
    name: re.compile(rf"(?:^|[,\s]){name}\s*=\s*\"?([0-9]{{1,9}})", re.IGNORECASE)
    for name in ("s-maxage", "max-age")
}


def entity_tag(value: str | None) -> str | None:
    """Return *value*, weak or strong, as it stands; None if it is not fit to be sent back."""
    return value if value and _ENTITY_TAG.fullmatch(value) else None


def is_stale(headers: Mapping[str, str]) -> bool:
    """True if a cache gave an answer that is older than it may be."""
    return _age(headers) > _max_age(headers)


def given_at(headers: Mapping[str, str]) -> datetime | None:
    """Return when the answer was given: its `Date` is that of its making, its `Age` the time since.

    https://www.rfc-editor.org/rfc/rfc9111#section-5.1
    """
    made_at = _date(headers.get("Date", ""))
    try:
        return made_at + timedelta(seconds=_age(headers)) if made_at else None
    except OverflowError:
        return None


def _age(headers: Mapping[str, str]) -> int:
    age = headers.get("Age", "").strip()
    return int(age) if age.isascii() and age.isdigit() and len(age) < 10 else 0


def _max_age(headers: Mapping[str, str]) -> int:
    control = headers.get("Cache-Control", "")[:1000]
    found = next((found for name in _LIFETIME.values() if (found := name.search(control))), None)
    return int(found[1]) if found else DEFAULT_MAX_AGE


def retry_after(headers: Mapping[str, str], now: datetime) -> timedelta | None:
    """Return how long the page asks us to stay away, from one second to 15 minutes; None if it does not.

    Seconds or a date; a date is counted from the answer's own `Date`, from *now* if it has none.
    """
    value = headers.get("Retry-After", "").strip()
    seconds = _seconds(value)
    if seconds is None:
        until = _date(value)
        if until is None:
            return None
        seconds = (until - (_date(headers.get("Date", "")) or now)).total_seconds()
    bounded = min(max(seconds, SHORTEST_WAIT.total_seconds()), LONGEST_WAIT.total_seconds())
    return timedelta(seconds=bounded)


def _seconds(value: str) -> float | None:
    try:
        seconds = float(value)
    except ValueError:
        return None
    return None if math.isnan(seconds) else seconds


def _date(value: str) -> datetime | None:
    try:
        found = parsedate_to_datetime(value)
        return found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
