"""Around every REST call of the stand-in: who asks, whether it is to fail, and the ledger's line about it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from aiohttp import web
from aiohttp.typedefs import Handler

from tests.fakes.connections import cut, reset
from tests.fakes.discord.answers import Rejected, json_answer
from tests.fakes.discord.faults import End, Fault
from tests.fakes.discord.ledger import Call
from tests.fakes.discord.multipart import multipart
from tests.fakes.discord.routes import template

if TYPE_CHECKING:
    from tests.fakes.discord.standin import DiscordStandIn

OPEN = ("/interactions/", "/webhooks/")
"""What a token in the path opens; the bot's own is not asked for there."""

INVALID = (401, 403, 429)
"""https://docs.discord.com/developers/topics/rate-limits#invalid-request-limit-aka-cloudflare-bans"""


class Responder:
    """The middleware of what is below /api/v10; the rest (the gateway) goes through untouched."""

    def __init__(self, standin: DiscordStandIn) -> None:
        self._standin = standin

    @web.middleware
    async def around(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Answer one request."""
        if not request.path.startswith("/api/v10/"):
            return await handler(request)
        path = request.path.removeprefix("/api/v10")
        route = template(path)
        body = await _read(request)
        fault = self._standin.faults.take(f"{request.method} {route}", path, body)
        answer = None
        if self._standin.delays:
            await self._standin.delays.pop(0).wait()
        if fault is None or fault.accepted:
            self._check_request(request.method, route, body)
            answer = await self._perform(request, handler, path)
        told = answer if fault is None else None
        self._note(request, path, route, body, told, fault, accepted=_performed(answer))
        if fault is not None:
            return await self._fail(request, fault)
        assert answer is not None
        self._check_answer(request.method, route, answer)
        return answer

    async def _perform(self, request: web.Request, handler: Handler, path: str) -> web.Response:
        try:
            self._authorize(request, path)
            answer = await handler(request)
        except Rejected as rejection:
            return json_answer(rejection.answer, rejection.status, rejection.headers)
        except web.HTTPException as error:
            return json_answer({"message": f"{error.status}: {error.reason}", "code": 0}, error.status)
        assert isinstance(answer, web.Response), "REST routes answer whole"
        return answer

    def _authorize(self, request: web.Request, path: str) -> None:
        if path.startswith(OPEN):
            return
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        if scheme != "Bot" or token not in self._standin.tokens:
            raise Rejected(401, 0, "401: Unauthorized")

    def _check_request(self, method: str, route: str, body: Any) -> None:
        if self._standin.checked:
            self._standin.problems += self._standin.description.request_problems(method, route, body)

    def _check_answer(self, method: str, route: str, answer: web.Response) -> None:
        if self._standin.checked:
            found = self._standin.description.answer_problems(
                method, route, answer.status, _parsed(answer.body)
            )
            self._standin.problems += found

    def _note(
        self,
        request: web.Request,
        path: str,
        route: str,
        body: Any,
        answer: web.Response | None,
        fault: Fault | None,
        *,
        accepted: bool,
    ) -> None:
        status = answer.status if answer is not None else None
        value = _parsed(answer.body) if answer is not None else None
        if fault is not None and fault.end is End.ANSWER:
            status, value = fault.status, _parsed(fault.body)
        if status in INVALID:
            self._standin.invalid += 1
        _, _, token = request.headers.get("Authorization", "").partition(" ")
        now, template = self._standin.clock.now(), f"{request.method} {route}"
        headers = dict(request.headers)
        self._standin.ledger.calls.append(
            Call(now, request.method, path, template, token or None, headers, body, value, status, accepted)
        )
        self._standin.arrived.set()

    async def _fail(self, request: web.Request, fault: Fault) -> web.StreamResponse:
        match fault.end:
            case End.ANSWER:
                headers = {**fault.headers, "Content-Type": fault.content_type}
                return web.Response(status=fault.status, body=fault.body, headers=headers)
            case End.CUT:
                return await cut(request, fault.body, fault.content_type)
            case End.HANG:
                await self._standin.released.wait()
            case End.RESET:
                pass
        reset(request)
        return web.Response()


async def _read(request: web.Request) -> Any:
    """Return the JSON a request carries, None without any."""
    if request.content_type == "multipart/form-data":
        return (await multipart(request))[0]
    if request.content_type != "application/json":
        return None
    raw = await request.read()
    return json.loads(raw) if raw else None


def _performed(answer: web.Response | None) -> bool:
    return answer is not None and answer.status < 300


def _parsed(body: Any) -> Any:
    if not isinstance(body, bytes) or not body:
        return None
    try:
        return json.loads(body)
    except ValueError:
        return None
