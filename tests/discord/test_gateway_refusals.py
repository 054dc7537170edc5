"""What keeps the gateway away is told once, with its cure, ends nothing else, and is over when it is over."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest

from storage.store import SqlStore
from tests.discord.gateway_bot import BRISK, Setting, eventually, gateway_bot, impatient, lines
from tests.fakes.discord.faults import Fault, error, hang, http, limited, raw, reset
from tests.fakes.discord.gateway import Gateway as StandInGateway
from tests.fakes.discord.places import TOKEN
from tests.stores import empty_store

LOGIN = "GET /users/@me"


@pytest.fixture
async def store() -> AsyncIterator[SqlStore]:
    async with empty_store() as opened:
        yield opened


async def test_discord_may_be_down_at_the_start(store: SqlStore, caplog: pytest.LogCaptureFixture) -> None:
    """It is tried again at growing distances, up to half a minute, and told of twice: down, and up."""
    caplog.set_level(logging.INFO)

    async def down(gateway: StandInGateway) -> None:
        await gateway.standin.stop()

    async with gateway_bot(store, before=down) as on:
        await eventually(lambda: len(on.slept) >= 10)
        assert not on.bot.connected
        first, *_, last = on.slept
        assert first <= 1
        assert 15 <= last <= 30
        assert max(on.slept) <= 30
        assert len({round(wait, 3) for wait in on.slept[-4:]}) > 1
        assert len(on.heard.clients) == len(set(map(id, on.heard.clients))) >= 10
        await on.discord.start()
        await on.up()
        await eventually(lambda: len(lines(caplog)) == 2)
    away, back = lines(caplog)
    assert away.startswith(
        "Discord's gateway cannot be reached (ClientConnectorError): see the proxy variables"
    )
    assert back == "Discord is connected again, servers: 2"


async def test_a_name_that_cannot_be_looked_up_is_one_failed_try(
    store: SqlStore, caplog: pytest.LogCaptureFixture
) -> None:
    def unknown(gateway: StandInGateway) -> None:
        gateway.address = "ws://no-such-host.invalid:1/gateway"

    async with gateway_bot(store, impatient(handshake=0.2), before=unknown) as on:
        await eventually(lambda: on.bot.trouble is not None)
        on.gateway.address = None
        await on.up()


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        (http(503), "HTTP 503"),
        (http(403), "HTTP 403"),
        (http(401), "cannot be reached (HTTP 401, not from Discord)"),
        (raw(b"{}", status=401), "cannot be reached (HTTP 401, not from Discord)"),
        (reset(), "ClientOSError"),
        (hang(), "no answer in time"),
        (limited(5, via=False), "HTTP 429"),
        (raw(b"<html>", "text/html"), "unexpected: TypeError"),
        (raw(b"{}"), "unexpected: KeyError"),
    ],
    ids=["503", "403", "proxy", "proxy's JSON", "reset", "hang", "banned", "html", "empty"],
)
async def test_whatever_becomes_of_the_login_is_one_failed_try(
    store: SqlStore, fault: Fault, words: str
) -> None:
    def ill(gateway: StandInGateway) -> None:
        gateway.standin.fail(LOGIN, fault, times=None)

    pace = impatient(login=0.3) if words == "no answer in time" else impatient()
    async with gateway_bot(store, pace, before=ill) as on:
        await eventually(lambda: len(on.slept) >= 2)
        assert words in str(on.bot.trouble)
        on.discord.heal()
        await on.up()
        await eventually(lambda: on.bot.trouble is None)


async def test_discord_is_left_alone_for_as_long_as_it_asks(store: SqlStore) -> None:
    """The limit of a ban is in the header: https://docs.discord.com/developers/topics/rate-limits."""

    def banned(gateway: StandInGateway) -> None:
        gateway.standin.fail(LOGIN, http(429, headers={"Retry-After": "300"}), times=2)

    async with gateway_bot(store, before=banned) as on:
        await on.up()
        assert on.slept == [300, 300]


