"""Slack's HTTP mode: events, commands, interactivity and options, all posted to one path.

https://docs.slack.dev/apis/events-api/using-http-request-urls
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import datetime, timedelta
from http import HTTPStatus

from aiohttp import web
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_bolt.response import BoltResponse

from adapters.slack.inbound import Dispatch, Malformed, from_http, is_event, keys_of
from adapters.slack.once import Once, Passed
from adapters.slack.places import Full, Limits, Places
from adapters.slack.signature import SIGNATURE, Claim, Signatures
from bot.ports import Clock

log = logging.getLogger(__name__)

PATH = "/slack/events"

LARGEST_BODY = 256 * 1024
"""Bytes. Held here as well as by the web server: what is unproven is read whole to prove it, so that the
bound must stand whichever server is in front."""

WAITING = 0.8
"""Seconds that an event may wait for its place. Slack waits 3 s in all, and most are the database's."""

TELL_EVERY = timedelta(hours=1)
"""How often it is told that somebody was refused; anybody can be, as often as they like."""

UNPROVEN = (
    "a request was refused: it is not signed with SLACK_SIGNING_SECRET, or the time in it is not ours; if"
    " Slack's own are refused, copy the signing secret from the app's settings, Basic Information, and set"
    " the clock of this machine"
)


class SlackHttp:
    """Answers what is posted to `PATH`; nothing is looked at before it is proven to be Slack's."""

    def __init__(
        self,
        signing_secrets: Sequence[str],
        once: Once,
        clock: Clock,
        dispatch: Dispatch,
        limits: Limits | None = None,
    ) -> None:
        self._signatures = Signatures(signing_secrets, clock)
        self._once = once
        self._clock = clock
        self._dispatch = dispatch
        self._places = Places(limits or Limits())
        self._told_at: datetime | None = None

    async def handle(self, request: web.Request) -> web.Response:
        """Return the answer.

        401 if it is not Slack's, 400 if it is not understood, 413 if it is too long, 503 if Slack may
        try again.
        """
        claim = self._signatures.claim(request.headers)
        if claim is None:
            return self._refuse(request)
        body = await _read(request)
        if isinstance(body, HTTPStatus):
            return _plain(body)
        if not self._signatures.proves(claim, body):
            return self._refuse(request)
        try:
            inbound = from_http(body, request.content_type, request.headers)
        except Malformed as malformed:
            log.warning("a signed request of Slack was not understood: %s", malformed)
            return _plain(HTTPStatus.BAD_REQUEST)
        return await self._answer(inbound, claim)

    def _refuse(self, request: web.Request) -> web.Response:
        """Refuse what is not proven, and now and then say so: a wrong secret leaves no other trace."""
        now = self._clock.now()
        if SIGNATURE in request.headers and (self._told_at is None or now - self._told_at >= TELL_EVERY):
            self._told_at = now
            log.warning(UNPROVEN)
        return _plain(HTTPStatus.UNAUTHORIZED)

    async def _answer(self, inbound: AsyncBoltRequest, claim: Claim) -> web.Response:
        try:
            if inbound.body.get("type") == "url_verification":  # it has no effect, so it needs no database
                return _as_web(await self._dispatch(inbound), inbound)
            keys = keys_of(inbound.body, signature=claim.signature)
            again = is_event(inbound.body)
            async with self._places.place(comes_again=again, patience=WAITING):
                result = await self._once.handle(keys, lambda: self._dispatch(inbound), comes_again=again)
        except Full:
            return _plain(HTTPStatus.SERVICE_UNAVAILABLE)
        except Exception as error:  # noqa: BLE001  its words may hold what the request held
            log.error("a request of Slack failed unexpectedly (%s)", type(error).__name__)
            return _plain(HTTPStatus.INTERNAL_SERVER_ERROR)
        if isinstance(result, BoltResponse):
            return _as_web(result, inbound)
        return _plain(HTTPStatus.OK if result is Passed.REPEATED else HTTPStatus.SERVICE_UNAVAILABLE)


async def _read(request: web.Request) -> bytes | HTTPStatus:
    """Return the body of *request*, or the status that says why there is none."""
    if (request.content_length or 0) > LARGEST_BODY:
        return HTTPStatus.REQUEST_ENTITY_TOO_LARGE
    body = bytearray()
    try:
        while chunk := await request.content.readany():
            body += chunk
            if len(body) > LARGEST_BODY:
                return HTTPStatus.REQUEST_ENTITY_TOO_LARGE
    except web.RequestPayloadError:
        return HTTPStatus.BAD_REQUEST
    return bytes(body)


def _as_web(answer: BoltResponse, inbound: AsyncBoltRequest) -> web.Response:
    status = answer.status
    if status == HTTPStatus.NOT_FOUND and is_event(inbound.body):
        status = HTTPStatus.OK  # an event nobody listens for; a refusal would only bring it again
    kind = answer.headers.get("content-type", ["text/plain; charset=utf-8"])[0]
    return web.Response(status=status, body=(answer.body or "").encode(), headers={"Content-Type": kind})


def _plain(status: HTTPStatus) -> web.Response:
    text = "" if status is HTTPStatus.OK else f"{status.value} {status.phrase}\n"
    return web.Response(status=status, text=text)
