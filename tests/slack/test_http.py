"""HTTP mode: a real bolt app behind the real web server, and Slack's signed requests before it."""

from __future__ import annotations

import asyncio
import json
import logging
import random
import socket
from collections.abc import AsyncIterator, Callable, Collection, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientSession, TCPConnector

from adapters.slack.http import PATH, SlackHttp
from adapters.slack.once import Once, Patience
from adapters.slack.places import Full, Limits, Places
from adapters.web import Route, serve
from storage.opening import open_store
from storage.store import SqlStore
from tests.fakes.clock import SetClock
from tests.fakes.slack.http_sender import FORM, JSON, HttpSender
from tests.slack.slow_memory import SlowMemory
from tests.slack.socket_bot import eventually
from tests.slack.tiny import TinyApp, click, command, mention, submission, suggestion
from tests.stores import empty_file, empty_store

SECRET = "8f742231b10e8888abcd99yyyzzz85a5"


@dataclass
class Setting:
    """One bot in HTTP mode, and Slack before it."""

    tiny: TinyApp
    slack: HttpSender
    clock: SetClock
    port: int
    http: SlackHttp


def _session() -> ClientSession:
    """Return a session that opens as many connections as Slack does: aiohttp's own would stop at 100."""
    return ClientSession(connector=TCPConnector(limit=0))


@asynccontextmanager
async def http_mode(
    once: Once, clock: SetClock, tiny: TinyApp, *, deadline: float = 10, limits: Limits | None = None
) -> AsyncIterator[Setting]:
    http = SlackHttp([SECRET], once, clock, tiny.dispatch, limits)
    route = Route("POST", PATH, http.handle)
    async with serve(0, [route], host="127.0.0.1", deadline=deadline) as port, _session() as session:
        sender = HttpSender(session, f"http://127.0.0.1:{port}{PATH}", SECRET, clock)
        yield Setting(tiny, sender, clock, port, http)


@pytest.fixture
async def store() -> AsyncIterator[SqlStore]:
    async with empty_store() as opened:
        yield opened


@pytest.fixture
async def bot(store: SqlStore) -> AsyncIterator[Setting]:
    clock = SetClock()
    once = Once(store, clock, Patience(begin=60, end=60, forget=60))
    async with http_mode(once, clock, TinyApp()) as setting:
        yield setting


class Away:
    """A database that is away."""

    async def first_times(self, keys: Collection[str], now: datetime) -> frozenset[str]:
        raise OSError("database.internal is away")

    async def not_yet(self, *keys: str) -> None:
        raise OSError("database.internal is away")


# --- what is genuine is handled -----------------------------------------------------------------------


async def test_a_command_is_answered_in_its_acknowledgement(bot: Setting) -> None:
    answer = await bot.slack.command(command("1.1", "claude code"))
    assert (answer.status, answer.content_type) == (200, "application/json")
    assert answer.json == {"text": "you asked: claude code", "response_type": "ephemeral"}


async def test_events_clicks_views_and_options_all_come_to_one_path(bot: Setting) -> None:
    event = await bot.slack.event(mention("Ev1"))
    clicked = await bot.slack.interactive(click("1.2"))
    submitted = await bot.slack.interactive(submission("1.3"))
    options = await bot.slack.options(suggestion("ams"))
    assert bot.tiny.handled == ["Ev1", "1.2", "1.3", "ams"]
    assert [answer.status for answer in bot.slack.answers] == [200] * 4
    assert (event.body, clicked.body) == (b"", b"")
    assert submitted.json["response_action"] == "errors"
    assert options.json["options"][0]["value"] == "Europe/Amsterdam"


async def test_the_address_is_verified_only_by_who_knows_the_secret(bot: Setting) -> None:
    """https://docs.slack.dev/reference/events/url_verification."""
    body = json.dumps({"type": "url_verification", "challenge": "3eZbrw1a", "token": "t"}).encode()
    stranger = await bot.slack.send(body, JSON, headers=bot.slack.signed(body, secret="guessed"))
    slack = [await bot.slack.send(body, JSON) for _ in range(2)]
    assert (stranger.status, stranger.body) == (401, b"401 Unauthorized\n")
    assert [(one.status, one.json) for one in slack] == [(200, {"challenge": "3eZbrw1a"})] * 2


