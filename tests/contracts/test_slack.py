"""Slack keeps the contract, against the stand-in, whatever becomes of replies to a deleted card."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence

import pytest
from slack_sdk.web.async_client import AsyncWebClient

from adapters.slack.chat import SlackChat
from adapters.slack.session import open_client
from adapters.slack.web_api import WebApi
from adapters.slack.workspaces import OneWorkspace
from bot.domain.delivery import Post, Reference
from bot.domain.subscription import Channel
from bot.ports import Chat, NotYet
from tests.contracts.chat import ChatContract, ChatDriver, Failure, Seen
from tests.fakes.clock import SetClock
from tests.fakes.slack.faults import error, reset
from tests.fakes.slack.standin import SlackStandIn, slack_stand_in
from tests.slack.reading import seen


class Patient:
    """A chat whose caller comes back when it is a call's turn, as the courier does: the clock goes on."""

    def __init__(self, chat: SlackChat, clock: SetClock) -> None:
        self._chat = chat
        self._clock = clock

    async def send(self, channel: Channel, post: Post, nonce: str, parent: Reference | None) -> Reference:
        while True:
            try:
                return await self._chat.send(channel, post, nonce, parent)
            except NotYet as early:
                self._clock.advance(early.wait)

    async def edit(self, channel: Channel, reference: Reference, post: Post) -> None:
        while True:
            try:
                return await self._chat.edit(channel, reference, post)
            except NotYet as early:
                self._clock.advance(early.wait)


class SlackDriver:
    """Drives a `SlackChat` through its real client; what is seen is what the stand-in accepted."""

    def __init__(self, slack: SlackStandIn, client: AsyncWebClient) -> None:
        self._slack = slack
        self._client = client
        self.channel = Channel("slack", "T0CLAUDE", "C0STATUS")
        self.other_channel = Channel("slack", "T0CLAUDE", "C0OTHER")
        self.deduplicates = False
        self.deletes = True
        self.survives = True
        self.failures = frozenset(Failure)
        self.chat: Chat = self._chat()

    def seen(self, channel: Channel) -> Sequence[Seen]:
        ledger = self._slack.ledger
        return [
            Seen(seen(message.blocks), tuple(Seen(seen(below.blocks)) for below in ledger.replies(message)))
            for message in ledger.top(channel.id)
        ]

    def delete(self, channel: Channel, reference: Reference) -> None:
        self._slack.delete(channel.id, reference.id)

    def fail_next(self, failure: Failure) -> None:
        fault = error("service_unavailable") if failure is Failure.BEFORE else reset(accepted=True)
        self._slack.fail("*", fault, match=lambda _token, body: "channel" in body)

    def restart(self) -> None:
        self.chat = self._chat()

    def _chat(self) -> Chat:
        api = WebApi(self._client, OneWorkspace(self._client, "xoxb-test"))
        return Patient(SlackChat(api, self._slack.clock), self._slack.clock)


class TestSlack(ChatContract):
    """With the stand-in's two ways to treat a reply to a deleted message."""

    @pytest.fixture(params=[False, True], ids=["orphans-in-channel", "orphans-refused"])
    async def driver(self, request: pytest.FixtureRequest) -> AsyncIterator[ChatDriver]:
        async with slack_stand_in() as slack, open_client(slack.base_url) as client:
            slack.refuses_orphans = request.param
            yield SlackDriver(slack, client)
