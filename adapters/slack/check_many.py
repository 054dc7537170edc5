"""What `check` says where many workspaces install the app: the way in, and each token that opens nothing."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence

from slack_sdk.web.async_client import AsyncWebClient

from adapters.slack.oauth import OAuthAccess
from adapters.slack.web_api import ask
from bot.domain.delivery import Verdict
from bot.finding import Finding
from bot.installations import Installations, TokenUnreadable
from bot.ports import Refused

MOST_ASKED = 20
"""Tokens that are tried: one call each, and somebody is waiting."""

MOST_NAMED = 20

KEYS = "put the key that they were encrypted with back into TOKEN_ENCRYPTION_KEY, or let them install again"


async def findings_of_many(
    client: AsyncWebClient, oauth: OAuthAccess, installations: Installations | None
) -> AsyncIterator[Finding]:
    """Look at the app's own settings, and at each installation. None where the database cannot be used."""
    words = (
        f"client id and secret are set; list {oauth.redirect_url} under OAuth & Permissions, Redirect URLs,"
        f" in the app's settings; people install the app at {oauth.install_url}"
    )
    yield Finding(good=True, subject="Slack OAuth", words=words)
    if installations is None:
        return
    workspaces, unreadable = await installations.workspaces(), await installations.unreadable()
    yield _count(workspaces)
    if unreadable:
        words = f"cannot be decrypted for {_named(unreadable)}: {KEYS}"
        yield Finding(good=False, subject="Slack tokens", words=words)
    readable = [one for one in workspaces if one not in unreadable]
    async for finding in _tried(client, installations, readable, oauth):
        yield finding


def _count(workspaces: Sequence[str]) -> Finding:
    count = len(workspaces)
    words = f"{count} {'has' if count == 1 else 'have'} the app" if count else "none has the app yet"
    return Finding(good=True, subject="Slack workspaces", words=words)


async def _tried(
    client: AsyncWebClient, installations: Installations, workspaces: Sequence[str], oauth: OAuthAccess
) -> AsyncIterator[Finding]:
    """Try the first tokens, one call each; yield those that open nothing, and how many do."""
    good = 0
    for workspace in workspaces[:MOST_ASKED]:
        finding = await _refusal(client, installations, workspace, oauth)
        good += finding is None
        if finding is not None:
            yield finding
    if good:
        rest = len(workspaces) - MOST_ASKED
        words = f"{good} tried and accepted{f'; {rest} more were not tried' if rest > 0 else ''}"
        yield Finding(good=True, subject="Slack tokens", words=words)


async def _refusal(
    client: AsyncWebClient, installations: Installations, workspace: str, oauth: OAuthAccess
) -> Finding | None:
    """Return what is wrong with the token of *workspace*, None if nothing is or it went meanwhile."""
    try:
        found = await installations.find(workspace)
        if found is not None:
            await ask(client, "auth.test", found.token, {})
    except TokenUnreadable:
        return None  # which is told already
    except Refused as refused:
        cure = f"let it install the app again at {oauth.install_url}"
        if refused.verdict is Verdict.RETRY:
            cure = "see the proxy variables and https://slack-status.com"
        words = f"{refused.code}: {refused.reason} {cure[0].upper()}{cure[1:]}."
        return Finding(good=False, subject=f"Slack workspace {workspace}", words=words)
    return None


def _named(workspaces: Sequence[str]) -> str:
    rest = len(workspaces) - MOST_NAMED
    return ", ".join(workspaces[:MOST_NAMED]) + (f" and {rest} more" if rest > 0 else "")
