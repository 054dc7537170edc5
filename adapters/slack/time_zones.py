"""Time zones to choose from while somebody types."""

from __future__ import annotations

import functools
import zoneinfo

from bot.commands.zones import MEANT, NO_PLACES, nearest_zone

MOST_SUGGESTED = 50
"""Slack takes 100: https://docs.slack.dev/reference/interaction-payloads/block_suggestion-payload"""


LONGEST = 60
"""How much of what is typed is looked at; the longest name has 32 characters."""


def suggest_zones(text: str) -> list[str]:
    """Return the zones that *text* may mean: its abbreviation, cities that begin like it, what holds it."""
    wanted = "_".join(text[:LONGEST].split()).casefold()
    found = [zone for zone in _zones() if wanted in zone.casefold()]
    found.sort(key=lambda zone: (not _city(zone).startswith(wanted), zone))
    first = MEANT.get(wanted) or (None if found else nearest_zone(wanted))
    return [*([first] if first else []), *found][:MOST_SUGGESTED]


def _city(zone: str) -> str:
    return zone.rpartition("/")[2].casefold()


@functools.cache
def _zones() -> tuple[str, ...]:
    return tuple(sorted(zoneinfo.available_timezones() - NO_PLACES))
