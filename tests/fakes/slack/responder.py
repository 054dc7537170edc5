"""How the stand-in answers an HTTP request: who asks, what for, and whether it is to fail."""

from __future__ import annotations

import json
from email.utils import format_datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

from aiohttp import web

from tests.fakes.connections import cut, reset
from tests.fakes.slack.faults import End, Fault, limited
from tests.fakes.slack.ledger import Call, Json, Response
from tests.fakes.slack.methods import Rejected
from tests.fakes.slack.oauth import ACCESS

if TYPE_CHECKING:
    from tests.fakes.slack.standin import SlackStandIn

STRUCTURED = ("blocks", "view", "metadata", "attachments")
"""Arguments that a form carries as JSON: https://docs.slack.dev/apis/web-api/#post_bodies."""


class Responder:
    """Answers `/api/<method>` and the response_urls."""

    def __init__(self, slack: SlackStandIn) -> None:
        self._slack = slack

    async def respond(self, request: web.Request) -> web.StreamResponse:
        """Return the answer to one request."""
        if request.path in self._slack.response_urls:
            return await self._response_url(request)
        if request.path.startswith("/api/") and request.method in {"POST", "GET"}:
            return await self._method(request, request.path.removeprefix("/api/"))
        return web.Response(status=404, text="not found")

    async def _method(self, request: web.Request, method: str) -> web.StreamResponse:
        token, body = await _read(request)
        fault = self._slack.faults.take(method, token, body)
        pause = None if fault else self._slack.over_limit(method, token, body)
        fault = limited(pause) if pause is not None else fault
        accepted = fault is None or fault.accepted
        proof = request.headers.get("Authorization", "")
        answer = self._perform(method, token, body, proof) if accepted else None
        status = 200 if fault is None else fault.status
        told = answer if fault is None else _parsed(fault)
        now = self._slack.clock.now()
        performed = accepted and answer is not None and bool(answer.get("ok"))
        holder = self._slack.workspaces.get(token or "")
        called = Call(now, method, token, body, told, status, performed, holder.team_id if holder else None)
        self._slack.ledger.calls.append(called)
        self._slack.arrived.set()
        if fault is None:
            return web.json_response(answer, headers=self._headers(token))
        return await self._fail(request, fault)

    def _perform(self, method: str, token: str | None, body: Json, proof: str) -> Json:
        try:
            if method == ACCESS:
                return self._slack.oauth.access(proof, body)
            if method == "apps.connections.open":
                return {"ok": True, **self._connect(token)}
            workspace = self._slack.workspaces.get(token or "")
            if token is None:
                raise Rejected("not_authed")
            if workspace is None:
                raise Rejected(
                    "not_allowed_token_type" if token in self._slack.app_tokens else "invalid_auth"
                )
            if token in self._slack.dead or workspace.revoked:
                raise Rejected(self._slack.dead.get(token) or workspace.revoked or "")
            known = self._slack.methods.get(method)
            if known is None:
                raise Rejected("unknown_method", req_method=method)
            return {"ok": True, **known(self._slack, workspace, body)}
        except Rejected as rejection:
            return rejection.answer

    def _connect(self, token: str | None) -> Json:
        if token is None:
            raise Rejected("not_authed")
        if token in self._slack.workspaces:
            raise Rejected("not_allowed_token_type")
        if token not in self._slack.app_tokens:
            raise Rejected("invalid_auth")
        return {"url": self._slack.connection_url()}

    def _headers(self, token: str | None) -> dict[str, str]:
        workspace = self._slack.workspaces.get(token or "")
        moment = {"Date": format_datetime(self._slack.clock.now(), usegmt=True)}
        return moment | ({"x-oauth-scopes": ",".join(sorted(workspace.scopes))} if workspace else {})

    async def _response_url(self, request: web.Request) -> web.StreamResponse:
        _, body = await _read(request)
        fault = self._slack.faults.take("response_url", None, body)
        if fault is not None and not fault.accepted:
            return await self._fail(request, fault)
        invalid = body.get("blocks") is not None and self._slack.block_problems(body["blocks"])
        taken = self._slack.response_urls[request.path]
        refusal = "invalid_blocks" if invalid else taken.use(body, self._slack.clock.now())
        status, text = (404 if refusal else 200), refusal or "ok"
        self._slack.ledger.responses.append(Response(str(request.url), body, status, text))
        return await self._fail(request, fault) if fault else web.Response(status=status, text=text)

    async def _fail(self, request: web.Request, fault: Fault) -> web.StreamResponse:
        match fault.end:
            case End.ANSWER:
                headers = {**fault.headers, "Content-Type": fault.content_type}
                return web.Response(status=fault.status, body=fault.body, headers=headers)
            case End.CUT:
                return await cut(request, fault.body, fault.content_type)
            case End.HANG:
                await self._slack.released.wait()
            case End.RESET:
                pass
        reset(request)
        return web.Response()


async def _read(request: web.Request) -> tuple[str | None, Json]:
    """Return the token and the arguments of a request, be they JSON, a form or in the address."""
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    body: Json = dict(request.query)
    raw = (await request.read()).decode()
    if request.content_type == "application/json":
        body |= json.loads(raw or "{}")
    else:
        body |= dict(parse_qsl(raw, keep_blank_values=True))
        body |= {name: json.loads(body[name]) for name in STRUCTURED if isinstance(body.get(name), str)}
    bearer = token if scheme == "Bearer" and token else body.pop("token", None)
    return bearer, body


def _parsed(fault: Fault) -> Any:
    try:
        return json.loads(fault.body)
    except ValueError:
        return None