async def test_an_event_nobody_listens_for_is_acknowledged_and_a_command_is_not(bot: Setting) -> None:
    unknown = mention("Ev1") | {"event": {"type": "team_join", "user": {"id": "U1"}}}
    assert (await bot.slack.event(unknown)).status == 200
    assert (await bot.slack.command(command("1.1") | {"command": "/other"})).status == 404


# --- once ----------------------------------------------------------------------------------------------


async def test_the_same_event_twice_is_handled_once(bot: Setting) -> None:
    body = json.dumps(mention("Ev1")).encode()
    await bot.slack.send(body, JSON)
    bot.clock.advance(timedelta(minutes=1))
    answer = await bot.slack.again(body, 1)
    assert (answer.status, answer.body) == (200, b"")
    assert bot.tiny.handled == ["Ev1"]


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (
            b"payload=%7B%22type%22%3A%22block_suggestion%22%2C%22action_id%22%3A%22zone%22%2C%22value%22%3A%22a",
            FORM,
        )
    ],
)
async def test_a_replay_within_five_minutes_does_nothing(
    bot: Setting, body: bytes, content_type: str
) -> None:
    """The signature alone tells it: options have neither an event_id nor a trigger_id."""
    body += b"%22%2C%22team%22%3A%22T0CLAUDE%22%2C%22user%22%3A%22U0ALICE%22%7D"
    headers = bot.slack.signed(body)
    first = await bot.slack.send(body, content_type, headers=headers)
    bot.clock.advance(timedelta(minutes=4, seconds=59))
    replayed = await bot.slack.send(body, content_type, headers=headers)
    bot.clock.advance(timedelta(seconds=2))
    late = await bot.slack.send(body, content_type, headers=headers)
    assert [answer.status for answer in (first, replayed, late)] == [200, 200, 401]
    assert first.json["options"]
    assert replayed.body == b""
    assert bot.tiny.handled == ["a"]


async def test_a_replayed_command_does_nothing_though_its_body_is_changed_in_vain(bot: Setting) -> None:
    first = await bot.slack.command(command("1.1", "mute 2h"))
    signed_anew = await bot.slack.command(command("1.1", "mute 2h"))
    assert (first.status, signed_anew.status, signed_anew.body) == (200, 200, b"")
    assert bot.tiny.handled == ["1.1"]


async def test_after_a_listener_s_failure_slack_s_retry_is_handled(bot: Setting) -> None:
    bot.tiny.failing = 2
    answer = await bot.slack.event(mention("Ev1"))
    assert [one.status for one in bot.slack.answers] == [500, 500, 200]
    assert answer.retry == 2
    assert bot.tiny.handled == ["Ev1"]


async def test_the_same_event_at_two_processes_is_handled_once(tmp_path: Path) -> None:
    url, clock, tiny = empty_file(tmp_path / "bot.db"), SetClock(), TinyApp()
    stores = [await open_store(url) for _ in range(2)]
    body = json.dumps(mention("Ev1")).encode()
    async with (
        http_mode(Once(stores[0], clock), clock, tiny) as one,
        http_mode(Once(stores[1], clock), clock, tiny) as other,
    ):
        answers = await asyncio.gather(*(slack.slack.send(body, JSON) for slack in (one, other, one, other)))
    for store in stores:
        await store.close()
    assert tiny.handled == ["Ev1"]
    assert {answer.status for answer in answers} <= {200, 503}


async def test_while_the_database_is_away_slack_is_asked_to_try_again() -> None:
    clock, tiny = SetClock(), TinyApp()
    async with http_mode(Once(Away(), clock), clock, tiny) as bot:
        answer = await bot.slack.event(mention("Ev1"))
    assert [one.status for one in bot.slack.answers] == [503] * 4
    assert answer.latency < 2
    assert tiny.handled == []


# --- what is not genuine, or no request at all -----------------------------------------------------------

Spoil = Callable[[dict[str, str]], dict[str, str]]

