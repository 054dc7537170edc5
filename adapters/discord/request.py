"""A request: what an interaction says of who asks, where, and with which rights.

https://docs.discord.com/developers/interactions/receiving-and-responding#interaction-object
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, cast

import discord

from bot.domain.subscription import Channel

Interaction = discord.Interaction[discord.Client]

PLATFORM: Final = "discord"

THREADS = frozenset(
    {discord.ChannelType.public_thread, discord.ChannelType.private_thread, discord.ChannelType.news_thread}
)


@dataclass(frozen=True, slots=True)
class Role:
    """A role of the server; *mentionable* says whether everybody may mention it."""

    id: str
    name: str
    mentionable: bool


@dataclass(frozen=True, slots=True)
class Request:
    """Who asks, and where.

    *guild* is empty outside of servers, *channel* where Discord names a kind that is not known here;
    *kind* is None then. *permissions* are the person's own in that channel, *app_permissions* the bot's.
    *is_joined* is whether the bot is a member of the server: people also bring commands with them.
    *message* is the id of the one that was pressed, or empty.
    """

    user: str
    channel: str
    guild: str
    kind: discord.ChannelType | None
    permissions: discord.Permissions
    app_permissions: discord.Permissions
    is_joined: bool
    application: str
    roles: tuple[Role, ...] = ()
    message: str = ""

    @property
    def address(self) -> Channel:
        """The channel as the core names it; a thread is a channel of its own."""
        return Channel(PLATFORM, self.guild, self.channel)

    @property
    def is_thread(self) -> bool:
        return self.kind in THREADS


def read_request(interaction: Interaction) -> Request:
    """Return what *interaction* says of itself."""
    guild = interaction.client.get_guild(interaction.guild_id) if interaction.guild_id else None
    channel = interaction.channel
    return Request(
        user=str(interaction.user.id),
        channel=str(channel.id) if channel is not None else "",
        guild=str(interaction.guild_id or ""),
        kind=channel.type if channel is not None else None,
        permissions=interaction.permissions,
        app_permissions=interaction.app_permissions,
        is_joined=guild is not None,
        application=str(interaction.application_id),
        roles=_roles(guild, interaction),
        message=str(interaction.message.id) if interaction.message is not None else "",
    )


def _roles(guild: discord.Guild | None, interaction: Interaction) -> tuple[Role, ...]:
    """Return the roles that are known: the server's, and what the interaction itself tells of one."""
    found = (
        {str(one.id): Role(str(one.id), one.name, one.mentionable) for one in guild.roles} if guild else {}
    )
    for identity, told in resolved_roles(interaction).items():
        found[identity] = Role(identity, str(told.get("name", "")), told.get("mentionable") is True)
    return tuple(found.values())


def resolved_roles(interaction: Interaction) -> Mapping[str, Mapping[str, Any]]:
    """Return the roles that an interaction carries with it, by id."""
    data = cast("Mapping[str, Any]", interaction.data or {})
    resolved = data.get("resolved") or {}
    return resolved.get("roles") or {}
