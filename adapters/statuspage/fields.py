"""Single fields of the page's documents, each of which may be absent, null or of the wrong type."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime

from adapters.statuspage import text

MAX_WORD = 64
MAX_NAME = 300
MAX_BODY = 20_000
MAX_POSITION = 1_000_000

PLAUSIBLE_YEARS = range(2000, 2101)

_IDENTIFIER = re.compile(r"[A-Za-z0-9_-]{1,64}")
_ADDRESS = re.compile(r"https?://[A-Za-z0-9][A-Za-z0-9.-]{0,252}(:[0-9]{1,5})?(/[A-Za-z0-9._~/-]{0,200})?")


class Unusable(Exception):
    """What was read cannot be understood; the message is the reason, as the end of a sentence."""


def mapping(value: object) -> Mapping[str, object]:
    """Return *value* if it is an object of JSON, else an empty one."""
    return value if isinstance(value, dict) else {}


def identifier(value: object) -> str | None:
    """Return *value* as an id, None if it is none. Ids go into links and keys: few characters are let in."""
    if type(value) is int:
        value = str(value)
    return value if isinstance(value, str) and _IDENTIFIER.fullmatch(value) else None


def required_identifier(value: object) -> str:
    """Return *value* as an id. Raises `Unusable`."""
    found = identifier(value)
    if found is None:
        raise Unusable("has no usable id")
    return found


def word(value: object) -> str:
    """Return an enumerated word as the page wrote it, known to us or not; empty if unusable."""
    return text.line(value, MAX_WORD) if isinstance(value, str) else ""


def name(value: object) -> str:
    """Return a name on one line; empty if unusable."""
    return text.line(value, MAX_NAME) if isinstance(value, str) else ""


def body(value: object) -> str:
    """Return a text of several lines; empty if unusable."""
    return text.prose(value, MAX_BODY) if isinstance(value, str) else ""


def position(value: object) -> int:
    """Return a place in an order; 0 if unusable."""
    return value if type(value) is int and 0 <= value <= MAX_POSITION else 0


def moment(value: object) -> datetime | None:
    """Return an ISO 8601 time in UTC, None if it is none or of an absurd year; without a zone it is UTC."""
    if not isinstance(value, str) or len(value) > MAX_WORD:
        return None
    try:
        found = datetime.fromisoformat(value)
    except ValueError:
        return None
    if found.year not in PLAUSIBLE_YEARS:
        return None
    if found.tzinfo is UTC:
        return found
    return found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)


def first_moment(entry: Mapping[str, object], *names: str) -> datetime | None:
    """Return the first usable time among the fields *names*, None if there is none."""
    for one in names:
        found = moment(entry.get(one))
        if found:
            return found
    return None


def address(value: object) -> str | None:
    """Return a web address without a slash at its end, None if it is none that can be linked to."""
    return value.rstrip("/") if isinstance(value, str) and _ADDRESS.fullmatch(value) else None
