"""The form for quiet hours that no menu holds.

https://docs.discord.com/developers/components/reference#text-input
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

import discord

from adapters.discord import choices
from adapters.discord.button_rows import PREFIX
from adapters.discord.pressed import Pressed
from bot.commands import Changes
from bot.commands.settings_text import read_changes

ACTION: Final = "panel_own_hours"
HOURS, ZONE = "hours", "zone"
MOST_CHARS: Final = 60


def hours_form(pressed: Pressed) -> discord.ui.Modal | None:
    """Return the form that a choice in the panel opens, None where it opens none.

    A form is the first answer or none at all, so that nothing is looked up: the menu of the hours carries
    the zone that holds (empty: none), that of the zones the hours.
    """
    match pressed.name, pressed.chosen:
        case "hours", choices.OTHER:
            return _form("", pressed.value)
        case "hours", hours if hours not in {"", choices.OFF} and not pressed.value:
            return _form(hours, "")
        case "zone", choices.OTHER:
            return _form(pressed.value, "")
        case _:
            return None


def _form(hours: str, zone: str) -> discord.ui.Modal:
    form = discord.ui.Modal(title="Quiet hours", custom_id=f"{PREFIX}:{ACTION}:")
    form.add_item(_field(HOURS, "From and to", "like 22:00-07:00", hours))
    form.add_item(_field(ZONE, "Time zone", "like Europe/Berlin", zone))
    return form


def _field(name: str, label: str, example: str, text: str) -> discord.ui.Label[Any]:
    entry = discord.ui.TextInput[Any](
        custom_id=name, placeholder=example, default=text[:MOST_CHARS] or None, max_length=MOST_CHARS
    )
    return discord.ui.Label(text=label, component=entry)


def handed_in(data: Mapping[str, Any]) -> Mapping[str, str]:
    """Return what stands in the fields of a form, by their names, as it was handed in."""
    return dict(_fields(data.get("components")))


def _fields(components: object) -> Iterator[tuple[str, str]]:
    """Find the fields, whether they stand in labels or in rows."""
    for one in components if isinstance(components, list) else []:
        if not isinstance(one, dict):
            continue
        name, value = one.get("custom_id"), one.get("value")
        if isinstance(name, str) and isinstance(value, str):
            yield name, value
        yield from _fields([one.get("component")])
        yield from _fields(one.get("components"))


def hours_changes(fields: Mapping[str, str]) -> Changes:
    """Return the change that a form asks for. Raises `Unfit`."""
    parts = {"quiet": fields.get(HOURS, ""), "zone": fields.get(ZONE, "")}
    said = {name: text.replace('"', "")[:MOST_CHARS].strip() for name, text in parts.items()}
    given = {name: text for name, text in said.items() if text or name == "quiet"}
    return read_changes(" ".join(f'{name}="{text}"' for name, text in given.items()), names_first=False)
