"""The one web server of the process: narrow limits, a deadline for each request, few words."""

from __future__ import annotations

import asyncio
import errno
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from http import HTTPStatus

from aiohttp import web
from aiohttp.typedefs import Middleware

log = logging.getLogger(__name__)

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

LARGEST_BODY = 256 * 1024
LARGEST_HEAD = 16 * 1024
LARGEST_LINE = 8190
MOST_HEADERS = 64

KEEPALIVE = 75.0
"""Seconds; longer than a proxy in front usually keeps an idle connection, so that it ends them, not we."""

LINGERING = 1.0
"""Seconds in which the rest of a refused body is read, so that its sender gets to see the answer."""

CLOSING = 1.5
"""Seconds for saying goodbye; the program has ten in all."""


class CannotServe(Exception):
    """The port cannot be had; the words name the cure."""


@dataclass(frozen=True, slots=True)
class Route:
    """What answers *method* on *path*; GET answers HEAD as well."""

    method: str
    path: str
    handler: Handler


@asynccontextmanager
async def serve(
    port: int, routes: Sequence[Route], *, host: str | None = None, deadline: float = 10
) -> AsyncIterator[int]:
    """Serve *routes* on *port* of every address, or of *host* alone, and yield the port.

    Port 0 is any free one. A request has *deadline* seconds for its head, and as many for its body and
    the answer. Raises `CannotServe`. Ends within 2 s, whatever the other side does.
    """
    app = web.Application(client_max_size=LARGEST_BODY, middlewares=[_guard(deadline)])
    app.on_response_prepare.append(_without_a_name)
    for route in routes:
        methods = ("GET", "HEAD") if route.method == "GET" else (route.method,)
        for method in methods:
            app.router.add_route(method, route.path, route.handler)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=CLOSING / 3)
    await runner.setup()
    try:
        server = await _listen(runner, port, host, deadline)
        try:
            yield server.sockets[0].getsockname()[1]
        finally:
            server.close()
    finally:
        with suppress(TimeoutError):
            async with asyncio.timeout(CLOSING):
                await runner.cleanup()


class _Protocol(web.RequestHandler):
    """aiohttp's own, which waits for the first head for ever and says in errors which version it is."""

    __slots__ = ("_deadline", "_hurry")

    def __init__(self, manager: web.Server, loop: asyncio.AbstractEventLoop, deadline: float) -> None:
        super().__init__(
            manager,
            loop=loop,
            access_log=None,  # type: ignore[arg-type]  # as documented: none
            keepalive_timeout=KEEPALIVE,
            lingering_time=LINGERING,
            max_line_size=LARGEST_LINE,
            max_field_size=LARGEST_LINE,
            max_headers=MOST_HEADERS,
            auto_decompress=False,
        )
        self._deadline = deadline
        self._hurry: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        self._hurry = asyncio.get_running_loop().call_later(self._deadline, self.force_close)

    def connection_lost(self, exc: BaseException | None) -> None:
        self.spoke()
        super().connection_lost(exc)

    def spoke(self) -> None:
        """A whole head has arrived; from now on the request has its own deadline."""
        if self._hurry is not None:
            self._hurry.cancel()

    def handle_error(
        self,
        request: web.BaseRequest,  # noqa: ARG002  aiohttp gives it
        status: int = 500,
        exc: BaseException | None = None,
        message: str | None = None,  # noqa: ARG002  it quotes what was sent
    ) -> web.StreamResponse:
        """Answer what is no HTTP; *exc* holds what was sent, so only its kind is logged."""
        log.debug("a request was no HTTP (%s)", type(exc).__name__)
        answer = web.Response(status=status, text=_words(status), headers={"Server": "claudestatus"})
        answer.force_close()
        return answer


async def _listen(runner: web.AppRunner, port: int, host: str | None, deadline: float) -> asyncio.Server:
    loop = asyncio.get_running_loop()
    manager = runner.server
    assert manager is not None  # it is set up  # noqa: S101
    try:
        return await loop.create_server(lambda: _Protocol(manager, loop, deadline), host, port)
    except OSError as error:
        raise CannotServe(_cure(error, port)) from error


def _cure(error: OSError, port: int) -> str:
    match error.errno:
        case errno.EADDRINUSE:
            return f"Port {port} is in use by another program. Stop that, or set PORT to a free one."
        case errno.EACCES:
            return f"Port {port} may only be opened by the administrator. Set PORT to one above 1023."
        case _:
            return f"Port {port} cannot be opened ({error.strerror or error}). Set PORT to another one."


def _guard(deadline: float) -> Middleware:
    """Return what stands before every handler: it holds the deadline, and says little of what goes wrong."""

    @web.middleware
    async def guard(request: web.Request, handler: Handler) -> web.StreamResponse:
        if isinstance(request.protocol, _Protocol):
            request.protocol.spoke()
        if sum(len(name) + len(value) for name, value in request.raw_headers) > LARGEST_HEAD:
            return _plain(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE)
        try:
            async with asyncio.timeout(deadline):
                return await handler(request)
        except web.HTTPException as refusal:
            return _plain(HTTPStatus(refusal.status), refusal.headers.get("Allow"))
        except TimeoutError:
            return _plain(HTTPStatus.REQUEST_TIMEOUT)
        except (web.RequestPayloadError, ConnectionError):
            return _plain(HTTPStatus.BAD_REQUEST)
        except Exception as error:  # noqa: BLE001  its words may hold what the request held
            log.error("a request to %s failed (%s)", _route_of(request), type(error).__name__)
            return _plain(HTTPStatus.INTERNAL_SERVER_ERROR)

    return guard


def _route_of(request: web.Request) -> str:
    """Return which route was asked, as it was registered: a path that was sent may hold a secret."""
    resource = request.match_info.route.resource
    return resource.canonical if resource else "no route"


def _plain(status: HTTPStatus, allow: str | None = None) -> web.Response:
    """Return *status* in its own words; the connection ends, because the request may not have been read."""
    answer = web.Response(status=status, text=_words(status), headers={"Allow": allow} if allow else None)
    if status not in {HTTPStatus.NOT_FOUND, HTTPStatus.METHOD_NOT_ALLOWED}:
        answer.force_close()
    return answer


def _words(status: int) -> str:
    return f"{status} {HTTPStatus(status).phrase}\n"


async def _without_a_name(_request: web.Request, response: web.StreamResponse) -> None:
    response.headers.pop("Server", None)
