"""Limits: how much a person, a workspace and a channel may ask for, and what is said where it is too much."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from bot.commands.limits import (
    OF_A_CHANNEL,
    OF_A_PERSON,
    OF_A_WORKSPACE,
    OF_EXPORTS,
    OF_OUTSIDERS,
    Asked,
    Count,
    Kind,
    Limit,
    Whose,
)
from bot.domain.message import Link, plain_lines
from bot.domain.subscription import Channel
from tests.commands.world import HERE, OWNER, World
from tests.factories import PAGE_URL
from tests.fakes.clock import SetClock

TOLD = replace(OWNER, announces=True)
SECOND = timedelta(seconds=1)
ELSEWHERE = Channel("console", "work", "general")


def is_admitted(world: World, channel: Channel, user: str = "ann", **more: Any) -> bool:
    return world.desk.admit(Asked(channel, user, **more)) is None


def admitted(world: World, times: int, user: str = "ann", kind: Kind = Kind.COMMAND) -> int:
    """Ask so many times, and return how often that was not too much."""
    return sum(is_admitted(world, HERE, user, kind=kind) for _ in range(times))


def refusal(world: World, channel: Channel = HERE, user: str = "ann", kind: Kind = Kind.COMMAND) -> list[str]:
    reply = world.desk.admit(Asked(channel, user, kind))
    assert reply is not None
    assert reply.message.link == Link("Status page", PAGE_URL)
    return plain_lines(reply.message)[:2]


@pytest.mark.parametrize(("kind", "most", "does"), [(Kind.COMMAND, 5, "ask"), (Kind.PRESS, 20, "press")])
async def test_one_person_may_ask_so_often_and_is_told_when_to_try_again(
    world: World, kind: Kind, most: int, does: str
) -> None:
    assert admitted(world, 50, kind=kind) == most
    world.clock.advance(timedelta(seconds=5.5))
    assert refusal(world, kind=kind) == [
        "🔵 One moment, please",
        f"One person may {does} {most} times in 10 s. Try again in 5 s. Nothing was changed.",
    ]
    world.clock.advance(timedelta(seconds=4.5))
    assert admitted(world, 50, kind=kind) == most


async def test_commands_and_presses_are_counted_apart(world: World) -> None:
    assert admitted(world, 20, kind=Kind.PRESS) == 20
    assert admitted(world, 6) == 5


async def test_somebody_else_is_not_kept_waiting(world: World) -> None:
    admitted(world, 50)
    assert admitted(world, 50, user="bob") == 5
    assert is_admitted(world, ELSEWHERE, "ann")


async def test_a_workspace_is_answered_sixty_times_a_minute(world: World) -> None:
    assert sum(admitted(world, 9, user=f"user{number}") for number in range(20)) == 60
    world.clock.advance(timedelta(seconds=50))
    assert refusal(world, user="late") == [
        "🔵 Many people here ask me at the moment",
        "I answer everybody here together 60 times in 1 min. Try again in 10 s. Nothing was changed.",
    ]
    assert is_admitted(world, ELSEWHERE, "late")
    world.clock.advance(timedelta(seconds=10))
    assert is_admitted(world, HERE, "late")


async def test_what_is_refused_counts_for_nothing(world: World) -> None:
    """One who hammers is served again as soon as the others of the workspace, and costs them nothing."""
    admitted(world, 1000)
    assert sum(admitted(world, 5, user=f"user{number}") for number in range(20)) == 55
    world.clock.advance(10 * SECOND)
    assert is_admitted(world, ELSEWHERE, "ann")


async def test_direct_messages_of_all_people_are_no_workspace(world: World) -> None:
    alone = Channel("discord", "", "1")
    assert all(is_admitted(world, alone, f"user{number}") for number in range(200))
    assert [is_admitted(world, alone, "user1") for _ in range(5)] == [True] * 4 + [False]


async def test_a_clock_put_back_keeps_nobody_waiting_longer(world: World) -> None:
    admitted(world, 5)
    world.clock.advance(timedelta(hours=-3))
    assert refusal(world)[1].endswith("Try again in 10 s. Nothing was changed.")
    world.clock.advance(10 * SECOND)
    assert is_admitted(world, HERE, "ann")


async def test_commands_of_the_desk_are_not_counted_by_themselves(world: World) -> None:
    """The terminal has no limits; platforms count before they ask."""
    for _ in range(50):
        assert (await world.lines("help"))[0] == "🔵 What you can type here"


async def test_muted_and_unmuted_fifty_times_a_channel_is_told_ten_times(world: World) -> None:
    await world.do("subscribe")
    replies = [await world.do(("mute 2h", "unmute")[number % 2], TOLD) for number in range(50)]
    assert [one.notice is not None for one in replies] == [True] * 10 + [False] * 40
    rule = "Each change is told in it, and that at most 10 times in 1 min."
    assert plain_lines(replies[-1].message) == [
        "🔵 This channel was changed often just now",
        f"{rule} Try again in 1 min. Nothing was changed.",
    ]
    assert (await world.subscription()).mute is not None
    await world.courier.run_dry()
    assert len(world.chat.top(HERE)) == 10


async def test_a_channel_is_told_of_thirty_changes_an_hour_and_can_always_be_ended(world: World) -> None:
    await world.do("subscribe")
    told = 0
    for number in range(59):
        reply = await world.do(f"mute {number + 60}m", TOLD)
        told += reply.notice is not None
        world.clock.advance(timedelta(minutes=1) - SECOND)
    assert told == 30
    assert (await world.do("unsubscribe", TOLD)).notice is not None
    assert (await world.lines("subscribe", TOLD))[0] == "🔵 This channel was changed often just now"


async def test_what_changes_nothing_does_not_count_as_a_change(world: World) -> None:
    await world.do("subscribe", TOLD)
    for _ in range(30):
        assert (await world.lines("unmute", TOLD))[0] == "🔵 This channel is not muted"


async def test_changes_that_no_channel_is_told_of_are_limited_more_generously(world: World) -> None:
    await world.do("subscribe")
    lines = [await world.lines(("mute 2h", "unmute")[number % 2]) for number in range(30)]
    assert sum("Alerts in this channel" in one[0] for one in lines) == 29
    assert lines[-1] == [
        "🔵 This channel was changed often just now",
        "It can be changed at most 30 times in 1 min. Try again in 1 min. Nothing was changed.",
    ]
    before = (await world.store.kept("console", "home")).tally.changes
    assert (await world.lines("settings impact=major"))[0] == "🔵 This channel was changed often just now"
    assert (await world.store.kept("console", "home")).tally.changes == before


async def test_a_channel_that_is_not_told_is_changed_a_hundred_times_an_hour(world: World) -> None:
    """Whatever is pressed in a panel, its versions grow by no more than that."""
    for number in range(150):
        await world.do(f"subscribe impact={('minor', 'major')[number % 2]}")
        world.clock.advance(timedelta(seconds=20))
    assert (await world.store.kept("console", "home")).tally.changes == 100
    assert "is alerted no more" in (await world.lines("unsubscribe"))[0]


async def test_outsiders_count_by_themselves_and_keep_no_member_waiting(world: World) -> None:
    asked = [is_admitted(world, HERE, f"guest{number}", outside=True) for number in range(50)]
    assert asked == [True] * 20 + [False] * 30
    reply = world.desk.admit(Asked(HERE, "late", outside=True))
    assert reply is not None
    rule = "I answer guests and people of other workspaces here together 20 times in 1 min."
    assert plain_lines(reply.message)[1] == f"{rule} Try again in 1 min. Nothing was changed."
    assert not is_admitted(world, HERE, "late", kind=Kind.PRESS, outside=True)
    assert not is_admitted(world, HERE, "late", outside=True, alone=True)
    assert sum(is_admitted(world, HERE, f"member{number}") for number in range(100)) == 60


async def test_what_must_be_open_obeys_the_limit_of_the_person_alone(world: World) -> None:
    assert sum(is_admitted(world, HERE, f"member{number}") for number in range(100)) == 60
    assert [is_admitted(world, HERE, "ann", alone=True) for _ in range(6)] == [True] * 5 + [False]


async def test_what_is_only_looked_at_is_not_counted(world: World) -> None:
    for _ in range(50):
        assert world.desk.admit(Asked(HERE, "ann"), counting=False) is None
    assert admitted(world, 50) == 5
    assert world.desk.admit(Asked(HERE, "ann"), counting=False) is not None


async def test_a_workspace_is_handed_out_once_a_minute(world: World) -> None:
    await world.do("subscribe")
    assert (await world.do("privacy export", OWNER)).document is not None
    refused = await world.do("privacy export", replace(OWNER, user="bob"))
    assert refused.document is None
    assert plain_lines(refused.message) == [
        "🔵 There was an export just now",
        "One can be had every 1 min. Try again in 1 min. Nothing was changed.",
    ]
    assert (await world.do("privacy export", replace(OWNER, channel=ELSEWHERE))).document is None
    assert (await world.lines("privacy"))[0] == "🔵 What I keep about this workspace"
    world.clock.advance(timedelta(minutes=1))
    assert (await world.do("privacy export", OWNER)).document is not None


def test_the_memory_of_who_asked_is_bounded() -> None:
    """Who was quiet the longest is forgotten first."""
    now = SetClock().now()
    count = Count([Limit(1, timedelta(hours=1))], most_names=3)
    for name in ("ann", "bob", "ann", "cid", "dan"):
        count.take(name, now)
    assert [count.reached(one, now) is not None for one in ("ann", "bob", "cid", "dan")] == [
        True,
        False,
        True,
        True,
    ]
    assert len(count._taken["ann"]) == 1


def test_the_limits_are_those_that_were_promised() -> None:
    ten, minute, hour = timedelta(seconds=10), timedelta(minutes=1), timedelta(hours=1)
    assert {Kind.COMMAND: Limit(5, ten), Kind.PRESS: Limit(20, ten)} == OF_A_PERSON
    assert OF_A_WORKSPACE[Kind.COMMAND] == Limit(60, minute)
    assert Limit(20, minute) == OF_OUTSIDERS
    assert Limit(1, minute) == OF_EXPORTS
    assert OF_A_CHANNEL[Whose.TOLD] == (Limit(10, minute), Limit(30, hour))
    assert OF_A_CHANNEL[Whose.CHANNEL] == (Limit(30, minute), Limit(100, hour))
