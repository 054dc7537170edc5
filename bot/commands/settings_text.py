"""Settings as people type them: `components=claude.ai,"Claude Code" impact=major quiet=22:00-07:00`."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import time, timedelta
from typing import Any, TypeVar

from bot.commands import problems
from bot.commands.changes import IMPACTS, NOTHING, OFF, Changes, Hours, Off
from bot.commands.lengths import read_length
from bot.domain.subscription import Style

Value = TypeVar("Value")

SAME = {"component": "components", "timezone": "zone", "tz": "zone"}
"""Other names of a setting."""

NAMES = "|".join(sorted({*problems.EXAMPLES, problems.PUBLISH, *SAME}, reverse=True))

# What stands in quotes holds no setting. Only names we know may have a colon behind them: words do, too.
PAIR = re.compile(rf'"[^"]*"?|(?<![^\s,;])(?:([A-Za-z][A-Za-z_-]*)\s*=|((?i:{NAMES}))\s*:)\s*')

SPOKEN = re.compile(rf"({NAMES})(?:\s+(\S.*))?", re.IGNORECASE)
"""One setting said without a sign: `maintenance off`."""

ITEM = re.compile(r'"[^"]*"?|[^",]+')

CLOCK = r"(\d{1,2})(?:[:.](\d{2}))?\s*(am|pm)?"
HOURS = re.compile(rf"{CLOCK}\s*(?:-|–|—|to|until)\s*{CLOCK}", re.ASCII | re.IGNORECASE)

ALL = frozenset({"all", "everything", "any", "*"})
NONE = frozenset({"off", "no", "none", "nobody", "never", "false"})
SWITCH = {"on": True, "yes": True, "true": True, "off": False, "no": False, "false": False}


def read_changes(text: str, *, names_first: bool) -> Changes:
    """Return the changes that *text* asks for. Raises `Unfit`.

    With *names_first* words before the first setting are names of components; else there may be none.
    """
    first, pairs = _split(text)
    if first and names_first:
        pairs.insert(0, ("components", first))
    elif first:
        raise problems.loose_words(first)
    values: dict[str, Any] = {}
    for name, value in pairs:
        field = name.replace("-", "_")
        if field in values:
            raise problems.given_twice(name)
        values[field] = _read(name, value)
    return replace(NOTHING, **values)


def _split(text: str) -> tuple[str, list[tuple[str, str]]]:
    """Return the words before the first setting, and each setting's name with what stands behind it."""
    signs = [found for found in PAIR.finditer(text) if found.lastindex]
    spoken = SPOKEN.fullmatch(text.strip())
    if not signs and spoken:
        return "", [(_name(spoken[1]), _trimmed(spoken[2] or ""))]
    starts = [*(found.start() for found in signs), len(text)]
    pairs = [
        (_name(found[1] or found[2]), _trimmed(text[found.end() : end]))
        for found, end in zip(signs, starts[1:], strict=True)
    ]
    return _trimmed(text[: starts[0]]), pairs


def _name(typed: str) -> str:
    name = typed.casefold().replace("_", "-")
    return SAME.get(name, name)


def _trimmed(text: str) -> str:
    return text.strip().strip(",;").strip()


def _read(name: str, text: str) -> object:
    if name not in _READERS:
        raise problems.no_setting(name)
    if not text:
        raise problems.no_value(name)
    value = text if name == "components" else text.strip("\"'").strip()
    return _READERS[name](name, value)


def _components(name: str, text: str) -> tuple[str, ...]:
    """Return the names in *text*, none for all."""
    items = [item.strip("\"' ") for item in ITEM.findall(text)]
    listed = tuple(item for item in items if item)
    if not listed:
        raise problems.no_value(name)
    return () if any(item.casefold() in ALL for item in listed) else listed


def _choice(name: str, text: str, options: Mapping[str, Value]) -> Value:
    word = text.casefold()
    if word not in options:
        raise problems.no_choice(name, text, tuple(options))
    return options[word]


def _impact(name: str, text: str) -> str:
    return "none" if text.casefold() in ALL else _choice(name, text, {one: one for one in IMPACTS})


def _switch(name: str, text: str) -> bool:
    if text.casefold() in SWITCH:
        return SWITCH[text.casefold()]
    raise problems.no_choice(name, text, ("on", "off"))


def _style(name: str, text: str) -> Style:
    return _choice(name, text, {style.value: style for style in Style})


def _mention(_: str, text: str) -> str | Off:
    return OFF if text.casefold() in NONE else text.removeprefix("@")


def _quiet(_: str, text: str) -> Hours | Off:
    if text.casefold() in NONE:
        return OFF
    found = HOURS.fullmatch(text)
    start = _clock(*found.groups()[:3]) if found else None
    end = _clock(*found.groups()[3:]) if found else None
    if start is None or end is None:
        raise problems.no_hours(text)
    return Hours(start, end)


def _clock(hour: str, minute: str | None, half: str | None) -> time | None:
    """Return a time of day, by 24 hours or (with *half*: am, pm) by twelve; 24:00 is midnight."""
    hours, minutes = int(hour), int(minute or 0)
    if half is not None:
        if not 1 <= hours <= 12:
            return None
        hours = hours % 12 + (12 if half.casefold() == "pm" else 0)
    if (hours, minutes) == (24, 0):
        hours = 0
    return time(hours, minutes) if hours < 24 and minutes < 60 else None


def _zone(_: str, text: str) -> str:
    return text


def _reminder(name: str, text: str) -> timedelta | Off:
    if text.casefold() in NONE:
        return OFF
    length = read_length(text)
    if length is None:
        raise problems.no_length(name, text)
    return length


_READERS: Mapping[str, Callable[[str, str], object]] = {
    "components": _components,
    "impact": _impact,
    "maintenance": _switch,
    "style": _style,
    "mention": _mention,
    "mention-from": _impact,
    "quiet": _quiet,
    "zone": _zone,
    "critical": _switch,
    "echo": _switch,
    "reminder": _reminder,
    problems.PUBLISH: _switch,
}
