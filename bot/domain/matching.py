"""Whether a channel's filters want an incident."""

from __future__ import annotations

from dataclasses import dataclass

from bot.domain.record import Record
from bot.domain.subscription import Settings


@dataclass(frozen=True, slots=True)
class Match:
    """Whether a channel's filters want an incident, and the *setting* that decided (None: all passed)."""

    wanted: bool
    setting: str | None = None


def match(settings: Settings, record: Record) -> Match:
    """Return whether *settings* want *record*; the store's statement for all channels says the same."""
    if record.is_maintenance:
        if not settings.maintenance:
            return Match(wanted=False, setting="maintenance")
    elif record.rank < settings.least_rank:
        return Match(wanted=False, setting="impact")
    if settings.components and record.component_ids and not settings.components & record.component_ids:
        return Match(wanted=False, setting="components")
    return Match(wanted=True)
