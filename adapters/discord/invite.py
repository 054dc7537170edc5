"""The invite: the links that add the bot to a server, with the permissions it needs, or to an account."""

from __future__ import annotations

from typing import Final
from urllib.parse import urlencode

import discord

PERMISSIONS: Final = discord.Permissions(
    view_channel=True,
    send_messages=True,
    embed_links=True,
    create_public_threads=True,
    send_messages_in_threads=True,
)
"""View Channel, Send Messages, Embed Links, Create Public Threads, Send Messages in Threads:
https://docs.discord.com/developers/topics/permissions#permissions-bitwise-permission-flags."""

AUTHORIZE: Final = "https://discord.com/oauth2/authorize"

COMMANDS: Final = "applications.commands"
SCOPES: Final = ("bot", COMMANDS)
"""https://docs.discord.com/developers/topics/oauth2#shared-resources-oauth2-scopes"""

TO_AN_ACCOUNT: Final = 1
"""https://docs.discord.com/developers/resources/application#application-object-application-integration-types"""


def invite_link(application_id: int | str) -> str:
    """Return the address where whoever manages a server adds the bot to it."""
    wanted = {
        "client_id": application_id,
        "permissions": PERMISSIONS.value,
        "scope": " ".join(SCOPES),
    }
    return f"{AUTHORIZE}?{urlencode(wanted)}"


def account_link(application_id: int | str) -> str:
    """Return the address where somebody adds the app to their own account: its commands, in any place."""
    wanted = {"client_id": application_id, "scope": COMMANDS, "integration_type": TO_AN_ACCOUNT}
    return f"{AUTHORIZE}?{urlencode(wanted)}"
