"""A loopback status page: Statuspage's public documents behind a CDN, as one sees them from outside.

    async with fake_page() as page:
        page.show(Endpoint.SUMMARY, summary(incident()))     # a document, a dictionary or bytes
        page.age = 25                                        # what the cache says of its answer's age
        page.script(Endpoint.SUMMARY, Answer(503), Raw(b"")) # one a request, then the document again
        page.fault = Silence()                               # every request, until it is None
        page.requests                                        # the ledger: one Request each
        await page.was_asked.wait()                          # until the first request is there

It answers as the CDN does: `Cache-Control` of ten seconds, `Age`, a weak ETag that changes with the
body, 304 to an `If-None-Match` that names it, gzip for who accepts it, and connections stay open.
"""

from __future__ import annotations

import asyncio
import gzip
import hashlib
import socket
import ssl
import struct
from collections import defaultdict, deque
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from email.utils import formatdate
from http import HTTPStatus

from bot.domain.status import Endpoint
from tests.factories import encode

CACHE_CONTROL = "max-age=10, s-maxage=10, stale-while-revalidate=20, stale-if-error=3600"


@dataclass(frozen=True, slots=True)
class Request:
    """One line of the ledger; names of *headers* are in lower case. *status* is None for a `Raw` answer."""

    path: str
    headers: Mapping[str, str]
    status: int | None


@dataclass(frozen=True, slots=True)
class Answer:
    """A well-formed answer; its length is added, nothing else."""

    status: int = 200
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""

    def encode(self) -> bytes:
        phrase = HTTPStatus(self.status).phrase if self.status in set(HTTPStatus) else "Whatever"
        fields = [*self.headers, ("Content-Length", str(len(self.body)))]
        head = "".join(f"{name}: {value}\r\n" for name, value in fields)
        return f"HTTP/1.1 {self.status} {phrase}\r\n{head}\r\n".encode("latin-1") + self.body


@dataclass(frozen=True, slots=True)
class Raw:
    """Exactly these bytes, then the end of the connection; one byte in *pace* seconds if that is not 0."""

    data: bytes
    pace: float = 0


@dataclass(frozen=True, slots=True)
class Silence:
    """*data*, then nothing more, while the connection stays open."""

    data: bytes = b""


@dataclass(frozen=True, slots=True)
class Reset:
    """*data*, then the connection is reset."""

    data: bytes = b""


Fault = Answer | Raw | Silence | Reset


class FakePage:
    """What the page shows, how it misbehaves, and what it was asked. Made by `fake_page`."""

    def __init__(self) -> None:
        self.url = ""
        self.requests: list[Request] = []
        self.fault: Fault | None = None
        self.age: int | None = 0
        self.cache_control = CACHE_CONTROL
        self.connections = 0
        self.was_asked = asyncio.Event()
        self._bodies: dict[str, bytes] = {}
        self._scripts: defaultdict[str, deque[Fault]] = defaultdict(deque)

    def show(self, path: str, document: object) -> None:
        """Show *document* at *path*, an `Endpoint` or any other; bytes as they are, all else as JSON."""
        self._bodies[path] = document if isinstance(document, bytes) else encode(document)

    def script(self, path: str, *answers: Fault) -> None:
        """Give these answers to the next requests of *path*, one each."""
        self._scripts[path].extend(answers)

    def asked(self, path: str) -> list[Request]:
        """Return the requests of *path*."""
        return [request for request in self.requests if request.path == path]

    def respond(self, path: str, headers: Mapping[str, str]) -> Fault:
        """Return the answer to one request and write it into the ledger."""
        self.was_asked.set()
        script = self._scripts[path]
        answer = self.fault or (script.popleft() if script else self._document(path, headers))
        self.requests.append(Request(path, headers, answer.status if isinstance(answer, Answer) else None))
        return answer

    def _document(self, path: str, headers: Mapping[str, str]) -> Answer:
        body = self._bodies.get(path)
        if body is None:
            return Answer(404, (("Content-Type", "text/html"),), b"<!DOCTYPE html><title>Not found</title>")
        etag = f'W/"{hashlib.sha256(body).hexdigest()[:32]}"'
        common = [("Date", formatdate(usegmt=True)), ("Cache-Control", self.cache_control), ("ETag", etag)]
        if self.age is not None:
            common.append(("Age", str(self.age)))
        if headers.get("if-none-match") == etag:
            return Answer(304, tuple(common))
        kind = "application/atom+xml" if path == Endpoint.ATOM else "application/json"
        common.append(("Content-Type", f"{kind}; charset=utf-8"))
        if "gzip" not in headers.get("accept-encoding", ""):
            return Answer(200, tuple(common), body)
        return Answer(200, (*common, ("Content-Encoding", "gzip")), gzip.compress(body, 1))


@asynccontextmanager
async def fake_page(tls: ssl.SSLContext | None = None) -> AsyncIterator[FakePage]:
    """Serve a page on a free port of 127.0.0.1 (with *tls*: of localhost, by https) until the block ends."""
    page = FakePage()
    conversations: set[asyncio.Task[None]] = set()

    def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        page.connections += 1
        task = asyncio.ensure_future(_converse(page, reader, writer))
        conversations.add(task)
        task.add_done_callback(conversations.discard)

    server = await asyncio.start_server(serve, "127.0.0.1", 0, ssl=tls)
    port = server.sockets[0].getsockname()[1]
    page.url = f"https://localhost:{port}" if tls else f"http://127.0.0.1:{port}"
    try:
        yield page
    finally:
        server.close()
        for task in conversations:
            task.cancel()
        await asyncio.gather(*conversations, return_exceptions=True)


async def _converse(page: FakePage, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Answer the requests of one connection until one side ends it."""
    try:
        with suppress(ConnectionError, asyncio.IncompleteReadError):
            while True:
                path, headers = _request(await reader.readuntil(b"\r\n\r\n"))
                answer = page.respond(path, headers)
                await _give(answer, reader, writer)
                if not isinstance(answer, Answer):
                    return
    except asyncio.CancelledError:
        writer.transport.abort()
        raise
    finally:
        writer.close()


def _request(head: bytes) -> tuple[str, dict[str, str]]:
    first, *lines = head.decode("latin-1").strip().split("\r\n")
    fields = (line.split(":", 1) for line in lines)
    return first.split(" ")[1], {name.lower(): value.strip() for name, value in fields}


async def _give(answer: Fault, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    match answer:
        case Answer():
            writer.write(answer.encode())
        case Raw(data, 0):
            writer.write(data)
        case Raw(data, pace):
            for byte in data:
                writer.write(bytes([byte]))
                await writer.drain()
                await asyncio.sleep(pace)
        case Silence(data):
            writer.write(data)
            await reader.read()  # until the other side gives up
        case Reset(data):
            writer.write(data)
            await writer.drain()
            _reset(writer)
    await writer.drain()


def _reset(writer: asyncio.StreamWriter) -> None:
    """End the connection with RST: https://man7.org/linux/man-pages/man7/socket.7.html (SO_LINGER)."""
    connection: socket.socket = writer.get_extra_info("socket")
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()