SPOILT: dict[str, Spoil] = {
    "no headers": lambda _: {},
    "no signature": lambda proof: {key: proof[key] for key in proof if "Signature" not in key},
    "no timestamp": lambda proof: {key: proof[key] for key in proof if "Timestamp" not in key},
    "an empty signature": lambda proof: proof | {"X-Slack-Signature": ""},
    "another version": lambda proof: proof | {"X-Slack-Signature": "v1" + proof["X-Slack-Signature"][2:]},
    "half a signature": lambda proof: proof | {"X-Slack-Signature": proof["X-Slack-Signature"][:30]},
    "a signature that is no ASCII": lambda proof: proof | {"X-Slack-Signature": "v0=" + "é" * 64},
    "a very long signature": lambda proof: proof | {"X-Slack-Signature": "v0=" + "a" * 7000},
    "a timestamp that is no number": lambda proof: proof | {"X-Slack-Request-Timestamp": "yesterday"},
    "a huge timestamp": lambda proof: proof | {"X-Slack-Request-Timestamp": "9" * 4000},
    "a negative timestamp": lambda proof: proof | {"X-Slack-Request-Timestamp": "-1"},
    "a timestamp in Arabic": lambda proof: proof | {"X-Slack-Request-Timestamp": "١٧١٦"},
    "an old timestamp": lambda proof: proof | {"X-Slack-Request-Timestamp": "1531420618"},
}


@pytest.mark.parametrize("spoil", SPOILT.values(), ids=SPOILT.keys())
@pytest.mark.parametrize("body", [b"", b"{", b"\xff\xfe", b'{"type":"url_verification","challenge":"x"}'])
async def test_what_is_not_proven_is_refused_before_anything_else(
    bot: Setting, spoil: Spoil, body: bytes
) -> None:
    answer = await bot.slack.send(body, JSON, headers=spoil(bot.slack.signed(body)))
    assert (answer.status, answer.body) == (401, b"401 Unauthorized\n")
    assert bot.tiny.handled == []


async def test_doubled_headers_prove_nothing(bot: Setting) -> None:
    body = json.dumps(mention("Ev1")).encode()
    proof = bot.slack.signed(body)
    for name in proof:
        fields = [*proof.items(), (name, proof[name]), ("Content-Type", JSON)]
        async with bot.slack.session.post(bot.slack.url, data=body, headers=fields) as response:
            assert response.status == 401
    assert bot.tiny.handled == []


async def test_a_changed_body_is_refused(bot: Setting) -> None:
    body = json.dumps(mention("Ev1")).encode()
    headers = bot.slack.signed(body)
    answer = await bot.slack.send(body.replace(b"U0ALICE", b"U0ADMIN"), JSON, headers=headers)
    assert answer.status == 401
    assert bot.tiny.handled == []


async def test_a_wrong_secret_is_told_with_its_cure_and_not_for_each_request(
    bot: Setting, caplog: pytest.LogCaptureFixture
) -> None:
    body = json.dumps(mention("Ev1")).encode()
    for wait in (0, 1, 58, 1):
        bot.clock.advance(timedelta(minutes=wait))
        await bot.slack.send(body, JSON, headers={})  # a passer-by
        await bot.slack.send(body, JSON, headers=bot.slack.signed(body, secret="guessed"))
    assert len(caplog.messages) == 2
    assert all("copy the signing secret from the app's settings" in line for line in caplog.messages)
    assert "guessed" not in caplog.text


DEEP = b"[" * 100_000
MALFORMED: list[tuple[bytes, str]] = [
    (b"\xff\xfe", JSON),
    (b"payload=\xff\xff", FORM),
    (b"{", JSON),
    (b"null", JSON),
    (b"[]", JSON),
    (b"7", JSON),
    (b'"text"', JSON),
    (DEEP, JSON),
    (b'{"a":' * 50_000, JSON),
    (b"9" * 5000, JSON),
    (b"payload=", FORM),
    (b"payload=%7B", FORM),
    (b"payload=%5B%5D", FORM),
    (b"payload=null", FORM),
    (b"event=1&type=event_callback", FORM),
    (b'{"type":"event_callback","event":[]}', JSON),
    (b'{"type":"event_callback","event":"x"}', JSON),
    (b'{"authorizations":5}', JSON),
    (b'{"authorizations":[7],"event":{}}', JSON),
    (b'{"type":"block_actions","actions":[1],"team":{"id":"T"}}', JSON),
    (b'{"type":"view_submission","view":[]}', JSON),
    (b'{"user":[],"team":7}', JSON),
    (b'{"response_urls":[1]}', JSON),
    (b'{"type":"event_callback"}', "text/plain"),
    (b"--x\r\n\r\n--x--", "multipart/form-data; boundary=x"),
]


