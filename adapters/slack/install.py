"""The installation: somebody is sent to Slack, comes back with a code, and their workspace is let in."""

from __future__ import annotations

import logging
import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from http import HTTPStatus

from aiohttp import web
from slack_sdk.web.async_client import AsyncWebClient

from adapters.slack.granted import Granted
from adapters.slack.install_words import InstallWords
from adapters.slack.oauth import Grant, NoBotToken, OAuthAccess, authorize_url, exchange
from adapters.slack.pages import Instead, Page, headers, shown
from adapters.slack.questions import Questions
from bot.domain.delivery import Scope
from bot.installations import Installations
from bot.ports import Clock, Refused

log = logging.getLogger(__name__)

COOKIE = "__Host-claudestatus-install"
"""A name that no other host, and nobody without TLS, can set:
https://developer.mozilla.org/en-US/docs/Web/HTTP/Reference/Headers/Set-Cookie#cookie_prefixes
"""

LIFE_SECONDS = 600
RANDOM_BYTES = 32
OURS = re.compile(r"[A-Za-z0-9_-]{43}")
"""What `secrets.token_urlsafe` makes of so many bytes."""

RETRY_AFTER_SECONDS = 60

VISIT = {"Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document"}

LONGEST = 512
"""Characters of what Slack sends back; its codes have about eighty."""

OVER = frozenset({"bad_code", "invalid_code", "code_already_used", "code_expired"})

NOT_SET_UP = {
    "bad_client_secret": "copy SLACK_CLIENT_SECRET from Basic Information in the app's settings",
    "invalid_client_id": "copy SLACK_CLIENT_ID from Basic Information in the app's settings",
    "bad_redirect_uri": "list {redirect} under OAuth & Permissions, Redirect URLs, in the app's settings",
    "invalid_team_for_non_distributed_app": "activate public distribution under Manage Distribution",
    "oauth_authorization_url_mismatch": "make the app anew, from the manifest: this one is of an old kind",
}
"""Errors that the operator mends: https://docs.slack.dev/reference/methods/oauth.v2.access#errors."""


@dataclass(frozen=True, slots=True)
class _Brought:
    """What Slack sent somebody back with; each is empty where it is not there."""

    state: str
    code: str
    error: str


