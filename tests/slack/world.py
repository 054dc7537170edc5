"""The world of a conversation: the real app and store, the stand-in, and people who use both."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from slack_bolt.async_app import AsyncApp
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_bolt.response import BoltResponse

from adapters.slack.aftermath import Aftermath
from adapters.slack.app import build_app
from adapters.slack.chat import SlackChat
from adapters.slack.paced import Paced
from adapters.slack.seal import seal_key
from adapters.slack.web_api import WebApi
from adapters.slack.workspaces import OneWorkspace
from adapters.statuspage.parse import parse as parse_page
from bot.commands import Desk
from bot.courier import Courier
from bot.domain.health import Health
from bot.domain.status import Endpoint, Snapshot
from bot.domain.subscription import Channel, Settings, State, Subscription
from bot.domain.transitions import absorb
from bot.ports import Store
from bot.underway import Underway
from storage.store import SqlStore
from tests.factories import PAGE_URL, Document, encode, incidents_document, summary
from tests.fakes.clock import SetClock
from tests.fakes.slack.heard import Ack
from tests.fakes.slack.ledger import Json, Message
from tests.fakes.slack.people import People, Somebody, Way
from tests.fakes.slack.standin import SlackStandIn

KEY = seal_key("xoxb-test")

ALICE = Somebody()
ADMIN = Somebody("U0ADMIN")


@dataclass
class World:
    """Everything a conversation needs. *app* may be built anew, with another policy or another store."""

    slack: SlackStandIn
    store: SqlStore
    clock: SetClock
    client: Any
    policy: str = "members"
    patience: float = 2.0
    underway: Underway = field(default_factory=Underway)

    def __post_init__(self) -> None:
        self.workspaces = OneWorkspace(self.client, "xoxb-test")
        self.api = WebApi(self.client, self.workspaces)
        self.paced = Paced(self.api, self.clock)
        self.aftermath = Aftermath(self.store, self.clock, self.api, self.underway)
        chat = SlackChat(self.api, self.clock, self.paced)
        self.courier = Courier(self.store, {"slack": chat}, self.clock)
        self.pauses: list[float] = []
        self.installed: dict[str, bool] = {}
        self.app = self.build(self.store)
        self.people = People(self.slack, self.directly, self.settle)

    def build(self, store: Store) -> AsyncApp:
        """Return an app like ours on *store*."""
        return build_app(
            Desk(store, self.clock, PAGE_URL),
            store,
            self.clock,
            self.api,
            policy=self.policy,
            page_url=PAGE_URL,
            seal_key=KEY,
            aftermath=self.aftermath,
            underway=self.underway,
            paced=self.paced,
            pause=self.pause,
            installed=self.is_installed,
            patience=self.patience,
        )

    def is_installed(self, workspace: str) -> bool | None:
        """Return whether the app is in *workspace*: as the token says, but for what a test says."""
        return self.installed.get(workspace, self.workspaces.opens(workspace))

    async def pause(self, seconds: float) -> None:
        """Wait as the app does, but for the clock alone."""
        self.pauses.append(seconds)
        self.clock.advance(timedelta(seconds=seconds))

    def over(self, way: Way) -> None:
        """Let people come in by *way* from now on."""
        self.people = People(self.slack, way, self.settle)

    async def dispatch(self, request: AsyncBoltRequest) -> BoltResponse:
        """Hand a request to the app as it is at this moment."""
        return await self.app.async_dispatch(request)

    async def directly(self, kind: str, payload: Json) -> Ack:
        """Hand a payload to the app as HTTP mode does, with no way in between."""
        form = {"content-type": ["application/x-www-form-urlencoded"]}
        match kind:
            case "events_api":
                body, headers = json.dumps(payload), {"content-type": ["application/json"]}
            case "slash_commands":
                body, headers = urlencode(payload), form
            case _:
                body, headers = urlencode({"payload": json.dumps(payload)}), form
        answer = await self.dispatch(AsyncBoltRequest(body=body, headers=dict(headers)))
        return Ack(answer.status, json.loads(answer.body) if answer.body else None)

    async def settle(self) -> None:
        """Wait until the app has done all it began; an event's listener begins a turn after its ack."""
        for _ in range(3):
            await asyncio.sleep(0)
        await self.underway.finish()

    async def page_says(self, *incidents: Document, parts: Sequence[Document] | None = None) -> None:
        """Read the page's summary now, with these open incidents."""
        await self._read(Endpoint.SUMMARY, summary(*incidents, parts=parts, updated_at=self.clock.now()))

    async def page_lists(self, *incidents: Document) -> None:
        """Read the page's list of incidents now."""
        await self._read(Endpoint.INCIDENTS, incidents_document(*incidents, updated_at=self.clock.now()))

    async def _read(self, endpoint: Endpoint, document: Document) -> None:
        snapshot = parse_page(endpoint, encode(document), PAGE_URL)
        assert isinstance(snapshot, Snapshot)
        now = self.clock.now()
        await self.store.record(absorb(await self.store.known(), snapshot, now), (), now)
        await self.store.set_health(Health(read_at=now))

    async def deliver(self) -> None:
        """Let the courier work until nothing is due, and see to the aftermath."""
        for _ in range(5):
            await self.courier.run_dry()
            self.clock.advance(timedelta(seconds=2))
        await self.aftermath.tick()
        await self.settle()

    async def subscription(
        self, channel: str = "C0STATUS", workspace: str = "T0CLAUDE"
    ) -> Subscription | None:
        """Return what the store holds of a channel, None where it never subscribed or no longer is."""
        found = await self.store.subscription(Channel("slack", workspace, channel))
        return None if found is None or found.state is State.ENDED else found

    async def settings(self, channel: str = "C0STATUS") -> Settings:
        """Return the settings of a subscribed channel."""
        found = await self.subscription(channel)
        assert found is not None
        return found.settings

    def form(self) -> Json:
        """Return the form that was opened last."""
        opened = [one.view for one in self.slack.ledger.views if one.method == "views.open"]
        return opened[-1]

    def notices(self, channel: str = "C0STATUS") -> list[Message]:
        """Return what stands in a channel by the bot."""
        return [one for one in self.slack.ledger.messages(channel) if one.author == "U0BOT"]
