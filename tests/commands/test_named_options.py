"""Where what stands behind a command has a name, nobody is told to type what cannot be typed there."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given

from bot.commands import (
    Ask,
    Caller,
    Changes,
    ChangeSettings,
    Command,
    Help,
    ListSubscriptions,
    Misunderstood,
    MuteIncident,
    parse,
)
from bot.commands.problems import EXAMPLES, PUBLISH
from bot.commands.spelling import LABELS, advised
from bot.domain.message import Line, Listing, Message, Strong, Text, plain
from tests.commands.typed import TYPED
from tests.commands.world import GUEST, OWNER, World
from tests.factories import incident

ELSEWHERE = {
    "asks_with": "/claudestatus",
    "configures_with": "/claudealerts",
    "types": False,
    "workspace": "server",
    "who_configures": "people with Manage Server or Manage Channels",
    "who_lists": "people with Manage Server",
}
OWNS = replace(OWNER, **ELSEWHERE)  # type: ignore[arg-type]  # values of any type
VISITS = replace(GUEST, **ELSEWHERE)  # type: ignore[arg-type]

EXISTING = re.compile(
    r"/claudestatus( component:\S.*| view:(history|uptime))?"
    r"|/claudealerts (subscribe|unsubscribe|settings|mute( for:\S+)?|unmute|test|why|list|help)"
    r"|/claudealerts privacy( do:(export|delete))?"
)

SAID = (
    *("", "history", "uptime", "help", "chat", "chad", "histroy", "setings", "nonsense at all"),
    *(
        "subscribe",
        "subscribe cofe",
        "unsubscribe",
        "settings",
        "settings impact=majer",
        "settings quiet=22-7",
    ),
    *("settings mention-from=major", "settings zone=berlin", "settings reminder=1m", "settings style=tread"),
    *("settings critical=off", "settings components=nothing", "settings mention=<x>", "settings publish=on"),
    *("mute", "mute 2h", "mute 99w", "mute soon", "unmute", "unmute", "test", "test", "why", "list"),
    *("privacy", "privacy export", "privacy delete", "privacy everything"),
)


def runs(message: Message) -> Iterator[Text]:
    """Return every run of words of ours."""
    yield message.footer
    for block in message.blocks:
        match block:
            case Line(text):
                yield text
            case Listing(lines, _):
                yield from lines
            case _:
                continue


def assert_can_be_typed(message: Message, caller: Caller) -> None:
    commands = [part.text for run in runs(message) for part in run if isinstance(part, Strong)]
    for one in commands:
        if one.startswith("/"):
            assert EXISTING.fullmatch(one), one
            assert caller.may_configure or not one.startswith("/claudealerts help")
    for run in runs(message):
        assert "=" not in plain(run), plain(run)
        assert "workspace" not in plain(run)
    assert "=" not in message.title.split("“")[0]
    assert "workspace" not in message.title


@pytest.mark.parametrize("caller", [OWNS, VISITS], ids=["who may", "who may not"])
async def test_every_command_in_every_state_names_only_what_can_be_typed(
    world: World, caller: Caller
) -> None:
    await world.page_says(incident())
    for beginning in ((), ("subscribe quiet=22-7 zone=UTC mention=here",), ("mute 2h",)):
        for said in beginning:
            await world.do(said)
        for one in SAID:
            if one != "subscribe" or beginning:
                assert_can_be_typed((await world.do(one, caller)).message, caller)
        await world.courier.run_dry()
        world.clock.advance(timedelta(hours=7))


@given(TYPED)
def test_whatever_was_given_is_corrected_in_words_that_can_be_followed(said: str) -> None:
    command = parse(said)
    if isinstance(command, Misunderstood):
        advice = plain(advised(OWNS, command.nearest))
        assert "=" not in advice or "=" in command.nearest.partition("=")[2]
        assert "…" not in advice


async def test_a_correction_is_named_as_it_is_chosen(world: World) -> None:
    await world.do("subscribe")
    for said, cure in (
        ("settings impact=majer", "Try Least impact: major"),
        ("settings components=cofe", "Try Components: Code"),
        ("settings quiet=22-7", "Try Quiet hours: 22:00-07:00, Time zone: Europe/Berlin"),
        ("settings zone=berlin", "Try Time zone: Europe/Berlin"),
        ("mute soon", "Try /claudealerts mute for:2h"),
    ):
        assert (await world.lines(said, OWNS))[1:] == [cure]


async def test_what_has_no_value_to_choose_is_said_by_the_problem_alone(world: World) -> None:
    await world.do("subscribe")
    assert await world.lines("settings mention-from=major", OWNS) == [
        "🔵 Nobody is mentioned in this channel yet: say whom along with it."
    ]


async def test_who_does_not_see_a_command_is_not_sent_to_it(world: World) -> None:
    assert await world.lines(Ask("setings"), OWNS) == [
        "🔵 “setings” is neither a component nor a command",
        "Did you mean /claudealerts settings?",
    ]
    assert "claudealerts" not in "\n".join(await world.lines(Ask("setings"), VISITS))
    assert await world.lines(Ask("histroy"), VISITS) == [
        "🔵 “histroy” is neither a component nor a command",
        "Did you mean /claudestatus view:history?",
    ]


async def test_the_words_for_a_workspace_are_those_of_the_platform(world: World) -> None:
    assert await world.lines(ListSubscriptions(), OWNS) == ["🔵 No channel of this server is subscribed"]
    assert await world.lines(ListSubscriptions(), VISITS) == [
        "🔵 This is for people with Manage Server",
        "Nothing was changed. Ask one of them.",
    ]


async def test_another_way_is_named_by_its_option(world: World) -> None:
    await world.do("subscribe")
    here: Command = MuteIncident("unheard")
    assert (await world.lines(here, OWNS))[1] == (
        "To mute the whole channel for a while: /claudealerts mute for:2h"
    )
    assert "  /claudestatus component:claude.ai: one component" in await world.lines(Help(), VISITS)


def test_every_setting_that_can_be_typed_has_a_name_to_choose_it_by() -> None:
    assert LABELS.keys() == {*EXAMPLES, PUBLISH}


@pytest.mark.parametrize(
    ("command", "words"),
    [
        (ChangeSettings(Changes(zone="Europe/Berlin")), "Time zone belongs to quiet hours"),
        (ChangeSettings(Changes(critical=False)), "Loud in quiet hours when critical belongs to quiet hours"),
        (ChangeSettings(Changes(impact="fatal")), "Least impact is one of none, minor"),
    ],
)
async def test_a_refusal_names_a_setting_as_it_is_called(world: World, command: Command, words: str) -> None:
    await world.do("subscribe")
    assert (await world.lines(command, OWNS))[0].startswith(f"🔵 {words}")
    assert not (await world.lines(command, OWNER))[0].startswith(f"🔵 {words}")


async def test_a_setting_that_does_nothing_is_not_spoken_of_where_nobody_types(world: World) -> None:
    await world.do("subscribe style=card")
    assert "End in the channel" not in "\n".join(await world.lines("settings", OWNS))
    await world.do("settings style=thread")
    assert "End in the channel" in "\n".join(await world.lines("settings", OWNS))


async def test_the_help_says_what_to_do_where_commands_are_hidden(world: World) -> None:
    said = await world.lines(Help(), replace(OWNS, unseen="Ask for them."))
    assert [one for one in said if one not in await world.lines(Help(), OWNS)] == ["Ask for them."]
