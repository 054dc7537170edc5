"""Buttons and menus, known by their custom_id alone: those of years ago work with the program of today."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final, Self, cast

import discord

from adapters.discord.button_rows import PREFIX, parse_custom_id
from adapters.discord.conversation import Conversation
from adapters.discord.pressed import Pressed
from adapters.discord.request import Interaction

OURS: Final = re.compile(rf"{PREFIX}:([^:]+):(.*)", re.DOTALL)

Any_item = discord.ui.Item[Any]


def pressable(conversation: Conversation) -> type[discord.ui.DynamicItem[Any_item]]:
    """Return the class by which discord.py finds what was pressed, for one client."""

    class Pressable(discord.ui.DynamicItem[Any_item], template=OURS):
        """A button or a menu of ours."""

        @classmethod
        async def from_custom_id(
            cls, _interaction: Interaction, item: Any_item, _match: re.Match[str], /
        ) -> Self:
            return cls(item)

        async def callback(self, interaction: Interaction) -> None:
            conversation.pressed(interaction, pressed(interaction))

    return Pressable


def pressed(interaction: Interaction) -> Pressed:
    """Return what an interaction says was pressed."""
    data = cast("Mapping[str, Any]", interaction.data or {})
    action, value = parse_custom_id(str(data.get("custom_id", ""))) or ("", "")
    values = data.get("values") or []
    return Pressed(action, value, tuple(one for one in values if isinstance(one, str)))


def is_ours(interaction: Interaction) -> bool:
    """Return whether `pressable` takes what was pressed."""
    return OURS.fullmatch(interaction.custom_id or "") is not None
