"""Slack that fails in every way it is known to: nothing is lost, and twice is only what nobody could know."""

from __future__ import annotations

import asyncio
import gzip
from datetime import timedelta

import pytest

from adapters.slack.chat import SlackChat
from adapters.slack.session import ANSWER_LIMIT, open_client
from adapters.slack.web_api import WebApi
from bot.domain.delivery import Scope, Verdict
from bot.domain.subscription import Channel, State
from bot.ports import Refused
from tests.contracts.chat import card
from tests.courier.scene import seconds
from tests.fakes.slack.faults import End, Fault, answer, cut, error, hang, http, limited, raw, redirect, reset
from tests.slack.scene import DEADLINE, SlackScene, Tokens, slack_scene

DEEP = b"[" * 100_000
SHORT = 1.0
"""Seconds, the deadline where Slack hangs."""

LOST = {
    "reset": reset(accepted=True),
    "cut": cut(accepted=True),
    "hang": hang(accepted=True),
    "502": http(502, accepted=True),
    "503": http(503, accepted=True),
    "html": http(200, accepted=True),
    "list": answer([], accepted=True),
    "list of things": answer([{"ok": True}], accepted=True),
    "null": answer(None, accepted=True),
    "number": answer(1, accepted=True),
    "empty": raw(b"", accepted=True),
    "half": raw(b'{"ok": tr', accepted=True),
    "deep": raw(DEEP, accepted=True),
    "not utf-8": raw(b'{"ok": "\xff\xfe"}', accepted=True),
    "huge number": raw(b'{"ok":' + b"9" * 5000 + b"}", accepted=True),
    "too long": raw(b'{"ok":true,"ts":"' + b"1" * ANSWER_LIMIT + b'"}', accepted=True),
    "inflating": Fault(
        body=gzip.compress(b'{"ok":true,"ts":"' + b"1" * 50 * ANSWER_LIMIT + b'"}'),
        headers={"Content-Encoding": "gzip"},
        accepted=True,
    ),
    "plain text": raw(b"ok", "text/plain", accepted=True),
    "binary": raw(b"\x00\x01", "application/gzip", accepted=True),
    "no ts": answer({"ok": True}, accepted=True),
    "odd ts": answer({"ok": True, "ts": 7}, accepted=True),
    "fatal_error": Fault(body=b'{"ok":false,"error":"fatal_error"}', accepted=True),
    "internal_error at 500": Fault(status=500, body=b'{"ok":false,"error":"internal_error"}', accepted=True),
    "odd error": answer({"ok": False, "error": ["x"]}, accepted=True),
}
"""Ways in which a message is accepted and nobody learns of it."""


def deadline(fault: Fault) -> float:
    return SHORT if fault.end is End.HANG else DEADLINE


async def send(scene: SlackScene) -> Refused:
    scene.slack.home.add_channel("C1")
    with pytest.raises(Refused) as caught:
        await scene.chat.send(Channel("slack", "T0CLAUDE", "C1"), card(), "n1", None)
    return caught.value


@pytest.mark.parametrize("name", LOST)
async def test_a_lost_answer_is_of_unknown_outcome_and_makes_one_duplicate_at_most(name: str) -> None:
    fault = LOST[name]
    async with slack_scene(deadline=deadline(fault)) as scene:
        channel = await scene.subscribe()
        await scene.world.news()
        scene.slack.fail("chat.postMessage", fault)
        courier = scene.courier()
        await courier.run_dry()
        delivery = await scene.world.delivery(channel)
        assert (delivery.unknown, delivery.failures) == (True, 1)
        assert delivery.trace[-1].outcome == "unknown"

        await scene.go_on(courier)
        assert len(scene.shown(channel)) == 2
        receipt = (await scene.world.delivery(channel)).receipts[-1]
        assert receipt.possible_duplicate
        assert receipt.reference.id == scene.shown(channel)[-1].ts


@pytest.mark.parametrize("fault", [reset(), hang(), http(502), cut()], ids=["reset", "hang", "502", "cut"])
async def test_what_was_not_accepted_is_there_once_in_the_end(fault: Fault) -> None:
    async with slack_scene(deadline=deadline(fault)) as scene:
        channel = await scene.subscribe()
        await scene.world.news()
        scene.slack.fail("chat.postMessage", fault)
        await scene.go_on(scene.courier())
        assert len(scene.shown(channel)) == 1