@pytest.mark.parametrize("where", ["login", "gateway"])
async def test_a_bad_token_is_told_once_and_looked_at_again_now_and_then(
    store: SqlStore, caplog: pytest.LogCaptureFixture, where: str
) -> None:
    def refuse(gateway: StandInGateway) -> None:
        gateway.refuses = [4004] * 6 if where == "gateway" else []
        if where == "login":
            gateway.standin.fail(LOGIN, error(401, 0, "401: Unauthorized"), times=6)

    caplog.set_level(logging.INFO)
    async with gateway_bot(store, before=refuse) as on:
        await on.up()
        await eventually(lambda: len(lines(caplog)) == 2)
        assert on.slept[:6] == [60, 300, 900, 3600, 3600, 3600]
        assert len(on.gateway.identified) == 1
        assert len(on.gateway.connections) == (1 if where == "login" else 7)
    bad, good = lines(caplog)
    assert bad.startswith(
        "Discord refuses DISCORD_BOT_TOKEN: set it to the token that https://discord.com/dev"
    )
    assert bad.endswith("after 1, 5, 15 and 60 minutes, then every hour")
    assert "nothing goes to Discord" not in bad
    assert good.startswith("Discord is connected again")


async def test_a_token_that_is_wrong_is_in_no_line(store: SqlStore, caplog: pytest.LogCaptureFixture) -> None:
    async with gateway_bot(store, token="wrong-token") as on:
        await eventually(lambda: len(on.slept) >= 4)
        assert on.gateway.connections == []
    assert "wrong-token" not in caplog.text
    assert len(lines(caplog)) == 1


@pytest.mark.parametrize("code", [4010, 4011, 4012, 4013, 4014])
async def test_a_refusal_for_good_is_not_answered_with_more_tries(
    store: SqlStore, caplog: pytest.LogCaptureFixture, code: int
) -> None:
    def refuse(gateway: StandInGateway) -> None:
        gateway.refuses = [code] * 9

    async with gateway_bot(store, before=refuse) as on:
        await eventually(lambda: on.bot.trouble is not None)
        await nothing_more_happens(on)
        (line,) = lines(caplog)
    assert f"(close code {code}): install a newer one" in line


async def nothing_more_happens(on: Setting) -> None:
    """See that no more calls are made, though the bot goes on."""
    made, connections = len(on.discord.ledger.calls), len(on.gateway.connections)
    for _ in range(200):
        await asyncio.sleep(0)
    assert (len(on.discord.ledger.calls), len(on.gateway.connections)) == (made, connections)
    assert on.slept == []
    assert not on.running.done()


async def test_an_endpoint_that_takes_the_commands_away_is_told_once(
    store: SqlStore, caplog: pytest.LogCaptureFixture
) -> None:
    def elsewhere(gateway: StandInGateway) -> None:
        gateway.endpoint = "https://example.com/interactions"

    async with gateway_bot(store, before=elsewhere) as on:
        await on.up()
        on.gateway.cut()
        await on.gateway.until_resumed(1)
        await on.up()
        await eventually(lambda: len(lines(caplog)) == 1)
    assert "commands do not reach this program: an Interactions Endpoint URL is set" in lines(caplog)[0]


@pytest.mark.parametrize("odd", [{}, {"id": "x"}, {"type": 99}, {"id": "1", "type": 2, "data": None}])
async def test_an_event_that_cannot_be_read_is_lost_alone(
    store: SqlStore, caplog: pytest.LogCaptureFixture, odd: dict[str, Any]
) -> None:
    async with gateway_bot(store) as on:
        await on.up()
        await on.gateway.dispatch("INTERACTION_CREATE", odd | {"token": "interaction-token"})
        await eventually(lambda: "could not be read (INTERACTION_CREATE, " in caplog.text)
        assert "interaction-token" not in caplog.text
        await on.gateway.say({"op": 1, "d": None})
        before = on.gateway.heartbeats
        await on.gateway.until(lambda: on.gateway.heartbeats > before)
        assert len(on.gateway.connections) == 1


@pytest.mark.parametrize("breaks", [lambda on: on.gateway.cut(), lambda on: on.gateway.forget_sessions()])
async def test_no_log_holds_a_token_at_any_level(
    store: SqlStore, caplog: pytest.LogCaptureFixture, breaks: Callable[[Setting], None]
) -> None:
    caplog.set_level(logging.DEBUG)
    async with gateway_bot(store, BRISK) as on:
        await on.up()
        await on.gateway.dispatch("INTERACTION_CREATE", {"token": "interaction-token", "type": 1})
        breaks(on)
        on.gateway.cut()
        await on.gateway.until(lambda: len(on.gateway.resumed) + len(on.gateway.identified) >= 2)
    assert TOKEN not in caplog.text
    assert "interaction-token" not in caplog.text
    assert "session-1" not in caplog.text
