"""The invite: the link that adds the bot to a server, with the permissions it needs and no others."""

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

SCOPES: Final = ("bot", "applications.commands")
"""https://docs.discord.com/developers/topics/oauth2#shared-resources-oauth2-scopes"""


def invite_link(application_id: int | str) -> str:
    """Return the address where whoever manages a server adds the bot to it."""
    wanted = {
        "client_id": application_id,
        "permissions": PERMISSIONS.value,
        "scope": " ".join(SCOPES),
    }
    return f"https://discord.com/oauth2/authorize?{urlencode(wanted)}"
