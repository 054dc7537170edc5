"""Who and what there is in the stand-in's Discord: one application, two servers, channels, people."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

Json = dict[str, Any]

TOKEN = "discord-token"
APPLICATION = "100000000000000100"
BOT = APPLICATION
"""A bot's user has the id of its application, as with every application made since 2016."""

GUILD = "200000000000000200"
OTHER_GUILD = "200000000000000201"
TEXT = "300000000000000300"
ANNOUNCEMENTS = "300000000000000301"
FORBIDDEN = "300000000000000302"
OTHER_TEXT = "300000000000000303"
FORUM = "300000000000000304"
THREAD = "310000000000000310"
MANAGER = "400000000000000400"
CHANNEL_MANAGER = "400000000000000401"
MEMBER = "400000000000000402"
MENTIONABLE = "500000000000000500"
NOT_MENTIONABLE = "500000000000000501"

GUILD_TEXT = 0
GUILD_ANNOUNCEMENT = 5
ANNOUNCEMENT_THREAD = 10
PUBLIC_THREAD = 11
GUILD_FORUM = 15
THREADS = (ANNOUNCEMENT_THREAD, PUBLIC_THREAD, 12)
"""https://docs.discord.com/developers/resources/channel#channel-object-channel-types"""

CREATE_PUBLIC_THREADS = 1 << 35
SEND_MESSAGES_IN_THREADS = 1 << 38
VIEW_CHANNEL = 1 << 10
SEND_MESSAGES = 1 << 11
EMBED_LINKS = 1 << 14
MANAGE_CHANNELS = 1 << 4
MANAGE_GUILD = 1 << 5
USUAL = VIEW_CHANNEL | SEND_MESSAGES | EMBED_LINKS | CREATE_PUBLIC_THREADS | SEND_MESSAGES_IN_THREADS
"""https://docs.discord.com/developers/topics/permissions"""


@dataclass(slots=True)
class Place:
    """A channel or thread. *permissions* are the bot's own, effective there; *type* is Discord's number.

    *parent* is the channel of a thread. *archived* and *locked* are of threads alone.
    """

    id: str
    guild: str
    name: str
    type: int = GUILD_TEXT
    parent: str | None = None
    permissions: int = USUAL
    archived: bool = False
    locked: bool = False
    owner: str = BOT

    @property
    def is_thread(self) -> bool:
        return self.type in THREADS


@dataclass(slots=True)
class Role:
    """A role of a server."""

    id: str
    name: str
    mentionable: bool = True
    permissions: int = 0


@dataclass(slots=True)
class Person:
    """Somebody of a server; *permissions* are what they may do in every channel of it."""

    id: str
    name: str
    permissions: int = VIEW_CHANNEL | SEND_MESSAGES


@dataclass(slots=True)
class Guild:
    """A server the bot is in, with everything by its id. *unavailable*: Discord has an outage there."""

    id: str
    name: str
    channels: dict[str, Place] = field(default_factory=dict)
    roles: dict[str, Role] = field(default_factory=dict)
    people: dict[str, Person] = field(default_factory=dict)
    unavailable: bool = False
    installer: str = MANAGER

    def add(self, place: Place) -> Place:
        """Add a channel or thread and return it."""
        self.channels[place.id] = place
        return place


def usual_guilds() -> dict[str, Guild]:
    """Return the two servers most tests are about, by id."""
    first, second = Guild(GUILD, "Claude users"), Guild(OTHER_GUILD, "Others")
    first.add(Place(TEXT, GUILD, "status"))
    first.add(Place(ANNOUNCEMENTS, GUILD, "announcements", GUILD_ANNOUNCEMENT))
    first.add(Place(FORBIDDEN, GUILD, "staff", permissions=VIEW_CHANNEL))
    first.add(Place(FORUM, GUILD, "forum", GUILD_FORUM))
    first.add(Place(THREAD, GUILD, "a thread", PUBLIC_THREAD, parent=TEXT, owner=MANAGER))
    second.add(Place(OTHER_TEXT, OTHER_GUILD, "general"))
    for guild in (first, second):
        for person in (
            Person(MANAGER, "alice", VIEW_CHANNEL | SEND_MESSAGES | MANAGE_GUILD),
            Person(CHANNEL_MANAGER, "bob", VIEW_CHANNEL | SEND_MESSAGES | MANAGE_CHANNELS),
            Person(MEMBER, "carol"),
        ):
            guild.people[person.id] = person
        guild.roles[guild.id] = Role(guild.id, "@everyone")
    first.roles[MENTIONABLE] = Role(MENTIONABLE, "on-call")
    first.roles[NOT_MENTIONABLE] = Role(NOT_MENTIONABLE, "staff", mentionable=False)
    return {guild.id: guild for guild in (first, second)}


def user(identity: str, name: str, *, bot: bool = False) -> Json:
    """Return Discord's user object: https://docs.discord.com/developers/resources/user#user-object."""
    return {
        "id": identity,
        "username": name,
        "discriminator": "0",
        "global_name": None,
        "avatar": None,
        "bot": bot,
        "public_flags": 0,
        "flags": 0,
        "banner": None,
        "accent_color": None,
        "primary_guild": None,
    }


def bot_user() -> Json:
    """Return the bot's own user."""
    return user(BOT, "claudestatus", bot=True)
