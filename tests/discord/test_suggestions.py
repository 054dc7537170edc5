"""What is suggested while somebody types an option."""

from __future__ import annotations

from tests.discord.world import ELSEWHERE, World
from tests.factories import CHAT, component, incident
from tests.fakes.broken_store import BrokenStore
from tests.fakes.discord.places import MENTIONABLE


async def test_components_are_those_of_the_page(talk: World) -> None:
    offered = await talk.people.is_suggested("claudestatus", "component", "")
    assert CHAT[0] in [value for _, value in offered]
    assert len(offered) == 3


async def test_names_that_begin_so_come_first_then_words_then_the_rest(talk: World) -> None:
    names = ["Webcode", "Claude Code", "Code review", "Chat"]
    parts = [component((f"c{number}", name), position=number) for number, name in enumerate(names)]
    await talk.page_says(parts=parts)
    offered = await talk.people.is_suggested("claudestatus", "component", "CODE")
    assert [name for name, _ in offered] == ["Code review", "Claude Code", "Webcode"]


async def test_no_more_is_suggested_than_discord_takes(talk: World) -> None:
    await talk.page_says(parts=[component((f"c{n}", f"Part {n} {'x' * 120}"), position=n) for n in range(60)])
    offered = await talk.people.is_suggested("claudestatus", "component", "part")
    assert len(offered) == 25
    assert all(len(name) <= 100 for name, _ in offered)


async def test_each_of_many_components_is_found_by_its_name(talk: World) -> None:
    await talk.page_says(parts=[component((f"c{n}", f"Part {n}"), position=n) for n in range(60)])
    assert ("Part 57", "c57") in await talk.people.is_suggested("claudestatus", "component", "part 57")


async def test_a_suggested_component_is_understood(talk: World) -> None:
    [(name, value), *_] = await talk.people.is_suggested("claudestatus", "component", "cha")
    assert name in (await talk.people.types("claudestatus", {"component": value})).text


async def test_the_last_of_several_components_is_suggested(talk: World) -> None:
    offered = await talk.people.is_suggested("claudealerts settings", "components", "Chat, co")
    assert offered == [("Chat, Code", "Chat, Code")]


async def test_zones_are_found_by_city_and_abbreviation(talk: World) -> None:
    async def first(typed: str) -> str:
        return (await talk.people.is_suggested("claudealerts settings", "time_zone", typed))[0][1]

    assert await first("berl") == "Europe/Berlin"
    assert await first("new york") == "America/New_York"
    assert await first("pst") == "America/Los_Angeles"
    assert await first("europe/ber") == "Europe/Berlin"
    assert len(await talk.people.is_suggested("claudealerts settings", "time_zone", "")) == 25


async def test_lengths_are_suggested_and_typed_ones_read(talk: World) -> None:
    usual = await talk.people.is_suggested("claudealerts mute", "for", "")
    assert [value for _, value in usual] == ["30m", "1h", "2h", "8h", "1d"]
    assert (await talk.people.is_suggested("claudealerts mute", "for", "90 min"))[0][1] == "90 min"
    assert (await talk.people.is_suggested("claudealerts mute", "for", "99 weeks"))[0][1] == "30m"


async def test_only_incidents_that_the_channel_is_told_of_are_suggested(talk: World) -> None:
    await talk.people.types("claudealerts subscribe")
    await talk.page_says(incident(name="Chat is slow"))
    [(name, _)] = await talk.people.is_suggested("claudealerts mute", "incident", "chat")
    assert name == "Chat is slow"
    assert await talk.people.is_suggested("claudealerts mute", "incident", "", ELSEWHERE) == []


async def test_roles_of_this_server_alone_are_suggested(talk: World) -> None:
    here = await talk.people.is_suggested("claudealerts settings", "mention", "on-c")
    assert here == [("on-call", MENTIONABLE)]
    there = await talk.people.is_suggested("claudealerts settings", "mention", "", ELSEWHERE)
    assert [value for _, value in there] == ["nobody", "here", "everyone"]


async def test_without_memory_nothing_is_suggested(talk: World) -> None:
    await talk.restart(BrokenStore(talk.store))
    assert await talk.people.is_suggested("claudestatus", "component", "c") == []


async def test_odd_words_are_no_harm(talk: World) -> None:
    for typed in ("\x00", "\ud800", "x" * 6000, "<@&1>", "%", "'; --", "  "):
        for name, option in (("claudestatus", "component"), ("claudealerts settings", "time_zone")):
            assert isinstance(await talk.people.is_suggested(name, option, typed), list)
