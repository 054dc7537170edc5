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

ELSEWHERE = ", in the channels of a server"
"""What is added to them outside of servers: nothing is configured there."""

UNSEEN = (
    "If Discord does not offer you these commands: somebody with Manage Server can show them to you, in "
    "Server Settings → Integrations."
)
"""https://support.discord.com/hc/en-us/articles/4644915651095-Command-Permissions"""

LEAVING = "Removing me from the server deletes the same, seven days later."

MENTIONS = "a role, @here, @everyone or nobody"


def caller(request: Request, policy: Policy) -> Caller:
    """Return who asks, with their rights in the request's channel."""
    manages = bool(request.guild) and _manages_server(request.permissions)
    place = "" if request.guild else ELSEWHERE
    changes = bool(request.guild) and request.permissions.manage_channels and policy is Policy.MEMBERS
    return Caller(
        channel=request.address,
        user=request.user,
        may_configure=manages or changes,
        may_list=manages,
        default_style=Style.CARD,
        asks_with="/claudestatus",
        configures_with="/claudealerts",
        who_configures=f"{WHO_CONFIGURES[policy]}{place}",
        who_lists=f"{MANAGERS}{place}",
        types=False,
        mentions=MENTIONS,
        announces=False,
        workspace="server",
        publishes=request.kind is discord.ChannelType.news,
        leaving=LEAVING if request.guild else "",
        unseen="" if manages or not request.guild else UNSEEN,
    )


def _manages_server(permissions: discord.Permissions) -> bool:
    return permissions.manage_guild or permissions.administrator
