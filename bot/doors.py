"""The ways in: what people say reaches us over Slack's socket, or over our own port."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Coroutine
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import timedelta
from typing import Any

from aiohttp import web

from adapters.slack.http import PATH
from adapters.web import Route, serve
from bot.parts import Bot, Role

log = logging.getLogger(__name__)

FINISHING = timedelta(seconds=2)
"""For what goes on after a request was acknowledged; the program has ten seconds in all."""


@asynccontextmanager
async def open_doors(bot: Bot) -> AsyncIterator[None]:
    """Let people in for as long as the block runs. Raises `CannotServe` where PORT cannot be had."""
    async with AsyncExitStack() as doors:
        if bot.slack:
            doors.push_async_callback(_finished, bot.slack.underway.finish())
        if bot.settings.port is not None and Role.WEB in bot.options.roles:
            await doors.enter_async_context(serve(bot.settings.port, routes(bot)))
        if bot.slack and bot.slack.socket and Role.SLACK in bot.options.roles:
            await doors.enter_async_context(_running(bot.slack.socket.run()))
        yield


def routes(bot: Bot) -> list[Route]:
    """Return what PORT answers."""
    answered = [Route("GET", "/healthz", _alive)]
    if bot.slack and bot.slack.http:
        answered.append(Route("POST", PATH, bot.slack.http.handle))
    return answered


async def _alive(_request: web.Request) -> web.Response:
    return web.Response(text="ok\n")


async def _finished(finishing: Coroutine[Any, Any, None]) -> None:
    """Wait a moment for what people still wait for."""
    try:
        async with asyncio.timeout(FINISHING.total_seconds()):
            await finishing
    except TimeoutError:
        log.warning("stopped while somebody was being answered")


@asynccontextmanager
async def _running(work: Coroutine[Any, Any, None]) -> AsyncIterator[None]:
    """Let *work* run for as long as the block does."""
    task = asyncio.create_task(work)
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
