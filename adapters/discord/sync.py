"""Sync: the commands that Discord lists are those of the tree, and are written only where they differ.

Discord takes 200 new commands a day:
https://docs.discord.com/developers/interactions/application-commands#registering-a-command
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from typing import Any, Final

import discord
from discord import app_commands

from bot.failures import kind_and_place

log = logging.getLogger(__name__)

Json = Mapping[str, Any]

DEFAULTS: Final[dict[str, Any]] = {
    "type": 1,
    "description": "",
    "options": (),
    "choices": (),
    "channel_types": (),
    "required": False,
    "autocomplete": False,
    "nsfw": False,
    "default_member_permissions": None,
}
"""What a command or an option is where it does not say:
https://docs.discord.com/developers/interactions/application-commands#application-command-object"""

COMPARED: Final = frozenset(
    {
        *DEFAULTS,
        "name",
        "value",
        "contexts",
        "integration_types",
        "min_length",
        "max_length",
        "min_value",
        "max_value",
    }
)
"""What makes a definition; the rest (ids, versions, the old `dm_permission`) is Discord's own."""

UNORDERED: Final = frozenset({"contexts", "integration_types", "channel_types"})


async def sync(tree: app_commands.CommandTree[discord.Client], application_id: int | str) -> bool:
    """Make Discord list what is in *tree*; return whether it does now. Never raises."""
    try:
        listed = await tree.client.http.get_global_commands(int(application_id))
        if definitions(listed) == definitions(_wanted(tree)):
            log.debug("the commands are registered already")
            return True
        written = await tree.sync()
    except discord.HTTPException as error:
        log.error("the commands were not registered status=%s code=%s", error.status, error.code)
        return False
    except Exception as error:  # noqa: BLE001  people can do without until the next start
        log.error("the commands were not registered (%s)", kind_and_place(error))
        return False
    log.info("the commands were registered count=%s", len(written))
    return True


def _wanted(tree: app_commands.CommandTree[discord.Client]) -> list[dict[str, Any]]:
    commands = tree.get_commands(type=None)
    return [one.to_dict(tree) for one in commands]


def definitions(commands: Sequence[Json]) -> dict[tuple[int, str], Any]:
    """Return what *commands* are, by kind and name: the same for those we send and those Discord lists."""
    return {(one.get("type", 1), one["name"]): _definition(one) for one in commands}


def _definition(part: Json) -> dict[str, Any]:
    told = {name: value for name, value in part.items() if name in COMPARED and value is not None}
    return {name: _plain(name, value) for name, value in {**DEFAULTS, **told}.items()}


def _plain(name: str, value: Any) -> Any:
    if name in UNORDERED:
        return sorted(value)
    if isinstance(value, list | tuple):
        return [_definition(one) for one in value]
    return str(value) if name == "default_member_permissions" and value is not None else value
