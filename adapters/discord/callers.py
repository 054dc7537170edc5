"""Rights: what somebody may do in a channel, by their permissions there and by the operator's policy."""

from __future__ import annotations

from enum import StrEnum

import discord

from adapters.discord.request import Request
from bot.commands import Caller
from bot.domain.subscription import Style


class Policy(StrEnum):
    """Who may change a channel's alerts (`SETTINGS_POLICY`)."""

    MEMBERS = "members"
    ADMINS = "admins"


MANAGERS = "people with Manage Server"

WHO_CONFIGURES = {
    Policy.MEMBERS: "people with Manage Server or Manage Channels",
    Policy.ADMINS: MANAGERS,
}
"""Everybody else may have been let in by an overwrite of the command's own permissions; we check, too."""

NOT_IN_A_SERVER = "channels of a server, not for direct messages"

MENTIONS = "a role, @here, @everyone or nobody"


def caller(request: Request, policy: Policy) -> Caller:
    """Return who asks, with their rights in the request's channel."""
    manages = bool(request.guild) and _manages_server(request.permissions)
    changes = bool(request.guild) and request.permissions.manage_channels and policy is Policy.MEMBERS
    return Caller(
        channel=request.address,
        user=request.user,
        may_configure=manages or changes,
        may_list=manages,
        default_style=Style.CARD,
        asks_with="/claudestatus",
        configures_with="/claudealerts",
        who_configures=WHO_CONFIGURES[policy] if request.guild else NOT_IN_A_SERVER,
        who_lists=MANAGERS if request.guild else NOT_IN_A_SERVER,
        types=False,
        mentions=MENTIONS,
        announces=False,
        workspace="server",
        publishes=request.kind is discord.ChannelType.news,
    )


def _manages_server(permissions: discord.Permissions) -> bool:
    return permissions.manage_guild or permissions.administrator
