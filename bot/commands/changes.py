"""Which settings are to change, and the settings that come of it."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import time, timedelta
from enum import Enum
from typing import Final, TypeVar

from bot.commands import problems
from bot.commands.zones import find_zone
from bot.domain.naming import find_component
from bot.domain.record import ComponentState, Known
from bot.domain.subscription import LEAST_REMINDER, Mention, QuietHours, Settings, Style

IMPACTS = ("none", "minor", "major", "critical")
"""The impacts a filter can name, from the least."""

MOST_COMPONENTS = 20
"""Named in one setting: more would be read by nobody, and mostly mean all."""

MOST_REMINDER = timedelta(days=7)

MENTION_TARGET = re.compile(r"[A-Za-z0-9_-]{1,64}")
"""What ids and words of platforms are made of, and nothing that could be markup."""

Value = TypeVar("Value")


class Off(Enum):
    """The word that switches a setting off, where None leaves it as it is."""

    OFF = "off"


OFF: Final = Off.OFF


@dataclass(frozen=True, slots=True)
class Hours:
    """A stretch of the day by the wall clock; it may run over midnight, and equal ends mean all day."""

    start: time
    end: time


@dataclass(frozen=True, slots=True)
class Changes:
    """The settings that are to change; what is None stays as it is.

    *components* are names or ids, empty for all. *impact* and *mention_from* are among `IMPACTS`.
    *mention* is the platform's own id or word: an adapter puts it in the place of what people type.
    *zone* is an IANA name in any case. *critical*: whether critical incidents break quiet hours.
    *publish* is only for channels that others can follow; see `Caller.publishes`.
    """

    components: tuple[str, ...] | None = None
    impact: str | None = None
    maintenance: bool | None = None
    style: Style | None = None
    mention: str | Off | None = None
    mention_from: str | None = None
    quiet: Hours | Off | None = None
    zone: str | None = None
    critical: bool | None = None
    echo: bool | None = None
    reminder: timedelta | Off | None = None
    publish: bool | None = None


NOTHING: Final = Changes()


def applied(settings: Settings, changes: Changes, known: Known) -> Settings:
    """Return *settings* after *changes*. Raises `Unfit` where one of them cannot be, and then none holds."""
    return replace(
        settings,
        components=_components(settings.components, changes.components, known),
        least_impact=_impact("impact", changes.impact, settings.least_impact),
        maintenance=_chosen(changes.maintenance, settings.maintenance),
        style=_chosen(changes.style, settings.style),
        mention=_mention(settings.mention, changes),
        quiet_hours=_quiet_hours(settings.quiet_hours, changes),
        echo=_chosen(changes.echo, settings.echo),
        reminder=_reminder(settings.reminder, changes.reminder),
        publish=_chosen(changes.publish, settings.publish),
    )


def _chosen(value: Value | None, present: Value) -> Value:
    return present if value is None else value


def _impact(name: str, value: str | None, present: str) -> str:
    if value is None:
        return present
    if value not in IMPACTS:
        raise problems.no_choice(name, value, IMPACTS)
    return value


def _components(present: frozenset[str], named: tuple[str, ...] | None, known: Known) -> frozenset[str]:
    if named is None:
        return present
    distinct = frozenset(named)
    if len(distinct) > MOST_COMPONENTS:
        raise problems.too_many_components(len(distinct), MOST_COMPONENTS)
    return frozenset(_component_id(name, present, known) for name in distinct)


def _component_id(name: str, present: frozenset[str], known: Known) -> str:
    """Return the id of what *name* names; an id the channel has already may have left the page."""
    if name in known.components or name in present:
        return name
    found = find_component(known, name)
    if isinstance(found, ComponentState):
        return found.component.id
    raise problems.no_component(name, found, is_near=len(found) < len(known.components))


def _mention(present: Mention | None, changes: Changes) -> Mention | None:
    if changes.mention is OFF:
        return None
    least_impact = _impact("mention-from", changes.mention_from, present.least_impact if present else "none")
    target = _chosen(changes.mention, present.target if present else None)
    if target is None:
        if changes.mention_from is not None:
            raise problems.nobody_to_mention(least_impact)
        return None
    if not MENTION_TARGET.fullmatch(target):
        raise problems.no_target(target)
    return Mention(target, least_impact)


def _quiet_hours(present: QuietHours | None, changes: Changes) -> QuietHours | None:
    if changes.quiet is OFF:
        return None
    zone = None if changes.zone is None else find_zone(changes.zone)
    if changes.quiet is None:
        return _same_hours(present, zone, changes.critical)
    zone = zone or (present.zone if present else None)
    if zone is None:
        raise problems.no_zone_given(changes.quiet.start, changes.quiet.end)
    breaks = _chosen(changes.critical, present.critical_breaks if present else True)
    return QuietHours(changes.quiet.start, changes.quiet.end, zone, breaks)


def _same_hours(present: QuietHours | None, zone: str | None, critical: bool | None) -> QuietHours | None:
    """Return the *present* quiet hours with another zone or rule; without any there is nothing to change."""
    if present is not None:
        breaks = _chosen(critical, present.critical_breaks)
        return replace(present, zone=zone or present.zone, critical_breaks=breaks)
    if zone is not None or critical is not None:
        raise problems.no_quiet_hours("critical" if zone is None else "zone", zone)
    return None


def _reminder(present: timedelta | None, value: timedelta | Off | None) -> timedelta | None:
    if value is OFF:
        return None
    if value is None:
        return present
    if not LEAST_REMINDER <= value <= MOST_REMINDER:
        raise problems.unfit_reminder(LEAST_REMINDER, MOST_REMINDER)
    return value
