"""Slack's Web API: one call in, its answer or a `Refused` out."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol
from urllib.parse import urlsplit

from slack_sdk.web.async_client import AsyncWebClient

from adapters.slack.failures import failure, refused_answer, unsure
from adapters.slack.session import DEADLINE_SECONDS, is_loopback
from bot.domain.delivery import Scope, Verdict
from bot.ports import Refused

RESPONSE_HOST = "hooks.slack.com"
"""Where response_urls are: https://docs.slack.dev/interactivity/handling-user-interaction."""


class Workspaces(Protocol):
    """The workspaces we are let into."""

    async def token(self, workspace: str) -> str:
        """Return the bot token for *workspace*. Raises `Refused` where there is none (yet)."""

    async def present_token(self, workspace: str) -> str | None:
        """Return what would be tried in *workspace* now, None if nothing. Asks nobody, never raises."""


@dataclass(frozen=True, slots=True)
class Answer:
    """A good answer. *scopes* are what the token was given, None where the answer does not say."""

    data: Mapping[str, Any]
    scopes: frozenset[str] | None


async def ask(
    client: AsyncWebClient,
    method: str,
    token: str,
    body: Mapping[str, Any],
    deadline: float = DEADLINE_SECONDS,
) -> Answer:
    """Make one call with *token* and return its answer. Raises `Refused`, and nothing else."""
    headers = {"Authorization": f"Bearer {token}"}
    try:
        async with asyncio.timeout(deadline):
            response = await client.api_call(method, json=dict(body), headers=headers)
    except Exception as error:  # noqa: BLE001 - the SDK lets everything through, and none of it may go further
        raise failure(error) from None
    if not isinstance(response.data, dict):
        raise unsure("unreadable_answer", "Slack's answer could not be read.")
    return Answer(response.data, _scopes(response.headers))


class WebApi:
    """The only thing that speaks to Slack's Web API."""

    def __init__(
        self, client: AsyncWebClient, workspaces: Workspaces, *, deadline: float = DEADLINE_SECONDS
    ) -> None:
        """*client* is that of `open_client`; *deadline* is in seconds, for each call."""
        if client.session is None:
            raise ValueError("the client must be one of open_client, which brings its session along")
        self._client = client
        self._session = client.session
        self._workspaces = workspaces
        self._deadline = deadline
        self._known_scopes: dict[str, frozenset[str]] = {}

    async def call(self, workspace: str, method: str, body: Mapping[str, Any]) -> Mapping[str, Any]:
        """Call *method* with the token of *workspace* and return the answer. Raises `Refused`."""
        token = await self._workspaces.token(workspace)
        answer = await ask(self._client, method, token, body, self._deadline)
        if answer.scopes is not None:
            self._known_scopes[workspace] = answer.scopes
        return answer.data

    async def present_token(self, workspace: str) -> str | None:
        """Return what would be tried in *workspace* now, None if nothing; Slack is not asked."""
        return await self._workspaces.present_token(workspace)

    def scopes(self, workspace: str) -> frozenset[str] | None:
        """Return the scopes that Slack last said it gave us, None before any answer."""
        return self._known_scopes.get(workspace)

    async def respond(self, response_url: str, body: Mapping[str, Any]) -> None:
        """Send a later answer to *response_url*. Raises `Refused`, also for a host that is not Slack's."""
        if not self._is_slack(response_url):
            reason = "The answer would have gone to an address that is not Slack's."
            raise Refused(Verdict.DROP, Scope.POST, "strange_url", reason)
        try:
            async with (
                asyncio.timeout(self._deadline),
                self._session.post(response_url, json=dict(body)) as answer,
            ):
                status, headers, text = answer.status, answer.headers, await answer.text(errors="replace")
        except Exception as error:  # noqa: BLE001 - as above
            raise failure(error) from None
        data = _read(text)
        if status != 200 or (isinstance(data, dict) and data.get("ok") is False):
            raise refused_answer(status, headers, data)

    def _is_slack(self, address: str) -> bool:
        try:
            given, ours = urlsplit(address), urlsplit(self._client.base_url)
            if given.scheme == "https" and given.netloc == RESPONSE_HOST:
                return True
        except ValueError:
            return False
        return is_loopback(self._client.base_url) and (given.scheme, given.netloc) == (
            ours.scheme,
            ours.netloc,
        )


def _read(text: str) -> Any:
    """Return an answer that may be JSON or a bare word ."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return text.strip()


def _scopes(headers: Mapping[str, str]) -> frozenset[str] | None:
    """Return what the header `x-oauth-scopes` names: https://docs.slack.dev/authentication."""
    value = headers.get("x-oauth-scopes")
    if value is None:
        return None
    return frozenset(filter(None, (scope.strip() for scope in value.split(","))))
