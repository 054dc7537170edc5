"""A connection to Slack is always there, or soon again, with everything websockets are known to do."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from functools import partial
from typing import Any

import pytest
from aiohttp import ClientSession

from adapters.slack.once import Once
from adapters.slack.socket import SlackSocket
from adapters.slack.websocket import Pulse
from storage.store import SqlStore
from tests.fakes.slack import faults
from tests.fakes.slack.socket import MOST_SOCKETS, SocketMode
from tests.fakes.slack.standin import SlackStandIn, slack_stand_in
from tests.slack.socket_bot import ALERT, APP_TOKEN, BRISK, connected, eventually
from tests.slack.tiny import TinyApp, command, mention
from tests.stores import empty_store


@pytest.fixture
async def store() -> AsyncIterator[SqlStore]:
    async with empty_store() as opened:
        yield opened


@pytest.mark.parametrize("reason", ["warning", "refresh_requested"])
async def test_a_refresh_leaves_no_gap(store: SqlStore, reason: str) -> None:
    """Envelopes come all the time, over whichever connection Slack has; each is handled exactly once."""
    async with connected(store) as bot:
        await bot.sockets.until_open(1)
        sent = [await bot.sockets.send("events_api", mention(f"Ev{number}")) for number in range(5)]
        for turn in range(1, 4):
            told = await bot.sockets.disconnect(reason)
            sent += [await bot.sockets.send("events_api", mention(f"Ev{turn}a{n}")) for n in range(5)]
            await bot.sockets.until_open(turn + 1)
            assert not any(socket.closed.is_set() for socket in told)
            assert bot.sockets.open[-1].beside >= 1
            assert bot.socket.connected
            sent += [await bot.sockets.send("events_api", mention(f"Ev{turn}b{n}")) for n in range(5)]
            for late in told:  # what was on its way over the old connection still arrives
                number = f"Ev{turn}c{late.number}"
                envelope = {"envelope_id": number, "type": "events_api", "payload": mention(number)}
                await late.websocket.send_json(envelope)
                await bot.sockets.until(partial(_has, late.frames, number))
            await bot.sockets.hang_up(*told)
            await asyncio.gather(*(socket.closed.wait() for socket in told))
        for envelope_id in sent:
            await bot.sockets.acknowledged(envelope_id)
        assert bot.sockets.opened == 4
        assert len(bot.tiny.handled) == len(set(bot.tiny.handled)) == 5 + 3 * (5 + 5 + 1)
        assert {one.socket for one in bot.sockets.acknowledgements} == {1, 2, 3, 4}


def _has(frames: list[dict[str, Any]], envelope_id: str) -> bool:
    return any(frame.get("envelope_id") == envelope_id for frame in frames)


async def test_an_old_connection_that_slack_keeps_is_closed_in_the_end(store: SqlStore) -> None:
    async with connected(store, replace(BRISK, pulse=Pulse(ping=0.02, stale=10, linger=0.05))) as bot:
        await bot.sockets.until_open(1)
        (old,) = await bot.sockets.disconnect("refresh_requested")
        await bot.sockets.until_open(2)
        await bot.sockets.until(old.closed.is_set)
        assert [socket.number for socket in bot.sockets.open] == [2]


async def test_every_try_to_connect_has_an_address_of_its_own(store: SqlStore) -> None:
    """An address serves once, so one that failed would fail for ever."""

    def refuse(_slack: SlackStandIn, sockets: SocketMode) -> None:
        sockets.refuses = 3

    async with connected(store, before=refuse) as bot:
        await bot.sockets.until_open(1)
        assert len(bot.sockets.tickets_seen) == len(set(bot.sockets.tickets_seen)) == 4
        await bot.sockets.acknowledged(await bot.sockets.send("events_api", mention("Ev1")))


async def test_a_connection_that_is_cut_is_replaced(store: SqlStore) -> None:
    async with connected(store) as bot:
        for number in (1, 2, 3):
            await bot.sockets.until_open(number)
            sent = await bot.sockets.send("events_api", mention(f"Ev{number}"))
            await bot.sockets.acknowledged(sent)
            await bot.sockets.cut()
        await bot.sockets.until_open(4)
    assert bot.tiny.handled == ["Ev1", "Ev2", "Ev3"]


async def test_a_connection_that_went_dead_without_a_word_is_replaced(store: SqlStore) -> None:
    """A TCP connection that a router forgot: no FIN, no RST, only silence."""
    async with connected(store, ALERT) as bot:
        await bot.sockets.until_open(1)
        await eventually(lambda: bot.socket.connected)
        bot.sockets.dead = True
        await eventually(lambda: not bot.socket.connected)
        bot.sockets.dead = False
        await bot.sockets.until_open(2)
        sent = await bot.sockets.send("events_api", mention("Ev1"))
        while bot.sockets.sent[sent].sockets[-1] == 1:
            await bot.sockets.resend(sent)
        await bot.sockets.acknowledged(sent)
        assert bot.socket.connected


async def test_a_quiet_connection_that_answers_pings_is_kept(store: SqlStore) -> None:
    pace = replace(ALERT, pulse=Pulse(ping=0.02, stale=0.3, linger=10), connect=0.25)
    async with connected(store, pace) as bot:
        await bot.sockets.until_open(1)
        pings = bot.sockets.pings
        await bot.sockets.until(lambda: bot.sockets.pings >= pings + 40, "forty pings")  # 0.8 s
        assert bot.sockets.opened == 1
        silence = bot.socket.silence
        assert silence is not None
        assert silence < 0.3


async def test_a_connection_without_a_hello_is_given_up(store: SqlStore) -> None:
    def silent(_slack: SlackStandIn, sockets: SocketMode) -> None:
        sockets.greeting = None

    async with connected(store, ALERT, before=silent) as bot:
        await bot.sockets.until_open(1)
        assert not bot.socket.connected
        bot.sockets.greeting = {"type": "hello"}
        await bot.sockets.until_open(2)
        await eventually(lambda: bot.socket.connected)


async def test_too_many_connections_are_waited_out(store: SqlStore, caplog: pytest.LogCaptureFixture) -> None:
    def crowded(_slack: SlackStandIn, sockets: SocketMode) -> None:
        sockets.greeting = {"type": "disconnect", "reason": "too_many_websockets", "num_connections": 11}

    async with connected(store, before=crowded) as bot:
        await bot.sockets.until_open(3)
        assert not bot.socket.connected
        bot.sockets.greeting = {"type": "hello"}
        await bot.sockets.until(lambda: len(bot.sockets.open) == 1)
        await eventually(lambda: bot.socket.connected)
    assert sum("does it run elsewhere" in line for line in caplog.messages) == 1


async def test_the_eleventh_connection_of_an_app_waits_for_a_place(store: SqlStore) -> None:
    async with ClientSession() as session, slack_stand_in() as slack:
        sockets, tiny = SocketMode(slack), TinyApp()
        others = [await session.ws_connect(slack.connection_url()) for _ in range(MOST_SOCKETS)]
        socket = SlackSocket(APP_TOKEN, slack.base_url, Once(store, slack.clock), tiny.dispatch, BRISK)
        running = asyncio.create_task(socket.run())
        await sockets.until_open(MOST_SOCKETS + 2)
        assert not socket.connected
        await others[0].close()
        await eventually(lambda: socket.connected)
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)


async def test_a_crowd_makes_room_by_closing_the_old_connection_first(store: SqlStore) -> None:
    async with connected(store) as bot:
        await bot.sockets.until_open(1)
        (old,) = await bot.sockets.disconnect("too_many_websockets")
        await bot.sockets.until_open(2)
        assert old.closed.is_set()
        assert [socket.beside for socket in bot.sockets.open] == [0]


async def test_socket_mode_switched_off_is_said_once_with_its_cure(
    store: SqlStore, caplog: pytest.LogCaptureFixture
) -> None:
    async with connected(store) as bot:
        await bot.sockets.until_open(1)
        bot.sockets.greeting = {"type": "disconnect", "reason": "link_disabled"}
        (old,) = await bot.sockets.disconnect("link_disabled")
        await bot.sockets.until_open(2)
        assert old.closed.is_set()
        await bot.sockets.until_open(4)
        bot.sockets.greeting = {"type": "hello"}
        await eventually(lambda: bot.socket.connected)
    assert sum("switch it on in the app's settings" in line for line in caplog.messages) == 1


async def test_what_is_under_way_is_acknowledged_before_the_end(store: SqlStore) -> None:
    async with connected(store, replace(BRISK, drain=1.5)) as bot:
        await bot.sockets.until_open(1)
        bot.tiny.gate.clear()
        sent = await bot.sockets.send("slash_commands", command("1.1"))
        await bot.tiny.waiting.wait()
        bot.running.cancel()
        await asyncio.sleep(0)
        bot.tiny.gate.set()
        await bot.sockets.acknowledged(sent)
    assert bot.sockets.open == []


async def test_what_hangs_at_the_end_is_handled_after_the_next_start(store: SqlStore) -> None:
    async with connected(store) as bot:
        await bot.sockets.until_open(1)
        bot.tiny.gate.clear()
        await bot.sockets.send("events_api", mention("Ev1"))
        await bot.tiny.waiting.wait()
    async with connected(store) as bot:
        await bot.sockets.until_open(1)
        await bot.sockets.acknowledged(await bot.sockets.send("events_api", mention("Ev1")))
    assert bot.tiny.handled == ["Ev1"]


async def test_it_can_be_run_again_after_its_end(store: SqlStore) -> None:
    async with slack_stand_in() as slack:
        sockets, tiny = SocketMode(slack), TinyApp()
        socket = SlackSocket(APP_TOKEN, slack.base_url, Once(store, slack.clock), tiny.dispatch, BRISK)
        for number in (1, 2):
            running = asyncio.create_task(socket.run())
            await sockets.until_open(number)
            await sockets.acknowledged(await sockets.send("events_api", mention(f"Ev{number}")))
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)
            assert not socket.connected
    assert tiny.handled == ["Ev1", "Ev2"]


async def test_it_ends_though_the_other_side_hangs(store: SqlStore) -> None:
    async with connected(store) as bot:  # which looks at the time it takes
        await bot.sockets.until_open(1)
        pings = bot.sockets.pings
        bot.sockets.dead = True
        await bot.sockets.disconnect("refresh_requested")
        await bot.sockets.until_open(2)
        assert bot.sockets.pings >= pings


async def test_it_ends_while_it_connects(store: SqlStore) -> None:
    def hang(slack: SlackStandIn, _sockets: SocketMode) -> None:
        slack.fail("apps.connections.open", faults.hang(), times=None)

    async with connected(store, before=hang) as bot:
        await eventually(lambda: bool(bot.slack.ledger.calls))
