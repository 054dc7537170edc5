"""Discord's objects as its API answers them: messages, channels, threads."""

from __future__ import annotations

import copy
import itertools
from typing import Any

from tests.fakes.discord.ledger import Json, Message
from tests.fakes.discord.places import BOT, Place, bot_user

PUBLISHED = 1 << 0
HAS_THREAD = 1 << 5
"""https://docs.discord.com/developers/resources/message#message-object-message-flags"""

COUNTED = ("guild", "user_install", "user_authorization")


def message_json(message: Message, *, in_thread: bool = False) -> Json:
    """Return Discord's message object: https://docs.discord.com/developers/resources/message."""
    flags = message.flags | (PUBLISHED if message.published else 0) | (HAS_THREAD if message.thread else 0)
    told: Json = {
        "id": message.id,
        "channel_id": message.channel,
        "type": 0,
        "author": bot_user(),
        "content": message.content,
        "embeds": [{"type": "rich", **embed} for embed in message.embeds],
        "components": numbered(message.components),
        "mentions": [],
        "mention_roles": [],
        "mention_everyone": False,
        "attachments": [],
        "timestamp": message.made_at.isoformat(),
        "edited_timestamp": message.edited_at.isoformat() if message.edited_at else None,
        "flags": flags,
        "pinned": False,
        "tts": False,
    }
    told |= {"position": 0} if in_thread else {}
    return told | ({"nonce": message.nonce} if message.nonce is not None else {})


def numbered(components: list[Json]) -> list[Json]:
    """Return *components* with the number that Discord gives each of them."""
    numbers = itertools.count(1)
    made = copy.deepcopy(components)
    for component in made:
        _number(component, numbers)
    return made


def _number(component: Any, numbers: itertools.count[int]) -> None:
    if isinstance(component, dict):
        if isinstance(component.get("type"), int):
            component.setdefault("id", next(numbers))
        for key in ("components", "component", "accessory"):
            _number(component.get(key), numbers)
    elif isinstance(component, list):
        for one in component:
            _number(one, numbers)


def channel_json(place: Place) -> Json:
    """Return Discord's channel object: https://docs.discord.com/developers/resources/channel."""
    told: Json = {
        "id": place.id,
        "type": place.type,
        "guild_id": place.guild,
        "name": place.name,
        "flags": 0,
        "parent_id": place.parent,
        "permissions": str(place.permissions),
    }
    if not place.is_thread:
        return told | {"position": 0, "permission_overwrites": [], "nsfw": False, "rate_limit_per_user": 0}
    return told | {
        "owner_id": place.owner,
        "message_count": 0,
        "member_count": 1,
        "total_message_sent": 0,
        "rate_limit_per_user": 0,
        "thread_metadata": {
            "archived": place.archived,
            "auto_archive_duration": 4320,
            "archive_timestamp": "2026-05-04T12:00:00+00:00",
            "locked": place.locked,
        },
    }


def application_json() -> Json:
    """Return the bot's application: https://docs.discord.com/developers/resources/application."""
    nothing = dict.fromkeys(
        ("icon", "type", "interactions_endpoint_url", "role_connections_verification_url", "team")
    )
    counts = dict.fromkeys((f"approximate_{what}_count" for what in COUNTED), 1)
    return {
        **nothing,
        **counts,
        "id": BOT,
        "name": "claudestatus",
        "description": "",
        "verify_key": "0" * 64,
        "flags": 0,
        "flags_new": "0",
        "redirect_uris": [],
        "explicit_content_filter": 0,
        "eligible_oauth2_scopes": [],
        "owner": bot_user(),
        "bot_public": True,
    }
