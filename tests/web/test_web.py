"""The web server keeps its limits, whoever is on the other side."""

from __future__ import annotations

import asyncio
import errno
import logging
import socket
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress

import pytest
from aiohttp import ClientSession, web

from adapters.web import CannotServe, Route, serve
from adapters.web.port import cure

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
DEADLINE = 0.2

GENEROUS = 5
"""Seconds. The server ends within two; a machine that is busy elsewhere may take longer for that."""


async def ok(_request: web.Request) -> web.Response:
    return web.Response(text="ok")


async def length(request: web.Request) -> web.Response:
    return web.Response(text=str(len(await request.read())))


@asynccontextmanager
async def served(*routes: Route, deadline: float = 10) -> AsyncIterator[int]:
    usual = (Route("GET", "/healthz", ok), Route("POST", "/length", length))
    async with serve(0, [*usual, *routes], host="127.0.0.1", deadline=deadline) as port:
        yield port


async def speak(port: int, *said: bytes, until_end: bool = True) -> bytes:
    """Say *said* to the server, byte for byte, and return what it answers until it hangs up."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        for part in said:
            writer.write(part)
            await writer.drain()
        async with asyncio.timeout(10):
            return await (reader.read() if until_end else reader.readuntil(b"\r\n\r\n"))
    except ConnectionError:
        return b""
    finally:
        await hung_up(writer)


async def hung_up(writer: asyncio.StreamWriter) -> None:
    writer.close()
    with suppress(ConnectionError):
        await writer.wait_closed()


async def test_a_route_is_answered_and_a_connection_is_kept() -> None:
    async with served() as port:
        head = b"GET /healthz HTTP/1.1\r\nHost: x\r\n"
        answer = await speak(port, head + b"\r\n" + head + b"Connection: close\r\n\r\n")
    assert answer.count(b"HTTP/1.1 200 OK") == 2
    assert answer.count(b"\r\n\r\nok") == 2


@pytest.mark.parametrize(
    ("request_line", "status"),
    [
        (b"GET /nothing HTTP/1.1", b"404 Not Found"),
        (b"POST /healthz HTTP/1.1", b"405 Method Not Allowed"),
        (b"GET /healthz HTTP/1.1", b"200 OK"),
        (b"nonsense", b"400 Bad Request"),
        (b"GET /healthz HTTP/9.9\r\nno header", b"400 Bad Request"),
        (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", b"400 Bad Request"),
        (b"GET /" + b"a" * 9000 + b" HTTP/1.1", b"400 Bad Request"),
        (b"GET /healthz HTTP/1.1\r\nX: " + b"a" * 9000, b"400 Bad Request"),
        (b"GET /healthz HTTP/1.1\r\n" + b"X: 1\r\n" * 200, b"400 Bad Request"),
    ],
)
async def test_every_answer_is_short_and_says_nothing_of_versions(request_line: bytes, status: bytes) -> None:
    async with served() as port:
        said = request_line + b"\r\nHost: x\r\nConnection: close\r\nAccept: text/html\r\n\r\n"
        answer = await speak(port, said)
    assert answer.startswith((b"HTTP/1.1 " + status, b"HTTP/1.0 " + status))
    assert b"aiohttp" not in answer.lower()
    assert b"python" not in answer.lower()
    assert b"<" not in answer
    assert b"text/plain" in answer
    assert len(answer) < 400


async def test_who_asks_for_the_head_of_an_answer_gets_that() -> None:
    async with served() as port:
        answer = await speak(port, b"HEAD /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
    assert answer.startswith(b"HTTP/1.1 200 OK")
    assert answer.endswith(b"\r\n\r\n")


async def test_a_head_of_more_than_16_kb_is_refused() -> None:
    async with served() as port:
        few = [b"X-%d: " % number + b"a" * 6000 for number in range(3)]
        head = b"\r\n".join([b"GET /healthz HTTP/1.1", b"Host: x", *few])
        answer = await speak(port, head + b"\r\n\r\n")
    assert answer.startswith(b"HTTP/1.1 431")


@pytest.mark.parametrize(("size", "status"), [(256 * 1024, 200), (256 * 1024 + 1, 413)])
async def test_a_body_may_have_256_kb(size: int, status: int) -> None:
    async with served() as port, ClientSession() as session:
        for body in (b"a" * size, _in_pieces(size)):
            async with session.post(f"http://127.0.0.1:{port}/length", data=body) as response:
                assert response.status == status


async def _in_pieces(size: int) -> AsyncIterator[bytes]:
    yield b"a" * (size - 1)
    yield b"a"


async def test_a_compressed_body_is_taken_as_it_is() -> None:
    """So that no small body becomes a big one, and a signature is that of what was sent."""
    async with served() as port, ClientSession() as session:
        headers = {"Content-Encoding": "gzip"}
        async with session.post(
            f"http://127.0.0.1:{port}/length", data=b"no gzip", headers=headers
        ) as response:
            assert (response.status, await response.text()) == (200, "7")


@pytest.mark.parametrize(
    "said",
    [
        b"",
        b"GET /healthz HTTP/1.1\r\nHo",
        b"POST /length HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nhalf",
        b"POST /length HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhe",
    ],
)
async def test_whoever_stops_in_the_middle_is_left_at_the_deadline(said: bytes) -> None:
    async with served(deadline=DEADLINE) as port:
        began = time.monotonic()
        answer = await speak(port, said)
        took = time.monotonic() - began
    assert DEADLINE * 0.9 <= took < 5
    assert answer == b"" or answer.startswith(b"HTTP/1.1 408")


async def test_a_body_that_drips_is_left_at_the_deadline() -> None:
    async with served(deadline=DEADLINE) as port:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(b"POST /length HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\n\r\n")
        answer = asyncio.create_task(reader.readline())
        while not answer.done():
            writer.write(b"a")
            await asyncio.wait([answer], timeout=0.01)
        await hung_up(writer)
    assert answer.result().startswith(b"HTTP/1.1 408")


async def test_a_chunked_body_that_is_none_is_refused() -> None:
    async with served() as port:
        head = b"POST /length HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
        answer = await speak(port, head + b"zz\r\nnonsense\r\n0\r\n\r\n")
    assert answer.startswith((b"HTTP/1.1 400", b"HTTP/1.0 400"))


async def test_a_handler_that_hangs_is_ended_and_others_are_served() -> None:
    async def hang(_request: web.Request) -> web.Response:
        await asyncio.Event().wait()
        raise AssertionError

    async with served(Route("GET", "/hang", hang), deadline=DEADLINE) as port, ClientSession() as session:
        hanging = asyncio.create_task(speak(port, b"GET /hang HTTP/1.1\r\nHost: x\r\n\r\n"))
        async with session.get(f"http://127.0.0.1:{port}/healthz") as response:
            assert response.status == 200
        assert (await hanging).startswith(b"HTTP/1.1 408")


async def test_a_handler_s_failure_tells_nobody_what_was_sent(caplog: pytest.LogCaptureFixture) -> None:
    async def fail(request: web.Request) -> web.Response:
        raise KeyError(f"{request.query_string} {await request.text()}")

    caplog.set_level(logging.DEBUG)
    async with served(Route("POST", "/fail/{what}", fail)) as port:
        head = b"POST /fail/canary?canary=1 HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 6"
        answer = await speak(port, head + b"\r\n\r\ncanary")
        await speak(port, b"canary canary\r\n\r\n")
        await speak(port, b"GET /?canary HTTP/1.1\r\ncanary\r\n\r\n")
    assert answer.startswith(b"HTTP/1.1 500")
    assert b"canary" not in answer
    assert "canary" not in caplog.text
    assert "a request to /fail/{what} failed (KeyError)" in caplog.messages


async def test_a_port_in_use_is_named_with_its_cure() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(CannotServe, match=rf"Port {port} is in use by another program\..*set PORT"):
            async with serve(port, [], host="127.0.0.1"):
                pass


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (errno.EACCES, "administrator. Set PORT to one above 1023"),
        (errno.EADDRNOTAVAIL, "Set PORT to another"),
    ],
)
def test_every_failure_to_open_a_port_names_its_cure(number: int, words: str) -> None:
    assert words in cure(OSError(number, "as the system says"), 80)


@pytest.mark.parametrize(
    "said",
    [
        b"",
        b"GET /hea",
        b"POST /length HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\nhalf",
        b"GET /stuck HTTP/1.1\r\nHost: x\r\n\r\n",
    ],
)
async def test_it_ends_within_two_seconds_though_the_other_side_hangs(said: bytes) -> None:
    stuck = asyncio.Event()

    async def stay(_request: web.Request) -> web.Response:
        stuck.set()
        while True:
            try:
                await asyncio.Event().wait()
            except asyncio.CancelledError:
                return web.Response(text="gone")

    async with served(Route("GET", "/stuck", stay)) as port:
        _, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(said)
        await writer.drain()
        if b"stuck" in said:
            await stuck.wait()
        began = time.monotonic()
    assert time.monotonic() - began < GENEROUS
    await hung_up(writer)
    with pytest.raises(OSError, match=r"."):
        await asyncio.open_connection("127.0.0.1", port)
