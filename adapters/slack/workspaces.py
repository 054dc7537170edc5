"""The one workspace that we are let into, where a bot token is set."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from slack_sdk.web.async_client import AsyncWebClient

from adapters.slack.failures import unsure
from adapters.slack.session import DEADLINE_SECONDS
from adapters.slack.web_api import Answer, ask
from bot.domain.delivery import Scope, Verdict
from bot.ports import Refused


@dataclass(frozen=True, slots=True)
class Identity:
    """Who we are in a workspace. *scopes* are what the token was given, None where Slack did not say."""

    workspace: str
    name: str
    url: str
    bot_user: str
    scopes: frozenset[str] | None


class OneWorkspace:
    """Implements `Workspaces` for one bot token; whose it is, Slack is asked at the first need."""

    def __init__(self, client: AsyncWebClient, token: str, *, deadline: float = DEADLINE_SECONDS) -> None:
        self._client = client
        self._token = token
        self._deadline = deadline
        self._identity: Identity | None = None
        self._asking: asyncio.Task[Answer] | None = None

    async def token(self, workspace: str) -> str:
        """Return the token. Raises `Refused` for a workspace it does not open, or while that is not known."""
        ours = await self.identity()
        if ours.workspace != workspace:
            raise _elsewhere(ours, workspace)
        return self._token

    async def present_token(self, workspace: str) -> str | None:  # noqa: ARG002  it is the same for all
        """Return the token, whichever workspace it opens."""
        return self._token

    def opens(self, workspace: str) -> bool | None:
        """Return whether *workspace* is the one that the token opens, None while Slack has not said."""
        return None if self._identity is None else self._identity.workspace == workspace

    async def identity(self) -> Identity:
        """Return who we are; many may ask at once, Slack is asked once. Raises `Refused`."""
        if self._identity is None:
            self._identity = _identity(await self._asked())
        return self._identity

    async def _asked(self) -> Answer:
        if self._asking is None:
            self._asking = asyncio.create_task(
                ask(self._client, "auth.test", self._token, {}, self._deadline)
            )
            self._asking.add_done_callback(self._answered)
        try:
            return await asyncio.shield(self._asking)
        except Refused as refused:
            raise _definite(refused) from None

    def _answered(self, asking: asyncio.Task[Answer]) -> None:
        self._asking = None
        if not asking.cancelled():
            asking.exception()  # it may be that nobody waits for it any more


def _identity(answer: Answer) -> Identity:
    """Return what `auth.test` told: https://docs.slack.dev/reference/methods/auth.test."""
    told = [answer.data.get(field) for field in ("team_id", "team", "url", "user_id")]
    workspace, name, url, bot_user = (value if isinstance(value, str) else "" for value in told)
    if not workspace:
        raise _definite(unsure("unreadable_answer", "Slack did not say whose bot token this is."))
    return Identity(workspace, name, url, bot_user, answer.scopes)


def _definite(refused: Refused) -> Refused:
    """Return *refused* as that of a call that was never made, for want of knowing who we are."""
    return Refused(
        refused.verdict,
        refused.scope,
        refused.code,
        refused.reason,
        cure=refused.cure,
        retry_after=refused.retry_after,
    )


def _elsewhere(ours: Identity, workspace: str) -> Refused:
    reason = f"The channel is in the workspace {workspace}, and I am in {ours.name} ({ours.workspace})."
    cure = "Set SLACK_BOT_TOKEN to the bot token of that workspace, or subscribe again where I am."
    return Refused(Verdict.PAUSE, Scope.WORKSPACE, "other_workspace", reason, cure=cure)
