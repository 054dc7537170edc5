"""Discord that fails in every way it is known to: nothing is lost, and nothing is there twice in time."""

from __future__ import annotations

import asyncio
import gzip
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from bot.domain.delivery import Scope, Verdict
from bot.ports import Refused
from tests.contracts.chat import card
from tests.courier.scene import seconds
from tests.discord.scene import CREATE, EDIT, HERE, DiscordScene, discord_scene, until
from tests.fakes.discord.faults import Fault, cut, error, hang, http, limited, raw, reset
from tests.fakes.discord.standin import discord_stand_in

SHORT = timedelta(milliseconds=200)
"""The deadline where Discord hangs."""

LOST = {
    "reset": reset(accepted=True),
    "cut": cut(accepted=True),
    "hang": hang(accepted=True),
    "500": http(500, accepted=True),
    "502": http(502, accepted=True),
    "503": http(503, accepted=True),
    "504": http(504, accepted=True),
    "html": http(200, accepted=True),
    "list": raw(b"[]", accepted=True),
    "null": raw(b"null", accepted=True),
    "empty": raw(b"", accepted=True),
    "half": raw(b'{"id": "1', accepted=True),
    "deep": raw(b"[" * 100_000, accepted=True),
    "not utf-8": raw(b'{"id": "\xff\xfe"}', accepted=True),
    "other type": raw(b'{"id": "1"}', "application/json; charset=utf-8", accepted=True),
    "inflated": Fault(body=gzip.compress(b"{}"), headers={"Content-Encoding": "gzip"}, accepted=True),
    "bad gzip": Fault(body=b"{}", headers={"Content-Encoding": "gzip"}, accepted=True),
    "no id": raw(b'{"channel_id": "1"}', accepted=True),
    "odd id": raw(b'{"id": 7}', accepted=True),
    "bad headers": Fault(body=b"", headers={"X-RateLimit-Remaining": "x"}, accepted=True),
}
"""Ways in which a message is accepted and nobody learns of it."""

NOT_DONE = {
    "reset": reset(),
    "hang": hang(),
    "502": http(502),
    "cut": cut(),
    "overloaded": error(503, 130000),
    "429": limited(2),
    "global": limited(2, scope="global"),
    "shared": limited(2, scope="shared"),
    "cloudflare": http(429),
    "between": http(403),
}


@pytest.fixture
async def scene() -> AsyncIterator[DiscordScene]:
    async with discord_scene(deadline=SHORT) as scene:
        yield scene


async def refused(scene: DiscordScene) -> Refused:
    with pytest.raises(Refused) as caught:
        await scene.chat.send(HERE, card(), "n1", None)
    return caught.value


@pytest.mark.parametrize("name", LOST)
async def test_a_lost_answer_is_of_unknown_outcome_and_the_card_is_there_once(
    scene: DiscordScene, name: str
) -> None:
    channel = await scene.subscribe()
    await scene.world.news()
    scene.discord.fail(CREATE, LOST[name])
    courier = scene.courier()
    await courier.run_dry()
    delivery = await scene.world.delivery(channel)
    assert (delivery.unknown, delivery.failures) == (True, 1)
    assert delivery.trace[-1].outcome == "unknown"
    await scene.go_on(courier)
    (shown,) = scene.shown(channel)
    receipt = (await scene.world.delivery(channel)).receipts[-1]
    assert (receipt.reference.id, receipt.possible_duplicate) == (shown.id, True)


@pytest.mark.parametrize("name", NOT_DONE)
async def test_what_was_not_accepted_is_there_once_in_the_end(scene: DiscordScene, name: str) -> None:
    channel = await scene.subscribe()
    await scene.world.news()
    scene.discord.fail(CREATE, NOT_DONE[name])
    await scene.go_on(scene.courier())
    assert len(scene.shown(channel)) == 1


@pytest.mark.parametrize("name", [name for name in LOST if name not in {"no id", "odd id", "inflated"}])
async def test_an_edit_whose_answer_is_lost_is_made_again(scene: DiscordScene, name: str) -> None:
    channel = await scene.subscribe()
    await scene.world.news("First words.")
    courier = scene.courier()
    await courier.run_dry()
    await scene.world.rewritten("Second words.")
    scene.discord.fail(EDIT, LOST[name])
    await courier.run_dry()
    scene.discord.heal()
    await until(lambda: not scene.rest.under_way)
    while None in [receipt.digest for receipt in (await scene.world.delivery(channel)).receipts]:
        await scene.go_on(courier)
    (shown,) = scene.shown(channel)
    assert "Second words." in str(shown.embeds)
    assert len(shown.edits) >= 2  # more where the lost one might still have come, or we were too slow to hear


