"""One GET over httpx: a total deadline, a capped body, no redirects, and one way to fail."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from http import HTTPStatus
from http.cookiejar import CookieJar, DefaultCookiePolicy
from importlib import metadata

import httpx

from adapters.statuspage.failures import in_words
from adapters.statuspage.inflate import ACCEPTED_ENCODING, Body
from bot.ports import Unreadable

DEADLINE = timedelta(seconds=10)
"""How long one read may take in all; httpx only limits single steps, which a slow server outwits."""

HOME = "https://github.com/claudestatus/claudestatus"

CONNECTING = 0.45
"""The part of the deadline for reaching the host, and again for TLS. It must end before the deadline does:
httpcore 1.0.9 closes the socket of a handshake that times out, but not of one that is cancelled."""

KEEPALIVE_SECONDS = 60
"""Longer than a poll's interval, so that not every poll shakes hands anew (httpx: 5)."""

_LOOPBACK = ("localhost", "127.0.0.1", "[::1]")


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back. *body* is decoded, and empty unless *status* is 200; *headers* ignore case."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def status_in_words(self) -> str:
        """The number with its usual name, as in `503 Service Unavailable`."""
        try:
            return f"{self.status} {HTTPStatus(self.status).phrase}"
        except ValueError:
            return str(self.status)


class BadProxy(ValueError):
    """A proxy variable holds something that cannot be used; the words name the variables and the cure."""


@asynccontextmanager
async def open_client() -> AsyncIterator[httpx.AsyncClient]:
    """Open the one client of the process; it takes the usual proxy variables, but not for loopback.

    Raises `BadProxy`.
    """
    jar = CookieJar(DefaultCookiePolicy(allowed_domains=()))  # a cookie would only part us from the cache
    try:
        client = httpx.AsyncClient(
            headers={"User-Agent": user_agent(), "Accept-Encoding": ACCEPTED_ENCODING},
            verify=ssl.create_default_context(),
            timeout=None,  # noqa: S113  every call has a deadline of its own
            limits=httpx.Limits(keepalive_expiry=KEEPALIVE_SECONDS),
            mounts={f"all://{host}": None for host in _LOOPBACK},
            cookies=jar,
        )
    except (ValueError, ImportError, httpx.InvalidURL) as error:
        raise BadProxy(
            "The proxy named by HTTPS_PROXY, HTTP_PROXY or ALL_PROXY, or an exception in NO_PROXY, "
            "cannot be used; give it as http://host:port, or unset the variable."
        ) from error
    async with client:
        yield client


def user_agent() -> str:
    """Return who we say we are, with the installed version."""
    try:
        version = metadata.version("claudestatus")
    except metadata.PackageNotFoundError:
        version = "0"
    return f"claudestatus/{version} (+{HOME})"


async def fetch(
    client: httpx.AsyncClient, url: str, headers: Mapping[str, str], deadline: timedelta = DEADLINE
) -> Answer:
    """Return the answer of *url* to one GET, whatever its status. Raises `Unreadable`, and nothing else."""
    try:
        async with asyncio.timeout(deadline.total_seconds()):
            return await _exchange(client, url, headers, deadline)
    except Unreadable:
        raise
    except (TimeoutError, httpx.TimeoutException) as error:
        raise Unreadable(f"no complete answer came within {deadline.total_seconds():g} s") from error
    except Exception as error:  # whatever a server brings about is one failed read
        raise Unreadable(in_words(error)) from error


async def _exchange(
    client: httpx.AsyncClient, url: str, headers: Mapping[str, str], deadline: timedelta
) -> Answer:
    timeout = httpx.Timeout(None, connect=CONNECTING * deadline.total_seconds())
    async with client.stream("GET", url, headers=dict(headers), timeout=timeout) as response:
        body = b""
        if response.status_code == HTTPStatus.OK:
            body = await _body(response)
        elif response.status_code == HTTPStatus.NOT_MODIFIED:
            async for _ in response.aiter_raw():  # its end must be seen for the connection to be kept
                pass
        return Answer(response.status_code, response.headers, body)


async def _body(response: httpx.Response) -> bytes:
    body = Body(response.headers.get("Content-Encoding", ""))
    async for chunk in response.aiter_raw():
        body.feed(chunk)
    return body.finish()
