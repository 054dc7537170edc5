"""The test alert: it goes the real way, past the real filters, and what is promised is what happens."""

from __future__ import annotations

import asyncio
import re
from dataclasses import replace
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from bot.commands.trial import test_key as key_of_test
from bot.commands.trial import test_record as record_of_test
from bot.domain.delivery import Scope, Verdict
from bot.domain.matching import match
from bot.domain.record import Known, MarkKind, Tier
from bot.domain.subscription import Channel, Mention, Settings, State
from bot.ports import Refused
from tests.commands.world import HERE, OWNER, World, told
from tests.factories import API, START
from tests.fakes.chat import Shown

QUIET_NOW = "quiet=11:00-13:00 zone=UTC"


async def tested(world: World) -> list[Shown]:
    """Ask for a test and return what the channel then shows."""
    await world.do("test")
    await world.courier.run_dry()
    return world.chat.everything(HERE)


async def test_a_test_appears_as_a_marked_card_and_nothing_else(world: World) -> None:
    await world.do("subscribe api impact=minor")
    (card,) = await tested(world)
    lines = told(card.post.message)
    assert lines[0] == "🔵 Test alert: nothing is broken"
    assert lines[1].startswith("Test · shown as major impact")
    assert "This channel is told of: API, minor impact or worse, with maintenance, as thread." in lines[-3]
    assert lines[-1] == "Test alert"
    assert card.post.loud == (MarkKind.START,)
    world.clock.advance(timedelta(days=2))
    assert await world.courier.run_dry() == 0


async def test_a_test_mentions_whom_an_alert_would(world: World) -> None:
    await world.do("subscribe mention=here mention-from=critical")
    assert await world.lines("test") == [
        "🔵 A test alert is on its way to this channel",
        "It is shown as an incident of critical impact and is over at once.",
        "Mentions: here, from critical impact on.",
        "If it does not appear, the reason is here: /claudestatus settings",
    ]
    await world.courier.run_dry()
    (card,) = world.chat.everything(HERE)
    assert card.post.mention == "here"


async def test_quiet_hours_silence_a_test_and_it_says_so(world: World) -> None:
    await world.do(f"subscribe mention=here {QUIET_NOW}")
    assert (await world.lines("test"))[2] == (
        "Quiet hours (11:00 to 13:00, UTC; only critical incidents are loud then):"
        " it comes silently and mentions nobody."
    )
    await world.courier.run_dry()
    (card,) = world.chat.everything(HERE)
    assert (card.post.loud, card.post.mention) == ((), None)


async def test_a_critical_test_breaks_quiet_hours_where_critical_may(world: World) -> None:
    await world.do(f"subscribe impact=critical mention=here {QUIET_NOW}")
    assert (await world.lines("test"))[2] == "Mentions: here, when an incident starts or worsens."
    await world.courier.run_dry()
    (card,) = world.chat.everything(HERE)
    assert card.post.mention == "here"


async def test_a_muted_channel_sees_the_test_silently_when_the_mute_ends(world: World) -> None:
    await world.do("subscribe")
    await world.do("mute 2h")
    assert (await world.lines("test"))[2] == "Muted until 4 May 2026 14:00 UTC: it comes then, silently."
    await world.courier.run_dry()
    assert world.chat.everything(HERE) == []
    world.clock.advance(timedelta(hours=2))
    await world.courier.run_dry()
    (card,) = world.chat.everything(HERE)
    assert card.post.loud == ()


async def test_a_test_that_gets_through_ends_a_pause(world: World) -> None:
    await world.do("subscribe")
    refusal = Refused(Verdict.PAUSE, Scope.CHANNEL, "not_in_channel", "I am not in.", cure="Invite me.")
    world.chat.script(refusal)
    assert await tested(world) == []
    world.clock.advance(timedelta(seconds=10))
    assert (await world.lines("test"))[2] == (
        "Paused: not_in_channel: I am not in. Invite me. If the test gets through, the pause is over."
    )
    await world.courier.run_dry()
    assert (await world.subscription()).state is State.ACTIVE


async def test_only_the_first_test_in_half_an_hour_calls_anybody_and_the_others_say_so(world: World) -> None:
    await world.do("subscribe mention=here")
    for _ in range(5):
        await world.do("test")
        world.clock.advance(timedelta(minutes=4))
    assert (await world.lines("test"))[2] == "It calls nobody this time: the last test was 4 min ago."
    await world.courier.run_dry()
    cards = world.chat.everything(HERE)
    assert sorted((card.post.mention or "", card.post.loud) for card in cards) == [
        *[("", ())] * 5,
        ("here", (MarkKind.START,)),
    ]


async def test_half_an_hour_after_the_last_test_the_next_one_calls_again(world: World) -> None:
    await world.do("subscribe mention=here")
    await tested(world)
    world.clock.advance(timedelta(minutes=30))
    assert (await world.lines("test"))[2] == "Mentions: here, when an incident starts or worsens."
    await world.courier.run_dry()
    assert [card.post.mention for card in world.chat.everything(HERE)] == ["here", "here"]


async def test_a_channel_is_tested_once_in_ten_seconds(world: World) -> None:
    await world.do("subscribe")
    await world.do("test")
    world.clock.advance(timedelta(seconds=4))
    assert await world.lines("test") == [
        "🔵 This channel was tested just now",
        "The last test was asked for 4 s ago. The next can be 10 s after it.",
    ]
    world.clock.advance(timedelta(seconds=6))
    assert len(await tested(world)) == 2


async def test_many_who_ask_at_once_get_one_test(world: World) -> None:
    await world.do("subscribe mention=here")
    titles = [lines[0] for lines in await asyncio.gather(*(world.lines("test") for _ in range(20)))]
    assert titles.count("🔵 A test alert is on its way to this channel") == 1
    assert titles.count("🔵 This channel was tested just now") == 19
    await world.courier.run_dry()
    assert len(world.chat.everything(HERE)) == 1


async def test_a_test_of_one_channel_says_nothing_of_another(world: World) -> None:
    for place in ("general", "random"):
        caller = replace(OWNER, channel=replace(HERE, id=place))
        await world.do("subscribe", caller)
        assert (await world.lines("test", caller))[0] == "🔵 A test alert is on its way to this channel"


async def test_a_test_is_no_news_to_anybody(world: World) -> None:
    """Neither answer nor history know of it."""
    await world.do("subscribe")
    await tested(world)
    assert (await world.lines(""))[0] == "🟢 Example is up"
    assert (await world.lines("history"))[0] == "🔵 Example: no incident known yet"


SETTINGS = st.builds(
    Settings,
    components=st.frozensets(st.sampled_from(["a", "b", API[0]])),
    least_impact=st.sampled_from(["none", "minor", "major", "critical"]),
    maintenance=st.booleans(),
    mention=st.none() | st.builds(Mention, st.just("here"), st.sampled_from(["none", "minor", "critical"])),
)


@given(SETTINGS)
def test_a_test_passes_every_filter(settings: Settings) -> None:
    record = record_of_test(HERE, settings, Known(), START, calls=True)
    assert match(settings, record).wanted
    assert record.component_ids == settings.components
    assert record.tier is Tier.TEST
    assert not record.is_open
    assert record.rank >= 2
    assert (
        settings.mention is None
        or record.rank >= Settings(least_impact=settings.mention.least_impact).least_rank
    )


@given(st.builds(Channel, st.text(), st.text(), st.text()))
def test_a_test_has_a_key_that_fits_everywhere(channel: Channel) -> None:
    assert re.fullmatch(r"[A-Za-z0-9_-]{1,50}", key_of_test(channel, START))
