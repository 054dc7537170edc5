"""The ways in: what people say reaches us over Slack's socket, Discord's gateway, or our own port."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import timedelta
from functools import partial
from typing import Any

from adapters.discord.gateway import Gateway
from adapters.web import serve
from bot.failures import kind_and_place
from bot.leading import Lead
from bot.parts import Bot, Role
from bot.routes import routes

log = logging.getLogger(__name__)

FINISHING = timedelta(seconds=2)
"""For what goes on after a request was acknowledged; the program has ten seconds in all."""

WAITS = (1.0, 2.0, 5.0, 10.0, 20.0)
"""Seconds until what ended unexpectedly is run again: the first time, the second, and so on."""


LOOKS_EVERY = 0.25
"""Seconds between two looks whether a lead is ours."""

CUT_OFF_LOOKS = 120
"""After so many looks in a row that find us cut off, others are let try: as long as `/readyz` waits."""


@asynccontextmanager
async def open_doors(bot: Bot) -> AsyncIterator[None]:
    """Let people in for as long as the block runs. Raises `CannotServe` where PORT cannot be had."""
    async with AsyncExitStack() as doors:
        if bot.slack:
            doors.push_async_callback(_finished, bot.slack.underway.finish)
        if bot.settings.port is not None and Role.WEB in bot.options.roles:
            await doors.enter_async_context(serve(bot.settings.port, routes(bot)))
        if bot.slack and bot.slack.socket and Role.SLACK in bot.options.roles:
            await doors.enter_async_context(_running(kept_up("Slack's Socket Mode", bot.slack.socket.run)))
        if bot.discord and Role.DISCORD in bot.options.roles:
            await doors.enter_async_context(_running(_hearing(bot.discord.gateway, bot.leads.gateway)))
            # An answer goes through the client that heard the question, so it comes before the client's end.
            doors.push_async_callback(_finished, bot.discord.underway.finish)
        yield


async def _finished(finish: Callable[[], Coroutine[Any, Any, None]]) -> None:
    """Wait a moment for what people still wait for."""
    try:
        async with asyncio.timeout(FINISHING.total_seconds()):
            await finish()
    except TimeoutError:
        log.warning("stopped while somebody was being answered")


async def kept_up(
    what: str,
    run: Callable[[], Coroutine[Any, Any, None]],
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
) -> None:
    """Run what should never end by itself, again and again, until cancelled.

    *what* is its name in the log. *sleep* waits some seconds. How often it ended is never forgotten:
    what ends unexpectedly is an error of ours, which the log should show and not be full of.
    """
    ends = 0
    while True:
        why = "it returned"
        try:
            await run()
        except Exception as error:  # noqa: BLE001  a program that goes on deaf would be worse
            why = kind_and_place(error)
        wait = WAITS[min(ends, len(WAITS) - 1)]
        ends += 1
        log.error("%s ended unexpectedly (%s); begun again in %g s", what, why, wait)
        await sleep(wait)


def _hearing(gateway: Gateway, lead: Lead | None) -> Coroutine[Any, Any, None]:
    """Keep Discord's gateway up while we lead; without *lead* nobody else can."""
    run = partial(kept_up, "Discord's gateway", gateway.run)
    return while_leading(lead, run, lambda: gateway.is_cut_off) if lead else run()


async def while_leading(
    lead: Lead,
    run: Callable[[], Coroutine[Any, Any, None]],
    is_cut_off: Callable[[], bool],
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
) -> None:
    """Let *run* go on from when *lead* is ours until another has it, or until cancelled.

    At the end *run* ends first, and the lead is given up. A database that does not answer ends nothing,
    however long: to begin again costs a session, and while two hear, each event is handled by the first
    to write it down. *is_cut_off* tells that *run* comes to nothing here, and might in another process.
    """
    try:
        while True:
            if lead.held:
                log.info("begun duty=%s", lead.duty)
                async with _running(run()):
                    await _followed(lead, is_cut_off, sleep)
                log.warning("ended duty=%s reason=another process may have it", lead.duty)
            await sleep(LOOKS_EVERY)
    finally:
        await lead.give_up()


async def _followed(
    lead: Lead, is_cut_off: Callable[[], bool], sleep: Callable[[float], Awaitable[None]]
) -> None:
    """Wait until another has *lead*, or had it meanwhile. While we are cut off it is offered."""
    fence, looks = lead.granted, 0
    while lead.granted == fence:
        looks = looks + 1 if is_cut_off() else 0
        if looks > CUT_OFF_LOOKS:
            await _offered(lead)
        await sleep(LOOKS_EVERY)


async def _offered(lead: Lead) -> None:
    try:
        await lead.offer()
    except Exception as error:  # noqa: BLE001  a store may raise anything, and there will be another look
        log.warning("lead not offered duty=%s error=%s", lead.duty, kind_and_place(error))


@asynccontextmanager
async def _running(work: Coroutine[Any, Any, None]) -> AsyncIterator[None]:
    """Let *work* run for as long as the block does."""
    task = asyncio.create_task(work)
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
