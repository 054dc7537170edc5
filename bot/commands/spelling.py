"""How a command is spelled on the caller's platform."""

from __future__ import annotations

import re

from bot.commands.caller import Caller
from bot.commands.problems import Unfit
from bot.domain.message import Strong, Text

ASKING = frozenset({"history", "uptime", "help"})
VIEWS = frozenset({"history", "uptime"})
"""The commands that stand behind the word for asking; where options have names, the views of it."""

COMPONENT, VIEW, LENGTH, DO = "component", "view", "for", "do"
"""The names of options where what stands behind a command has a name."""

OPTIONS = {"mute": LENGTH, "privacy": DO}

SETTING = re.compile(r'([a-z-]+)=("[^"]*"|\S+)')

LABELS = {
    "components": "Components",
    "impact": "Least impact",
    "maintenance": "Maintenance",
    "style": "Style",
    "mention": "Mention",
    "mention-from": "Mention from",
    "quiet": "Quiet hours",
    "zone": "Time zone",
    "critical": "Loud in quiet hours when critical",
    "echo": "End in the channel too",
    "reminder": "Reminder",
    "publish": "Publish",
}
"""What settings are called where they are chosen, by the names people type elsewhere."""


def typed(caller: Caller, command: str) -> Strong:
    """Return what to type for *command*, which is spelled as where everything is typed.

    Settings may stand in it only where they are typed, too: see `advised`.
    """
    word, _, rest = command.partition(" ")
    if caller.types:
        return Strong(f"{caller.asks_with if word in ASKING else caller.configures_with} {command}")
    if word in VIEWS:
        return Strong(f"{caller.asks_with} {VIEW}:{word}")
    named = f" {OPTIONS[word]}:{rest}" if rest and word in OPTIONS else ""
    return Strong(f"{caller.configures_with} {word}{named}")


def asked(caller: Caller, component: str) -> Strong:
    """Return what to type for the state of *component*."""
    return Strong(f"{caller.asks_with} {component if caller.types else f'{COMPONENT}:{component}'}")


def advised(caller: Caller, nearest: str) -> Text:
    """Return what to try instead, *nearest* as it would be typed in one line; empty if that cannot be said.

    Where settings are not typed they are named as they are called, with what to choose.
    """
    if caller.types or "=" not in nearest:
        return ("Try ", typed(caller, nearest)) if nearest else ()
    pairs = [(name, value.strip('"')) for name, value in SETTING.findall(nearest) if value != "…"]
    chosen = ", ".join(f"{LABELS[name]}: {value}" for name, value in pairs)
    return ("Try ", Strong(chosen)) if len(pairs) == nearest.count("=") else ()


def called(caller: Caller, unfit: Unfit) -> str:
    """Return why something does not fit, with the setting named as the caller knows it."""
    return unfit.problem if caller.types else unfit.called(LABELS)


def all_commands(caller: Caller) -> Text:
    """Return where to read about all commands; nothing where the caller does not see that command."""
    seen = caller.types or caller.may_configure
    return ("All commands: ", typed(caller, "help")) if seen else ()
