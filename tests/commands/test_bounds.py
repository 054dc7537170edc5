"""Bounds: how many channels a workspace may subscribe, and how much one setting may name."""

from __future__ import annotations

from dataclasses import replace

from bot.commands.changes import MOST_COMPONENTS, Changes
from bot.commands.command import ChangeSettings, Subscribe
from bot.domain.message import plain_lines
from bot.domain.subscription import MOST_SUBSCRIPTIONS, Channel
from tests.commands.world import HERE, OWNER, World
from tests.factories import component

MANY = [component((f"part{number:08}", f"Part {number:02}")) for number in range(30)]


async def fill(world: World, workspace: str = "home") -> None:
    """Subscribe as many channels of *workspace* as may be."""
    for number in range(MOST_SUBSCRIPTIONS):
        there = replace(OWNER, channel=Channel("console", workspace, f"channel-{number:02}"))
        assert (await world.lines("subscribe", there))[0] == "🔵 This channel is alerted from now on"


async def test_the_fifty_first_channel_is_refused_with_the_number_and_the_cure(world: World) -> None:
    await fill(world)
    assert await world.lines("subscribe") == [
        "🔵 50 channels of this workspace are subscribed, and no more can be",
        "Nothing was changed. To make room, type /claudestatus unsubscribe in one of them.",
        "Which they are: /claudestatus list",
    ]
    assert await world.store.subscription(HERE) is None
    assert await world.courier.run_dry() == 0


async def test_who_may_not_list_is_told_who_may(world: World) -> None:
    await fill(world)
    member = replace(OWNER, may_list=False, types=False, configures_with="/claudealerts", workspace="server")
    assert await world.lines(Subscribe(), member) == [
        "🔵 50 channels of this server are subscribed, and no more can be",
        "Nothing was changed. To make room, type /claudealerts unsubscribe in one of them.",
        "Which they are: /claudealerts list, which is for an admin of this workspace",
    ]


async def test_another_workspace_has_room_and_so_has_this_one_after_an_end(world: World) -> None:
    await fill(world, "work")
    assert (await world.lines("subscribe"))[0] == "🔵 This channel is alerted from now on"
    there = replace(OWNER, channel=Channel("console", "work", "channel-07"))
    late = replace(OWNER, channel=Channel("console", "work", "late"))
    await world.do("unsubscribe", there)
    assert (await world.lines("subscribe", late))[0] == "🔵 This channel is alerted from now on"
    assert "no more can be" in (await world.lines("subscribe", there))[0]


async def test_who_is_subscribed_can_change_with_all_places_taken(world: World) -> None:
    await fill(world)
    there = replace(OWNER, channel=Channel("console", "home", "channel-07"))
    assert (await world.lines("subscribe impact=major", there))[0] == (
        "🔵 This channel was subscribed already"
    )


async def test_the_list_names_every_channel_that_takes_a_place(world: World) -> None:
    await fill(world)
    lines = await world.lines("list")
    assert lines[0] == "🔵 50 channels are subscribed here"
    assert [line.split(":")[0].strip() for line in lines[1:]] == [f"channel-{one:02}" for one in range(50)]


async def test_one_setting_names_at_most_twenty_components(world: World) -> None:
    await world.page_says(parts=MANY)
    await world.do("subscribe")
    named = tuple(f"Part {number:02}" for number in range(MOST_COMPONENTS + 1))
    assert await world.lines(ChangeSettings(Changes(components=named))) == [
        "🔵 components takes at most 20, and these are 21: name the ones that matter, or choose all.",
        "Try /claudestatus settings components=all",
    ]
    assert (await world.settings()).components == frozenset()
    again = (*named[:MOST_COMPONENTS], named[0])
    await world.do(ChangeSettings(Changes(components=again)))
    assert len((await world.settings()).components) == MOST_COMPONENTS


async def test_thousands_of_names_are_not_looked_up(world: World) -> None:
    await world.page_says(parts=MANY)
    names = tuple(f"nothing {number}" for number in range(5000))
    lines = plain_lines((await world.do(Subscribe(Changes(components=names)))).message)
    assert lines[0].startswith("🔵 components takes at most 20, and these are 5000")
