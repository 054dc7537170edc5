"""The watchdog: measures how far the event loop lags behind, and ends a process whose loop stands still."""

from __future__ import annotations

import asyncio
import faulthandler
import logging
import os
import signal
import sys
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass

from bot.failures import kind_and_place

log = logging.getLogger(__name__)

EXIT_STANDSTILL = 70
"""An error of ours: EX_SOFTWARE of https://man.freebsd.org/cgi/man.cgi?query=sysexits."""

LOOKS = 12
"""How often the thread looks within a standstill. It counts its looks, not the time: a machine that slept,
or a container that was paused, has not stood still."""

HAS_TIMER = sys.platform != "win32"

LINES_APART = 60.0
"""Seconds; a loop that lags all the time would fill the log with it."""


@dataclass(frozen=True, slots=True)
class Pace:
    """All in seconds. *tick*: how often the lag is measured; *lag*: what is worth a line in the log;
    *standstill*: after how long without a tick the process is of no use.
    """

    tick: float = 0.5
    lag: float = 1.0
    standstill: float = 60.0


@asynccontextmanager
async def watched(
    on_lag: Callable[[float], None], on_tick: Callable[[], None] = lambda: None, pace: Pace | None = None
) -> AsyncIterator[None]:
    """Watch the running loop for as long as the block runs.

    *on_lag* is told twice a second by how many seconds the loop was late, *on_tick* is called as often.
    At a standstill every stack is written to standard error, and the process ends with
    `EXIT_STANDSTILL` so that its supervisor starts it again; by SIGPROF, and after computing for twice the
    time, where the interpreter itself is held, so that no thread of ours runs.
    """
    pace = pace or Pace()
    dog = _Dog(pace.standstill)
    ticking = asyncio.create_task(_tick(dog, on_lag, on_tick, pace))
    dog.start()
    try:
        yield
    finally:
        dog.stop()
        ticking.cancel()
        await asyncio.gather(ticking, return_exceptions=True)


async def _tick(dog: _Dog, on_lag: Callable[[float], None], on_tick: Callable[[], None], pace: Pace) -> None:
    loop = asyncio.get_running_loop()
    told_at: float | None = None
    while True:
        due = loop.time() + pace.tick
        await asyncio.sleep(pace.tick)
        now = loop.time()
        dog.moved()
        lag = max(0.0, now - due)
        try:
            on_lag(lag)
            on_tick()
        except Exception as error:  # noqa: BLE001  who measures must not be what stops
            log.debug("a tick failed (%s)", kind_and_place(error))
        if lag > pace.lag and (told_at is None or now - told_at >= LINES_APART):
            told_at = now
            log.warning("event loop lagged", extra={"seconds": round(lag, 1)})


class _Dog:
    """A thread that barks where the loop does not move."""

    def __init__(self, limit: float) -> None:
        self._every = limit / LOOKS
        self._limit = limit
        self._moves = 0
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="watchdog", daemon=True)

    def start(self) -> None:
        if HAS_TIMER:
            faulthandler.register(signal.SIGPROF, file=sys.__stderr__ or 2, all_threads=True, chain=True)
        self._thread.start()

    def moved(self) -> None:
        """The loop has come round again."""
        self._moves += 1

    def stop(self) -> None:
        """Watch no more."""
        self._over.set()
        self._thread.join()
        self._end_by_itself_after(0)
        if HAS_TIMER:
            faulthandler.unregister(signal.SIGPROF)

    def _watch(self) -> None:
        still, seen = 0, self._moves
        while not self._over.wait(self._every):
            self._end_by_itself_after(2 * self._limit)
            still, seen = (still + 1 if self._moves == seen else 0), self._moves
            if still >= LOOKS:
                self._bark()

    def _end_by_itself_after(self, seconds: float) -> None:
        """Let the system end us unless we say so again within *seconds* of computing, in case no thread of
        ours can run; 0: never. It writes every stack first. What is stopped or paused does not compute.
        """
        if HAS_TIMER:
            signal.setitimer(signal.ITIMER_PROF, seconds)

    def _bark(self) -> None:
        words = f"The event loop has not moved for {self._limit:g} s: ending, to be started again.\n"
        os.write(2, words.encode())
        faulthandler.dump_traceback(file=2, all_threads=True)
        os._exit(EXIT_STANDSTILL)
