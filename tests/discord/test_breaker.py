"""What is refused too often stops us before Discord does: a token, a flood of refusals, a dead channel."""

from __future__ import annotations

import asyncio
import logging
from datetime import timedelta

import pytest

from adapters.discord.breaker import LOOKS_AGAIN, MOST, WITHIN, Breaker
from bot.domain.delivery import Scope, Verdict
from bot.domain.subscription import State
from bot.ports import Refused
from tests.contracts.chat import card
from tests.discord.scene import CREATE, HERE, LOGIN, DiscordScene, discord_scene
from tests.fakes.clock import SetClock
from tests.fakes.discord.faults import Fault, error, http, limited, raw, reset
from tests.fakes.discord.places import TEXT, TOKEN

MINUTE = timedelta(minutes=1)
INVALID_LIMIT = 10_000
"""https://docs.discord.com/developers/topics/rate-limits#invalid-request-limit-aka-cloudflare-bans"""


async def refused(scene: DiscordScene) -> Refused:
    with pytest.raises(Refused) as caught:
        await scene.rest.call("POST", "/channels/{channel_id}/messages", {"content": "x"}, channel_id=TEXT)
    return caught.value


@pytest.mark.parametrize("at_login", [True, False])
async def test_a_token_that_is_not_taken_stops_all_calls_with_one_line(
    caplog: pytest.LogCaptureFixture, *, at_login: bool
) -> None:
    async with discord_scene() as scene:
        channels = [await scene.subscribe() for _ in range(5)]
        if not at_login:
            await scene.chat.send(HERE, card(), "n1", None)
        assert scene.rest.refused is None
        scene.discord.tokens.clear()
        calls = len(scene.discord.ledger.calls)
        await scene.world.news()
        courier = scene.courier(in_flight=1)
        with caplog.at_level(logging.INFO):
            await courier.run_dry()
            for _ in range(3):
                scene.world.clock.advance(MINUTE * 10)
                await courier.run_dry()
        assert len(scene.discord.ledger.calls) - calls == 3  # the first, and one look after 10 and 20 minutes
        lines = [record for record in caplog.records if record.levelno >= logging.ERROR]
        assert len(lines) == 1
        assert "DISCORD_BOT_TOKEN" in lines[0].getMessage()
        assert TOKEN not in caplog.text
        assert "DISCORD_BOT_TOKEN" in str(scene.rest.refused)
        states = [(await scene.world.subscription(channel)).state for channel in channels]
        assert set(states) == {State.ACTIVE}

        scene.discord.tokens.add(TOKEN)
        for _ in range(3):
            scene.world.clock.advance(MINUTE * 31)
            await courier.run_dry()
        assert scene.rest.refused is None
        assert [len(scene.shown(channel)) for channel in channels] == [1] * 5


async def test_a_bad_token_is_looked_at_ever_more_seldom_and_hourly_in_the_end() -> None:
    async with discord_scene() as scene:
        scene.discord.tokens.clear()
        began, looks = scene.now, []
        for _ in range(4 * 60):
            before = len(scene.discord.ledger.calls_of(LOGIN))
            for _ in range(3):
                assert (await refused(scene)).code == "bad_token"
            looks += [scene.now - began] * (len(scene.discord.ledger.calls_of(LOGIN)) - before)
            scene.world.clock.advance(MINUTE)
        assert looks == [minutes * MINUTE for minutes in (0, 1, 6, 21, 81, 141, 201)]


async def test_what_is_said_of_a_bad_token_is_true(caplog: pytest.LogCaptureFixture) -> None:
    async with discord_scene() as scene:
        scene.discord.tokens.clear()
        for minutes in (1, 5, 15, 60, 60):
            caplog.clear()
            await refused(scene)
            (line,) = [record for record in caplog.records if record.name.endswith("breaker")]
            assert line.getMessage().endswith(f"I look again by myself in minutes={minutes}")
            calls = len(scene.discord.ledger.calls)
            scene.world.clock.advance(minutes * MINUTE - timedelta(seconds=1))
            await refused(scene)
            assert len(scene.discord.ledger.calls) == calls
            scene.world.clock.advance(timedelta(seconds=1))


