"""A form that was handed in: what this person changed in it, and what does not fit under which field."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import time, timedelta
from typing import Any

from adapters.slack.inputs import Chosen, chosen_last, offered_first
from adapters.slack.modal import GROUP, NO_REMINDER, NOBODY, VALUE_UNITS
from adapters.slack.typed import mention_target, no_mention
from bot.commands.changes import NOTHING, OFF, Changes, Hours, Off, applied
from bot.commands.problems import Unfit
from bot.commands.zones import find_zone
from bot.domain.record import Known
from bot.domain.sendable import units
from bot.domain.subscription import Settings, Style


class Misfits(Exception):
    """Values that do not fit: *errors* are sentences by the name of the field they are about."""

    def __init__(self, errors: Mapping[str, str]) -> None:
        super().__init__(", ".join(errors))
        self.errors = dict(errors)


class Form:
    """What stood in a form when it was opened, and when it was handed in.

    Only what differs between the two is a change: what somebody else set in the meantime stays.
    """

    def __init__(self, view: Mapping[str, Any]) -> None:
        """*view* is the one of a `view_submission`."""
        self._before: Chosen = offered_first(view)
        self._after: Chosen = chosen_last(view)

    def changes(self) -> Changes:
        """Return what was changed. Raises `Misfits`."""
        errors = {
            name: "That is too long." for name, held in self._after.items() if any(map(_is_too_long, held))
        }
        if errors:
            raise Misfits(errors)
        mention, mention_from = self._mention(errors)
        quiet, zone, critical = self._quiet_hours(errors)
        changes = Changes(
            components=self._after["components"] if self._is_changed("components") else None,
            impact=self._one("impact") if self._is_changed("impact") else None,
            maintenance=self._ticked("maintenance") if self._is_changed("maintenance") else None,
            style=self._style(errors),
            mention=mention,
            mention_from=mention_from,
            quiet=quiet,
            zone=zone,
            critical=critical,
            echo=self._ticked("echo") if self._is_changed("echo") else None,
            reminder=self._reminder(errors),
        )
        if errors:
            raise Misfits(errors)
        return changes

    def _is_changed(self, *names: str) -> bool:
        shown = [name for name in names if name in self._after]
        return any(sorted(self._after[name]) != sorted(self._before.get(name, ())) for name in shown)

    def _one(self, name: str) -> str:
        return next(iter(self._after.get(name, ())), "")

    def _ticked(self, name: str) -> bool:
        return bool(self._after.get(name))

    def _style(self, errors: dict[str, str]) -> Style | None:
        if not self._is_changed("style"):
            return None
        try:
            return Style(self._one("style"))
        except ValueError:
            errors["style"] = "There is no such style."
            return None

    def _mention(self, errors: dict[str, str]) -> tuple[str | Off | None, str | None]:
        """Return whom to mention and from which impact on, each None where it stays."""
        choice, typed = self._one("mention"), self._one("group")
        if typed and self._is_changed("group") and not self._is_changed("mention"):
            choice = GROUP
        least = self._one("mention_from") if self._is_changed("mention_from") else None
        if choice == NOBODY:
            return (OFF if self._is_changed("mention") else None), None
        if not self._is_changed("mention", "group"):
            return None, least
        target = mention_target(typed if choice == GROUP else choice)
        if target is None:
            errors["group"] = no_mention(typed) if typed else "Give the id of the user group."
        return target, least

    def _quiet_hours(self, errors: dict[str, str]) -> tuple[Hours | Off | None, str | None, bool | None]:
        """Return the hours, their zone and what breaks them, each None where it stays."""
        if not self._ticked("quiet"):
            return (OFF if self._is_changed("quiet") else None), None, None
        critical = self._ticked("critical") if self._is_changed("quiet", "critical") else None
        if not self._is_changed("quiet", "start", "end", "zone"):
            return None, None, critical
        start, end = self._clock("start", errors), self._clock("end", errors)
        if not self._one("zone"):
            errors["zone"] = "Quiet hours need the time zone they are meant in."
        hours = Hours(start, end) if self._is_changed("quiet", "start", "end") else None
        return hours, self._one("zone") if self._is_changed("quiet", "zone") else None, critical

    def _clock(self, name: str, errors: dict[str, str]) -> time:
        try:
            return time.fromisoformat(self._one(name))
        except ValueError:
            errors[name] = "Quiet hours need both a beginning and an end."
            return time()

    def _reminder(self, errors: dict[str, str]) -> timedelta | Off | None:
        if not self._is_changed("reminder"):
            return None
        text = self._one("reminder")
        if text == NO_REMINDER:
            return OFF
        if not (text.isascii() and text.isdigit() and len(text) <= 6):
            errors["reminder"] = "Choose one of the lengths."
            return None
        return timedelta(minutes=int(text))


def _is_too_long(value: str) -> bool:
    """Return whether *value* is longer than anything that the form offers or takes."""
    return units(value) > VALUE_UNITS


def check(changes: Changes, settings: Settings, known: Known) -> None:
    """Raise `Misfits` where *changes* do not fit *settings*, each under the field it is about."""
    errors: dict[str, str] = {}
    for name, part in _parts(changes).items():
        try:
            if name == "zone" and changes.zone is not None:
                find_zone(changes.zone)
            applied(settings, part, known)
        except Unfit as unfit:
            errors[name] = unfit.problem
    if errors:
        raise Misfits(errors)


def _parts(changes: Changes) -> dict[str, Changes]:
    """Return the changes field by field; those that need each other stay together."""
    mention = replace(NOTHING, mention=changes.mention, mention_from=changes.mention_from)
    quiet = replace(NOTHING, quiet=changes.quiet, zone=changes.zone, critical=changes.critical)
    return {
        "components": replace(NOTHING, components=changes.components),
        "impact": replace(NOTHING, impact=changes.impact),
        "mention": mention,
        "zone" if changes.zone else "quiet": quiet,
        "reminder": replace(NOTHING, reminder=changes.reminder),
    }
