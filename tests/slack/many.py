"""Many workspaces: the bot behind its web server, Slack before it, browsers that install, and a page."""

from __future__ import annotations

import socket
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from aiohttp import ClientSession

from adapters.slack.http import PATH
from adapters.slack.oauth import INSTALL, REDIRECT, OAuthAccess
from adapters.slack.opening import Access, Slack, open_slack
from adapters.web import Route, serve
from bot.commands import Desk
from bot.courier import Courier
from bot.domain.subscription import Channel, Settings
from bot.installations import Installations
from bot.ports import Store
from storage.cipher import Cipher
from storage.installations import SqlInstallations
from storage.store import SqlStore
from tests.courier.scene import Scene
from tests.factories import PAGE_URL
from tests.fakes.clock import SetClock
from tests.fakes.slack.browser import Browser, Seen
from tests.fakes.slack.http_sender import HttpSender
from tests.fakes.slack.ledger import Call, Json, Message
from tests.fakes.slack.oauth import Kind
from tests.fakes.slack.removal import uninstall
from tests.fakes.slack.standin import SlackStandIn, slack_stand_in
from tests.fakes.slack.workspaces import Workspace
from tests.stores import empty_store

SECRET = "signing-secret-for-tests"
KEY = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="


@dataclass
class Process:
    """One process of the bot, behind *url*."""

    slack: Slack
    url: str
    sender: HttpSender
    courier: Courier

    @property
    def install_url(self) -> str:
        return self.url + INSTALL


@dataclass
class ManyScene:
    """All of it, on one clock. *installations* are those the processes use."""

    slack: SlackStandIn
    store: SqlStore
    installations: SqlInstallations
    session: ClientSession
    world: Scene
    stack: AsyncExitStack
    started: list[Process] = field(default_factory=list)

    @property
    def clock(self) -> SetClock:
        return self.world.clock

    @property
    def process(self) -> Process:
        """The first process, mostly the only one."""
        return self.started[0]

    async def start(
        self, *, policy: str = "members", store: Store | None = None, kept: Installations | None = None
    ) -> Process:
        """Start one more process, on another *store* or with installations *kept* elsewhere if given."""
        port = _free_port()
        url = f"http://127.0.0.1:{port}"
        self.slack.oauth.redirect_urls.add(url + REDIRECT)
        oauth = OAuthAccess(self.slack.oauth.client_id, self.slack.oauth.client_secret, url)
        access = Access(
            signing_secret=SECRET, api_url=self.slack.base_url.rstrip("/"), policy=policy, oauth=oauth
        )
        used = store or self.store
        desk = Desk(used, self.clock, PAGE_URL)
        opened = await self.stack.enter_async_context(
            open_slack(access, desk, used, self.clock, PAGE_URL, kept or self.installations)
        )
        assert opened.http is not None
        assert opened.install is not None
        routes = [
            Route("POST", PATH, opened.http.handle),
            Route("GET", INSTALL, opened.install.begin),
            Route("GET", REDIRECT, opened.install.finish),
        ]
        await self.stack.enter_async_context(serve(port, routes, host="127.0.0.1"))
        sender = HttpSender(self.session, url + PATH, SECRET, self.clock)
        self.stack.push_async_callback(opened.underway.finish)
        courier = Courier(self.store, {"slack": opened.chat}, self.clock, owner=f"process {port}")
        self.started.append(Process(opened, url, sender, courier))
        return self.started[-1]

    def browser(self) -> Browser:
        """Return a browser that nobody used yet."""
        return Browser(self.session, self.slack.oauth)

    def workspace(self, team_id: str, **properties: Any) -> Workspace:
        """Return a workspace that does not have the app; its admin is U0ADMIN."""
        made = Workspace(team_id, "", name=f"Team {team_id}", **properties)
        made.add_member("U0ADMIN", admin=True)
        made.add_member(made.bot_user, bot=True)
        return made

    async def installed(self, team_id: str, **properties: Any) -> Workspace:
        """Return a workspace that installed the app a moment ago."""
        made = self.workspace(team_id, **properties)
        await self.installs(made)
        self.clock.advance(timedelta(seconds=5))
        return made

    async def installs(self, workspace: Workspace, kind: Kind = Kind.USUAL) -> Seen:
        """Install the app from a browser of its own."""
        return await self.browser().installs(self.process.install_url, workspace, kind=kind)

    async def follows(self, workspace: Workspace, channel: str) -> Channel:
        """Let a channel of *workspace*, with the bot in it, follow everything."""
        workspace.add_channel(channel)
        address = Channel("slack", workspace.team_id, channel)
        await self.store.subscribe(address, Settings(), "U0ADMIN", self.clock.now())
        return address

    async def uninstalls(self, workspace: Workspace) -> list[Json]:
        """Remove the app from *workspace* and send what Slack says of it."""
        events = uninstall(self.slack, workspace)
        for event in events:
            assert (await self.process.sender.event(event)).status == 200
        return events

    async def deliver(self, *couriers: Courier) -> None:
        """Let the couriers (that of the first process if none) work until nothing is due for some seconds."""
        for _ in range(5):
            for courier in couriers or (self.process.courier,):
                await courier.run_dry()
            self.clock.advance(timedelta(seconds=2))

    def calls(self, workspace: Workspace) -> list[Call]:
        """Return the calls that were made with a token of *workspace*."""
        return [one for one in self.slack.ledger.calls if one.workspace == workspace.team_id]

    def cards(self, channel: Channel) -> list[Message]:
        """Return what stands in *channel* itself."""
        return self.slack.ledger.top(channel.id)

    async def kept(self) -> list[str]:
        """Return the workspaces that have an installation with us."""
        return await self.installations.workspaces()


@asynccontextmanager
async def many_scene(**options: Any) -> AsyncIterator[ManyScene]:
    """Return a scene with one process, where nobody has the app and nothing is down."""
    async with empty_store() as store, AsyncExitStack() as stack:
        world = Scene(store)
        await world.read()
        slack = await stack.enter_async_context(slack_stand_in(clock=world.clock))
        session = await stack.enter_async_context(ClientSession())
        installations = SqlInstallations(store.database, Cipher([KEY]))
        scene = ManyScene(slack, store, installations, session, world, stack)
        await scene.start(**options)
        yield scene


def _free_port() -> int:
    """Return a port that nobody has: the redirect address is needed before the server is."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port: int = taken.getsockname()[1]
        return port
