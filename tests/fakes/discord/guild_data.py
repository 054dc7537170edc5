"""Servers as the gateway tells of them, and the application that is in them.

https://docs.discord.com/developers/events/gateway-events#guild-create
"""

from __future__ import annotations

from collections.abc import Collection

from tests.fakes.discord.ledger import Json
from tests.fakes.discord.openapi import Description
from tests.fakes.discord.places import APPLICATION, MANAGER, USUAL, Guild, Place, Role, bot_user, user
from tests.fakes.discord.sessions import Session
from tests.fakes.discord.shapes import channel_json


def unavailable(guild: str) -> Json:
    """Return what READY says of a server, and GUILD_DELETE of one that has an outage."""
    return {"id": guild, "unavailable": True}


def ready_json(session: Session, guilds: Collection[Guild], resume_at: str) -> Json:
    """Return READY: https://docs.discord.com/developers/events/gateway-events#ready."""
    return {
        "v": 10,
        "user": bot_user() | {"verified": True, "mfa_enabled": False, "email": None},
        "guilds": [unavailable(guild.id) for guild in guilds],
        "session_id": session.id,
        "session_type": "normal",
        "resume_gateway_url": resume_at,
        "shard": [session.shard, session.shards],
        "application": {"id": APPLICATION, "flags": 0},
        "private_channels": [],
        "relationships": [],
        "_trace": [],
    }


def guild_json(guild: Guild, *, joined: bool = False) -> Json:
    """Return the payload of GUILD_CREATE; one that the bot *joined* just now does not say `unavailable`."""
    places = guild.channels.values()
    told: Json = {
        "id": guild.id,
        "name": guild.name,
        "icon": None,
        "splash": None,
        "owner_id": guild.installer,
        "afk_channel_id": None,
        "afk_timeout": 300,
        "verification_level": 1,
        "default_message_notifications": 1,
        "explicit_content_filter": 0,
        "roles": [role_json(role, place) for place, role in enumerate(guild.roles.values())],
        "emojis": [],
        "features": [],
        "mfa_level": 0,
        "application_id": None,
        "system_channel_id": None,
        "system_channel_flags": 0,
        "rules_channel_id": None,
        "vanity_url_code": None,
        "description": None,
        "banner": None,
        "premium_tier": 0,
        "preferred_locale": "en-US",
        "public_updates_channel_id": None,
        "nsfw_level": 0,
        "stickers": [],
        "premium_progress_bar_enabled": False,
        "safety_alerts_channel_id": None,
        "joined_at": "2026-01-01T00:00:00+00:00",
        "large": False,
        "member_count": len(guild.people) + 1,
        "voice_states": [],
        "members": [_own_member(guild)],
        "channels": [_without_permissions(place) for place in places if not place.is_thread],
        "threads": [
            _without_permissions(place) for place in places if place.is_thread and not place.archived
        ],
        "presences": [],
        "stage_instances": [],
        "guild_scheduled_events": [],
        "soundboard_sounds": [],
    }
    return told if joined else told | {"unavailable": False}


def my_guild_json(guild: Guild) -> Json:
    """Return one line of GET /users/@me/guilds."""
    return {
        "id": guild.id,
        "name": guild.name,
        "icon": None,
        "banner": None,
        "owner": False,
        "permissions": str(USUAL),
        "features": [],
    }


def application_json(guilds: Collection[Guild], endpoint: str | None) -> Json:
    """Return GET /oauth2/applications/@me: https://docs.discord.com/developers/resources/application."""
    return {
        "id": APPLICATION,
        "name": "claudestatus",
        "icon": None,
        "description": "",
        "type": None,
        "bot": bot_user(),
        "bot_public": True,
        "bot_require_code_grant": False,
        "verify_key": "0" * 64,
        "flags": 0,
        "flags_new": "0",
        "redirect_uris": [],
        "interactions_endpoint_url": endpoint,
        "role_connections_verification_url": None,
        "owner": user(MANAGER, "alice"),
        "approximate_guild_count": len(guilds),
        "approximate_user_install_count": 0,
        "approximate_user_authorization_count": 0,
        "explicit_content_filter": 0,
        "team": None,
        "eligible_oauth2_scopes": [],
    }


def role_json(role: Role, position: int = 0) -> Json:
    """Return Discord's role object."""
    return {
        "id": role.id,
        "name": role.name,
        "description": None,
        "color": 0,
        "colors": {"primary_color": 0, "secondary_color": None, "tertiary_color": None},
        "hoist": False,
        "icon": None,
        "unicode_emoji": None,
        "position": position,
        "permissions": str(role.permissions),
        "managed": False,
        "mentionable": role.mentionable,
        "flags": 0,
    }


def problems(description: Description, told: Json) -> list[str]:
    """Return what the API description says against the parts of a GUILD_CREATE that it knows."""
    parts = [("GuildRoleResponse", role) for role in told["roles"]]
    parts += [("GuildChannelResponse", channel) for channel in told["channels"]]
    parts += [("ThreadResponse", thread) for thread in told["threads"]]
    parts += [("UserResponse", member["user"]) for member in told["members"]]
    return [problem for name, value in parts for problem in description.schema_problems(name, value)]


def _own_member(guild: Guild) -> Json:
    return {
        "user": bot_user(),
        "nick": None,
        "avatar": None,
        "roles": [],
        "joined_at": "2026-01-01T00:00:00+00:00",
        "premium_since": None,
        "deaf": False,
        "mute": False,
        "flags": 0,
        "pending": False,
    }


def _without_permissions(place: Place) -> Json:
    """Return a channel; what the bot may do there is only said where somebody asked."""
    return {key: value for key, value in channel_json(place).items() if key != "permissions"}
