"""The commands are registered once, and again only where they differ."""

from __future__ import annotations

import copy
import logging

import pytest

from adapters.discord.sync import sync
from tests.discord.world import World
from tests.fakes.discord.command_rules import command_problems
from tests.fakes.discord.faults import error, http, raw
from tests.fakes.discord.places import APPLICATION

LIST = "GET /applications/{application_id}/commands"
WRITE = "PUT /applications/{application_id}/commands"
MANAGE_SERVER = "32"


async def test_the_commands_are_registered_and_then_left_alone(talk: World) -> None:
    assert await sync(talk.tree, APPLICATION)
    assert {one["name"] for one in talk.commands.registered} == {
        "claudestatus",
        "claudealerts",
        "Check Claude status",
    }
    for _ in range(3):
        await talk.restart()
        assert await sync(talk.tree, APPLICATION)
    assert (talk.commands.writes, talk.commands.created) == (1, 3)


async def test_who_sees_the_commands_and_where(talk: World) -> None:
    await sync(talk.tree, APPLICATION)
    listed = {one["name"]: one for one in talk.commands.registered}
    alerts = listed["claudealerts"]
    assert (alerts["contexts"], alerts["integration_types"]) == ([0], [0])
    assert alerts["default_member_permissions"] == MANAGE_SERVER
    for name in ("claudestatus", "Check Claude status"):
        assert (sorted(listed[name]["contexts"]), sorted(listed[name]["integration_types"])) == (
            [0, 1, 2],
            [0, 1],
        )
        assert listed[name]["default_member_permissions"] is None


async def test_the_subcommands_are_these(talk: World) -> None:
    await sync(talk.tree, APPLICATION)
    [alerts] = [one for one in talk.commands.registered if one["name"] == "claudealerts"]
    names = "subscribe unsubscribe settings mute unmute test why list help privacy"
    assert {one["name"] for one in alerts["options"]} == {*names.split()}


@pytest.mark.parametrize("what", ["description", "options", "contexts", "default_member_permissions", "name"])
async def test_a_command_that_differs_is_written_anew(talk: World, what: str) -> None:
    await sync(talk.tree, APPLICATION)
    before = copy.deepcopy(talk.commands.registered)
    alerts = next(one for one in talk.commands.registered if one["name"] == "claudealerts")
    alerts[what] = {
        "description": "another",
        "options": alerts["options"][1:],
        "contexts": [0, 1],
        "default_member_permissions": None,
        "name": "oldname",
    }[what]
    assert await sync(talk.tree, APPLICATION)
    assert talk.commands.writes == 2
    names = [(one["name"], one["description"]) for one in talk.commands.registered]
    assert names == [(one["name"], one["description"]) for one in before]


async def test_the_order_of_commands_is_no_difference(talk: World) -> None:
    await sync(talk.tree, APPLICATION)
    talk.commands.registered.reverse()
    await sync(talk.tree, APPLICATION)
    assert talk.commands.writes == 1


@pytest.mark.parametrize("route", [LIST, WRITE])
@pytest.mark.parametrize(
    "fault",
    [
        error(401, 0),
        error(403, 50001),
        error(429, 30034),
        http(400),
        raw(b"hello", "text/plain"),
        raw(b'{"a": 1}'),
    ],
    ids=["401", "403", "429", "html", "text", "object"],
)
async def test_a_failure_is_one_line_and_ends_nothing(
    talk: World, route: str, fault: object, caplog: pytest.LogCaptureFixture
) -> None:
    talk.discord.checked = False
    talk.discord.fail(route, fault)  # type: ignore[arg-type]
    assert not await sync(talk.tree, APPLICATION)
    [line] = [one for one in caplog.records if one.name == "adapters.discord.sync"]
    assert (line.levelno, line.exc_info) == (logging.ERROR, None)
    assert await sync(talk.tree, APPLICATION)


async def test_discord_away_is_one_line(talk: World, caplog: pytest.LogCaptureFixture) -> None:
    await talk.discord.stop()
    assert not await sync(talk.tree, APPLICATION)
    await talk.discord.start()
    assert [one.exc_info for one in caplog.records if one.name == "adapters.discord.sync"] == [None]


async def test_the_definition_is_within_what_discord_takes(talk: World) -> None:
    assert command_problems([one.to_dict(talk.tree) for one in talk.tree.get_commands(type=None)]) == []
