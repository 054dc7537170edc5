"""The Bolt app: everything a conversation in Slack needs, put together, and which listener takes what."""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import Awaitable, Callable

from slack_bolt.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.response import BoltResponse
from slack_sdk.web.async_client import AsyncWebClient

from adapters.slack.aftermath import Aftermath
from adapters.slack.answers import Answers
from adapters.slack.buttons import Buttons
from adapters.slack.callers import LEAVING, Policy
from adapters.slack.home import Home
from adapters.slack.listeners import Installed, Listeners
from adapters.slack.members import Members
from adapters.slack.mentions import Mentions, Pause
from adapters.slack.modal import CALLBACK, ZONE
from adapters.slack.paced import Paced
from adapters.slack.removals import Removals
from adapters.slack.seal import Seal
from adapters.slack.settings_dialog import SettingsDialog
from adapters.slack.web_api import WebApi
from bot.commands import Desk
from bot.failures import kind_and_place
from bot.ports import Clock, Store
from bot.underway import Underway

log = logging.getLogger(__name__)

COMMAND = "/claudestatus"
SHORTCUT = "check_claude_status"
PATIENCE_SECONDS = 2.0

ANYTHING = re.compile(r".*", re.DOTALL)

LookUp = Callable[[str], Awaitable[object]]
"""Looks up whether a workspace has the app, so that `Installed` knows it; it raises nothing."""

Authorize = Callable[[str | None, str | None, str | None], Awaitable[AuthorizeResult]]


def build_app(  # noqa: PLR0913  it is put together here, each part by its name
    desk: Desk,
    store: Store,
    clock: Clock,
    api: WebApi,
    *,
    policy: str,
    page_url: str,
    seal_key: bytes,
    aftermath: Aftermath | None = None,
    underway: Underway | None = None,
    paced: Paced | None = None,
    pause: Pause = asyncio.sleep,
    installed: Installed = lambda _workspace: None,
    look_up: LookUp | None = None,
    removals: Removals | None = None,
    patience: float = PATIENCE_SECONDS,
) -> AsyncApp:
    """Return the app with all its listeners; *policy* is `members` or `admins`.

    *aftermath* is to be ticked and *underway* to be finished by whoever gives them. *paced* is that of
    the chat, if there is one. *patience* is how many seconds a command may take before it is
    acknowledged without its answer. *pause* waits between two tries to answer a mention. *look_up* is
    called for each request, before *installed*; *removals* is None where there is one token for good.
    """
    seal = Seal(seal_key)
    leaving = LEAVING if removals else ""
    answers = Answers(desk, Members(api, clock), Policy(policy), page_url, leaving)
    underway = underway or Underway()
    aftermath = aftermath or Aftermath(store, clock, api, underway)
    dialog = SettingsDialog(
        answers=answers, store=store, clock=clock, api=api, seal=seal, aftermath=aftermath
    )
    home = Home(answers, store, clock, api, seal)
    buttons = Buttons(answers=answers, dialog=dialog, home=home, store=store, api=api, aftermath=aftermath)
    mentions = Mentions(answers, store, clock, paced or Paced(api, clock), pause)
    listeners = Listeners(
        answers, buttons, dialog, home, mentions, api, aftermath, underway, installed, page_url, patience
    )
    return _wired(listeners, _authorizing(look_up), removals)


def _wired(listeners: Listeners, authorize: Authorize, removals: Removals | None) -> AsyncApp:
    """Return the app with each listener in its place; the first that fits takes a request."""
    app = _bare_app(authorize)
    heed = [removals.heed] if removals else []
    app.event("app_uninstalled", middleware=heed)(listeners.unheard)
    app.event("tokens_revoked", middleware=heed)(listeners.unheard)
    app.command(COMMAND)(listeners.command)
    app.event("app_mention")(listeners.mention)
    app.event("app_home_opened")(listeners.home_opened)
    app.event(ANYTHING)(listeners.unheard)
    app.action(ANYTHING)(listeners.action)
    app.options(ZONE)(listeners.suggestion)
    app.options(ANYTHING)(listeners.no_options)
    app.view_submission(CALLBACK)(listeners.submission)
    app.view_submission(ANYTHING)(listeners.form_out_of_date)
    app.view_closed(ANYTHING)(listeners.unheard)
    app.shortcut(SHORTCUT)(listeners.shortcut)
    app.shortcut(ANYTHING)(listeners.out_of_date)
    app.command(ANYTHING)(listeners.out_of_date)
    app.error(_failed)
    return app


def _bare_app(authorize: Authorize) -> AsyncApp:
    """Return an app that verifies nothing (the ways in do) and asks nobody: it never uses its client.

    Bolt logs whole requests below WARNING, and parts of them in the warnings about its own use.
    """
    quiet = logging.getLogger("slack_bolt")
    quiet.setLevel(logging.ERROR)
    return AsyncApp(
        logger=quiet,
        name="claudestatus",
        client=AsyncWebClient(logger=quiet, retry_handlers=[]),
        authorize=authorize,
        process_before_response=False,
        request_verification_enabled=False,
        attaching_function_token_enabled=False,
        attaching_conversation_kwargs_enabled=False,
    )


def _authorizing(look_up: LookUp | None) -> Authorize:
    """Return what Bolt asks of each request, but for those about a removal."""

    async def authorize(
        enterprise_id: str | None, team_id: str | None, user_id: str | None
    ) -> AuthorizeResult:
        """Return what Slack's own payload says. The token travels with each call, and no call is made here.

        A workspace without the app is told so in words by the listeners.
        """
        if look_up is not None and team_id:
            await look_up(team_id)
        return AuthorizeResult(enterprise_id=enterprise_id, team_id=team_id, user_id=user_id)

    return authorize


async def _failed(error: Exception) -> BoltResponse:
    """Log an error that reached Bolt; with 500 the way in forgets that it saw the request."""
    log.error("a listener failed (%s)", kind_and_place(error))
    return BoltResponse(status=500, body="")
