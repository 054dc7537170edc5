"""What the menus of the settings panel offer, and what is chosen in them.

https://docs.discord.com/developers/components/reference#string-select
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Final

import discord

from adapters.discord.text import neutral
from bot.domain.naming import listed, short_name
from bot.domain.record import Known
from bot.domain.settings_words import IMPACT_LINES, STYLE_LINES
from bot.domain.subscription import QuietHours, Settings, Style

MOST_OPTIONS: Final = 25
LABEL_CHARS: Final = 100
VALUE_CHARS: Final = 100

OFF: Final = "off"
OTHER: Final = "other"
"""The choice that opens a form, because a menu cannot hold everything."""

HOURS: Final = ("22:00-07:00", "20:00-08:00", "18:00-09:00", "00:00-00:00")

ZONES: Final = (
    "UTC",
    "America/Los_Angeles",
    "America/Denver",
    "America/Chicago",
    "America/New_York",
    "America/Sao_Paulo",
    "Europe/London",
    "Europe/Berlin",
    "Europe/Madrid",
    "Europe/Paris",
    "Europe/Warsaw",
    "Europe/Helsinki",
    "Europe/Istanbul",
    "Africa/Lagos",
    "Africa/Johannesburg",
    "Asia/Dubai",
    "Asia/Kolkata",
    "Asia/Singapore",
    "Asia/Shanghai",
    "Asia/Tokyo",
    "Australia/Sydney",
    "Pacific/Auckland",
)


def options(choices: Sequence[tuple[str, str]], chosen: Collection[str]) -> list[discord.SelectOption]:
    """Return (value, label) pairs as the options of a menu."""
    return [
        discord.SelectOption(label=neutral(label, LABEL_CHARS), value=value, default=value in chosen)
        for value, label in choices
    ]


def components(settings: Settings, known: Known) -> list[tuple[str, str]]:
    """Return every component that can be chosen, as the page orders them, and those that left it."""
    present = {one.component.id: short_name(one.component.name) for one in listed(known)}
    gone = {
        one: f"{one} (no longer on the status page)" for one in sorted(settings.components - present.keys())
    }
    return [one for one in {**present, **gone}.items() if 0 < len(one[0]) <= VALUE_CHARS]


def pages(settings: Settings, known: Known) -> list[list[tuple[str, str]]]:
    """Return the components in parts that a menu can hold; one empty part where none is known."""
    every = components(settings, known)
    return [every[start : start + MOST_OPTIONS] for start in range(0, len(every), MOST_OPTIONS)] or [[]]


def impacts() -> list[tuple[str, str]]:
    """Return the impacts from which on an incident is told."""
    return list(IMPACT_LINES.items())


def calling_impacts() -> list[tuple[str, str]]:
    """Return the impacts from which on somebody is mentioned."""
    return [(one, "any impact" if one == "none" else f"{one} impact or worse") for one in IMPACT_LINES]


def styles(present: Style, *, threads: bool) -> list[tuple[str, str]]:
    """Return the styles: that of threads only where there can be *threads*, or where it holds at present."""
    offered = [one for one in STYLE_LINES if threads or one in {Style.CARD, Style.POST, present}]
    return [(one.value, STYLE_LINES[one]) for one in offered]


def hours(quiet: QuietHours | None) -> list[tuple[str, str]]:
    """Return quiet hours to choose from, with those that hold."""
    present = hours_value(quiet)
    offered = [*HOURS, *([present] if quiet and present not in HOURS else [])]
    return [(OFF, "off"), *((one, _hours_label(one)) for one in offered), (OTHER, "Other hours …")]


def hours_value(quiet: QuietHours | None) -> str:
    """Return the value of the choice that holds."""
    return f"{quiet.start:%H:%M}-{quiet.end:%H:%M}" if quiet else OFF


def _hours_label(value: str) -> str:
    start, _, end = value.partition("-")
    return "all day" if start == end else f"{start} to {end}"


def zones(present: str) -> list[tuple[str, str]]:
    """Return time zones to choose from, with the one that holds."""
    offered = [*ZONES, *([] if present in ZONES else [present])]
    return [*((one, one.replace("_", " ")) for one in offered), (OTHER, "Another time zone …")]
