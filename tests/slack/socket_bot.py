"""A bot in Socket Mode before the stand-in, for the tests of its envelopes and of its connections."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from typing import Any

from adapters.slack.once import Memory, Once
from adapters.slack.socket import Pace, SlackSocket
from adapters.slack.trouble import Waits
from adapters.slack.websocket import Pulse
from tests.fakes.clock import SetClock
from tests.fakes.slack.socket import SocketMode
from tests.fakes.slack.standin import SlackStandIn, slack_stand_in
from tests.slack.tiny import TinyApp

APP_TOKEN = "xapp-test"

BRISK = Pace(
    connect=5,
    steady=0,
    drain=0.2,
    pulse=Pulse(ping=0.02, stale=10, linger=10),
    waits=Waits(first=0.01, longest=0.05, asked=0.05, mend=0.05),
)
"""Tries that follow each other at once, and connections that are given up for nothing but a reason."""

ALERT = replace(BRISK, connect=0.2, pulse=Pulse(ping=0.02, stale=0.2, linger=10))
"""The same, and a connection is given up after a fifth of a second of silence."""


GENEROUS = 5
"""Seconds. It closes within two; a machine that is busy elsewhere may take longer for that."""


@dataclass
class Setting:
    """One bot in Socket Mode, and Slack before it."""

    tiny: TinyApp
    slack: SlackStandIn
    sockets: SocketMode
    socket: SlackSocket
    running: asyncio.Task[None]


@asynccontextmanager
async def connected(
    memory: Memory,
    pace: Pace = BRISK,
    *,
    token: str = APP_TOKEN,
    before: Callable[[SlackStandIn, SocketMode], Any] = lambda _slack, _sockets: None,
) -> AsyncIterator[Setting]:
    """Run a bot; *before* is done to Slack before that."""
    clock, tiny = SetClock(), TinyApp()
    async with slack_stand_in(clock=clock) as slack:
        sockets = SocketMode(slack)
        before(slack, sockets)
        socket = SlackSocket(token, slack.base_url, Once(memory, clock), tiny.dispatch, pace)
        running = asyncio.create_task(socket.run())
        try:
            yield Setting(tiny, slack, sockets, socket, running)
        finally:
            running.cancel()
            began = time.monotonic()
            await asyncio.gather(running, return_exceptions=True)
            assert time.monotonic() - began < GENEROUS
            assert running.cancelled()


async def eventually(true: Callable[[], bool]) -> None:
    """Wait for something that has no event to wait for, without a time of its own."""
    async with asyncio.timeout(20):
        while not true():  # noqa: ASYNC110  that is what it is for
            await asyncio.sleep(0.001)