@pytest.mark.parametrize(("body", "content_type"), MALFORMED)
async def test_a_signed_body_that_is_no_request_is_refused(
    bot: Setting, body: bytes, content_type: str
) -> None:
    answer = await bot.slack.send(body, content_type)
    assert (answer.status, answer.body) == (400, b"400 Bad Request\n")
    assert bot.tiny.handled == []


def _shapes(seed: int) -> Any:
    """Return a request with a part or two replaced by something of another kind."""
    chance = random.Random(seed)
    payload: Any = chance.choice([mention("Ev"), click("1"), submission("1"), suggestion("x"), command("1")])
    for _ in range(chance.randint(1, 3)):
        place = payload
        while True:
            key = chance.choice(list(place)) if isinstance(place, dict) else chance.randrange(len(place))
            if isinstance(place[key], dict | list) and place[key] and chance.random() < 0.6:
                place = place[key]
                continue
            place[key] = chance.choice(
                [None, 7, "", [], {}, [[]], [None], {"id": None}, "\ud800", "T0", True]
            )
            break
    return payload


@pytest.fixture
def _unlogged() -> Iterator[None]:
    """What bolt would log of it has lone surrogates, which no test report can hold."""
    logging.disable(logging.CRITICAL)
    yield
    logging.disable(logging.NOTSET)


@pytest.mark.usefixtures("_unlogged")
async def test_spoilt_requests_that_are_signed_never_make_a_server_error(bot: Setting) -> None:
    for seed in range(500):
        payload = _shapes(seed)
        as_form = "command" not in payload and "event" not in payload
        body = json.dumps(payload).encode()
        answer = await (bot.slack.interactive(payload) if as_form else bot.slack.send(body, JSON))
        assert answer.status in {200, 400, 404}, payload


# --- floods ---------------------------------------------------------------------------------------------


async def test_a_burst_of_events_is_handled_whole_in_few_transactions() -> None:
    """While the database is at work, those that come wait for it together."""
    memory, clock, tiny = SlowMemory(), SetClock(), TinyApp()
    once, limits = Once(memory, clock, Patience(begin=60, end=60)), Limits(at_once=200, in_all=200)
    memory.gate.clear()
    async with http_mode(once, clock, tiny, limits=limits, deadline=60) as bot:
        events = [json.dumps(mention(f"Ev{number}")).encode() for number in range(200)]
        sent = [asyncio.create_task(bot.slack.send(body, JSON)) for body in events]
        await eventually(lambda: len(once._running) == 400)
        memory.gate.set()
        answers = await asyncio.gather(*sent)
    assert {answer.status for answer in answers} == {200}
    assert sorted(tiny.handled) == sorted(f"Ev{number}" for number in range(200))
    assert len(memory.looks) == 2
    assert sum(len(keys) for keys in memory.looks) == 400


async def test_events_beyond_the_limit_come_again_and_a_command_goes_past_them(
    store: SqlStore, caplog: pytest.LogCaptureFixture
) -> None:
    clock, tiny = SetClock(), TinyApp()
    tiny.hold_events()
    limits = Limits(at_once=2, in_all=2)
    async with http_mode(Once(store, clock), clock, tiny, limits=limits) as bot:
        events = [json.dumps(mention(f"Ev{number}")).encode() for number in range(20)]
        inside = [asyncio.create_task(bot.slack.send(body, JSON)) for body in events[:2]]
        await eventually(lambda: len(bot.http._once._running) == 4)
        beyond = [await bot.slack.send(body, JSON) for body in events[2:]]
        answers = [await bot.slack.command(command("1.1")), await bot.slack.interactive(click("1.2"))]
        assert [answer.status for answer in (*beyond, *answers)] == [503] * 18 + [200] * 2
        assert tiny.handled == ["1.1", "1.2"]
        tiny.gate.set()
        assert [answer.status for answer in await asyncio.gather(*inside)] == [200] * 2
        assert [(await bot.slack.again(body, 1)).status for body in events] == [200] * 20
    assert sorted(tiny.handled[2:]) == sorted(f"Ev{number}" for number in range(20))
    assert [record.getMessage() for record in caplog.records if record.levelname == "WARNING"] == [
        "more events of Slack come than can be handled; some are left, and come again"
    ]


