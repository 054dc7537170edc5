"""OAuth v2 as Slack has it: where people are asked, and how the code they bring back becomes a token.

https://docs.slack.dev/authentication/installing-with-oauth
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urlencode, urlsplit

from aiohttp import encode_basic_auth
from slack_sdk.web.async_client import AsyncWebClient

from adapters.slack.failures import failure, unsure
from adapters.slack.request import ID
from bot.installations import Installation

INSTALL = "/slack/install"
REDIRECT = "/slack/oauth_redirect"
"""The paths below PUBLIC_URL at which an installation begins, and to which Slack sends people back."""

EXCHANGE_SECONDS = 5.0
"""For the exchange of a code; whoever waits for it looks at an empty page."""


@dataclass(frozen=True, slots=True)
class OAuthAccess:
    """How workspaces let us in by themselves. *public_url* is PUBLIC_URL, without a trailing slash."""

    client_id: str
    client_secret: str = field(repr=False)
    public_url: str

    @property
    def install_url(self) -> str:
        """Where an installation begins."""
        return self.public_url + INSTALL

    @property
    def redirect_url(self) -> str:
        """Where Slack sends people back to; the app's settings must list exactly this."""
        return self.public_url + REDIRECT


@dataclass(frozen=True, slots=True)
class Grant:
    """What the exchange of a code brought.

    *workspace* is empty where a whole organisation was installed. *app* is the app's id, empty where
    Slack does not say. *rotates* where the token will expire. *granted_at* is by Slack's clock, None
    where it does not say.
    """

    token: str = field(repr=False)
    workspace: str
    name: str
    app: str
    bot_user: str
    scopes: frozenset[str]
    installed_by: str
    rotates: bool
    granted_at: datetime | None

    def installation(self, now: datetime) -> Installation:
        """Return what is to be kept; *now* is for want of Slack's own moment."""
        moment = (self.granted_at or now).replace(microsecond=0)
        return Installation(self.workspace, self.token, self.bot_user, self.scopes, self.installed_by, moment)


class NoBotToken(Exception):
    """Slack exchanged the code, and its answer holds no token of a bot."""


def authorize_url(access: OAuthAccess, base_url: str, scopes: tuple[str, ...], state: str) -> str:
    """Return where people are asked; *base_url* is that of the Web API, on whose host the page is."""
    place = urlsplit(base_url)
    asked = {
        "client_id": access.client_id,
        "scope": ",".join(scopes),
        "redirect_uri": access.redirect_url,
        "state": state,
    }
    return f"{place.scheme}://{place.netloc}/oauth/v2/authorize?{urlencode(asked)}"


async def exchange(
    client: AsyncWebClient, access: OAuthAccess, code: str, deadline: float = EXCHANGE_SECONDS
) -> Grant:
    """Give *code* for a token. Raises `Refused` with Slack's word for why not, and `NoBotToken`.

    https://docs.slack.dev/reference/methods/oauth.v2.access: the client's secret is best sent as HTTP
    Basic authentication, in no argument.
    """
    headers = {"Authorization": encode_basic_auth(access.client_id, access.client_secret)}
    body = {"code": code, "redirect_uri": access.redirect_url}
    try:
        async with asyncio.timeout(deadline):
            response = await client.api_call("oauth.v2.access", data=body, headers=headers)
    except Exception as error:  # noqa: BLE001  the SDK lets everything through, and some holds the code
        raise failure(error) from None
    if not isinstance(response.data, dict):
        raise unsure("unreadable_answer", "Slack's answer could not be read.")
    return _grant(response.data, response.headers)


def _grant(data: Mapping[str, Any], headers: Mapping[str, str]) -> Grant:
    token = _text(data, "access_token")
    if not token or _text(data, "token_type") != "bot":
        raise NoBotToken
    for_all = data.get("is_enterprise_install") is True
    team = _part(data, "team")
    return Grant(
        token=token,
        workspace="" if for_all else _id(team, "id"),
        name=_text(team, "name"),
        app=_id(data, "app_id"),
        bot_user=_id(data, "bot_user_id"),
        scopes=frozenset(filter(None, _text(data, "scope").split(","))),
        installed_by=_id(_part(data, "authed_user"), "id"),
        rotates="refresh_token" in data or "expires_in" in data,
        granted_at=_moment(headers.get("Date")),
    )


def _moment(date: str | None) -> datetime | None:
    """Return what a `Date` header says, None where it says nothing."""
    try:
        moment = parsedate_to_datetime(date or "")
    except ValueError:
        return None
    return moment if moment.tzinfo else None


def _part(data: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    found = data.get(name)
    return found if isinstance(found, Mapping) else {}


def _text(data: Mapping[str, Any], name: str) -> str:
    found = data.get(name)
    return found if isinstance(found, str) else ""


def _id(data: Mapping[str, Any], name: str) -> str:
    found = _text(data, name)
    return found if ID.fullmatch(found) else ""
