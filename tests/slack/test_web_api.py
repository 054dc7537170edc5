"""The Web API as we call it: whose token it is, where answers go, and what nobody gets to read."""

from __future__ import annotations

import asyncio
import logging
import traceback
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from slack_sdk.web.async_client import AsyncWebClient

from adapters.slack.chat import SlackChat
from adapters.slack.session import open_client
from adapters.slack.web_api import WebApi
from adapters.slack.workspaces import OneWorkspace
from bot.domain.delivery import Scope, Verdict
from bot.domain.subscription import Channel
from bot.ports import Refused
from tests.contracts.chat import card
from tests.courier.scene import seconds
from tests.fakes.slack.faults import error, http, limited, redirect, reset
from tests.slack.scene import SlackScene, slack_scene

HERE = Channel("slack", "T0CLAUDE", "C0STATUS")
WORDS = "Words of the page"


@pytest.fixture
async def scene() -> AsyncIterator[SlackScene]:
    async with slack_scene() as scene:
        yield scene


class TestOneWorkspace:
    """The workspaces of an installation that has one bot token."""

    async def test_slack_is_asked_once_however_many_need_it(self, scene: SlackScene) -> None:
        one = OneWorkspace(scene.client, "xoxb-test")
        assert one.opens("T0CLAUDE") is None
        tokens = await asyncio.gather(*(one.token("T0CLAUDE") for _ in range(50)))
        assert (set(tokens), len(scene.slack.ledger.calls)) == ({"xoxb-test"}, 1)
        identity = await one.identity()
        assert (identity.workspace, identity.name, identity.bot_user) == (
            "T0CLAUDE",
            "Claude watchers",
            "U0BOT",
        )
        assert identity.scopes == scene.slack.home.scopes
        assert (one.opens("T0CLAUDE"), one.opens("T0OTHER")) == (True, False)

    async def test_a_channel_of_another_workspace_is_refused_with_the_cure(self, scene: SlackScene) -> None:
        chat = SlackChat(WebApi(scene.client, OneWorkspace(scene.client, "xoxb-test")), scene.world.clock)
        with pytest.raises(Refused) as caught:
            await chat.send(Channel("slack", "T0OTHER", "C0FAR"), card(), "n1", None)
        refused = caught.value
        assert (refused.verdict, refused.scope, refused.code) == (
            Verdict.PAUSE,
            Scope.WORKSPACE,
            "other_workspace",
        )
        assert "Claude watchers" in refused.reason
        assert "SLACK_BOT_TOKEN" in refused.cure
        assert not scene.slack.ledger.calls_of("chat.postMessage")

    async def test_while_slack_does_not_say_who_we_are_nothing_was_sent(self, scene: SlackScene) -> None:
        chat = SlackChat(WebApi(scene.client, OneWorkspace(scene.client, "xoxb-test")), scene.world.clock)
        for fault in (reset(accepted=True), http(502)):
            scene.slack.fail("auth.test", fault)
            with pytest.raises(Refused) as caught:
                await chat.send(HERE, card(), "n1", None)
            assert (caught.value.verdict, caught.value.unknown) == (Verdict.RETRY, False)
            scene.world.clock.advance(seconds(1))
        await chat.send(HERE, card(), "n1", None)
        assert len(scene.shown(HERE)) == 1

    async def test_a_wrong_token_pauses_the_workspace(self, scene: SlackScene) -> None:
        chat = SlackChat(WebApi(scene.client, OneWorkspace(scene.client, "xoxb-wrong")), scene.world.clock)
        with pytest.raises(Refused) as caught:
            await chat.send(HERE, card(), "n1", None)
        assert (caught.value.code, caught.value.scope) == ("invalid_auth", Scope.WORKSPACE)