async def test_an_event_that_waits_too_long_for_its_place_comes_again() -> None:
    """Slack would have given it up, and handling it as well would be work for nothing."""
    places = Places(Limits(at_once=1, in_all=9))
    async with places.place(comes_again=True):
        with pytest.raises(Full):
            async with places.place(comes_again=True, patience=0.01):
                pytest.fail("there is one place")
    async with places.place(comes_again=True, patience=0.01):
        pass


# --- limits -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("chunked", [False, True])
async def test_a_body_of_more_than_256_kb_is_refused(bot: Setting, chunked: bool) -> None:
    body = b'{"padding":"' + b"a" * (256 * 1024) + b'"}'

    async def pieces() -> AsyncIterator[bytes]:
        for start in range(0, len(body), 10_000):
            yield body[start : start + 10_000]

    headers = {"Content-Type": JSON, **bot.slack.signed(body)}
    data = pieces() if chunked else body
    async with bot.slack.session.post(bot.slack.url, data=data, headers=headers) as response:
        assert response.status == 413


async def test_a_body_that_is_announced_too_long_is_not_waited_for(bot: Setting) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", bot.port)
    fields = {**bot.slack.signed(b""), "Content-Length": "999999999", "Content-Type": JSON, "Host": "x"}
    head = "".join(f"{name}: {value}\r\n" for name, value in fields.items())
    writer.write(f"POST {PATH} HTTP/1.1\r\n{head}\r\n".encode())
    async with asyncio.timeout(5):
        assert (await reader.readline()).startswith(b"HTTP/1.1 413")
    writer.close()
    await writer.wait_closed()


async def test_a_slow_body_holds_up_nobody_and_is_left(store: SqlStore) -> None:
    clock = SetClock()
    async with http_mode(Once(store, clock), clock, TinyApp(), deadline=0.3) as bot:
        body = json.dumps(mention("Ev1")).encode()
        reader, writer = await asyncio.open_connection("127.0.0.1", bot.port)
        fields = {
            **bot.slack.signed(body),
            "Content-Length": str(len(body)),
            "Content-Type": JSON,
            "Host": "x",
        }
        head = "".join(f"{name}: {value}\r\n" for name, value in fields.items())
        writer.write(f"POST {PATH} HTTP/1.1\r\n{head}\r\n".encode() + body[:20])
        answer = await bot.slack.command(command("1.1"))
        assert answer.status == 200
        assert (await reader.readline()).startswith(b"HTTP/1.1 408")
        writer.close()
        await writer.wait_closed()
        assert bot.tiny.handled == ["1.1"]


async def test_a_hung_up_request_is_no_error(bot: Setting, caplog: pytest.LogCaptureFixture) -> None:
    body = json.dumps(mention("Ev1")).encode()
    for said in (0, 20):
        with socket.create_connection(("127.0.0.1", bot.port)) as connection:
            fields = {
                **bot.slack.signed(body),
                "Content-Length": str(len(body)),
                "Content-Type": JSON,
                "Host": "x",
            }
            head = "".join(f"{name}: {value}\r\n" for name, value in fields.items())
            connection.sendall(f"POST {PATH} HTTP/1.1\r\n{head}\r\n".encode() + body[:said])
    answer = await bot.slack.event(mention("Ev1"))
    assert answer.status == 200
    assert bot.tiny.handled == ["Ev1"]
    assert not [record for record in caplog.records if record.levelname == "ERROR"]
