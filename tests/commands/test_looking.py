"""The answer, the past, and what is said to words nobody knows."""

from __future__ import annotations

from datetime import timedelta

from bot.domain.message import Tone
from tests.commands.world import GUEST, OWNER, World
from tests.factories import CHAT, change, components, incident, minute, update


def closed(number: int, begin: float, length: float) -> dict[str, object]:
    told = [
        update("investigating", at=minute(begin), identifier=f"u{number}a", affected=[change(CHAT)]),
        update("resolved", "Over.", at=minute(begin + length), identifier=f"u{number}b"),
    ]
    return incident(f"incident{number:04}", f"Outage {number}", updates=told)


async def test_is_it_down_is_answered_from_the_page(world: World) -> None:
    assert (await world.lines("is claude down?"))[0] == "🟢 Example is up"
    world.clock.advance(timedelta(minutes=1))
    await world.page_says(parts=components(chat="major_outage"))
    assert (await world.lines(""))[0].startswith("🔴 Chat is down")


async def test_one_component_is_answered_alone(world: World) -> None:
    world.clock.advance(timedelta(minutes=1))
    await world.page_says(parts=components(chat="major_outage"))
    lines = await world.lines("is the API up?")
    assert lines[0] == "🟢 API is up"
    assert not any("Chat" in line for line in lines)


async def test_the_answer_is_grey_while_we_do_not_see(world: World) -> None:
    await world.blind_since(world.clock.now())
    reply = await world.do("")
    assert reply.message.tone is Tone.GREY


async def test_a_component_asked_before_the_first_read_gets_the_honest_answer(empty_world: World) -> None:
    assert (await empty_world.lines("claude.ai"))[0].startswith("⚪ Cannot say whether Claude is up")


async def test_the_answer_offers_alerts_only_where_there_are_none_and_to_who_may(world: World) -> None:
    async def offers(caller: object) -> bool:
        reply = await world.do("", OWNER if caller == "owner" else GUEST)
        return any(button.action == "subscribe" for button in reply.message.buttons)

    assert await offers("owner")
    assert not await offers("guest")
    await world.do("subscribe")
    assert not await offers("owner")
    await world.do("unsubscribe")
    assert await offers("owner")


async def test_a_slip_in_a_command_gets_the_command(world: World) -> None:
    assert await world.lines("histroy") == [
        "🔵 “histroy” is neither a component nor a command",
        "Did you mean /claudestatus history?",
    ]
    assert (await world.lines("setings impact=major"))[1] == "Did you mean /claudestatus settings?"


async def test_a_slip_in_a_component_gets_the_component(world: World) -> None:
    assert (await world.lines("chatt"))[1] == "Did you mean /claudestatus Chat?"


async def test_nonsense_gets_one_short_line(world: World) -> None:
    assert await world.lines("xyzzy " * 30) == [
        "🔵 “xyzzy xyzzy xyzzy xyzzy xyzzy xyzzy xyzzy xyzzy xyzzy…” is neither a component nor a command",
        "Components: Chat, API, Code. All commands: /claudestatus help",
    ]


async def test_words_that_do_not_fit_get_what_fits(world: World) -> None:
    assert await world.lines("settings impact=majr") == [
        "🔵 impact is one of none, minor, major, critical; “majr” is none of them.",
        "Try /claudestatus settings impact=major",
    ]
    assert await world.lines("mute") == [
        "🔵 A mute always has an end: say how long it lasts.",
        "Try /claudestatus mute 2h",
    ]


async def test_history_names_the_last_incidents_newest_first(world: World) -> None:
    world.clock.advance(timedelta(days=1))
    await world.page_lists(closed(2, 300, 10), closed(1, 0, 60))
    lines = await world.lines("history")
    assert lines[0] == "🔵 Example: the last 2 incidents"
    assert lines[1] == "  🟢 4 May 2026 17:00 UTC Outage 2 · minor impact · 10 min"
    assert lines[2] == "  🟢 4 May 2026 12:00 UTC Outage 1 · minor impact · 1 h"


async def test_history_lists_ten_at_most(world: World) -> None:
    world.clock.advance(timedelta(days=30))
    await world.page_lists(*(closed(number, number * 100, 10) for number in range(12, 0, -1)))
    lines = await world.lines("history")
    assert sum("Outage" in line for line in lines) == 10
    assert not any(line.endswith("Outage 2 · minor impact · 10 min") for line in lines)


async def test_uptime_counts_the_time_since_our_record_begins(world: World) -> None:
    """One incident of a day, seen over ten days: all of it hurt chat, none of it the API."""
    world.clock.advance(timedelta(days=10))
    await world.page_lists(closed(1, 0, 24 * 60))
    lines = await world.lines("uptime")
    assert "  Overall: 100.00 % · 90.00 % · 90.00 %" in lines
    assert "  Chat: 100.00 % · 90.00 % · 90.00 %" in lines
    assert "  API (api.example.com): 100.00 % · 100.00 % · 100.00 %" in lines
    assert "Our record begins 4 May 2026; earlier days are left out." in lines


async def test_uptime_lists_components_as_the_page_does(world: World) -> None:
    names = [line.split(":")[0].strip() for line in await world.lines("uptime")]
    assert [name for name in names if name in ("Chat", "API (api.example.com)", "Code")] == [
        "Chat",
        "API (api.example.com)",
        "Code",
    ]


async def test_the_past_can_be_asked_for_before_the_first_read(empty_world: World) -> None:
    assert (await empty_world.lines("history"))[0] == "🔵 Claude: no incident known yet"
    assert (await empty_world.lines("uptime"))[0] == "🔵 Claude: uptime"