async def test_a_redirect_is_not_followed_and_takes_no_token_along(scene: DiscordScene) -> None:
    async with discord_stand_in() as elsewhere:
        there = f"{elsewhere.api_url}/channels/{HERE.id}/messages"
        scene.discord.fail(CREATE, Fault(status=307, headers={"Location": there}))
        got = await refused(scene)
        assert (got.verdict, got.unknown, got.code) == (Verdict.RETRY, False, "http_307")
        assert not elsewhere.ledger.calls


async def test_discord_away_for_a_minute_in_the_middle_of_an_incident_costs_one_edit(
    scene: DiscordScene,
) -> None:
    channel = await scene.subscribe()
    curb = await scene.world.subscribe()
    await scene.world.news("First words.")
    courier = scene.courier()
    await courier.run_dry()
    await scene.discord.stop()
    for words in ("Second words.", "Third words."):
        await scene.world.rewritten(words)
        await courier.run_dry()
        assert words in str(scene.world.curb.top(curb)[0].post.message)
        scene.world.clock.advance(seconds(30))
    await scene.discord.start()
    await scene.go_on(courier)
    (shown,) = scene.shown(channel)
    assert "Third words." in str(shown.embeds)
    assert len(shown.edits) == 1


async def test_channels_that_hang_delay_no_others() -> None:
    async with discord_scene() as scene:
        channels = await scene.subscribe_many(20)
        stuck = {channel.id for channel in channels[::10]}
        scene.discord.fail(CREATE, hang(), None, lambda path, _body: path.split("/")[2] in stuck)
        await scene.world.news()
        await scene.courier().tick()
        await scene.world.written(18)
        assert {channel.id for channel in channels if scene.shown(channel)} == (
            {channel.id for channel in channels} - stuck
        )
        scene.discord.heal()
        await scene.world.written(2)


@pytest.mark.parametrize("code", [10008, 30046])
async def test_a_card_that_cannot_be_edited_is_sent_anew(scene: DiscordScene, code: int) -> None:
    channel = await scene.subscribe()
    await scene.world.news("First words.")
    courier = scene.courier()
    await courier.run_dry()
    scene.world.clock.advance(timedelta(hours=2))
    scene.discord.fail(EDIT, limited(5, code=code) if code == 30046 else error(404, code))
    await scene.world.rewritten("Second words.")
    await scene.go_on(courier)
    first, again = scene.shown(channel)
    assert "First words." in str(first.embeds)
    assert "Second words." in str(again.embeds)


async def test_no_call_is_made_while_discord_asked_for_a_global_pause() -> None:
    async with discord_scene() as scene:
        channels = await scene.subscribe_many(30)
        scene.discord.fail(CREATE, limited(40, scope="global"))
        await scene.world.news()
        began, courier = scene.now, scene.courier()
        await courier.run_dry()
        while not all(scene.shown(channel) for channel in channels):
            scene.world.clock.advance(seconds(5))
            await courier.run_dry()
        moments = [(call.at - began).total_seconds() for call in scene.discord.ledger.calls]
        assert not [moment for moment in moments if 0 < moment < 40]
        assert max(moments) <= 50


async def test_a_rate_limit_in_one_channel_holds_up_no_other() -> None:
    async with discord_scene() as scene:
        channels = [await scene.subscribe() for _ in range(5)]
        path = f"/channels/{channels[0].id}/messages"
        scene.discord.fail(CREATE, limited(60), match=lambda met, _body: met == path)
        await scene.world.news()
        await scene.courier().run_dry()
        assert [len(scene.shown(channel)) for channel in channels] == [0, 1, 1, 1, 1]


async def test_a_cancelled_caller_is_cancelled_and_its_call_is_not(scene: DiscordScene) -> None:
    await scene.rest.call("GET", "/users/@me")
    late = asyncio.Event()
    scene.discord.delays.append(late)
    sending = asyncio.create_task(scene.chat.send(HERE, card(), "n1", None))
    await until(lambda: scene.rest.under_way == 1)
    sending.cancel()
    await asyncio.wait({sending})
    assert sending.cancelled()
    assert scene.rest.under_way == 1
    late.set()
    await scene.rest.close()
    assert len(scene.shown(HERE)) == 1


async def test_a_rate_limit_is_told_with_its_pause_for_the_channel(scene: DiscordScene) -> None:
    scene.discord.fail(CREATE, limited(5))
    got = await refused(scene)
    assert (got.scope, got.retry_after) == (Scope.CHANNEL, seconds(5))
