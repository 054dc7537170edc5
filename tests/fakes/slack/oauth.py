"""Slack's side of OAuth v2: where people are asked, codes that serve once, and what an app is given for one.

https://docs.slack.dev/authentication/installing-with-oauth,
https://docs.slack.dev/reference/methods/oauth.v2.access
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import Enum, auto
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from aiohttp import BasicAuth, web

from tests.fakes.slack.ledger import Json
from tests.fakes.slack.methods import Rejected
from tests.fakes.slack.workspaces import Workspace

if TYPE_CHECKING:
    from tests.fakes.slack.standin import SlackStandIn

AUTHORIZE = "/oauth/v2/authorize"
ACCESS = "oauth.v2.access"

CODE_LIFE = timedelta(minutes=10)


class Kind(Enum):
    """What a consent leads to: ROTATING tokens expire, ORGANISATION is for all of its workspaces."""

    USUAL = auto()
    ROTATING = auto()
    ORGANISATION = auto()
    PERSON_ALONE = auto()


@dataclass(slots=True)
class Code:
    """A code that Slack gave a browser for the app, and what it is good for."""

    workspace: Workspace
    user: str
    scopes: frozenset[str]
    redirect_url: str
    made_at: datetime
    kind: Kind
    used: bool = False


@dataclass(slots=True)
class OAuthApp:
    """The app as Slack has it registered; *redirect_urls* are those of its settings.

    *withheld* are scopes that nobody grants.
    """

    slack: SlackStandIn
    client_id: str = "1111.2222"
    client_secret: str = "client-secret-for-tests"
    redirect_urls: set[str] = field(default_factory=set)
    withheld: frozenset[str] = frozenset()
    codes: dict[str, Code] = field(default_factory=dict)

    async def ask(self, request: web.Request) -> web.Response:
        """Show somebody what the app wants, or why it cannot be asked; Slack then sends nobody back."""
        problem = self._problem(request.query)
        if problem:
            return web.Response(status=400, text=problem)
        return web.Response(text=f"Claude Status wants: {request.query['scope']}")

    def consent(
        self, asked: Mapping[str, str], workspace: Workspace, user: str, kind: Kind = Kind.USUAL
    ) -> str:
        """Return where Slack sends the browser of *user*, who pressed Allow on the page that *asked*."""
        assert self._problem(asked) is None, self._problem(asked)
        code = self.slack.fresh("code.")
        scopes = frozenset(asked["scope"].split(",")) - self.withheld
        self.codes[code] = Code(workspace, user, scopes, asked["redirect_uri"], self.slack.clock.now(), kind)
        return f"{asked['redirect_uri']}?{urlencode({'code': code, 'state': asked['state']})}"

    def cancel(self, asked: Mapping[str, str], error: str = "access_denied") -> str:
        """Return where Slack sends the browser of somebody who pressed Cancel."""
        return f"{asked['redirect_uri']}?{urlencode({'error': error, 'state': asked['state']})}"

    def access(self, authorization: str, body: Mapping[str, str]) -> Json:
        """Perform `oauth.v2.access`. Raises `Rejected`."""
        self._check_client(authorization, body)
        code = self.codes.get(str(body.get("code")))
        if code is None or self.slack.clock.now() - code.made_at > CODE_LIFE:
            raise Rejected("invalid_code")
        if code.used:
            raise Rejected("code_already_used")
        if body.get("redirect_uri") != code.redirect_url:
            raise Rejected("bad_redirect_uri")
        code.used = True
        return {"ok": True, **self._given(code)}

    def _check_client(self, authorization: str, body: Mapping[str, str]) -> None:
        """Take the client's id and secret as HTTP Basic authentication alone, as Slack advises."""
        assert not {"client_id", "client_secret"} & body.keys(), "the secret is in the arguments"
        try:
            given = BasicAuth.decode(authorization)
        except ValueError:
            raise Rejected("invalid_client_id") from None
        if given.login != self.client_id:
            raise Rejected("invalid_client_id")
        if given.password != self.client_secret:
            raise Rejected("bad_client_secret")

    def _given(self, code: Code) -> Json:
        if code.kind is Kind.PERSON_ALONE:
            person = {"id": code.user, "access_token": "xoxp-1", "token_type": "user", "scope": "chat:write"}
            return {"app_id": code.workspace.app_id, "authed_user": person, "team": _team(code.workspace)}
        organisation = code.kind is Kind.ORGANISATION
        holder = Workspace("E0ORG", "", name="The organisation") if organisation else code.workspace
        token = self._token(holder, code)
        rotating = {"refresh_token": "xoxe-1-refresh", "expires_in": 43200}
        return {
            "access_token": token,
            "token_type": "bot",
            "scope": ",".join(sorted(holder.scopes)),
            "bot_user_id": holder.bot_user,
            "app_id": holder.app_id,
            "team": None if organisation else _team(holder),
            "enterprise": {"id": "E0ORG", "name": holder.name} if organisation else None,
            "is_enterprise_install": organisation,
            "authed_user": {"id": code.user},
            **(rotating if code.kind is Kind.ROTATING else {}),
        }

    def _token(self, workspace: Workspace, code: Code) -> str:
        """Return the token of *workspace*: the one it has, with new scopes added to it, or a new one."""
        if workspace.token and workspace.token not in self.slack.dead:
            workspace.scopes |= code.scopes
            return workspace.token
        prefix = "xoxe.xoxb-" if code.kind is Kind.ROTATING else "xoxb-"
        workspace.token, workspace.scopes = self.slack.fresh(prefix), code.scopes
        self.slack.workspaces[workspace.token] = workspace
        return workspace.token

    def _problem(self, asked: Mapping[str, str]) -> str | None:
        if asked.get("client_id") != self.client_id:
            return "invalid_client_id"
        if asked.get("redirect_uri") not in self.redirect_urls:
            return "bad_redirect_uri"
        return None if asked.get("scope") else "no_scopes"


def _team(workspace: Workspace) -> Json:
    return {"id": workspace.team_id, "name": workspace.name}
