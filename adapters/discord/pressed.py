"""What was pressed or chosen in the settings panel, as a command. Every value may be anything."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from adapters.discord import choices
from adapters.discord.panel import PREFIX, REMINDER
from adapters.discord.request import Request
from adapters.discord.typed import target
from bot.commands import OFF, Changes, ChangeSettings, Command, Subscribe
from bot.commands.problems import Unfit, no_choice
from bot.commands.settings_text import read_changes
from bot.domain.record import Known
from bot.domain.subscription import Settings, Style


@dataclass(frozen=True, slots=True)
class Pressed:
    """One press: the *action* of the button or menu, its *value*, and the *values* chosen in it."""

    action: str
    value: str
    values: tuple[str, ...]

    @property
    def name(self) -> str:
        """The action without the panel's prefix."""
        return self.action.removeprefix(PREFIX)

    @property
    def chosen(self) -> str:
        """The only choice, or empty."""
        return self.values[0] if self.values else ""

    @property
    def page(self) -> int:
        """The page of the components that *value* says, 0 where it says none."""
        return int(self.value) if self.value.isascii() and self.value.isdigit() and len(self.value) < 4 else 0


def command(pressed: Pressed, settings: Settings, known: Known, request: Request) -> Command | None:
    """Return what a press asks for, None where it is none of the panel's. Raises `Unfit`."""
    if pressed.name == "subscribe":
        return Subscribe()
    changes = _changes(pressed, settings, known, request)
    return ChangeSettings(changes) if changes else None


def _changes(pressed: Pressed, settings: Settings, known: Known, request: Request) -> Changes | None:
    if pressed.name == "components":
        return Changes(components=_components(pressed, settings, known))
    if pressed.name == "mention":
        return Changes(mention=target(pressed.chosen, request) if pressed.chosen else OFF)
    read = READERS.get(pressed.name)
    return read(pressed) if read else None


def _components(pressed: Pressed, settings: Settings, known: Known) -> tuple[str, ...]:
    """Return the components chosen now: in the menu's part of them as it says, elsewhere as before."""
    parts = choices.pages(settings, known)
    shown = {value for value, _ in parts[min(pressed.page, len(parts) - 1)]}
    return tuple(sorted((settings.components - shown) | set(pressed.values)))


def _style(text: str) -> Style:
    try:
        return Style(text)
    except ValueError:
        raise no_choice("style", text, tuple(Style)) from None


def _is_on(pressed: Pressed) -> bool:
    if pressed.value not in {"on", "off"}:
        raise Unfit("This button is out of date. Nothing was changed.")
    return pressed.value == "on"


def _plain(text: str) -> str:
    return text.replace('"', "")


READERS: Mapping[str, Callable[[Pressed], Changes]] = {
    "impact": lambda one: Changes(impact=one.chosen),
    "style": lambda one: Changes(style=_style(one.chosen)),
    "mention_nobody": lambda _: Changes(mention=OFF),
    "mention_from": lambda one: Changes(mention_from=one.chosen),
    "hours": lambda one: read_changes(f'quiet="{_plain(one.chosen)}"', names_first=False),
    "zone": lambda one: Changes(zone=one.chosen),
    "maintenance": lambda one: Changes(maintenance=_is_on(one)),
    "echo": lambda one: Changes(echo=_is_on(one)),
    "critical": lambda one: Changes(critical=_is_on(one)),
    "publish": lambda one: Changes(publish=_is_on(one)),
    "reminder": lambda one: Changes(reminder=REMINDER if _is_on(one) else OFF),
}
"""The changes that depend on what was pressed alone, by the panel's names."""
