"""Time zones by the names people type."""

from __future__ import annotations

import functools
import zoneinfo
from collections.abc import Mapping

from bot.commands import problems

NO_PLACES = frozenset({"Factory", "localtime", "posixrules"})

MEANT = {
    "pst": "America/Los_Angeles",
    "pdt": "America/Los_Angeles",
    "pt": "America/Los_Angeles",
    "edt": "America/New_York",
    "et": "America/New_York",
    "cst": "America/Chicago",
    "cdt": "America/Chicago",
    "ct": "America/Chicago",
    "bst": "Europe/London",
    "cest": "Europe/Berlin",
    "ist": "Asia/Kolkata",
    "jst": "Asia/Tokyo",
}
"""Abbreviations that are no zones, or are several: good enough for a suggestion, never taken as meant."""


LONGEST = 60
"""How much of what is typed is looked at for suggestions; the longest name has 32 characters."""


def find_zone(text: str) -> str:
    """Return the IANA name that *text* is, in any case. Raises `Unfit` with the nearest one."""
    wanted = _key(text)
    zone = _zones().get(wanted)
    if zone is None:
        raise problems.no_zone(text, nearest_zone(wanted))
    return zone


def nearest_zone(text: str) -> str | None:
    """Return the zone that *text* probably means: its city, an abbreviation, a slip of the finger."""
    wanted = _key(text)
    cities = {zone.rpartition("/")[2].casefold(): zone for zone in sorted(_zones().values()) if "/" in zone}
    if wanted in MEANT:
        return MEANT[wanted]
    if wanted in cities:
        return cities[wanted]
    name = problems.near(wanted, _zones())
    city = problems.near(wanted, cities, cutoff=0.75)
    return cities[city] if city else _zones()[name] if name else None


def suggest_zones(text: str) -> list[str]:
    """Return the zones that *text* may mean, best first: those of its city, then what holds it."""
    wanted = _key(text[:LONGEST])
    found = [zone for key, zone in _zones().items() if wanted in key]
    found.sort(key=lambda zone: (not zone.rpartition("/")[2].casefold().startswith(wanted), zone))
    first = MEANT.get(wanted) or (None if found else nearest_zone(wanted))
    return [*([first] if first else []), *found]


def _key(text: str) -> str:
    return "_".join(text.split()).casefold()


@functools.cache
def _zones() -> Mapping[str, str]:
    """Return every zone by its name in lower case; the list of the system takes a while to read."""
    return {name.casefold(): name for name in zoneinfo.available_timezones() - NO_PLACES}