@pytest.mark.parametrize("fault", [http(500), reset(), http(401), error(503, 130000)])
async def test_a_look_that_finds_something_else_is_repeated_a_minute_later(fault: Fault) -> None:
    async with discord_scene() as scene:
        await scene.rest.call("GET", "/users/@me")
        scene.discord.tokens.clear()
        for minutes in (1, 5, 15):
            await refused(scene)
            scene.world.clock.advance(minutes * MINUTE)
        scene.discord.fail(CREATE, fault)
        assert (await refused(scene)).code != "bad_token"
        assert (await refused(scene)).code == "bad_token"
        assert scene.rest.refused
        scene.discord.tokens.add(TOKEN)
        scene.world.clock.advance(MINUTE)
        await scene.rest.call("GET", "/users/@me")
        assert scene.rest.refused is None


async def test_many_calls_that_find_a_bad_token_together_are_one(caplog: pytest.LogCaptureFixture) -> None:
    async with discord_scene() as scene:
        await scene.rest.call("GET", "/users/@me")
        scene.discord.tokens.clear()
        await asyncio.gather(*(refused(scene) for _ in range(10)))
        assert caplog.text.count("does not accept the bot token") == 1
        scene.discord.tokens.add(TOKEN)
        scene.world.clock.advance(MINUTE)
        await scene.rest.call("GET", "/users/@me")


@pytest.mark.parametrize(
    "fault",
    [
        http(401),
        raw(b'{"message": "Unauthorized"}', status=401),
        raw(b'{"code": 0}', status=401),
        raw(b"[]", status=401),
        raw(b"", status=401),
    ],
)
@pytest.mark.parametrize("route", [LOGIN, CREATE])
async def test_a_401_that_is_not_discords_stops_nothing(route: str, fault: Fault) -> None:
    async with discord_scene() as scene:
        scene.discord.fail(route, fault)
        got = await refused(scene)
        assert (got.code, got.verdict, got.scope) == ("http_401", Verdict.RETRY, Scope.PLATFORM)
        assert got.retry_after is None
        assert scene.rest.refused is None
        scene.discord.heal()
        await scene.chat.send(HERE, card(), "n1", None)


async def test_a_token_that_is_taken_again_may_lack_a_permission() -> None:
    async with discord_scene() as scene:
        await scene.rest.call("GET", "/users/@me")
        scene.discord.tokens.clear()
        await refused(scene)
        scene.discord.tokens.add(TOKEN)
        scene.world.clock.advance(LOOKS_AGAIN[0])
        scene.discord.fail(CREATE, error(403, 50013))
        assert (await refused(scene)).code == "50013"
        assert scene.rest.refused is None


@pytest.mark.parametrize("code", [50001, 50013, 10003])
async def test_a_channel_that_is_refused_is_not_asked_again_and_again(code: int) -> None:
    async with discord_scene() as scene:
        channel = await scene.subscribe()
        scene.discord.fail(CREATE, error(404 if code == 10003 else 403, code), times=None)
        await scene.world.news()
        courier = scene.courier()
        for _ in range(60):
            await courier.run_dry()
            scene.world.clock.advance(MINUTE)
        assert (await scene.world.subscription(channel)).state is State.PAUSED
        assert len(scene.discord.ledger.calls_of(CREATE)) <= 8


async def test_refusals_stop_far_below_what_shuts_us_out_and_go_on_when_they_are_old() -> None:
    async with discord_scene() as scene:
        scene.discord.checked = False
        scene.discord.fail(CREATE, error(403, 50001), times=None)
        codes = [(await refused(scene)).code for _ in range(MOST + 20)]
        assert codes == ["50001"] * MOST + ["too_many_refusals"] * 20
        assert scene.discord.invalid == MOST < INVALID_LIMIT / 2
        got = await refused(scene)
        assert (got.verdict, got.scope) == (Verdict.RETRY, Scope.PLATFORM)
        assert got.retry_after is not None
        assert got.retry_after <= WITHIN
        scene.world.clock.advance(got.retry_after)
        assert (await refused(scene)).code == "50001"


async def test_a_rate_limit_of_a_shared_resource_is_not_counted_against_us() -> None:
    breaker_sees = {"shared": 0, "user": 1}
    for scope, counted in breaker_sees.items():
        async with discord_scene() as scene:
            scene.discord.fail(CREATE, limited(1, scope=scope))
            await refused(scene)
            assert len(scene.rest._breaker._invalid) == counted


def test_the_flood_is_told_once(caplog: pytest.LogCaptureFixture) -> None:
    breaker = Breaker(SetClock())
    for _ in range(MOST + 50):
        breaker.invalid()
    assert caplog.text.count("too many calls refused") == 1