@pytest.mark.parametrize("name", [name for name in LOST if name not in {"no ts", "odd ts"}])
async def test_an_edit_whose_answer_is_lost_is_made_again_and_changes_nothing_else(name: str) -> None:
    fault = LOST[name]
    async with slack_scene(deadline=deadline(fault)) as scene:
        channel = await scene.subscribe()
        await scene.world.news("First words.")
        courier = scene.courier()
        await courier.run_dry()
        await scene.world.rewritten("Second words.")
        scene.slack.fail("chat.update", fault)
        await courier.run_dry()
        await scene.go_on(courier)
        (shown,) = scene.shown(channel)
        assert "Second words." in str(shown.blocks)


async def test_slack_that_is_not_there_is_no_unknown_outcome() -> None:
    async with slack_scene() as scene:
        await scene.slack.stop()
        got = await send(scene)
        assert (got.code, got.verdict, got.unknown) == ("not_connected", Verdict.RETRY, False)


@pytest.mark.parametrize(
    "address", ["http://no-such-host.invalid/api/", "https://127.0.0.1:{port}/api/"], ids=["dns", "tls"]
)
async def test_a_host_that_cannot_be_found_or_trusted_is_no_unknown_outcome(address: str) -> None:
    async with slack_scene() as scene:
        base_url = address.replace("{port}", str(scene.slack.port))
        async with open_client(base_url) as client:
            chat = SlackChat(WebApi(client, Tokens(scene.slack)), scene.world.clock)
            with pytest.raises(Refused) as caught:
                await chat.send(Channel("slack", "T0CLAUDE", "C0STATUS"), card(), "n1", None)
        assert (caught.value.code, caught.value.unknown) == ("not_connected", False)


async def test_a_redirect_is_not_followed_and_takes_no_token_along() -> None:
    async with slack_scene() as scene, slack_scene() as elsewhere:
        scene.slack.fail("chat.postMessage", redirect(f"{elsewhere.slack.base_url}chat.postMessage"))
        got = await send(scene)
        assert (got.verdict, got.unknown) == (Verdict.RETRY, False)
        assert not elsewhere.slack.ledger.calls


async def test_a_proxy_that_refuses_is_no_unknown_outcome() -> None:
    async with slack_scene() as scene:
        scene.slack.fail("chat.postMessage", http(403))
        got = await send(scene)
        assert (got.code, got.verdict, got.unknown) == ("http_403", Verdict.RETRY, False)


async def test_slack_away_for_a_minute_in_the_middle_of_an_incident_costs_one_edit() -> None:
    async with slack_scene() as scene:
        channel = await scene.subscribe()
        await scene.world.news("First words.")
        courier = scene.courier()
        await courier.run_dry()
        await scene.slack.stop()
        for words in ("Second words.", "Third words."):
            await scene.world.rewritten(words)
            await courier.run_dry()
            scene.world.clock.advance(seconds(30))
        await scene.slack.start()
        await scene.go_on(courier)
        (shown,) = scene.shown(channel)
        assert "Third words." in str(shown.blocks)
        assert len(shown.edits) == 1


async def test_channels_that_hang_delay_nobody_else() -> None:
    async with slack_scene() as scene:
        channels = [await scene.subscribe(number, scene.workspace(number)) for number in range(50)]
        stuck = {channel.id for channel in channels[::10]}
        scene.slack.fail("*", hang(), times=None, match=lambda _token, body: body.get("channel") in stuck)
        await scene.world.news()
        await scene.courier().tick()
        await scene.world.written(45)
        assert {channel.id for channel in channels if scene.shown(channel)} == (
            {channel.id for channel in channels} - stuck
        )
        scene.slack.heal()
        await scene.world.written(5)


async def test_a_revoked_token_pauses_the_workspace_and_is_tried_once() -> None:
    async with slack_scene() as scene:
        channels = [await scene.subscribe(number) for number in range(5)]
        far = await scene.subscribe(9, scene.slack.other)
        scene.slack.home.revoked = "token_revoked"
        await scene.world.news()
        courier = scene.courier(in_flight=1)
        await courier.run_dry()
        for channel in channels:
            subscription = await scene.world.subscription(channel)
            assert subscription.state is State.PAUSED
            assert "SLACK_BOT_TOKEN" in str(subscription.pause_reason)
        assert len([call for call in scene.slack.ledger.calls if call.token == "xoxb-test"]) == 1
        assert len(scene.shown(far)) == 1

        scene.slack.home.revoked = None
        scene.world.clock.advance(timedelta(hours=2))
        for _ in range(5):
            await scene.go_on(courier)
        assert [len(scene.shown(channel)) for channel in channels] == [1] * 5


