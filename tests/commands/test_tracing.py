"""Why incidents were told, or were not: one test a reason."""

from __future__ import annotations

from datetime import timedelta

from bot.commands.command import MuteIncident
from bot.domain.delivery import Scope, Verdict
from bot.ports import Refused
from tests.commands.world import GUEST, World
from tests.factories import CHAT, change, component, incident, minute, update

OPEN = incident(
    components=[component(CHAT, "partial_outage")], updates=[update(at=minute(1), affected=[change()])]
)
HEADER = "  4 May 2026 12:01 UTC · minor impact · open"


async def opens(world: World, after: float = 1) -> None:
    """Let the incident open and everything due be served."""
    world.clock.set(minute(after))
    await world.page_says(OPEN)
    await world.courier.run_dry()


async def goes_on(world: World, at: float, status: str = "identified") -> None:
    world.clock.set(minute(at))
    told = [update(at=minute(1), affected=[change()]), update(status, "More.", at=minute(at))]
    await world.page_lists(incident(updates=told))
    await world.courier.run_dry()


async def traced(world: World) -> list[str]:
    lines = await world.lines("why")
    assert lines[:2] == ["🔵 The last incidents and this channel", "Raised error rates in chat"]
    return lines[2:]


async def test_before_any_incident_there_is_nothing_to_explain(world: World) -> None:
    await world.do("subscribe")
    assert (await world.lines("why"))[0] == "🔵 No incident is known yet"


async def test_what_was_told_says_when_and_how_loud(world: World) -> None:
    await world.do("subscribe")
    await opens(world)
    assert await traced(world) == [HEADER, "  Told 4 May 2026 12:01 UTC, loud"]
    assert (await world.lines("why", GUEST))[1] == "Raised error rates in chat"


async def test_replies_and_edits_are_counted(world: World) -> None:
    await world.do("subscribe")
    await opens(world)
    await goes_on(world, 5)
    await goes_on(world, 61, "resolved")
    assert await traced(world) == [
        "  4 May 2026 12:01 UTC · minor impact · over after 1 h",
        "  Told 4 May 2026 12:01 UTC, loud · 2 replies · last edited 4 May 2026 13:01 UTC",
    ]


async def test_the_last_edit_may_be_one_of_a_reply(world: World) -> None:
    """The page rewrites an update that only a reply shows."""
    await world.do("subscribe")
    await opens(world)
    told = [update(at=minute(1), affected=[change()]), update("identified", "More.", at=minute(5))]
    over = update("resolved", "Over.", at=minute(61))
    for at, updates in (
        (5, told),
        (61, [*told, over]),
        (70, [told[0], {**told[1], "body": "Much more."}, over]),
    ):
        world.clock.set(minute(at))
        await world.page_lists(incident(updates=updates))
        await world.courier.run_dry()
    assert (await traced(world))[1].endswith("2 replies · last edited 4 May 2026 13:10 UTC")


async def test_what_is_forgotten_is_not_explained_away(world: World) -> None:
    """Former settings are kept for 90 days; without them nobody can say what they wanted."""
    await world.do("subscribe impact=critical")
    await opens(world)
    await goes_on(world, 10, "resolved")
    await world.do("settings impact=none")
    world.clock.advance(timedelta(days=100))
    while await world.store.forget(world.clock.now()):
        pass
    assert (await traced(world))[1] == (
        "  Not told: the settings changed while it was open, or what held then is not remembered any more."
    )


async def test_what_was_open_at_subscription_is_told_silently(world: World) -> None:
    await opens(world)
    world.clock.set(minute(3))
    await world.do("subscribe")
    await world.courier.run_dry()
    assert (await traced(world))[1] == (
        "  Told 4 May 2026 12:03 UTC, silently, as it was open when this channel subscribed"
    )


async def test_the_impact_filter_is_named_with_what_held_then(world: World) -> None:
    await world.do("subscribe impact=major")
    await opens(world)
    await goes_on(world, 10, "resolved")
    await world.do("settings impact=none")
    assert (await traced(world))[
        1
    ] == "  Not told: minor impact is below the least that was told then, major impact."


async def test_the_component_filter_is_named_with_both_sides(world: World) -> None:
    await world.do("subscribe api")
    await opens(world)
    assert (await traced(world))[1] == "  Not told: it affects Chat; followed then: API."


async def test_what_came_before_the_subscription_says_so(world: World) -> None:
    await opens(world)
    await goes_on(world, 10, "resolved")
    await world.do("subscribe")
    assert (await traced(world))[1] == ("  Not told: this channel was not subscribed when it was first seen.")


async def test_history_from_before_the_first_read_says_so(empty_world: World) -> None:
    await empty_world.do("subscribe")
    empty_world.clock.set(minute(60))
    over = incident(updates=[update(at=minute(1)), update("resolved", at=minute(30))])
    await empty_world.page_lists(over)
    assert (await empty_world.lines("why"))[3] == (
        "  Not told: it was over when I first read the page, so it is history."
    )


