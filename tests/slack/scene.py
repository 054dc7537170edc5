"""A Slack, a page with an incident, channels that follow it, and the real chat in between."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from slack_sdk.web.async_client import AsyncWebClient

from adapters.slack.chat import SlackChat
from adapters.slack.session import open_client
from adapters.slack.web_api import WebApi
from bot.courier import Courier
from bot.domain.delivery import Scope, Verdict
from bot.domain.subscription import Channel, Settings
from bot.ports import Refused
from tests.courier.scene import CURB, Scene
from tests.fakes.slack.ledger import Message
from tests.fakes.slack.standin import SlackStandIn, slack_stand_in
from tests.fakes.slack.workspaces import Workspace
from tests.stores import empty_store, subscribe_alike

DEADLINE = 30.0
"""Seconds; no test waits for it, one that wants to gives a shorter one."""


class Tokens:
    """The bot token of each workspace the stand-in knows."""

    def __init__(self, slack: SlackStandIn) -> None:
        self._slack = slack

    async def token(self, workspace: str) -> str:
        for known in self._slack.workspaces.values():
            if known.team_id == workspace:
                return known.token
        raise Refused(Verdict.PAUSE, Scope.WORKSPACE, "no_token", "There is no token.", cure="Install me.")

    async def present_token(self, workspace: str) -> str | None:
        try:
            return await self.token(workspace)
        except Refused:
            return None


@dataclass(slots=True)
class SlackScene:
    """All of it, on one clock: that of *world*, whose platform CURB is Slack."""

    slack: SlackStandIn
    client: AsyncWebClient
    api: WebApi
    chat: SlackChat
    world: Scene

    @property
    def now(self) -> datetime:
        return self.world.clock.now()

    def courier(self, **options: Any) -> Courier:
        """Return a courier whose one platform in use is Slack."""
        return self.world.courier(**{CURB: self.chat, **options})

    def workspace(self, number: int) -> Workspace:
        """Return one more workspace."""
        made = Workspace(f"T{number:04}", f"xoxb-{number}")
        self.slack.workspaces[made.token] = made
        return made

    async def subscribe(self, number: int = 1, workspace: Workspace | None = None) -> Channel:
        """Let one more channel of *workspace* (the usual one) follow everything."""
        home = workspace or self.slack.home
        channel = await self.world.subscribe(number, workspace=home.team_id)
        home.add_channel(channel.id)
        return channel

    async def subscribe_many(self, count: int) -> list[Channel]:
        """Let so many channels of the usual workspace follow everything."""
        first = await self.subscribe(0)
        others = [replace(first, id=f"channel{number}") for number in range(1, count)]
        for channel in others:
            self.slack.home.add_channel(channel.id)
        await subscribe_alike(self.world.store, first, others)
        return [first, *others]

    async def subscribe_slack(self) -> Channel:
        """Let a channel of the usual workspace follow everything, under the platform's real name."""
        channel = Channel("slack", self.slack.home.team_id, "C1")
        self.slack.home.add_channel(channel.id)
        await self.world.store.subscribe(channel, Settings(), "somebody", self.now)
        return channel

    def slack_courier(self) -> Courier:
        """Return a courier for channels under the platform's real name."""
        return Courier(self.world.store, {"slack": self.chat}, self.world.clock)

    def shown(self, channel: Channel) -> list[Message]:
        """Return what stands in *channel* itself."""
        return self.slack.ledger.top(channel.id)

    async def go_on(self, courier: Courier) -> None:
        """Serve what is due; if something will be due again, set the clock to that and serve it, too."""
        await courier.run_dry()
        due_at = await self.world.store.next_due()
        if due_at is not None:
            self.world.clock.set(max(due_at, self.now))
            await courier.run_dry()


@asynccontextmanager
async def slack_scene(*, deadline: float = DEADLINE) -> AsyncIterator[SlackScene]:
    """Return a scene in which the page was read once and nobody follows it."""
    async with empty_store() as store:
        world = Scene(store)
        await world.read()
        async with slack_stand_in(clock=world.clock) as slack, open_client(slack.base_url) as client:
            api = WebApi(client, Tokens(slack), deadline=deadline)
            yield SlackScene(slack, client, api, SlackChat(api, world.clock), world)
