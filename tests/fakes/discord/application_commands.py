"""The routes by which an application's commands are listed and registered.

https://docs.discord.com/developers/interactions/application-commands#endpoints
"""

from __future__ import annotations

import itertools
from typing import Any

from aiohttp import web

from tests.fakes.discord.answers import Rejected, json_answer
from tests.fakes.discord.command_rules import command_problems
from tests.fakes.discord.ledger import Json
from tests.fakes.discord.places import APPLICATION
from tests.fakes.discord.standin import PREFIX, DiscordStandIn

CREATES_A_DAY = 200


class ApplicationCommands:
    """Keeps the global commands; *created* counts those that were new, *writes* the requests that wrote."""

    def __init__(self, standin: DiscordStandIn) -> None:
        self._standin = standin
        self._numbers = itertools.count(600000000000000600)
        self.registered: list[Json] = []
        self.created = 0
        self.writes = 0
        standin.mount(self.register)

    def register(self, app: web.Application) -> None:
        """Add the routes."""
        path = f"{PREFIX}/applications/{APPLICATION}/commands"
        app.router.add_get(path, self.listed)
        app.router.add_put(path, self.overwrite)
        app.router.add_post(path, self.create)

    async def listed(self, _request: web.Request) -> web.Response:
        """Answer GET /applications/{application_id}/commands."""
        return json_answer(self.registered)

    async def overwrite(self, request: web.Request) -> web.Response:
        """Answer PUT /applications/{application_id}/commands: those that are not named are gone."""
        commands = await request.json()
        self._check(commands)
        self.writes += 1
        self.registered = [self._taken(one) for one in commands]
        return json_answer(self.registered)

    async def create(self, request: web.Request) -> web.Response:
        """Answer POST /applications/{application_id}/commands: one of the same name is replaced."""
        command = await request.json()
        self._check([command])
        self.writes += 1
        before = self._of_name(command)
        made = self._taken(command)
        self.registered = [one for one in self.registered if one is not before] + [made]
        return json_answer(made, 200 if before else 201)

    def identity(self, name: str) -> str:
        """Return the id of a registered command, or one that looks like it."""
        found = next((one["id"] for one in self.registered if one["name"] == name), None)
        return found or "600000000000000001"

    def _of_name(self, command: Json) -> Json | None:
        key = (command.get("type", 1), command["name"])
        return next((one for one in self.registered if (one["type"], one["name"]) == key), None)

    def _check(self, commands: list[Json]) -> None:
        found = command_problems(commands)
        if found:
            self._standin.problems.extend(found)
            raise Rejected(400, 50035, "Invalid Form Body")
        self.created += sum(self._of_name(one) is None for one in commands)
        if self.created > CREATES_A_DAY:
            raise Rejected(
                429, 30034, "Max number of daily application command creates has been reached (200)"
            )

    def _taken(self, command: Json) -> Json:
        """Return *command* as Discord lists it: with ids, and with what went without saying."""
        before = self._of_name(command)
        permissions = command.get("default_member_permissions")
        return {
            "id": before["id"] if before else str(next(self._numbers)),
            "application_id": APPLICATION,
            "version": str(next(self._numbers)),
            "default_member_permissions": None if permissions is None else str(permissions),
            "type": command.get("type", 1),
            "name": command["name"],
            "name_localizations": None,
            "description": command.get("description", ""),
            "description_localizations": None,
            "dm_permission": command.get("dm_permission", True),
            "contexts": command.get("contexts"),
            "integration_types": command.get("integration_types") or [0],
            "nsfw": command.get("nsfw", False),
            **({"options": [_option(one) for one in command["options"]]} if command.get("options") else {}),
        }


def _option(option: Json) -> Json:
    """Return an option as Discord lists it: false and empty are left out."""
    kept: dict[str, Any] = {name: value for name, value in option.items() if value not in (False, None, [])}
    if "options" in kept:
        kept["options"] = [_option(one) for one in kept["options"]]
    return kept