class SlackInstall:
    """Answers the two addresses of an installation. Neither the code nor the token leaves it but to Slack."""

    def __init__(
        self,
        access: OAuthAccess,
        client: AsyncWebClient,
        installations: Installations,
        granted: Granted,
        clock: Clock,
    ) -> None:
        self._access = access
        self._client = client
        self._installations = installations
        self._granted = granted
        self._clock = clock
        self._words = InstallWords(access.install_url)
        self._questions = Questions(self._words, granted.underway, clock)
        self._secure = access.public_url.startswith("https://")

    async def begin(self, request: web.Request) -> web.StreamResponse:
        """Send a browser to Slack, with a state that only it can bring back."""
        if not _is_visit(request):
            return self._no_visit(request)
        browser = _browser(request) or secrets.token_urlsafe(RANDOM_BYTES)
        state, now = secrets.token_urlsafe(RANDOM_BYTES), self._clock.now()
        try:
            self._questions.count_beginning()
            await self._questions.ask(partial(self._installations.begin, state, browser, now))
        except Instead as instead:
            return self._show(instead.page)
        return self._sent_to_slack(state, browser)

    async def finish(self, request: web.Request) -> web.StreamResponse:
        """Take a browser that comes back from Slack, and install what it was allowed."""
        if not _is_visit(request):
            return self._no_visit(request)
        try:
            grant = await self._grant(request)
            await self._granted.keep(grant)
        except Instead as instead:
            return self._show(instead.page)
        return self._show(self._words.installed(grant))

    async def _grant(self, request: web.Request) -> Grant:
        """Return what a request that is ours brings. Raises `Instead`."""
        brought = _brought(request)
        if brought is None:
            raise Instead(self._words.not_understood())
        await self._consume(brought.state, _browser(request))
        if brought.error:
            denied = brought.error == "access_denied"
            raise Instead(self._words.denied() if denied else self._words.refused(brought.error))
        if not brought.code:
            raise Instead(self._words.not_understood())
        return await self._exchanged(brought.code)

    async def _consume(self, state: str, browser: str) -> None:
        """Use *state* up. Raises `Instead` unless it is one of ours, and this browser's."""
        looks_ours = OURS.fullmatch(state) and browser
        question = partial(self._installations.consume, state, browser, self._clock.now())
        if not looks_ours or not await self._questions.ask(question):
            raise Instead(self._words.not_ours())

    async def _exchanged(self, code: str) -> Grant:
        try:
            return await exchange(self._client, self._access, code)
        except NoBotToken:
            log.warning("an installation failed: Slack's answer holds no bot token")
            raise Instead(self._words.no_bot_token()) from None
        except Refused as refused:
            raise Instead(self._failed(refused)) from None

    def _failed(self, refused: Refused) -> Page:
        """Return what is said of an exchange that Slack refused, or never answered."""
        if refused.code in NOT_SET_UP:
            cure = NOT_SET_UP[refused.code].replace("{redirect}", self._access.redirect_url)
            log.error("nobody can install the app code=%s: %s", refused.code, cure)
            return self._words.not_set_up()
        log.warning("an installation failed code=%s", refused.code)
        if refused.code in OVER:
            return self._words.code_refused()
        passes = refused.unknown or refused.scope is Scope.PLATFORM or refused.retry_after is not None
        return self._words.slack_away() if passes else self._words.refused(refused.code)

    def _sent_to_slack(self, state: str, browser: str) -> web.Response:
        location = authorize_url(self._access, self._client.base_url, self._granted.scopes, state)
        answer = web.Response(status=HTTPStatus.FOUND, headers=headers(secure=self._secure))
        answer.headers["Location"] = location
        answer.set_cookie(
            COOKIE, browser, max_age=LIFE_SECONDS, path="/", secure=True, httponly=True, samesite="Lax"
        )
        return answer

    def _show(self, page: Page) -> web.Response:
        answer = shown(page, secure=self._secure)
        if page.status in {HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE}:
            answer.headers["Retry-After"] = str(RETRY_AFTER_SECONDS)
        return answer

    def _no_visit(self, request: web.Request) -> web.Response:
        """Refuse HEAD, for whoever only looks at a link must not use it up, and what a page loads."""
        if request.method == "GET":
            return web.Response(status=HTTPStatus.FORBIDDEN, headers=headers(secure=self._secure))
        answer = web.Response(status=HTTPStatus.METHOD_NOT_ALLOWED, headers=headers(secure=self._secure))
        answer.headers["Allow"] = "GET"
        return answer


def _is_visit(request: web.Request) -> bool:
    """Return whether somebody opens the address, as far as the browser tells: no picture or frame of a page.

    https://developer.mozilla.org/en-US/docs/Web/HTTP/Reference/Headers/Sec-Fetch-Mode
    """
    told = [request.headers.get(name, usual) for name, usual in VISIT.items()]
    return request.method == "GET" and told == [*VISIT.values()]


def _browser(request: web.Request) -> str:
    """Return what the browser is known by, empty where it brings nothing that we could have given it."""
    brought = request.cookies.get(COOKIE, "")
    return brought if OURS.fullmatch(brought) else ""


def _brought(request: web.Request) -> _Brought | None:
    """Return what Slack sent somebody back with, None for what it would not send."""
    values: list[Sequence[str]] = [request.query.getall(name, [""]) for name in ("state", "code", "error")]
    if any(len(one) != 1 or len(one[0]) > LONGEST for one in values):
        return None
    state, code, error = (one[0] for one in values)
    return _Brought(state, code, error)
