"""A server that shuts us out, be it on purpose, is left alone, and nobody else is told any later."""

from __future__ import annotations

import logging
from collections import Counter
from datetime import timedelta

import pytest

from adapters.discord.rest import MOST_DENIED, About
from adapters.discord.strikes import KEPT, WITHIN, Strikes
from bot.courier import Courier
from bot.domain.delivery import Scope, Verdict
from bot.domain.subscription import Channel, State, Style
from bot.ports import Refused
from tests.discord.scene import CREATE, DiscordScene, discord_scene
from tests.fakes.clock import SetClock
from tests.fakes.discord.faults import Fault, error, http
from tests.fakes.discord.places import GUILD, OTHER_GUILD, OTHER_TEXT, TEXT

IN_FLIGHT = 10
"""What is under way when the last straw falls comes on top."""


async def serve(scene: DiscordScene, courier: Courier, seconds: int) -> None:
    """Let the courier look what is due every second."""
    for _ in range(seconds):
        await courier.run_dry()
        scene.world.clock.advance(timedelta(seconds=1))


def close(scene: DiscordScene, *channels: Channel) -> None:
    """Take View Channel away there."""
    for channel in channels:
        scene.discord.guilds[channel.workspace].channels[channel.id].permissions = 0


@pytest.mark.parametrize("style", [Style.CARD, Style.THREAD])
async def test_a_server_that_closes_all_its_channels_at_once_silences_itself_alone(style: Style) -> None:
    async with discord_scene() as scene:
        scene.discord.checked = False
        hostile = await scene.subscribe_many(80, style=style)
        victim = await scene.subscribe(Channel("discord", OTHER_GUILD, OTHER_TEXT), style=style)
        courier = scene.courier(in_flight=IN_FLIGHT)
        close(scene, *hostile)
        await scene.world.news()
        await serve(scene, courier, 5)
        assert len(scene.shown(victim)) == 1
        assert scene.discord.invalid < MOST_DENIED + IN_FLIGHT
        await serve(scene, courier, 60)
        assert scene.discord.invalid < MOST_DENIED + IN_FLIGHT


async def test_replies_that_find_a_server_closed_are_few_as_well() -> None:
    async with discord_scene() as scene:
        scene.discord.checked = False
        hostile = await scene.subscribe_many(60)
        courier = scene.courier(in_flight=IN_FLIGHT)
        for status in ("investigating", "identified"):
            await scene.world.news(status=status)
            await serve(scene, courier, 10)
        close(scene, *hostile)
        await scene.world.news(status="monitoring")
        await serve(scene, courier, 30)
        assert 0 < scene.discord.invalid < MOST_DENIED + 3 * IN_FLIGHT


async def test_a_big_server_with_many_dead_channels_has_its_other_ones_told() -> None:
    async with discord_scene() as scene:
        scene.discord.checked = False
        channels = await scene.subscribe_many(120, style=Style.CARD)
        dead, alive = channels[:60], channels[60:]
        close(scene, *dead)
        courier = scene.courier(in_flight=IN_FLIGHT)
        await scene.world.news()
        for _ in range(4):
            await serve(scene, courier, 20)
            scene.world.clock.advance(WITHIN)
        assert [len(scene.shown(channel)) for channel in alive] == [1] * len(alive)
        states = Counter([(await scene.world.subscription(channel)).state for channel in dead])
        assert states == {State.PAUSED: len(dead)}


async def denied(scene: DiscordScene, server: str = GUILD) -> Refused:
    with pytest.raises(Refused) as caught:
        await scene.rest.call(
            "POST",
            "/channels/{channel_id}/messages",
            {"content": "x"},
            About(server=server),
            channel_id=TEXT,
        )
    return caught.value


async def test_what_is_denied_too_often_is_a_pause_of_that_server_for_ten_minutes_at_most() -> None:
    async with discord_scene() as scene:
        scene.discord.fail(CREATE, error(403, 50013), times=None)
        assert {(await denied(scene)).code for _ in range(MOST_DENIED)} == {"50013"}
        got = await denied(scene)
        assert (got.verdict, got.scope, got.unknown) == (Verdict.RETRY, Scope.WORKSPACE, False)
        assert got.retry_after == WITHIN
        assert (await denied(scene, OTHER_GUILD)).code == "50013"
        scene.world.clock.advance(WITHIN)
        assert (await denied(scene)).code == "50013"


@pytest.mark.parametrize("fault", [error(404, 10008), error(400, 50035), http(403), http(500)])
async def test_other_refusals_are_not_held_against_a_server(fault: Fault) -> None:
    async with discord_scene() as scene:
        scene.discord.fail(CREATE, fault, times=None)
        codes = {(await denied(scene)).code for _ in range(MOST_DENIED + 1)}
        assert "server_denies" not in codes


def test_it_is_told_once_for_each_time_a_server_is_left_alone(caplog: pytest.LogCaptureFixture) -> None:
    clock = SetClock()
    strikes = Strikes(clock, "calls", 3)
    with caplog.at_level(logging.WARNING):
        for _ in range(2):
            for _ in range(5):
                strikes.add("one")
            clock.advance(WITHIN)
    assert caplog.text.count("not tried for a while what=calls server=one") == 2


def test_servers_that_behave_again_are_forgotten() -> None:
    clock = SetClock()
    strikes = Strikes(clock, "calls", 3)
    for number in range(100):
        strikes.add(f"server{number}")
        strikes.add(f"server{number}", f"place{number}")
    clock.advance(KEPT + WITHIN)
    strikes.add("another")
    assert (len(strikes._refused), len(strikes._known)) == (1, 0)


def test_places_that_refused_before_hold_up_themselves_alone() -> None:
    clock = SetClock()
    strikes = Strikes(clock, "calls", 3)
    for _ in range(2):
        for place in ("a", "b", "c"):
            assert strikes.wait("one", place) is None
            strikes.add("one", place)
        clock.advance(WITHIN)
        assert strikes.wait("one", "new") is None
    for place in ("a", "b", "c"):
        strikes.add("one", place)
    assert strikes.wait("one", "a") == WITHIN
    assert strikes.wait("one", "new") is None
