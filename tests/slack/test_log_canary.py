"""What Slack sends and what opens it never gets into the log, also where everything is logged."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from aiohttp import ClientSession
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from adapters.slack.http import PATH, SlackHttp
from adapters.slack.once import Once
from adapters.slack.session import open_client
from adapters.slack.socket import SlackSocket
from adapters.web import Route, serve
from bot.logs import configure_logs
from bot.settings import LogFormat, LogLevel
from storage.opening import open_store
from tests.fakes.broken_store import BrokenStore
from tests.fakes.clock import SetClock
from tests.fakes.slack.http_sender import FORM, JSON, HttpSender
from tests.fakes.slack.socket import SocketMode
from tests.fakes.slack.standin import slack_stand_in
from tests.slack.socket_bot import BRISK
from tests.slack.tiny import RESPONSE_URL, Json, TinyApp, click, command, mention, suggestion
from tests.slack.world import World
from tests.stores import empty_file

SECRET = "canary-signing-secret-8f742231b10e"
APP_TOKEN = "xapp-1-A0CLAUDE-canaryapptoken"
BOT_TOKEN = "xoxb-canary-bot-token"
WORDS = "canary words that a person wrote"
CANARIES = ("canary", RESPONSE_URL, "gIkuvaNzQIHg97ATvDxqgjtO")
"""All of them hold the word, but for the verification token that Slack still sends."""


@pytest.fixture
def _as_it_was(capsys: pytest.CaptureFixture[str]) -> Iterator[None]:
    """The loggers of the libraries, and whatever bolt made, get back the levels they had."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)
    for name in [*logging.Logger.manager.loggerDict]:
        if name.partition(".")[0] in {"aiohttp", "slack_bolt", "slack_sdk", "asyncio"}:
            logging.getLogger(name).setLevel(logging.NOTSET)


def payloads() -> list[Json]:
    """Return requests that are handled, that fail, and that nobody listens for; each told in its way."""
    return [
        mention("Ev1", WORDS),
        click("1.2"),
        suggestion(WORDS),
        suggestion(WORDS) | {"action_id": "canary action"},
        click("1.3")
        | {"actions": [{"type": "button", "action_id": "canary", "block_id": "b", "value": WORDS}]},
        mention("Ev2") | {"event": {"type": "message", "text": WORDS, "user": "U0ALICE"}},
        {
            "type": "dialog_submission",
            "callback_id": "canary",
            "submission": {"a": WORDS},
            "team": {"id": "T"},
        },
        {"type": "event_callback", "event": [WORDS], "response_url": RESPONSE_URL},
    ]


