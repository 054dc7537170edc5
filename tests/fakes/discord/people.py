"""What people do in Discord, as the payloads that Discord makes of it.

https://docs.discord.com/developers/interactions/receiving-and-responding#interaction-object
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field

from tests.fakes.discord.component_rules import walk
from tests.fakes.discord.guild_data import role_json
from tests.fakes.discord.heard import Heard, component_of
from tests.fakes.discord.interactions import (
    AUTOCOMPLETE,
    COMMAND,
    COMPONENT,
    MODAL,
    Interactions,
    Open,
)
from tests.fakes.discord.ledger import Json, Message
from tests.fakes.discord.payloads import BUTTON, channel_data, command_data, filled_in, with_pressed
from tests.fakes.discord.places import (
    APPLICATION,
    GUILD,
    MANAGER,
    TEXT,
    Guild,
    Person,
    user,
)
from tests.fakes.discord.shapes import message_json
from tests.fakes.discord.standin import DiscordStandIn

Carry = Callable[[Json], Awaitable[None]]
"""Carries the data of an INTERACTION_CREATE to the bot."""

STRING = 3
MENU, ROLE_MENU = 3, 6

DM_CHANNEL = "320000000000000320"


@dataclass(frozen=True, slots=True)
class Somebody:
    """A person in a channel of a server; *guild* None: in their direct messages with the bot.

    *permissions* are theirs there, if not those they have everywhere. *brought*: they installed the app
    for themselves, and the server did not.
    """

    user: str = MANAGER
    channel: str = TEXT
    guild: str | None = GUILD
    permissions: int | None = None
    brought: bool = False


@dataclass(slots=True)
class People:
    """Does what people do; *carry* takes it to the bot, *settle* waits until all it began is done."""

    discord: DiscordStandIn
    interactions: Interactions
    carry: Carry
    settle: Callable[[], Awaitable[None]]
    sent: list[Json] = field(default_factory=list)

    async def types(
        self, name: str, options: Mapping[str, str] | None = None, who: Somebody = Somebody()
    ) -> Heard:
        """Give the command *name* ("claudealerts mute") with *options*."""
        given = [{"name": one, "type": STRING, "value": value} for one, value in (options or {}).items()]
        return await self._does(COMMAND, command_data(name, given), who)

    async def asks_beside(self, who: Somebody = Somebody(), words: str = "is claude down?") -> Heard:
        """Choose the command beside a message of somebody."""
        target = self._somebodys_message(who, words)
        data = {
            "id": "600000000000000001",
            "name": "Check Claude status",
            "type": 3,
            "target_id": target["id"],
            "resolved": {"messages": {target["id"]: target}},
        }
        return await self._does(COMMAND, data, who)

    async def is_suggested(
        self, name: str, option: str, typed: str, who: Somebody = Somebody()
    ) -> list[tuple[str, str]]:
        """Type into *option* of a command; return the names and values that are offered."""
        given = [{"name": option, "type": STRING, "value": typed, "focused": True}]
        heard = await self._does(AUTOCOMPLETE, command_data(name, given), who)
        return [(one["name"], one["value"]) for one in heard.open.choices or []]

    async def presses(self, message: Message, action: str, who: Somebody = Somebody()) -> Heard:
        """Press the button that does *action* below *message*."""
        return await self.sends(message, component_of(message, action)["custom_id"], who=who)

    async def chooses(
        self, message: Message, action: str, values: Sequence[str], who: Somebody = Somebody()
    ) -> Heard:
        """Choose *values* in the menu of *action*, all at once."""
        menu = component_of(message, action)
        return await self.sends(message, menu["custom_id"], values, kind=menu["type"], who=who)

    async def sends(
        self,
        message: Message,
        custom_id: str,
        values: Sequence[str] | None = None,
        *,
        kind: int = BUTTON,
        who: Somebody = Somebody(),
    ) -> Heard:
        """Send what a button or menu of *message* would, whatever it is: not all of Discord is honest."""
        data: Json = {"custom_id": custom_id, "component_type": kind, "id": 1}
        if values is not None:
            data["values"] = list(values)
        if kind == ROLE_MENU:
            data["resolved"] = {"roles": self._roles(who, values or ())}
        return await self._does(COMPONENT, data, who, source=message)

    async def submits(
        self,
        form: Json,
        filled: Mapping[str, str],
        who: Somebody = Somebody(),
        *,
        source: Message | None = None,
    ) -> Heard:
        """Hand in *form* as it was opened, with the fields *filled* in."""
        fields = [one for one in walk(form["components"]) if one.get("type") == 4]
        labels = [
            {"type": 18, "id": 2 * number, "component": filled_in(one, filled, 2 * number + 1)}
            for number, one in enumerate(fields, start=1)
        ]
        return await self._does(
            MODAL, {"custom_id": form["custom_id"], "components": labels}, who, source=source
        )

    async def again(self) -> None:
        """Let the last interaction come once more, as it may after a connection was resumed."""
        await self.carry(self.sent[-1])
        await self.settle()

    async def _does(self, kind: int, data: Json, who: Somebody, *, source: Message | None = None) -> Heard:
        opened = self.interactions.begin(kind, who.channel, who.guild, source)
        payload = self.payload(opened, data, who)
        self.sent.append(payload)
        await self.carry(payload)
        await self.settle()
        return Heard(opened)

    def payload(self, opened: Open, data: Json, who: Somebody) -> Json:
        """Return the data of an INTERACTION_CREATE."""
        place = self.discord.place(who.channel)
        owners = {"1": who.user} if who.brought or who.guild is None else {"0": who.guild}
        told: Json = {
            "id": opened.id,
            "application_id": APPLICATION,
            "type": opened.kind,
            "token": opened.token,
            "version": 1,
            "data": data,
            "channel_id": who.channel,
            "channel": channel_data(place, who.channel),
            "app_permissions": str(place.permissions if place else 0),
            "locale": "en-GB",
            "entitlements": [],
            "authorizing_integration_owners": owners,
            "context": 0 if who.guild else 1,
            "attachment_size_limit": 10485760,
        }
        if opened.source is not None:
            told["message"] = with_pressed(message_json(opened.source), data)
        return told | self._person(who)

    def _person(self, who: Somebody) -> Json:
        guild = self.discord.guilds.get(who.guild or "")
        person = _person_of(guild, who.user)
        if who.guild is None:
            return {"user": user(person.id, person.name)}
        permissions = person.permissions if who.permissions is None else who.permissions
        member: Json = {
            "user": user(person.id, person.name),
            "roles": [],
            "joined_at": "2026-01-01T00:00:00+00:00",
            "premium_since": None,
            "deaf": False,
            "mute": False,
            "flags": 0,
            "pending": False,
            "nick": None,
            "avatar": None,
            "communication_disabled_until": None,
            "permissions": str(permissions),
        }
        about = {"id": who.guild, "locale": "en-US", "features": []}
        return {"guild_id": who.guild, "guild_locale": "en-US", "guild": about, "member": member}

    def _roles(self, who: Somebody, values: Sequence[str]) -> Json:
        guild = self.discord.guilds.get(who.guild or "")
        known = guild.roles if guild else {}
        return {one: role_json(known[one]) for one in values if one in known}

    def _somebodys_message(self, who: Somebody, words: str) -> Json:
        written = Message(
            self.discord.snowflake(), who.channel, who.user, words, [], [], self.discord.clock.now()
        )
        return message_json(written) | {"author": user("400000000000000499", "dave")}


def _person_of(guild: Guild | None, identity: str) -> Person:
    known = guild.people.get(identity) if guild else None
    return known or Person(identity, "somebody")
