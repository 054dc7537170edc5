"""What `check` says about Slack: tokens, scopes, the way in, and channels that could not be told."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator

from slack_sdk.web.async_client import AsyncWebClient

from adapters.slack.check_many import findings_of_many
from adapters.slack.oauth import OAuthAccess
from adapters.slack.scopes import OPTIONAL_SCOPES, REQUIRED_SCOPES
from adapters.slack.web_api import ask
from adapters.slack.workspaces import Identity, OneWorkspace
from bot.domain.delivery import Verdict
from bot.finding import Finding
from bot.installations import Installations
from bot.ports import Refused, Store
from bot.standing import channel_finding

ADD_SCOPE = "add it under OAuth & Permissions in the app's settings and install the app again"
MAKE_IT = (
    "under Basic Information in the app's settings make an app-level token with the scope "
    "connections:write, and set SLACK_APP_TOKEN to it (`xapp-…`)"
)
UNREACHABLE_CURE = "See the proxy variables and https://slack-status.com."


async def findings(  # noqa: PLR0913  each thing that is looked at, by its name
    client: AsyncWebClient,
    store: Store | None,
    *,
    bot_token: str | None,
    app_token: str | None,
    signing_secret: str | None,
    port: int | None,
    oauth: OAuthAccess | None = None,
    installations: Installations | None = None,
) -> AsyncIterator[Finding]:
    """Look at each thing in turn, asking Slack. *store* is None where the database cannot be used.

    With *oauth* it is many workspaces, and *installations* are theirs; the *bot_token* is not used then.
    """
    if oauth is not None:
        async for finding in findings_of_many(client, oauth, installations):
            yield finding
    elif bot_token is not None:
        async for finding in _of_one(client, store, bot_token):
            yield finding
    if app_token is not None:
        yield await _socket_mode(client, app_token)
    if signing_secret is not None:
        yield _http(port)


async def _of_one(client: AsyncWebClient, store: Store | None, bot_token: str) -> AsyncIterator[Finding]:
    """Look at a bot token, its scopes, and the channels of its workspace."""
    try:
        ours = await OneWorkspace(client, bot_token).identity()
    except Refused as refused:
        yield Finding(good=False, subject="Slack bot token", words=_told(refused))
        return
    words = f"opens the workspace {ours.name} ({ours.workspace})"
    yield Finding(good=True, subject="Slack bot token", words=words)
    for finding in _scopes(ours):
        yield finding
    if store is not None:
        for subscription in await store.subscriptions("slack", ours.workspace):
            yield await channel_finding(store, subscription, "Slack")


def _scopes(ours: Identity) -> Iterator[Finding]:
    """Yield what the token was given of the scopes; nothing where Slack did not say."""
    given = ours.scopes
    if given is None:
        return
    for scope, purpose in REQUIRED_SCOPES.items():
        if scope not in given:
            words = f"is missing, it is needed {purpose}: {ADD_SCOPE}"
            yield Finding(good=False, subject=f"Slack scope {scope}", words=words)
    if REQUIRED_SCOPES.keys() <= given:
        yield Finding(good=True, subject="Slack scopes", words=f"{', '.join(REQUIRED_SCOPES)} are given")
    for scope, purpose in OPTIONAL_SCOPES.items():
        words = "is given" if scope in given else f"is not given and need not be; {purpose} {ADD_SCOPE}"
        yield Finding(good=True, subject=f"Slack scope {scope}", words=words)


async def _socket_mode(client: AsyncWebClient, app_token: str) -> Finding:
    """Ask for a connection, which is not made."""
    try:
        await ask(client, "apps.connections.open", app_token, {})
    except Refused as refused:
        words = _told(refused)
        if refused.verdict is Verdict.PAUSE:
            words = f"Slack does not accept it ({refused.code}): {MAKE_IT}"
        return Finding(good=False, subject="Slack app token", words=words)
    return Finding(good=True, subject="Slack app token", words="Socket Mode can be opened")


def _http(port: int | None) -> Finding:
    if port is None:
        words = "is set, but no PORT to take requests on: set PORT, or use Socket Mode alone"
        return Finding(good=False, subject="Slack signing secret", words=words)
    words = f"is set, requests are taken on port {port} at /slack/events"
    return Finding(good=True, subject="Slack signing secret", words=words)


def _told(refused: Refused) -> str:
    cure = refused.cure or (UNREACHABLE_CURE if refused.verdict is Verdict.RETRY else "")
    return " ".join(filter(None, (f"{refused.code}: {refused.reason}", cure)))
