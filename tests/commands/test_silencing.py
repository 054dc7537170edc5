"""Mutes of a channel and of one incident."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.commands.command import Mute as MuteCommand
from bot.commands.command import MuteIncident
from bot.domain.subscription import Mute
from tests.commands.world import HERE, World, told
from tests.factories import incident, minute, update


async def test_a_mute_is_confirmed_with_its_end(world: World) -> None:
    await world.do("subscribe")
    reply = await world.do("mute 2h")
    assert told(reply.message) == [
        "🔵 Alerts in this channel are muted",
        "Until 4 May 2026 14:00 UTC nothing new is posted; what is here is kept up to date.",
        "What was missed is told silently then. To end it now: /claudestatus unmute",
    ]
    assert (await world.subscription()).mute == Mute(minute(0), minute(120))


async def test_a_longer_mute_continues_the_running_one(world: World) -> None:
    """What happened since the first one began stays muted."""
    await world.do("subscribe")
    await world.do("mute 2h")
    world.clock.advance(timedelta(hours=1))
    await world.do("mute 2h")
    assert (await world.subscription()).mute == Mute(minute(0), minute(180))


async def test_a_mute_that_is_over_is_not_continued(world: World) -> None:
    await world.do("subscribe")
    await world.do("mute 1h")
    world.clock.advance(timedelta(hours=1))
    await world.do("mute 1h")
    assert (await world.subscription()).mute == Mute(minute(60), minute(120))


@pytest.mark.parametrize(
    "length", [timedelta(), timedelta(seconds=59), timedelta(days=30, seconds=1), -timedelta(1)]
)
async def test_a_mute_lasts_a_minute_to_thirty_days(world: World, length: timedelta) -> None:
    await world.do("subscribe")
    assert await world.lines(MuteCommand(length)) == [
        "🔵 A mute lasts 1 min to 30 d, so that it always has an end.",
        "Try /claudestatus mute 2h",
    ]
    assert (await world.subscription()).mute is None


async def test_a_mute_can_be_ended(world: World) -> None:
    await world.do("subscribe")
    await world.do("mute 2h")
    world.clock.advance(timedelta(minutes=5))
    reply = await world.do("unmute")
    assert told(reply.message) == ["🔵 Alerts in this channel are no longer muted"]
    mute = (await world.subscription()).mute
    assert mute is not None
    assert not mute.covers(world.clock.now())
    assert (await world.lines("unmute"))[0] == "🔵 This channel is not muted"


async def shown_incident(world: World) -> None:
    await world.do("subscribe")
    world.clock.advance(timedelta(minutes=1))
    await world.page_says(incident())
    await world.courier.run_dry()


async def test_one_incident_is_muted_until_it_is_over(world: World) -> None:
    await shown_incident(world)
    reply = await world.do(MuteIncident("incident0001"))
    assert told(reply.message) == [
        "🔵 Muted here: Raised error rates in chat",
        "Nothing new is posted about it until it is over; its card is kept up to date.",
    ]
    world.clock.advance(timedelta(minutes=10))
    news = update("identified", "We found it.", at=world.clock.now())
    await world.page_says(incident(updates=[update(), news]))
    await world.courier.run_dry()
    (card,) = world.chat.everything(HERE)
    assert "Identified" in " ".join(told(card.post.message))


@pytest.mark.parametrize("key", ["", "incident9999", "incident0001'--", "\x00", "\ud800", "x" * 5000])
async def test_a_button_that_names_no_incident_of_this_channel_mutes_nothing(world: World, key: str) -> None:
    await shown_incident(world)
    reply = await world.do(MuteIncident(key))
    assert told(reply.message)[0] == "🔵 This channel is not told of that incident"
    assert (await world.store.deliveries(HERE, ["incident0001"]))["incident0001"].muted is None


async def test_an_incident_that_is_over_is_not_muted_any_more(world: World) -> None:
    await shown_incident(world)
    world.clock.advance(timedelta(minutes=10))
    await world.page_lists(incident(updates=[update(), update("resolved", "Over.", at=world.clock.now())]))
    assert (await world.lines(MuteIncident("incident0001")))[0] == (
        "🔵 This is over: Raised error rates in chat"
    )