class TestResponses:
    """Later answers, which go to an address out of a payload."""

    async def test_an_answer_is_taken_five_times(self, scene: SlackScene) -> None:
        url = scene.slack.response_url()
        for _ in range(5):
            await scene.api.respond(url, {"text": "an answer"})
        with pytest.raises(Refused) as caught:
            await scene.api.respond(url, {"text": "an answer"})
        assert (caught.value.code, caught.value.verdict) == ("used_url", Verdict.DROP)

    async def test_an_answer_comes_too_late_after_half_an_hour(self, scene: SlackScene) -> None:
        url = scene.slack.response_url()
        scene.world.clock.advance(timedelta(minutes=31))
        with pytest.raises(Refused, match="expired_url"):
            await scene.api.respond(url, {"text": "an answer"})

    @pytest.mark.parametrize(
        "url",
        [
            "http://hooks.slack.com/commands/1",
            "https://hooks.slack.com.evil.example/commands/1",
            "https://hooks.slack.com@evil.example/",
            "https://hooks.slack.com:8443/",
            "https://user:pass@hooks.slack.com/",
            "https://slack.com/api/chat.postMessage",
            "http://127.0.0.1:1/",
            "http://localhost/",
            "file:///etc/passwd",
            "https://[",
            "",
        ],
    )
    async def test_an_address_that_is_not_slacks_gets_no_answer(self, scene: SlackScene, url: str) -> None:
        with pytest.raises(Refused) as caught:
            await scene.api.respond(url, {"text": "secret"})
        assert caught.value.code == "strange_url"
        assert url == "" or url not in str(caught.value)

    async def test_an_answer_follows_no_redirect(self, scene: SlackScene) -> None:
        scene.slack.fail("response_url", redirect(f"{scene.slack.base_url}auth.test"))
        with pytest.raises(Refused) as caught:
            await scene.api.respond(scene.slack.response_url(), {"text": "secret"})
        assert not caught.value.unknown
        assert not scene.slack.ledger.calls

    async def test_a_loopback_address_is_slacks_only_where_slack_is_a_stand_in(self) -> None:
        async with slack_scene() as scene, open_client() as client:
            api = WebApi(client, OneWorkspace(client, "xoxb-test"))
            with pytest.raises(Refused, match="strange_url"):
                await api.respond(scene.slack.response_url(), {"text": "x"})
            assert not scene.slack.ledger.responses


async def test_the_scopes_are_those_slack_last_named(scene: SlackScene) -> None:
    assert scene.api.scopes("T0CLAUDE") is None
    await scene.api.call("T0CLAUDE", "auth.test", {})
    assert scene.api.scopes("T0CLAUDE") == scene.slack.home.scopes
    scene.slack.home.scopes = frozenset({"chat:write"})
    await scene.api.call("T0CLAUDE", "auth.test", {})
    assert scene.api.scopes("T0CLAUDE") == frozenset({"chat:write"})
    assert scene.api.scopes("T0OTHER") is None


async def test_nothing_that_is_sent_or_answered_is_logged(
    scene: SlackScene, caplog: pytest.LogCaptureFixture
) -> None:
    url = scene.slack.response_url()
    with caplog.at_level(logging.DEBUG):
        await scene.chat.send(HERE, card(WORDS), "nonce-1", None)
        for fault in (error("invalid_blocks", canary="of the answer"), http(502), reset(), limited()):
            scene.slack.fail("chat.update", fault)
            with pytest.raises(Refused):
                await scene.api.call("T0CLAUDE", "chat.update", {"text": WORDS})
        await scene.api.respond(url, {"text": WORDS})
    text = caplog.text
    for secret in ("xoxb-test", WORDS, "nonce-1", "of the answer", url, "Bearer"):
        assert secret not in text, secret


async def test_a_refusal_tells_no_token_and_no_body_however_it_is_shown(scene: SlackScene) -> None:
    for fault in (error("brand_new", canary="of the answer"), http(502), reset(), limited()):
        scene.slack.fail("chat.postMessage", fault)
        body = {"text": WORDS}
        try:
            await scene.api.call("T0CLAUDE", "chat.postMessage", body)
        except Refused as refused:
            shown = "".join(traceback.format_exception(refused))
            for secret in ("xoxb-test", WORDS, "of the answer"):
                assert secret not in shown


async def test_a_client_without_a_session_of_ours_is_not_taken() -> None:
    client = AsyncWebClient()
    with pytest.raises(ValueError, match="open_client"):
        WebApi(client, OneWorkspace(client, "xoxb-test"))


async def test_proxies_are_left_to_the_session_which_knows_who_needs_none(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    async with slack_scene() as scene:
        await scene.chat.send(HERE, card(), "n1", None)
        assert len(scene.shown(HERE)) == 1
    monkeypatch.delenv("NO_PROXY")
    async with slack_scene() as scene:
        with pytest.raises(Refused) as caught:
            await scene.chat.send(HERE, card(), "n1", None)
        assert (caught.value.code, caught.value.unknown) == ("not_connected", False)
