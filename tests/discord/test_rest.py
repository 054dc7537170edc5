"""Calls: never cancelled, never slept over, and nothing that one of them meets stops the next."""

from __future__ import annotations

import asyncio
import logging
from datetime import timedelta

import pytest
from discord.gateway import DiscordWebSocket
from discord.http import HTTPClient, Route

from adapters.discord.endpoints import Endpoints, pointed_at
from adapters.discord.rest import MOST_UNDER_WAY, Rest
from bot.domain.delivery import Scope, Verdict
from bot.ports import Refused
from tests.contracts.chat import card
from tests.discord.scene import CREATE, HERE, LOGIN, DiscordScene, discord_scene, until
from tests.fakes.discord.faults import Fault, error, hang, http, limited
from tests.fakes.discord.places import TEXT, TOKEN

SHORT = timedelta(milliseconds=100)
"""The deadline where Discord hangs."""

POST = ("POST", "/channels/{channel_id}/messages", {"content": "x"})


async def call(scene: DiscordScene) -> dict[str, object]:
    return await scene.rest.call(*POST, channel_id=TEXT)


async def refused(scene: DiscordScene) -> Refused:
    with pytest.raises(Refused) as caught:
        await call(scene)
    return caught.value


# --- a global rate limit, whatever of ours hits at the same time ---------------------------------------


async def test_discord_py_by_itself_is_dead_once_a_call_is_cancelled_in_a_global_rate_limit() -> None:
    """Why all the others: if this fails one day, discord.py was mended."""
    async with discord_scene() as scene:
        http_client = HTTPClient(asyncio.get_running_loop())
        await http_client.static_login(TOKEN)
        scene.discord.fail(CREATE, limited(0.2, scope="global"))
        route = Route("POST", "/channels/{channel_id}/messages", channel_id=TEXT)
        sending = asyncio.create_task(http_client.request(route, json={"content": "x"}))
        await scene.discord.struck()
        await until(lambda: not http_client._global_over.is_set())
        sending.cancel()
        await asyncio.wait({sending})
        again = asyncio.create_task(http_client.request(route, json={"content": "x"}))
        await asyncio.wait({again}, timeout=0.5)
        assert not again.done()
        again.cancel()
        await asyncio.wait({again})
        await http_client.close()


async def test_a_global_rate_limit_is_told_at_once_and_calls_go_on_after_it() -> None:
    async with discord_scene() as scene:
        scene.discord.fail(CREATE, limited(3, scope="global"))
        got = await refused(scene)
        assert (got.scope, got.retry_after) == (Scope.PLATFORM, timedelta(seconds=3))
        assert (await refused(scene)).retry_after == timedelta(seconds=3)
        assert len(scene.discord.ledger.calls_of(CREATE)) == 1
        scene.world.clock.advance(timedelta(seconds=3))
        await call(scene)


async def test_after_a_global_rate_limit_that_came_behind_our_deadline_calls_go_on() -> None:
    async with discord_scene(deadline=SHORT) as scene:
        await call(scene)
        late = asyncio.Event()
        scene.discord.delays.append(late)
        scene.discord.fail(CREATE, limited(3, scope="global"))
        assert (await refused(scene)).code == "no_answer"
        late.set()
        await until(lambda: not scene.rest.under_way)
        assert (await refused(scene)).code == "quiet"
        scene.world.clock.advance(timedelta(seconds=3))
        await call(scene)


async def test_after_a_caller_was_cancelled_in_a_global_rate_limit_calls_go_on() -> None:
    async with discord_scene() as scene:
        await call(scene)
        late = asyncio.Event()
        scene.discord.delays.append(late)
        scene.discord.fail(CREATE, limited(3, scope="global"))
        sending = asyncio.create_task(call(scene))
        await scene.discord.struck()
        sending.cancel()
        await asyncio.wait({sending})
        assert sending.cancelled()
        late.set()
        await until(lambda: not scene.rest.under_way)
        scene.world.clock.advance(timedelta(seconds=3))
        await call(scene)


async def test_after_a_courier_that_stopped_in_a_global_rate_limit_another_delivers() -> None:
    async with discord_scene() as scene:
        channels = [await scene.subscribe() for _ in range(5)]
        scene.discord.fail(CREATE, limited(3, scope="global"), times=5)
        await scene.world.news()
        courier = scene.courier()
        await courier.tick()
        await scene.discord.struck()
        assert await courier.drain(timedelta(seconds=10))
        scene.world.clock.advance(timedelta(seconds=60))
        scene.discord.heal()
        await scene.go_on(scene.courier(owner="another"))
        assert [len(scene.shown(channel)) for channel in channels] == [1] * 5


# --- time ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "fault",
    [http(500), http(502), http(504), http(524), limited(20), limited(20, scope="global")],
    ids=["500", "502", "504", "524", "429", "global"],
)
async def test_nothing_is_repeated_or_slept_over(fault: Fault) -> None:
    """discord.py would sleep for twenty seconds and more; this test has no time for that."""
    async with discord_scene() as scene:
        await call(scene)
        scene.discord.fail(CREATE, fault, times=None)
        async with asyncio.timeout(5):
            await refused(scene)
        assert len(scene.discord.ledger.calls_of(CREATE)) == 2


