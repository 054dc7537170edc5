"""The one HTTP session to Slack: bounded in time and size, going nowhere it was not sent, saying nothing."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from types import SimpleNamespace
from urllib.parse import urlsplit

from aiohttp import (
    ClientPayloadError,
    ClientResponse,
    ClientSession,
    ClientTimeout,
    TCPConnector,
    TraceConfig,
    TraceRequestRedirectParams,
)
from slack_sdk.web.async_client import AsyncWebClient

DEADLINE_SECONDS = 10.0
"""For one call, from looking up the host to the last byte of the answer."""

CONNECT_SECONDS = 5.0
"""For the part of it after which nothing can have been accepted yet."""

ANSWER_LIMIT = 2**20
"""Bytes of an answer, inflated; the longest of those we ask for are some ten thousand."""

QUIET = ("aiohttp", "slack_bolt", "slack_sdk")
"""Loggers that tell requests and answers, with what is in them, at DEBUG."""


class Redirected(Exception):
    """Slack's API answered with a redirect, which it never does; nothing was done."""


class BoundedResponse(ClientResponse):
    """An answer whose body is read up to `ANSWER_LIMIT` bytes, and not at all beyond."""

    async def read(self) -> bytes:
        """Return the body. Raises `ClientPayloadError` where it is too long or ends early."""
        if self._body is None:
            self._body = await self._bounded()
        return self._body

    async def _bounded(self) -> bytes:
        received = bytearray()
        try:
            async for chunk in self.content.iter_any():
                received += chunk
                if len(received) > ANSWER_LIMIT:
                    raise ClientPayloadError(f"the answer is longer than {ANSWER_LIMIT} bytes")
        except BaseException:
            self.close()
            raise
        return bytes(received)


@asynccontextmanager
async def open_client(base_url: str | None = None) -> AsyncIterator[AsyncWebClient]:
    """Return Slack's client without a token on a session of its own; *base_url* ends in `/api/`.

    Nothing is repeated on its own: https://docs.slack.dev/tools/python-slack-sdk/web#retryhandler
    would post twice what was accepted before a connection broke. Proxies are those of the usual
    variables, `NO_PROXY` among them, which the SDK's own reading of them leaves out. The SDK looks at
    its logger's own level before it puts each request into words.
    """
    for name in QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)
    async with _session() as session:
        client = AsyncWebClient(
            base_url=base_url or AsyncWebClient.BASE_URL,
            timeout=int(DEADLINE_SECONDS),
            session=session,
            logger=logging.getLogger("slack_sdk"),
            retry_handlers=[],
        )
        client.proxy = None
        yield client


def _session() -> ClientSession:
    redirects = TraceConfig()
    redirects.on_request_redirect.append(_refuse)
    return ClientSession(
        connector=TCPConnector(limit=200),
        timeout=ClientTimeout(total=DEADLINE_SECONDS, connect=CONNECT_SECONDS),
        response_class=BoundedResponse,
        trace_configs=[redirects],
        trust_env=True,
    )


async def _refuse(
    _session: ClientSession, _context: SimpleNamespace, redirect: TraceRequestRedirectParams
) -> None:
    raise Redirected(f"HTTP {redirect.response.status}")


def is_loopback(address: str) -> bool:
    """Return True for an address on this machine."""
    return urlsplit(address).hostname in {"localhost", "127.0.0.1", "::1"}
