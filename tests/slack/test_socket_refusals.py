"""Whatever Slack answers to who wants to connect is said once, with its cure, and waited out."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from dataclasses import replace
from random import Random

import pytest

from adapters.slack.once import Once
from adapters.slack.socket import Pace, SlackSocket
from adapters.slack.trouble import Trouble, Waits
from storage.store import SqlStore
from tests.fakes.clock import SetClock
from tests.fakes.slack import faults
from tests.fakes.slack.socket import SocketMode
from tests.fakes.slack.standin import SlackStandIn, slack_stand_in
from tests.slack.socket_bot import BRISK, connected, eventually
from tests.slack.tiny import TinyApp, mention
from tests.stores import empty_store


@pytest.fixture
async def store() -> AsyncIterator[SqlStore]:
    async with empty_store() as opened:
        yield opened


@pytest.mark.parametrize(
    ("token", "code"), [("xapp-wrong", "invalid_auth"), ("xoxb-test", "not_allowed_token_type")]
)
async def test_a_wrong_app_token_is_said_once_with_its_cure(
    store: SqlStore, caplog: pytest.LogCaptureFixture, token: str, code: str
) -> None:
    async with connected(store, token=token) as bot:
        await eventually(lambda: len(bot.slack.ledger.calls) >= 3)
        assert not bot.socket.connected
        assert not bot.running.done()
        if (
            token not in bot.slack.workspaces
        ):  # the app's settings can make a token right, but not another kind
            bot.slack.app_tokens.add(token)
            await bot.sockets.until_open(1)
    errors = [record.getMessage() for record in caplog.records if record.levelno >= logging.ERROR]
    assert len(errors) == 1
    assert f"Slack refuses SLACK_APP_TOKEN ({code}): set it to" in errors[0]
    assert token not in caplog.text


def test_a_wrong_app_token_is_not_tried_often() -> None:
    assert Waits().mend >= 60


def test_a_lost_connection_is_back_within_thirty_seconds() -> None:
    """Silence is noticed, an address is asked for, and the websocket opens: each at its slowest."""
    usual = Pace()
    assert usual.pulse.ping * 2 < usual.pulse.stale
    assert usual.pulse.stale + usual.connect + usual.waits.first < 30


WELL = 1.0
"""Seconds a try takes at most while Slack is well."""


def longest_deafness(pace: Pace, seed: int) -> float:
    """Return how long it takes at worst to be connected, once Slack is back from an outage of an hour.

    Every try hangs until it is given up; the worst moment to be back is just after one began.
    """
    trouble, worst = Trouble(pace.waits, Random(seed)), 0.0
    outage = 0.0
    while outage < 3600:
        hanging = pace.connect + trouble.failed(TimeoutError())
        worst = max(worst, hanging + WELL)
        outage += hanging
    return worst


def test_after_an_outage_in_which_every_try_hung_it_is_connected_within_thirty_seconds() -> None:
    assert max(longest_deafness(Pace(), seed) for seed in range(300)) < 30


def test_that_would_be_seen_to_be_broken() -> None:
    slower = Pace(waits=Waits(longest=30))
    assert all(longest_deafness(slower, seed) > 30 for seed in range(300))


FAULTS = {
    "502": faults.http(502),
    "429": faults.limited(0),
    "a strange Retry-After": faults.limited("soon"),
    "a list": faults.answer([]),
    "no address": faults.answer({"ok": True}),
    "a strange address": faults.answer({"ok": True, "url": 7}),
    "an address without TLS": faults.answer({"ok": True, "url": "ws://wss-primary.slack.com/link/?ticket=1"}),
    "an address of another kind": faults.answer({"ok": True, "url": "https://slack.com/"}),
    "no JSON": faults.raw(b"\xff\xfe<html>"),
    "a reset": faults.reset(),
    "a cut": faults.cut(),
    "fatal_error": faults.error("fatal_error"),
    "a redirect": faults.redirect("http://127.0.0.1:1/"),
    "a strange code": faults.error("<!channel> xapp-1-canary"),
}


@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS.keys())
async def test_whatever_the_web_api_answers_we_connect_in_the_end(
    store: SqlStore, caplog: pytest.LogCaptureFixture, fault: faults.Fault
) -> None:
    def fail(slack: SlackStandIn, _sockets: SocketMode) -> None:
        slack.fail("apps.connections.open", fault, times=3)

    caplog.set_level(logging.INFO)
    async with connected(store, before=fail) as bot:
        await bot.sockets.until_open(1)
        await eventually(lambda: bot.socket.connected)
    lines = [line for line in caplog.messages if line.startswith("Slack")]
    assert len(lines) == 2
    assert lines[0].startswith("Slack cannot be reached (")
    assert lines[1] == "Slack is connected again"
    assert "canary" not in caplog.text


async def test_an_address_without_tls_is_not_dialled(
    store: SqlStore, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(slack: SlackStandIn, _sockets: SocketMode) -> None:
        plain = faults.answer({"ok": True, "url": "ws://wss-primary.slack.com/link/?ticket=1"})
        slack.fail("apps.connections.open", plain)

    async with connected(store, before=fail) as bot:
        await bot.sockets.until_open(1)
    assert caplog.messages[0] == "Slack cannot be reached (ConnectionError)"  # and not: no such host


async def test_a_web_api_that_hangs_is_left_at_the_deadline(store: SqlStore) -> None:
    def hang(slack: SlackStandIn, _sockets: SocketMode) -> None:
        slack.fail("apps.connections.open", faults.hang())

    async with connected(store, replace(BRISK, connect=0.1), before=hang) as bot:
        await bot.sockets.until_open(1)


async def test_slack_may_be_down_at_boot_and_come_up_later(
    store: SqlStore, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    clock, tiny = SetClock(), TinyApp()
    async with slack_stand_in(clock=clock) as slack:
        sockets = SocketMode(slack)
        await slack.stop()
        socket = SlackSocket("xapp-test", slack.base_url, Once(store, clock), tiny.dispatch, BRISK)
        running = asyncio.create_task(socket.run())
        await eventually(lambda: any("cannot be reached" in line for line in caplog.messages))
        assert not socket.connected
        await slack.start()
        await sockets.until_open(1)
        await eventually(lambda: socket.connected)
        await slack.stop()  # an outage in the middle
        await eventually(lambda: not socket.connected)
        await slack.start()
        await sockets.until_open(2)
        await sockets.acknowledged(await sockets.send("events_api", mention("Ev1")))
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
    told = [line for line in caplog.messages if line.startswith("Slack")]
    assert [line.partition(" (")[0] for line in told[:2]] == [
        "Slack cannot be reached",
        "Slack is connected again",
    ]
    assert len(told) <= 4