async def test_a_call_that_used_its_bucket_up_returns_at_once() -> None:
    async with discord_scene() as scene:
        scene.discord.bucketed = True
        async with asyncio.timeout(3):
            for _ in range(5):
                await call(scene)


async def test_a_call_nobody_waits_for_goes_on_and_its_outcome_is_unknown() -> None:
    async with discord_scene(deadline=SHORT) as scene:
        await call(scene)
        late = asyncio.Event()
        scene.discord.delays.append(late)
        got = await refused(scene)
        assert (got.code, got.unknown, scene.rest.under_way) == ("no_answer", True, 1)
        late.set()
        await until(lambda: not scene.rest.under_way)
        assert len(scene.shown(HERE)) == 2


async def test_a_discord_that_hangs_is_not_called_without_end() -> None:
    async with discord_scene(deadline=SHORT) as scene:
        await call(scene)
        scene.discord.fail(CREATE, hang(), times=None)
        await asyncio.gather(*(refused(scene) for _ in range(MOST_UNDER_WAY)))
        got = await refused(scene)
        assert (got.code, got.scope, got.unknown) == ("hanging", Scope.PLATFORM, False)
        assert scene.rest.under_way == MOST_UNDER_WAY


@pytest.mark.parametrize("route", [LOGIN, CREATE])
async def test_closing_takes_two_seconds_at_most_whatever_is_under_way(
    route: str, caplog: pytest.LogCaptureFixture
) -> None:
    async with discord_scene() as scene:
        if route == CREATE:
            await call(scene)
        scene.discord.fail(route, hang())
        sending = asyncio.create_task(call(scene))
        await scene.discord.struck()
        with caplog.at_level(logging.WARNING):
            async with asyncio.timeout(2):
                await scene.rest.close()
        (result,) = await asyncio.gather(sending, return_exceptions=True)
        assert isinstance(result, Refused)
        assert result.unknown is (route == CREATE)
        assert (await refused(scene)).code == "closed"


async def test_closing_waits_a_moment_for_what_is_nearly_done() -> None:
    async with discord_scene() as scene:
        await call(scene)
        late = asyncio.Event()
        scene.discord.delays.append(late)
        sending = asyncio.create_task(call(scene))
        await until(lambda: scene.rest.under_way == 1)
        closing = asyncio.create_task(scene.rest.close())
        await asyncio.sleep(0)
        late.set()
        await asyncio.gather(sending, closing)
        assert len(scene.shown(HERE)) == 2


async def test_a_rest_that_was_never_used_is_closed() -> None:
    async with discord_scene():
        pass


# --- the login -----------------------------------------------------------------------------------------


async def test_many_first_calls_log_in_once() -> None:
    async with discord_scene() as scene:
        await asyncio.gather(*(call(scene) for _ in range(20)))
        assert len(scene.discord.ledger.calls_of(LOGIN)) == 1


@pytest.mark.parametrize(
    "fault", [http(500), http(200), limited(1), error(403, 50013), Fault(body=b"<html>")]
)
async def test_a_login_that_fails_sends_nothing_and_is_made_again(fault: Fault) -> None:
    async with discord_scene() as scene:
        scene.discord.fail(LOGIN, fault)
        with pytest.raises(Refused) as caught:
            await scene.chat.send(HERE, card(), "n1", None)
        got = caught.value
        assert (got.verdict, got.scope, got.unknown) == (Verdict.RETRY, Scope.PLATFORM, False)
        assert not scene.discord.ledger.calls_of(CREATE)
        await scene.chat.send(HERE, card(), "n1", None)
        assert len(scene.shown(HERE)) == 1


async def test_a_login_that_hangs_is_no_unknown_outcome() -> None:
    async with discord_scene(deadline=SHORT) as scene:
        scene.discord.fail(LOGIN, hang())
        got = await refused(scene)
        assert (got.code, got.unknown) == ("no_answer", False)


async def test_discord_away_at_the_start_is_no_unknown_outcome() -> None:
    async with discord_scene() as scene:
        await scene.discord.stop()
        got = await refused(scene)
        assert (got.code, got.verdict, got.scope, got.unknown) == (
            "not_connected",
            Verdict.RETRY,
            Scope.PLATFORM,
            False,
        )
        await scene.discord.start()
        await call(scene)


# --- the addresses -------------------------------------------------------------------------------------


def test_the_addresses_are_discords_own_again_afterwards() -> None:
    base, gateway = Route.BASE, DiscordWebSocket.DEFAULT_GATEWAY
    with pointed_at(Endpoints("http://127.0.0.1:1/api/v10/", "ws://127.0.0.1:1/")):
        assert Route.BASE == "http://127.0.0.1:1/api/v10"
        assert str(DiscordWebSocket.DEFAULT_GATEWAY) == "ws://127.0.0.1:1/"
    assert base == Route.BASE
    assert gateway == DiscordWebSocket.DEFAULT_GATEWAY


async def test_no_proxy_stands_between_us_and_loopback(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    async with discord_scene() as scene:
        await call(scene)


async def test_calls_go_through_the_proxy_of_the_usual_variables(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    async with discord_scene() as scene:
        with pointed_at(Endpoints("http://discord.invalid/api/v10")):
            rest = Rest(TOKEN, scene.world.clock)
            with pytest.raises(Refused) as caught:
                await rest.call(*POST, channel_id=TEXT)
            await rest.close()
        assert caught.value.code == "not_connected"
