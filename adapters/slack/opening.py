"""Slack, opened: everything that one process needs to talk to one workspace, or to many."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from slack_sdk.web.async_client import AsyncWebClient

from adapters.slack.aftermath import Aftermath
from adapters.slack.app import LookUp, build_app
from adapters.slack.chat import SlackChat
from adapters.slack.dead_tokens import DeadTokens
from adapters.slack.granted import Granted
from adapters.slack.http import SlackHttp
from adapters.slack.install import SlackInstall
from adapters.slack.install_words import InstallWords
from adapters.slack.limits import Limits
from adapters.slack.listeners import Installed
from adapters.slack.many_workspaces import ManyWorkspaces
from adapters.slack.oauth import OAuthAccess
from adapters.slack.once import Once
from adapters.slack.paced import Paced
from adapters.slack.removals import Removals
from adapters.slack.scopes import ASKED_FOR
from adapters.slack.seal import seal_key
from adapters.slack.session import open_client
from adapters.slack.socket import SlackSocket
from adapters.slack.web_api import WebApi, Workspaces
from adapters.slack.workspaces import OneWorkspace
from bot.commands import Desk
from bot.installations import Installations
from bot.ports import Clock, Store
from bot.underway import Underway


@dataclass(frozen=True, slots=True)
class Access:
    """How Slack lets us in, and whom we obey.

    With *bot_token* it is one workspace, with *oauth* every one that installs the app; one of the two
    is there. With *app_token* requests come through Socket Mode, with *signing_secret* over HTTP, which
    *oauth* needs. *api_url* has no trailing slash, None for Slack's own. *policy* is who may change a
    channel: `members` or `admins`.
    """

    bot_token: str | None = field(default=None, repr=False)
    app_token: str | None = field(default=None, repr=False)
    signing_secret: str | None = field(default=None, repr=False)
    api_url: str | None = None
    policy: str = "members"
    oauth: OAuthAccess | None = None

    @property
    def base_url(self) -> str | None:
        """The Web API's address as Slack's library wants it."""
        return f"{self.api_url}/" if self.api_url else None


@dataclass(frozen=True, slots=True)
class Slack:
    """Slack as a process uses it. *socket* and *http* are the ways in, None for one that is not set up.

    *install* answers those who install the app, *dead_tokens* find those that removed it unheard; both are
    None with one workspace, which is never taken for gone. *aftermath*, *limits* and *dead_tokens* are to
    be ticked; *underway* holds what goes on after a request was acknowledged.
    """

    chat: SlackChat
    aftermath: Aftermath
    underway: Underway
    socket: SlackSocket | None
    http: SlackHttp | None
    install: SlackInstall | None
    limits: Limits | None = None
    dead_tokens: DeadTokens | None = None


@dataclass(frozen=True, slots=True)
class _Let:
    """How calls are let in, and what comes with it: what `build_app` takes of it, and its *seal* of forms."""

    workspaces: Workspaces
    installed: Installed
    seal: bytes
    look_up: LookUp | None = None
    removals: Removals | None = None
    install: SlackInstall | None = None
    dead_tokens: DeadTokens | None = None


@asynccontextmanager
async def open_slack(  # noqa: PLR0917  it is put together here
    access: Access,
    desk: Desk,
    store: Store,
    clock: Clock,
    page_url: str,
    installations: Installations | None = None,
) -> AsyncIterator[Slack]:
    """Put everything together; nothing is asked of Slack before it is needed, so it may well be down.

    *installations* are needed with `oauth`. Raises `ValueError` for access that lets nobody in.
    """
    async with open_client(access.base_url) as client:
        underway = Underway()
        let = _let_in(access, client, clock, underway, installations)
        api = WebApi(client, let.workspaces)
        paced = Paced(api, clock, store, let.dead_tokens.heed if let.dead_tokens else None)
        aftermath = Aftermath(store, clock, api, underway)
        app = build_app(
            desk,
            store,
            clock,
            api,
            policy=access.policy,
            page_url=page_url,
            seal_key=let.seal,
            aftermath=aftermath,
            underway=underway,
            paced=paced,
            installed=let.installed,
            look_up=let.look_up,
            removals=let.removals,
        )
        once, dispatch = Once(store, clock), app.async_dispatch
        token, secret = access.app_token, access.signing_secret
        socket = SlackSocket(token, access.base_url, once, dispatch) if token else None
        http = SlackHttp([secret], once, clock, dispatch) if secret else None
        chat = SlackChat(api, clock, paced)
        yield Slack(chat, aftermath, underway, socket, http, let.install, paced.limits, let.dead_tokens)


def _let_in(
    access: Access,
    client: AsyncWebClient,
    clock: Clock,
    underway: Underway,
    installations: Installations | None,
) -> _Let:
    if access.oauth is not None and access.signing_secret and installations is not None:
        return _let_in_by_many(access, access.oauth, client, clock, underway, installations)
    if access.bot_token is None:
        raise ValueError("Slack needs a bot token, or OAuth with a signing secret and installations.")
    one = OneWorkspace(client, access.bot_token)
    return _Let(one, one.opens, seal_key(access.bot_token))


def _let_in_by_many(  # noqa: PLR0917  as above
    access: Access,
    oauth: OAuthAccess,
    client: AsyncWebClient,
    clock: Clock,
    underway: Underway,
    installations: Installations,
) -> _Let:
    """Return the way in of many; forms are sealed by what all processes share."""
    many = ManyWorkspaces(installations, clock, oauth.install_url)
    dead_tokens = DeadTokens(client, installations, many, clock)
    granted = Granted(
        scopes=ASKED_FOR,
        client=client,
        installations=installations,
        workspaces=many,
        dead_tokens=dead_tokens,
        clock=clock,
        underway=underway,
        words=InstallWords(oauth.install_url),
    )
    return _Let(
        many,
        many.known,
        seal_key(access.signing_secret or ""),
        look_up=many.opens,
        removals=Removals(installations, many, clock),
        install=SlackInstall(oauth, client, installations, granted, clock),
        dead_tokens=dead_tokens,
    )
