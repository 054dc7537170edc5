"""What comes over a websocket is handled once, acknowledged when it was, and holds up nothing else."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import pytest

from adapters.slack.envelopes import Limits
from storage.store import SqlStore
from tests.slack.socket_bot import ALERT, BRISK, connected, eventually
from tests.slack.tiny import click, command, mention, submission
from tests.stores import empty_store


@pytest.fixture
async def store() -> AsyncIterator[SqlStore]:
    async with empty_store() as opened:
        yield opened


async def test_a_command_is_answered_in_its_acknowledgement_at_once(store: SqlStore) -> None:
    async with connected(store) as bot:
        await bot.sockets.until_open(1)
        sent = await bot.sockets.send("slash_commands", command("1.1", "claude code"))
        acknowledgement = await bot.sockets.acknowledged(sent)
    assert acknowledgement.payload == {"text": "you asked: claude code", "response_type": "ephemeral"}
    assert acknowledgement.latency < 1


async def test_events_clicks_and_views_are_acknowledged(store: SqlStore) -> None:
    async with connected(store) as bot:
        await bot.sockets.until_open(1)
        event = await bot.sockets.send("events_api", mention("Ev1"), retry_attempt=0, retry_reason="")
        clicked = await bot.sockets.send("interactive", click("1.2"))
        submitted = await bot.sockets.send("interactive", submission("1.3"))
        payloads = [(await bot.sockets.acknowledged(one)).payload for one in (event, clicked, submitted)]
    assert sorted(bot.tiny.handled) == ["1.2", "1.3", "Ev1"]
    assert payloads[:2] == [None, None]
    assert payloads[2] == {"response_action": "errors", "errors": {"zone": "There is no such zone."}}


async def test_an_envelope_sent_again_is_acknowledged_and_not_handled_again(store: SqlStore) -> None:
    async with connected(store) as bot:
        await bot.sockets.until_open(1)
        first = await bot.sockets.send("events_api", mention("Ev1"))
        await bot.sockets.acknowledged(first)
        await bot.sockets.resend(first, retry_attempt=1, retry_reason="timeout")
        await bot.sockets.acknowledged(first, times=2)
        another = await bot.sockets.send("events_api", mention("Ev1"))
        await bot.sockets.acknowledged(another)
    assert bot.tiny.handled == ["Ev1"]


async def test_after_a_listener_s_failure_nothing_is_acknowledged_and_the_retry_is_handled(
    store: SqlStore,
) -> None:
    async with connected(store) as bot:
        await bot.sockets.until_open(1)
        bot.tiny.failing = 1
        sent = await bot.sockets.send("events_api", mention("Ev1"))
        await eventually(lambda: bot.tiny.failing == 0)
        await bot.sockets.acknowledged(await bot.sockets.send("slash_commands", command("1.1")))
        assert bot.sockets.acknowledged_as(sent) == []
        await bot.sockets.resend(sent, retry_attempt=1)
        await bot.sockets.acknowledged(sent)
    assert bot.tiny.handled == ["1.1", "Ev1"]


async def test_a_slow_envelope_holds_up_no_other_and_no_pong(store: SqlStore) -> None:
    async with connected(store, ALERT) as bot:
        await bot.sockets.until_open(1)
        bot.tiny.gate.clear()
        slow = await bot.sockets.send("slash_commands", command("1.1"))
        await bot.tiny.waiting.wait()
        unknown = await bot.sockets.send("slash_commands", command("1.2") | {"command": "/other"})
        quick = await bot.sockets.send("something_new", {"a": 1})
        await bot.sockets.acknowledged(quick)
        bot.tiny.gate.set()
        await bot.sockets.acknowledged(slow)
        assert bot.sockets.acknowledged_as(unknown) == []
        assert bot.sockets.opened == 1


async def test_only_so_many_events_are_handled_at_once_and_only_so_many_wait(store: SqlStore) -> None:
    pace = replace(BRISK, limits=Limits(at_once=1, in_all=2))
    async with connected(store, pace) as bot:
        await bot.sockets.until_open(1)
        bot.tiny.gate.clear()
        sent = [await bot.sockets.send("events_api", mention(f"Ev{number}")) for number in range(3)]
        await bot.tiny.waiting.wait()
        await bot.sockets.acknowledged(await bot.sockets.send("something_new", {}))
        bot.tiny.gate.set()
        await bot.sockets.acknowledged(sent[0])
        await bot.sockets.acknowledged(sent[1])
        await bot.sockets.acknowledged(await bot.sockets.send("something_new", {}))
        assert bot.sockets.acknowledged_as(sent[2]) == []
        await bot.sockets.resend(sent[2])
        await bot.sockets.acknowledged(sent[2])
    assert bot.tiny.handled == ["Ev0", "Ev1", "Ev2"]


async def test_a_command_goes_past_a_flood_of_events(store: SqlStore) -> None:
    pace = replace(BRISK, limits=Limits(at_once=1, in_all=2))
    async with connected(store, pace) as bot:
        await bot.sockets.until_open(1)
        bot.tiny.hold_events()
        flood = [await bot.sockets.send("events_api", mention(f"Ev{number}")) for number in range(9)]
        await bot.tiny.waiting.wait()
        for kind, payload in (("slash_commands", command("1.1")), ("interactive", click("1.2"))):
            await bot.sockets.acknowledged(await bot.sockets.send(kind, payload))
        assert bot.tiny.handled == ["1.1", "1.2"]
        assert not any(bot.sockets.acknowledged_as(one) for one in flood)
        bot.tiny.gate.set()
        for one in flood[:2]:
            await bot.sockets.acknowledged(one)
    assert bot.tiny.handled == ["1.1", "1.2", "Ev0", "Ev1"]


async def test_a_listener_that_hangs_is_ended_and_its_envelope_comes_again(store: SqlStore) -> None:
    pace = replace(BRISK, limits=Limits(seconds=0.05))
    async with connected(store, pace) as bot:
        await bot.sockets.until_open(1)
        bot.tiny.gate.clear()
        sent = await bot.sockets.send("events_api", mention("Ev1"))
        await bot.tiny.waiting.wait()
        await eventually(lambda: not bot.socket._envelopes._tasks)
        bot.tiny.gate.set()
        await bot.sockets.resend(sent)
        await bot.sockets.acknowledged(sent)
    assert bot.tiny.handled == ["Ev1"]


@pytest.mark.parametrize(
    "payload",
    [None, 7, "text", [], {"type": "event_callback", "event": []}, {"authorizations": 5}, {"actions": [1]}],
)
async def test_an_envelope_that_is_not_understood_is_acknowledged_and_left(
    store: SqlStore, payload: Any
) -> None:
    async with connected(store) as bot:
        await bot.sockets.until_open(1)
        bad = await bot.sockets.send("events_api", payload)
        good = await bot.sockets.send("events_api", mention("Ev1"))
        await bot.sockets.acknowledged(bad)
        await bot.sockets.acknowledged(good)
    assert bot.tiny.handled == ["Ev1"]


@pytest.mark.parametrize(
    "frame",
    [
        *("", "no json", "[]", "null", "{", "[" * 100_000, "9" * 5000, b"\x00\xff"),
        *({}, {"type": "goodbye"}, {"type": "events_api"}),
        *({"envelope_id": None}, {"envelope_id": {}, "type": 7, "payload": 7}),
    ],
)
async def test_a_frame_that_is_no_envelope_does_no_harm(store: SqlStore, frame: Any) -> None:
    async with connected(store) as bot:
        await bot.sockets.until_open(1)
        await bot.sockets.say(frame)
        await bot.sockets.acknowledged(await bot.sockets.send("events_api", mention("Ev1")))
        assert bot.sockets.opened == 1
    assert bot.tiny.handled == ["Ev1"]


async def test_two_bots_that_get_the_same_event_handle_it_once(store: SqlStore) -> None:
    async with connected(store) as one, connected(store) as other:
        for bot in (one, other):
            await bot.sockets.until_open(1)
        for bot in (one, other):
            await bot.sockets.acknowledged(await bot.sockets.send("events_api", mention("Ev1")))
    assert [*one.tiny.handled, *other.tiny.handled] == ["Ev1"]
