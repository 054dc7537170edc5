"""The composition root: builds every object, and lets them run on one event loop until told to stop."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import TextIO

from adapters.console import Terminal
from bot.complaints import Complaints
from bot.doors import open_doors
from bot.duties import clocks
from bot.greeting import greeting
from bot.jobs import Jobs
from bot.parts import Bot, Options, built
from bot.ports import Settlement
from bot.settings import Settings
from bot.terminal import Lines, answer_lines, subscribe_terminal
from bot.watchdog import watched
from storage.address import read_address
from storage.errors import StorageError

log = logging.getLogger(__name__)

DRAIN_FOR = timedelta(seconds=8)
"""How long work in flight may take after SIGTERM; the platform that sent it kills us after ten seconds."""

GONE_AFTER = timedelta(seconds=9.5)

THREADS = 32


async def run(settings: Settings, options: Options, terminal: Terminal, typed: TextIO | None) -> int:
    """Run until SIGTERM or SIGINT, or until nobody reads *terminal* any more.

    *typed* is where commands are typed, None where nobody can. Raises `BrokenPipeError` in that last case.
    """
    stop = _stop_on_signals()
    # A host name that takes its time occupies a thread beyond our deadline; the default pool has few of them.
    asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(THREADS))

    def stop_if_unread(settlement: Settlement) -> None:
        if any("EPIPE" in attempt.detail for attempt in settlement.delivery.trace[-1:]):
            stop.set()

    async with built(settings, options, terminal, stop_if_unread) as bot:
        operations = bot.operations
        async with watched(operations.metrics.lagged, operations.readiness.look):
            await _prepare(bot)
            await _work(bot, stop, typed if bot.tells_terminal else None)
    terminal.write("Stopped.\n")
    terminal.flush()
    return 0


async def _prepare(bot: Bot) -> None:
    if not read_address(bot.settings.database_url.reveal()).is_postgresql:
        await bot.store.release_all()
    if bot.slack and bot.slack.limits:
        await bot.slack.limits.tick()  # a pause that was learnt before a restart holds from the first call on
    if bot.tells_terminal:
        await subscribe_terminal(bot.store, bot.clock)


async def _work(bot: Bot, stop: asyncio.Event, typed: TextIO | None) -> None:
    """Let the clocks run and people in until *stop*, then bring everything under way to its end."""
    jobs = Jobs(on_unread=stop.set, complaints=Complaints(outages=(StorageError, TimeoutError)))
    scheduler = clocks(bot, jobs)
    async with open_doors(bot):
        bot.terminal.write("\n".join(greeting(bot, typed=typed is not None)) + "\n\n")
        bot.terminal.flush()
        typing = asyncio.create_task(_type(bot, typed)) if typed else None
        scheduler.start()
        await stop.wait()
        jobs.stop()
        leaving = asyncio.create_task(_leave_to_others(bot))
        drained = asyncio.create_task(bot.courier.drain(DRAIN_FOR))  # while the doors close
    if not await drained:
        log.warning("stopped with work in flight; it is of unknown outcome and will be looked at again")
    scheduler.shutdown(wait=False)
    await jobs.ended()
    await leaving
    await bot.leads.give_up()
    if typing:
        typing.cancel()


async def _leave_to_others(bot: Bot) -> None:
    """Let another process watch at once; who sends is left to others when all is sent."""
    if bot.leads.watch:
        await bot.leads.watch.give_up()


def _stop_on_signals() -> asyncio.Event:
    """Return an event that the first SIGTERM or SIGINT sets; a second one ends the process at once."""
    stop = asyncio.Event()

    def asked() -> None:
        if stop.is_set():
            os._exit(1)
        stop.set()
        # Whatever hangs, be it a library: what is written is safe, and nobody waits longer for us.
        last_resort = threading.Timer(GONE_AFTER.total_seconds(), os._exit, (0,))
        last_resort.daemon = True
        last_resort.start()

    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, asked)
    return stop


async def _type(bot: Bot, typed: TextIO) -> None:
    await answer_lines(Lines(typed), bot.desk, bot.terminal.show)
