"""The supervisor of Socket Mode: one that breaks is told of and begun again, so that nobody goes deaf."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from bot.doors import WAITS, kept_up

SECRET = "wss://wss-primary.slack.com/link/?ticket=canary"


class Socket:
    """Receives what is said to it while it runs. *breaks*: how many runs end at once, with an error."""

    def __init__(self, breaks: int, error: Exception | None = None) -> None:
        self.breaks = breaks
        self.error = error
        self.runs = 0
        self.listening = asyncio.Event()

    async def run(self) -> None:
        """Listen until cancelled, or end as it should not."""
        self.runs += 1
        if self.runs <= self.breaks:
            if self.error is not None:
                raise self.error
            return
        self.listening.set()
        try:
            await asyncio.Event().wait()
        finally:
            self.listening.clear()


class Naps:
    """Time that passes at once; *taken* are the seconds asked for."""

    def __init__(self) -> None:
        self.taken: list[float] = []

    async def sleep(self, seconds: float) -> None:
        self.taken.append(seconds)
        await asyncio.sleep(0)


@asynccontextmanager
async def supervised(socket: Socket, naps: Naps) -> AsyncIterator[asyncio.Task[None]]:
    """Keep *socket* up, and wait until it listens."""
    task = asyncio.create_task(kept_up("Slack's Socket Mode", socket.run, naps.sleep))
    try:
        async with asyncio.timeout(10):
            await socket.listening.wait()
        yield task
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


@pytest.mark.parametrize("error", [RuntimeError(SECRET), None], ids=["raises", "returns"])
async def test_a_socket_that_ended_once_listens_again(
    error: Exception | None, caplog: pytest.LogCaptureFixture
) -> None:
    socket, naps = Socket(1, error), Naps()
    async with supervised(socket, naps):
        assert (socket.runs, naps.taken) == (2, [WAITS[0]])
    (record,) = caplog.records
    assert record.levelno == logging.ERROR
    reason = "RuntimeError in run, line " if error else "it returned"
    assert f"Socket Mode ended unexpectedly ({reason}" in record.getMessage()


async def test_what_the_error_says_is_not_logged(caplog: pytest.LogCaptureFixture) -> None:
    async with supervised(Socket(3, OSError(SECRET)), Naps()):
        pass
    assert len(caplog.records) == 3
    assert "canary" not in caplog.text


async def test_one_that_ends_again_and_again_is_begun_ever_more_slowly() -> None:
    socket, naps = Socket(8, RuntimeError()), Naps()
    async with supervised(socket, naps):
        assert socket.runs == 9
        assert naps.taken == [*WAITS, *[WAITS[-1]] * 3]
    assert list(WAITS) == sorted(WAITS)


async def test_a_socket_that_is_told_to_end_ends_and_is_not_begun_again(
    caplog: pytest.LogCaptureFixture,
) -> None:
    socket, naps = Socket(0), Naps()
    async with supervised(socket, naps) as task:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        assert task.cancelled()
        assert not socket.listening.is_set()
    assert (socket.runs, naps.taken, caplog.records) == (1, [], [])