@pytest.mark.parametrize("code", ["message_not_found", "edit_window_closed", "cant_update_message"])
async def test_a_card_that_cannot_be_edited_is_sent_anew(code: str) -> None:
    async with slack_scene() as scene:
        channel = await scene.subscribe()
        await scene.world.news("First words.")
        courier = scene.courier()
        await courier.run_dry()
        scene.world.clock.advance(timedelta(hours=1))
        scene.slack.fail("chat.update", error(code))
        await scene.world.rewritten("Second words.")
        await scene.go_on(courier)
        first, again = scene.shown(channel)
        assert "First words." in str(first.blocks)
        assert "Second words." in str(again.blocks)


@pytest.mark.parametrize(
    "code", ["thread_not_found", "cannot_reply_to_message", "restricted_action_thread_locked"]
)
async def test_a_reply_that_finds_no_thread_stands_in_the_channel(code: str) -> None:
    async with slack_scene() as scene:
        channel = await scene.subscribe()
        await scene.world.news()
        courier = scene.courier()
        await courier.run_dry()
        scene.slack.fail("chat.postMessage", error(code))
        scene.world.clock.advance(timedelta(minutes=5))
        await scene.world.news("We found it.", status="identified")
        await scene.go_on(courier)
        assert [scene.slack.ledger.replies(message) for message in scene.shown(channel)] == [[], []]
        assert "We found it." in str(scene.shown(channel)[1].blocks)


async def test_a_storm_of_rate_limits_loses_nothing_doubles_nothing_and_delays_no_other_workspace() -> None:
    async with slack_scene() as scene:
        channels = await scene.subscribe_many(500)
        far = [await scene.subscribe(1000 + number, scene.slack.other) for number in range(20)]
        scene.slack.home.per_minute = 60
        await scene.world.news()
        began, courier = scene.now, scene.courier()
        await courier.run_dry()
        while not all(scene.shown(channel) for channel in channels):
            assert scene.now - began < timedelta(minutes=15)
            scene.world.clock.advance(seconds(5))
            await courier.run_dry()

        assert [len(scene.shown(channel)) for channel in (*channels, *far)] == [1] * 520
        calls = [call for call in scene.slack.ledger.calls if call.token == "xoxb-test"]
        assert any(call.status == 429 for call in calls)
        others = [call.at for call in scene.slack.ledger.calls if call.token == "xoxb-other"]
        assert max(others) - began < seconds(10)
        assert len(calls) < 500 * 1.3


async def test_no_request_is_made_while_slack_asked_for_a_pause() -> None:
    async with slack_scene() as scene:
        channels = await scene.subscribe_many(60)
        scene.slack.fail("chat.postMessage", limited(40), match=lambda token, _body: token == "xoxb-test")
        await scene.world.news()
        began, courier = scene.now, scene.courier()
        await courier.run_dry()
        while not all(scene.shown(channel) for channel in channels):
            scene.world.clock.advance(seconds(5))
            await courier.run_dry()
        moments = [(call.at - began).total_seconds() for call in scene.slack.ledger.calls]
        assert not [moment for moment in moments if 0 < moment < 40]
        assert max(moments) < 40 + 60 / 2 + 10


async def test_a_cancelled_call_is_cancelled() -> None:
    async with slack_scene() as scene:
        scene.slack.fail("chat.postMessage", hang())
        sending = asyncio.create_task(
            scene.chat.send(Channel("slack", "T0CLAUDE", "C0STATUS"), card(), "n1", None)
        )
        await scene.slack.called()
        sending.cancel()
        with pytest.raises(asyncio.CancelledError):
            await sending
        assert sending.cancelled()


async def test_a_rate_limit_is_told_with_its_pause_for_the_workspace() -> None:
    async with slack_scene() as scene:
        scene.slack.fail("chat.postMessage", limited(5))
        got = await send(scene)
        assert (got.code, got.scope, got.retry_after) == ("ratelimited", Scope.WORKSPACE, seconds(5))
