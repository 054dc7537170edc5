"""Slack's side of HTTP mode: signed requests, repeated events, and what was answered in what time.

https://docs.slack.dev/apis/events-api/using-http-request-urls
"""

from __future__ import annotations

import hashlib
import hmac
import json
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from aiohttp import ClientSession

from bot.ports import Clock

Json = dict[str, Any]

JSON = "application/json"
FORM = "application/x-www-form-urlencoded"

RETRIES = 3
"""https://docs.slack.dev/apis/events-api/#retries."""


@dataclass(frozen=True, slots=True)
class Answered:
    """One request and its answer; *latency* in seconds. *retry* is 0 for the first try."""

    status: int
    body: bytes
    content_type: str
    latency: float
    retry: int = 0

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass(slots=True)
class HttpSender:
    """Sends to *url* what Slack would, signed with *secret*, at the time of *clock*."""

    session: ClientSession
    url: str
    secret: str
    clock: Clock
    answers: list[Answered] = field(default_factory=list)

    async def event(self, payload: Json) -> Answered:
        """Send an event, and again up to three times while it is not answered with 2xx."""
        body = json.dumps(payload).encode()
        answer = await self.send(body, JSON)
        for retry in range(1, RETRIES + 1):
            if 200 <= answer.status < 300:
                break
            answer = await self.again(body, retry)
        return answer

    async def again(self, body: bytes, retry: int) -> Answered:
        """Send an event once more, signed anew, as Slack does."""
        more = {"X-Slack-Retry-Num": str(retry), "X-Slack-Retry-Reason": "http_error"}
        return await self.send(body, JSON, more=more, retry=retry)

    async def command(self, form: Mapping[str, str]) -> Answered:
        """Send a slash command; it is never repeated."""
        return await self.send(urlencode(form).encode(), FORM)

    async def interactive(self, payload: Json) -> Answered:
        """Send a click, a submitted view or a shortcut; options are asked for in the same way."""
        return await self.send(urlencode({"payload": json.dumps(payload)}).encode(), FORM)

    async def options(self, payload: Json) -> Answered:
        """Ask for the options of a select menu."""
        return await self.interactive(payload)

    def signed(self, body: bytes, *, secret: str | None = None) -> dict[str, str]:
        """Return the headers that prove *body*, at this moment."""
        stamp = str(int(self.clock.now().timestamp()))
        key = (self.secret if secret is None else secret).encode()
        digest = hmac.new(key, b"v0:" + stamp.encode() + b":" + body, hashlib.sha256).hexdigest()
        return {"X-Slack-Request-Timestamp": stamp, "X-Slack-Signature": f"v0={digest}"}

    async def send(
        self,
        body: bytes,
        content_type: str,
        *,
        more: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        retry: int = 0,
    ) -> Answered:
        """Post *body*. *headers* replace the right signature, *more* is added to it."""
        proof = self.signed(body) if headers is None else dict(headers)
        sent = {"Content-Type": content_type, **proof, **(more or {})}
        began = time.perf_counter()
        async with self.session.post(self.url, data=body, headers=sent) as response:
            content = await response.read()
        latency = time.perf_counter() - began
        answer = Answered(response.status, content, response.content_type, latency, retry)
        self.answers.append(answer)
        return answer
