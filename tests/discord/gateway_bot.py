"""A bot before the stand-in's gateway, for the tests of its connections."""

from __future__ import annotations

import asyncio
import logging
import threading
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

import discord
import pytest
from discord.gateway import KeepAliveHandler

from adapters.discord.endpoints import Endpoints, pointed_at
from adapters.discord.gateway import Gateway
from adapters.discord.session import Pace
from bot.ports import Store
from tests.fakes.clock import SetClock
from tests.fakes.discord.gateway import Gateway as StandInGateway
from tests.fakes.discord.places import TOKEN
from tests.fakes.discord.standin import DiscordStandIn

BRISK = Pace(steady=0)
"""The usual pace; its waits are spent on the set clock."""

GENEROUS = 5
"""Seconds. It ends within two; a machine that is busy elsewhere may take longer for that."""


@dataclass
class Heard:
    """What the bot's listeners were given. *ready* counts the clients that were connected."""

    ready: int = 0
    clients: list[discord.Client] = field(default_factory=list)
    interactions: list[str] = field(default_factory=list)
    fails: bool = False

    def attach(self, client: discord.Client) -> Callable[[], Awaitable[None]]:
        """Listen to *client*, as the commands do."""
        self.clients.append(client)

        @client.event
        async def on_socket_event_type(name: str) -> None:
            self.interactions += [name] if name == "INTERACTION_CREATE" else []

        async def ready() -> None:
            self.ready += 1
            if self.fails:
                raise ValueError

        return ready


@dataclass
class Setting:
    """One bot, and Discord before it. *slept* are the seconds it waited, on the set clock."""

    bot: Gateway
    heard: Heard
    discord: DiscordStandIn
    gateway: StandInGateway
    clock: SetClock
    running: asyncio.Task[None]
    slept: list[float]

    async def up(self) -> None:
        """Wait until the bot is connected."""
        await eventually(lambda: self.bot.connected)


class Nap:
    """Waits on a set clock: it moves the hands, and lets the others go on."""

    def __init__(self, clock: SetClock) -> None:
        self.slept: list[float] = []
        self._clock = clock

    async def __call__(self, seconds: float) -> None:
        self.slept.append(seconds)
        self._clock.advance(timedelta(seconds=seconds))
        await asyncio.sleep(0)


@asynccontextmanager
async def discord_with_gateway(clock: SetClock, **options: Any) -> AsyncIterator[StandInGateway]:
    """Return the gateway of a Discord to which discord.py is pointed. It is not started yet."""
    discord_side = DiscordStandIn(clock=clock)
    gateway = StandInGateway(discord_side, **options)
    await discord_side.start()
    try:
        with pointed_at(Endpoints(discord_side.api_url, discord_side.gateway_url)):
            yield gateway
    finally:
        await discord_side.stop()
        assert discord_side.problems == []


@asynccontextmanager
async def gateway_bot(
    store: Store,
    pace: Pace = BRISK,
    *,
    token: str = TOKEN,
    before: Callable[[StandInGateway], Awaitable[object] | None] = lambda _gateway: None,
    **options: Any,
) -> AsyncIterator[Setting]:
    """Run a bot; *before* is done to Discord before that. Whatever happens, nothing is left of the bot."""
    clock = SetClock()
    nap, heard = Nap(clock), Heard()
    async with discord_with_gateway(clock, **options) as gateway:
        preparing = before(gateway)
        if preparing is not None:
            await preparing
        tasks = asyncio.all_tasks()
        bot = Gateway(token, store, clock, heard.attach, pace=pace, sleep=nap)
        running = asyncio.create_task(bot.run())
        try:
            yield Setting(bot, heard, gateway.standin, gateway, clock, running, nap.slept)
        finally:
            await ended(running)
            await nothing_left(tasks)


async def ended(running: asyncio.Task[None]) -> None:
    """Cancel a bot, which must end at once."""
    running.cancel()
    began = time.monotonic()
    await asyncio.gather(running, return_exceptions=True)
    assert time.monotonic() - began < GENEROUS
    assert running.cancelled()


async def nothing_left(before: set[asyncio.Task[Any]]) -> None:
    """See that no task of the bot and no thread of discord.py outlives it."""
    await eventually(lambda: not any(isinstance(one, KeepAliveHandler) for one in threading.enumerate()))
    await eventually(lambda: not [one for one in asyncio.all_tasks() - before if _is_ours(one)])


def _is_ours(task: asyncio.Task[Any]) -> bool:
    """Tell the bot's tasks, and the library's, from those of the stand-in and its server."""
    code = getattr(task.get_coro(), "cr_code", None)
    return (
        code is not None
        and ("/adapters/" in code.co_filename or "/discord/" in code.co_filename)
        and ("/tests/" not in code.co_filename)
    )


def lines(caplog: pytest.LogCaptureFixture) -> list[str]:
    """Return what our own loggers said, from INFO on."""
    said = (record for record in caplog.records if record.name.startswith("adapters"))
    return [record.getMessage() for record in said if record.levelno >= logging.INFO]


async def eventually(true: Callable[[], bool]) -> None:
    """Wait for something that has no event to wait for, without a time of its own."""
    async with asyncio.timeout(20):
        while not true():  # noqa: ASYNC110  that is what it is for
            await asyncio.sleep(0.001)


def impatient(**changed: Any) -> Pace:
    """Return a pace at which whatever hangs is given up soon."""
    return replace(BRISK, **changed)
