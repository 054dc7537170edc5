"""Connections are bounded: whoever opens many of them takes nothing from the program, nor from others."""

from __future__ import annotations

import asyncio
import logging
import resource
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import pytest
from aiohttp import web

from adapters.web import Route, serve
from adapters.web.connections import MOST, NO_FILES, Connections, may_be_open, told_rarely

GET = b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"


async def ok(_request: web.Request) -> web.Response:
    return web.Response(text="ok")


class Caller:
    """Somebody with a connection of their own."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader = reader
        self.writer = writer

    async def asks(self, said: bytes = GET) -> bytes:
        """Say *said* and return the first line of the answer, empty where we are hung up on."""
        with suppress(ConnectionError):
            self.writer.write(said)
            await self.writer.drain()
        return await self.line()

    async def line(self) -> bytes:
        """Return the first line of an answer, and read past the rest of it."""
        with suppress(ConnectionError):
            async with asyncio.timeout(10):
                first = await self.reader.readline()
                if first:
                    await self.reader.readuntil(b"\r\n\r\nok")
                return first.strip()
        return b""


class Room:
    """A server with few connections. *hold* is a path that answers once *held* is set."""

    def __init__(self) -> None:
        self.port = 0
        self.held = asyncio.Event()
        self.holding = 0
        self.callers: list[Caller] = []

    async def hold(self, _request: web.Request) -> web.Response:
        self.holding += 1
        await self.held.wait()
        return web.Response(text="ok")

    async def caller(self) -> Caller:
        self.callers.append(Caller(*await asyncio.open_connection("127.0.0.1", self.port)))
        return self.callers[-1]


@asynccontextmanager
async def room(most: int, deadline: float = 10) -> AsyncIterator[Room]:
    here = Room()
    routes = [Route("GET", "/healthz", ok), Route("GET", "/hold", here.hold)]
    async with serve(0, routes, host="127.0.0.1", deadline=deadline, most=most) as here.port:
        yield here
        for one in here.callers:
            one.writer.close()
            with suppress(ConnectionError):
                await one.writer.wait_closed()


async def test_beyond_the_bound_the_longest_idle_one_ends() -> None:
    async with room(most=3) as here:
        first, second, third = [await here.caller() for _ in range(3)]
        for one in (first, second, third, first):  # the second has waited the longest
            assert await one.asks() == b"HTTP/1.1 200 OK"
        assert await (await here.caller()).asks() == b"HTTP/1.1 200 OK"
        assert await second.asks() == b""
        assert await first.asks() == await third.asks() == b"HTTP/1.1 200 OK"


async def test_who_has_said_nothing_goes_before_who_is_being_answered() -> None:
    async with room(most=2) as here:
        asking, silent = await here.caller(), await here.caller()
        answer = asyncio.create_task(asking.asks(b"GET /hold HTTP/1.1\r\nHost: x\r\n\r\n"))
        while not here.holding:  # noqa: ASYNC110  the request is on its way
            await asyncio.sleep(0)
        assert await (await here.caller()).asks() == b"HTTP/1.1 200 OK"
        assert await silent.asks() == b""
        here.held.set()
        assert await answer == b"HTTP/1.1 200 OK"


async def test_where_all_are_busy_the_new_one_ends() -> None:
    async with room(most=2) as here:
        asking = [await here.caller(), await here.caller()]
        answers = [asyncio.create_task(one.asks(b"GET /hold HTTP/1.1\r\nHost: x\r\n\r\n")) for one in asking]
        while here.holding < 2:  # noqa: ASYNC110  as above
            await asyncio.sleep(0)
        assert await (await here.caller()).asks() == b""
        here.held.set()
        assert await asyncio.gather(*answers) == [b"HTTP/1.1 200 OK"] * 2
        assert await (await here.caller()).asks() == b"HTTP/1.1 200 OK"


async def test_who_does_not_take_the_answer_is_left_at_the_deadline() -> None:
    """Else it would be busy for ever, and nobody may be turned away for what is busy."""
    sent = asyncio.Event()

    async def huge(_request: web.Request) -> web.Response:
        sent.set()
        return web.Response(body=b"a" * 20_000_000)

    routes = [Route("GET", "/huge", huge), Route("GET", "/healthz", ok)]
    async with serve(0, routes, host="127.0.0.1", deadline=0.1, most=1) as port:
        with socket.create_connection(("127.0.0.1", port)) as deaf:
            deaf.sendall(b"GET /huge HTTP/1.1\r\nHost: x\r\n\r\n")
            await sent.wait()
            answer = b""
            async with asyncio.timeout(10):
                while not answer:
                    caller = Caller(*await asyncio.open_connection("127.0.0.1", port))
                    answer = await caller.asks()
                    caller.writer.close()
    assert answer == b"HTTP/1.1 200 OK"


async def test_of_a_hundred_that_come_together_no_more_stay_than_may() -> None:
    async with room(most=8) as here:
        crowd = [await here.caller() for _ in range(100)]
        for one in crowd:
            one.writer.write(GET)
        assert await (await here.caller()).asks() == b"HTTP/1.1 200 OK"
        stayed = [one for one in crowd if await one.line() and await one.asks()]
        assert 0 < len(stayed) <= 7


def test_the_process_may_open_all_the_files_it_may_and_a_quarter_is_for_others() -> None:
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(before[1], 512), before[1]))
    try:
        most = may_be_open()
        raised, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        assert (raised, most) == (hard, min(MOST, hard // 4))
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, before)


@pytest.mark.parametrize(("most", "at_once"), [(1000, 100), (256, 64), (64, 16), (3, 1), (0, 1)])
def test_not_many_more_are_taken_at_once_than_may_be_open(most: int, at_once: int) -> None:
    assert Connections(most).taken_at_once == at_once


async def test_that_nobody_can_connect_is_said_once_a_minute(caplog: pytest.LogCaptureFixture) -> None:
    loop = asyncio.get_running_loop()
    with told_rarely(loop):
        for _ in range(100):
            loop.call_exception_handler({"message": NO_FILES, "exception": OSError(24, "too many")})
        assert caplog.messages == [
            "nobody can connect: too many files are open; raise the limit (ulimit -n, LimitNOFILE)"
        ]
        loop.call_exception_handler({"message": "something else"})
        assert caplog.messages[1:] == ["something else"]
    assert caplog.records[0].levelno == logging.ERROR
    assert loop.get_exception_handler() is None
