"""The server: it takes connections and requests, and holds them to their limits."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from http import HTTPStatus

from aiohttp import web
from aiohttp.typedefs import Middleware

from adapters.web.connections import Connections, may_be_open, told_rarely
from adapters.web.port import CannotServe, cure

log = logging.getLogger(__name__)

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

LARGEST_BODY = 256 * 1024
LARGEST_HEAD = 16 * 1024
LARGEST_LINE = 8190
MOST_HEADERS = 64

KEEPALIVE = 75.0
"""Seconds; longer than a proxy in front usually keeps an idle connection, so that it ends them, not we. Else
it now and then sends a request into what we just closed, and answers 502 in our name. `Connections` bounds
how many are kept, whatever this is.
https://docs.aws.amazon.com/elasticloadbalancing/latest/application/application-load-balancers.html
"""

LINGERING = 1.0
"""Seconds in which the rest of a refused body is read, so that its sender gets to see the answer."""

CLOSING = 1.5
"""Seconds for saying goodbye; the program has ten in all."""


@dataclass(frozen=True, slots=True)
class Route:
    """What answers *method* on *path*; GET answers HEAD as well, `*` is every method."""

    method: str
    path: str
    handler: Handler


@asynccontextmanager
async def serve(
    port: int,
    routes: Sequence[Route],
    *,
    host: str | None = None,
    deadline: float = 10,
    most: int | None = None,
) -> AsyncIterator[int]:
    """Serve *routes* on *port* of every address, or of *host* alone, and yield the port.

    Port 0 is any free one. A request has *deadline* seconds for its head, as many for its body and the
    answer, and as many for taking that. At most *most* connections are open, as many as the system has
    room for if None. Raises `CannotServe`. Ends within 2 s, whatever the other side does.
    """
    connections = Connections(may_be_open() if most is None else most)
    app = web.Application(client_max_size=LARGEST_BODY, middlewares=[_guard(deadline)])
    app.on_response_prepare.append(_without_a_name)
    for route in routes:
        methods = ("GET", "HEAD") if route.method == "GET" else (route.method,)
        for method in methods:
            app.router.add_route(method, route.path, route.handler)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=CLOSING / 3)
    await runner.setup()
    try:
        server = await _listen(runner, port, host, deadline, connections)
        try:
            with told_rarely(asyncio.get_running_loop()):
                yield server.sockets[0].getsockname()[1]
        finally:
            server.close()
    finally:
        with suppress(TimeoutError):
            async with asyncio.timeout(CLOSING):
                await runner.cleanup()


class _Protocol(web.RequestHandler):
    """aiohttp's own, which waits for the first head for ever and says in errors which version it is."""

    __slots__ = ("_connections", "_deadline", "_hurry")

    def __init__(
        self,
        manager: web.Server,
        loop: asyncio.AbstractEventLoop,
        deadline: float,
        connections: Connections,
    ) -> None:
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
        self._connections = connections
        self._hurry: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        self._hurry = self._in_time()
        self._connections.opened(self)

    def connection_lost(self, exc: BaseException | None) -> None:
        self.spoke()
        self._connections.closed(self)
        super().connection_lost(exc)

    def spoke(self) -> None:
        """A whole head has arrived; from now on the request has its own deadline."""
        self._connections.busy(self)
        if self._hurry is not None:
            self._hurry.cancel()

    async def finish_response(
        self, request: web.BaseRequest, resp: web.StreamResponse, start_time: float | None
    ) -> tuple[web.StreamResponse, bool]:
        """Send the answer to whoever takes it in time; then the connection is idle."""
        hurry = self._in_time()
        try:
            return await super().finish_response(request, resp, start_time)
        finally:
            hurry.cancel()
            self._connections.idle(self)

    def abort(self) -> None:
        """End the connection, also where nobody takes what was sent."""
        transport = self.transport
        self.force_close()
        if transport is not None:
            transport.abort()

    def _in_time(self) -> asyncio.TimerHandle:
        return asyncio.get_running_loop().call_later(self._deadline, self.abort)

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


async def _listen(
    runner: web.AppRunner, port: int, host: str | None, deadline: float, connections: Connections
) -> asyncio.Server:
    loop = asyncio.get_running_loop()
    manager = runner.server
    assert manager is not None  # it is set up  # noqa: S101
    try:
        return await loop.create_server(
            lambda: _Protocol(manager, loop, deadline, connections),
            host,
            port,
            backlog=connections.taken_at_once,
        )
    except OSError as error:
        raise CannotServe(cure(error, port)) from error


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
