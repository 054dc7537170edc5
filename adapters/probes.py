"""What those who watch over the bot ask of it over HTTP: `/readyz`, `/metrics`, and the page's doorbell."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from hmac import compare_digest
from http import HTTPStatus
from ipaddress import IPv6Address, ip_address
from urllib.parse import urlsplit

from aiohttp import web

from bot.failures import kind_and_place

log = logging.getLogger(__name__)

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

BELL = "/statuspage/{secret}"
"""The path of the doorbell; what a page's webhook sends there is not looked at."""

RINGS_APART = 1.0
"""Seconds; each ring is a write, and who watches looks no oftener."""

EXPOSITION = "text/plain; version=1.0.0; charset=utf-8"
"""https://prometheus.io/docs/instrumenting/exposition_formats/#text-based-format"""

NO_STORE = {"Cache-Control": "no-store"}

WAYS_ROUND = frozenset({"forwarded", "via", "x-real-ip"})
"""Headers by which a proxy is known, beside all that begin with `x-forwarded`: it speaks for others."""


def readiness(reasons: Callable[[], Awaitable[list[str]]]) -> Handler:
    """Return what answers 200, or 503 with the *reasons*: a line each, or JSON for who wants that."""

    async def handle(request: web.Request) -> web.Response:
        found = await reasons()
        status = HTTPStatus.SERVICE_UNAVAILABLE if found else HTTPStatus.OK
        if request.query.get("format") == "json" or "application/json" in request.headers.get("Accept", ""):
            told = {"ready": not found, "reasons": found}
            return web.json_response(told, status=status, headers=NO_STORE)
        text = "\n".join(found or ["ready"]) + "\n"
        return web.Response(text=text, status=status, headers=NO_STORE)

    return handle


def metrics(text: Callable[[], Awaitable[bytes]], token: str | None, *, public: bool = False) -> Handler:
    """Return what answers whoever knows *token*; without one, this machine alone.

    *public* is True where others are let in from elsewhere: not every way in says for whom it speaks, so
    that without a token nobody is answered.
    """

    async def handle(request: web.Request) -> web.Response:
        refusal = _refusal(request, token, public=public)
        if refusal is not None:
            return refusal
        return web.Response(body=await text(), headers={"Content-Type": EXPOSITION, **NO_STORE})

    return handle


def doorbell(
    ring: Callable[[], Awaitable[None]],
    secret: str,
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
) -> Handler:
    """Return what calls *ring* for whoever knows *secret*; others are told that there is nothing here.

    It is for every method. The body is never read. The sender is thanked though ringing may fail: it would
    only ring again. *sleep* waits some seconds.
    """
    bell = _Bell(ring, sleep)

    async def handle(request: web.Request) -> web.Response:
        if request.method != "POST" or not _same(request.match_info["secret"], secret):
            raise web.HTTPNotFound
        bell.push()
        return web.Response(status=HTTPStatus.NO_CONTENT)

    return handle


class _Bell:
    """Rings at once, and then once a second as long as somebody pushes: what came late is not lost."""

    def __init__(
        self, ring: Callable[[], Awaitable[None]], sleep: Callable[[float], Awaitable[None]]
    ) -> None:
        self._ring = ring
        self._sleep = sleep
        self._pushed = False
        self._ringing: asyncio.Task[None] | None = None

    def push(self) -> None:
        self._pushed = True
        if self._ringing is None or self._ringing.done():
            self._ringing = asyncio.create_task(self._rings())

    async def _rings(self) -> None:
        while self._pushed:
            self._pushed = False
            try:
                await self._ring()
            except Exception as error:  # noqa: BLE001  the next poll is never far
                log.warning("doorbell not heard (%s)", kind_and_place(error))
            await self._sleep(RINGS_APART)


def _refusal(request: web.Request, token: str | None, *, public: bool) -> web.Response | None:
    """Return the answer to somebody who may not read the metrics, None where they may."""
    if token is None:
        if not public and _is_direct_and_local(request):
            return None
        who = "nobody" if public else "only this machine itself"
        words = f"METRICS_TOKEN is not set, so that {who} may read this.\n"
        return web.Response(text=words, status=HTTPStatus.FORBIDDEN)
    scheme, _, given = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() == "bearer" and _same(given.strip(), token):
        return None
    words = "Send METRICS_TOKEN as a Bearer token.\n"
    return web.Response(
        text=words, status=HTTPStatus.UNAUTHORIZED, headers={"WWW-Authenticate": 'Bearer realm="metrics"'}
    )


def _same(given: str, secret: str) -> bool:
    """Return whether *given* is *secret*, in a time that does not tell how much of it is."""
    return compare_digest(given.encode("utf-8", "surrogatepass"), secret.encode())


def _is_direct_and_local(request: web.Request) -> bool:
    """Return whether a program on this machine asks for itself, and not a proxy for somebody else."""
    if not _names_this_machine(request.host):
        return False
    if any(name.lower() in WAYS_ROUND or name.lower().startswith("x-forwarded") for name in request.headers):
        return False
    return _is_loopback(request.remote or "")


def _names_this_machine(host: str) -> bool:
    """Return whether *host*, a name or an address and perhaps a port, is this machine's own for itself."""
    try:
        name = urlsplit(f"//{host}").hostname or ""
    except ValueError:
        return False
    return name == "localhost" or _is_loopback(name)


def _is_loopback(text: str) -> bool:
    try:
        address = ip_address(text)
    except ValueError:
        return False
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return (mapped or address).is_loopback
