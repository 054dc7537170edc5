"""Slack, opened: everything that one process needs to talk to one workspace."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from adapters.slack.aftermath import Aftermath
from adapters.slack.app import build_app
from adapters.slack.chat import SlackChat
from adapters.slack.http import SlackHttp
from adapters.slack.once import Once
from adapters.slack.paced import Paced
from adapters.slack.seal import seal_key
from adapters.slack.session import open_client
from adapters.slack.socket import SlackSocket
from adapters.slack.web_api import WebApi
from adapters.slack.workspaces import OneWorkspace
from bot.commands import Desk
from bot.ports import Clock, Store
from bot.underway import Underway


@dataclass(frozen=True, slots=True)
class Access:
    """How Slack lets us in, and whom we obey.

    With *app_token* requests come through Socket Mode, with *signing_secret* over HTTP. *api_url* has
    no trailing slash, None for Slack's own. *policy* is who may change a channel: `members` or `admins`.
    """

    bot_token: str
    app_token: str | None = None
    signing_secret: str | None = None
    api_url: str | None = None
    policy: str = "members"

    @property
    def base_url(self) -> str | None:
        """The Web API's address as Slack's library wants it."""
        return f"{self.api_url}/" if self.api_url else None


@dataclass(frozen=True, slots=True)
class Slack:
    """Slack as a process uses it. *socket* and *http* are the ways in, None for one that is not set up.

    *aftermath* is to be ticked; *underway* holds what goes on after a request was acknowledged.
    """

    chat: SlackChat
    aftermath: Aftermath
    underway: Underway
    socket: SlackSocket | None
    http: SlackHttp | None


@asynccontextmanager
async def open_slack(
    access: Access, desk: Desk, store: Store, clock: Clock, page_url: str
) -> AsyncIterator[Slack]:
    """Put everything together; nothing is asked of Slack before it is needed, so it may well be down."""
    async with open_client(access.base_url) as client:
        workspaces = OneWorkspace(client, access.bot_token)
        api = WebApi(client, workspaces)
        paced, underway = Paced(api, clock), Underway()
        aftermath = Aftermath(store, clock, api, underway)
        app = build_app(
            desk,
            store,
            clock,
            api,
            policy=access.policy,
            page_url=page_url,
            seal_key=seal_key(access.bot_token),
            aftermath=aftermath,
            underway=underway,
            paced=paced,
            installed=workspaces.opens,
        )
        once, dispatch = Once(store, clock), app.async_dispatch
        token, secret = access.app_token, access.signing_secret
        socket = SlackSocket(token, access.base_url, once, dispatch) if token else None
        http = SlackHttp([secret], once, clock, dispatch) if secret else None
        yield Slack(SlackChat(api, clock, paced), aftermath, underway, socket, http)