async def test_an_incident_that_was_born_over_says_what_it_missed(world: World) -> None:
    world.clock.set(minute(5))
    await world.do("subscribe")
    world.clock.set(minute(6))
    await world.page_lists(incident(updates=[update(at=minute(1)), update("resolved", at=minute(3))]))
    assert (await traced(world))[1] == (
        "  Not told: it began before this channel subscribed, and was over when it was first seen."
    )


async def test_an_incident_found_a_day_after_its_end_says_so(world: World) -> None:
    await world.do("subscribe")
    world.clock.set(minute(2 * 24 * 60))
    await world.page_lists(incident(updates=[update(at=minute(1)), update("resolved", at=minute(3))]))
    assert (await traced(world))[1] == (
        "  Not told: it had been over for more than a day when it was first seen."
    )


async def test_a_refusal_is_told_with_its_cure_while_it_lasts(world: World) -> None:
    await world.do("subscribe")
    world.chat.script(
        Refused(Verdict.PAUSE, Scope.CHANNEL, "not_in_channel", "I am not in.", cure="Invite me.")
    )
    await opens(world)
    assert await traced(world) == [
        HEADER,
        "  Waiting; last try 4 May 2026 12:01 UTC: not_in_channel: I am not in. Invite me.",
    ]


async def test_a_post_refused_for_good_is_counted(world: World) -> None:
    await world.do("subscribe")
    await opens(world)
    world.chat.script(Refused(Verdict.DROP, Scope.POST, "invalid_blocks", "It was not understood."))
    await goes_on(world, 5)
    lines = await traced(world)
    assert lines[2] == "  Refused for good, and not tried again: one post."


async def test_an_unknown_outcome_is_called_so(world: World) -> None:
    await world.do("subscribe")
    lost = Refused(Verdict.RETRY, Scope.POST, "timeout", "No answer came.", unknown=True)
    world.chat.script(lost)
    await opens(world)
    assert (await traced(world))[1] == (
        "  Waiting, and perhaps sent already; last try 4 May 2026 12:01 UTC: timeout: No answer came."
    )


async def test_what_was_refused_until_it_was_over_is_no_longer_waiting(world: World) -> None:
    await world.do("subscribe")
    world.chat.script(Refused(Verdict.RETRY, Scope.POST, "http_502", "The platform failed."))
    await opens(world)
    world.clock.set(minute(3 * 24 * 60))
    told = [update(at=minute(1), affected=[change()]), update("resolved", "Over.", at=minute(60))]
    await world.page_lists(incident(updates=told))
    await world.courier.run_dry()
    assert (await traced(world))[1:] == [
        "  Last try 4 May 2026 12:01 UTC: http_502: The platform failed.",
        "  Not sent: it was over for more than 24 hours.",
    ]


async def test_what_waits_its_turn_says_so(world: World) -> None:
    await world.do("subscribe")
    world.clock.set(minute(1))
    await world.page_says(OPEN)
    assert (await traced(world))[1] == "  Due, and waiting for its turn."


async def test_a_mute_that_holds_it_back_is_told_with_its_end(world: World) -> None:
    await world.do("subscribe")
    await world.do("mute 2h")
    await opens(world)
    assert (await traced(world))[1] == "  Held back: this channel is muted until 4 May 2026 14:00 UTC."


async def test_what_passed_inside_a_mute_says_so(world: World) -> None:
    await world.do("subscribe")
    await world.do("mute 2h")
    await opens(world)
    await goes_on(world, 10, "resolved")
    world.clock.advance(timedelta(hours=3))
    await world.courier.run_dry()
    assert (await traced(world))[1] == "  Not sent: it opened and closed while muted."


async def test_a_muted_incident_says_since_when(world: World) -> None:
    await world.do("subscribe")
    await opens(world)
    world.clock.set(minute(4))
    await world.do(MuteIncident("incident0001"))
    await world.courier.run_dry()
    assert (await traced(world))[2] == "  Muted here 4 May 2026 12:04 UTC until it is over."


async def test_after_an_end_the_trace_can_still_be_read(world: World) -> None:
    await world.do("subscribe")
    await opens(world)
    await world.do("unsubscribe")
    await world.courier.run_dry()
    lines = await traced(world)
    assert lines[1].startswith("  Told 4 May 2026 12:01 UTC, loud")
    assert lines[2] == "  No more is sent: the channel no longer follows."


async def test_five_incidents_are_traced(world: World) -> None:
    await world.do("subscribe impact=critical")
    world.clock.set(minute(10))
    await world.page_says(
        *(
            incident(
                f"incident{number:04}",
                f"Outage {number}",
                updates=[update(at=minute(number), identifier=f"u{number}")],
            )
            for number in range(7)
        )
    )
    lines = await world.lines("why")
    assert [line for line in lines if line.startswith("Outage")] == [f"Outage {n}" for n in (6, 5, 4, 3, 2)]