async def everything_over_http(folder: Path) -> None:
    store, clock, tiny = await open_store(empty_file(folder / "http.db")), SetClock(), TinyApp()
    http = SlackHttp([SECRET], Once(store, clock), clock, tiny.dispatch)
    async with (
        serve(0, [Route("POST", PATH, http.handle)], host="127.0.0.1") as port,
        ClientSession() as session,
    ):
        slack = HttpSender(session, f"http://127.0.0.1:{port}{PATH}", SECRET, clock)
        for failing in (0, 1):
            for number, payload in enumerate(payloads()):
                tiny.failing = failing
                await slack.send(json.dumps(payload | {"event_id": f"E{failing}{number}"}).encode(), JSON)
            tiny.failing = failing
            await slack.command(command(f"9.{failing}", WORDS))
        body = json.dumps(command("9.9", WORDS)).encode()
        await slack.send(body, JSON, headers=slack.signed(body, secret="guessed"))
        await slack.send(
            body, JSON, headers={"X-Slack-Signature": "canary", "X-Slack-Request-Timestamp": "canary"}
        )
        for bad in (b"canary=%", b"{canary", b"payload=%7Bcanary", b"canary \xff", b"canary" * 60_000):
            await slack.send(bad, JSON)
            await slack.send(bad, FORM)
        await shout(port, b"canary canary\r\n\r\n")
        await shout(port, b"POST /canary?canary HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        await shout(port, b"POST " + PATH.encode() + b" HTTP/1.1\r\ncanary\r\n\r\n")
    assert tiny.handled
    await store.close()


async def shout(port: int, said: bytes) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(said)
    await reader.read()
    writer.close()
    await writer.wait_closed()


async def everything_over_sockets(folder: Path) -> None:
    store, clock, tiny = await open_store(empty_file(folder / "socket.db")), SetClock(), TinyApp()
    async with slack_stand_in(clock=clock) as slack:
        sockets = SocketMode(slack)
        slack.fresh = lambda prefix, make=slack.fresh: make(f"canary-{prefix}")  # type: ignore[method-assign, misc]
        sockets.refuses = 2
        once = Once(store, clock)
        socket = SlackSocket(APP_TOKEN, slack.base_url, once, tiny.dispatch, replace(BRISK, drain=0.1))
        running = asyncio.create_task(socket.run())
        await _until(lambda: bool(slack.ledger.calls))  # refused: the token is not known yet
        slack.app_tokens.add(APP_TOKEN)
        await sockets.until_open(1)
        for failing in (0, 1):
            for number, payload in enumerate(payloads()):
                tiny.failing = failing
                await sockets.send("interactive", payload | {"event_id": f"E{failing}{number}"})
                last = await sockets.send(
                    "slash_commands", command(f"9.{failing}.{number}", WORDS) | {"x": number}
                )
                tiny.failing = 0
                await sockets.resend(last)
                await sockets.acknowledged(last)
        for frame in ("canary", '{"canary"', {"type": "canary"}, {"envelope_id": "canary", "payload": WORDS}):
            await sockets.say(frame)
        await sockets.disconnect("canary in no word of Slack's")
        await sockets.until_open(2)
        await sockets.cut()
        await sockets.until_open(3)
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
    assert tiny.handled
    await store.close()


async def everything_over_the_web_api(folder: Path) -> None:
    async with slack_stand_in() as slack, open_client(slack.base_url) as client:
        await _post(client)
        slack.home.token = BOT_TOKEN
        slack.workspaces[BOT_TOKEN] = slack.home
        await _post(client)
        assert [message.text for message in slack.ledger.messages("C0STATUS")] == [WORDS]


async def _post(client: AsyncWebClient) -> None:
    try:
        await client.api_call(
            "chat.postMessage",
            json={"channel": "C0STATUS", "text": WORDS},
            headers={"Authorization": f"Bearer {BOT_TOKEN}"},
        )
    except SlackApiError as error:
        logging.getLogger("bot").error("refused: %s", error.response["error"])


async def _until(true: Callable[[], bool]) -> None:
    async with asyncio.timeout(20):
        while not true():  # noqa: ASYNC110  there is no event for it
            await asyncio.sleep(0.001)


WAYS = [everything_over_http, everything_over_sockets, everything_over_the_web_api]


@pytest.mark.usefixtures("_as_it_was")
@pytest.mark.parametrize("form", LogFormat)
@pytest.mark.parametrize("way", WAYS)
async def test_the_log_holds_no_secret_and_nothing_that_was_said(
    way: Callable[[Path], asyncio.Future[None]],
    form: LogFormat,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    configure_logs(LogLevel.DEBUG, form, colours=False, secrets=[SECRET, APP_TOKEN, BOT_TOKEN])
    logging.getLogger("bot").debug("everything is logged")
    await way(tmp_path)
    said = capsys.readouterr().err
    assert "everything is logged" in said
    leaks = [line for line in said.splitlines() if any(canary in line for canary in CANARIES)]
    assert leaks == []


@pytest.mark.usefixtures("_as_it_was")
@pytest.mark.parametrize("way", WAYS[:2])
async def test_the_libraries_alone_would_tell_it(
    way: Callable[[Path], asyncio.Future[None]], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Or the test above could not fail."""
    logging.getLogger().handlers[:] = [logging.StreamHandler()]
    logging.getLogger().setLevel(logging.DEBUG)
    logging.getLogger("aiosqlite").setLevel(logging.WARNING)  # its thread goes on after the test
    await way(tmp_path)
    said = capsys.readouterr().err
    assert any(canary in said for canary in CANARIES)


async def everybody_asks(world: World, form: Json) -> None:
    """Let the real app be asked in each of the ways it listens to, with words of a person in each."""
    people = world.people
    await people.types(f"subscribe {WORDS}")
    await people.types("subscribe")
    await people.types(f"settings mention={WORDS}")
    for action in ("share", "subscribe", "settings", "test", "unmute"):
        await people.presses(action, WORDS)
    await people.presses("subscribe")
    await people.submits(form, {"impact": "major"})
    await people.opens_home()
    await people.presses_at_home("refresh_home", WORDS)
    await people.presses_at_home("settings_of", WORDS)
    await people.says(f"<@U0BOT> {WORDS}")
    await people.says("<@U0BOT> is it down?")
    await people.asks_beside()


@pytest.mark.usefixtures("_as_it_was")
@pytest.mark.parametrize("form", LogFormat)
async def test_the_real_app_on_a_store_that_fails_logs_no_word_of_it(
    form: LogFormat, silent_world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    """An error of a database may quote what it was to write: what somebody typed, or a response_url."""
    await silent_world.people.types("subscribe")
    await silent_world.people.presses("settings")
    view = silent_world.form()
    configure_logs(LogLevel.DEBUG, form, colours=False)
    silent_world.app = silent_world.build(BrokenStore(silent_world.store, f"cannot write: {WORDS}"))
    await everybody_asks(silent_world, view)
    said = capsys.readouterr().err
    assert said.count("StorageError") >= 10
    leaks = [line for line in said.splitlines() if any(canary in line for canary in CANARIES)]
    assert leaks == []
