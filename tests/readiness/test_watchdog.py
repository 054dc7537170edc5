"""A loop that lags is measured, one that stands still ends the process with every stack."""

from __future__ import annotations

import asyncio
import logging
import signal
import sys
import time
from pathlib import Path

import pytest

from bot.watchdog import EXIT_STANDSTILL, Pace, watched
from tests.program.process import ROOT, Ended, environment

LIMIT = 1.2
"""Seconds; the program's own is a minute."""

QUICK = Pace(tick=0.01, lag=0.1)


async def begun(way: str, folder: Path, stdin: int | None = None) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "tests.readiness.lagging", way, str(LIMIT)),
        cwd=ROOT,
        env=environment(folder, {}),
        stdin=stdin,
        stderr=asyncio.subprocess.PIPE,
    )


async def lagging(way: str, folder: Path) -> Ended:
    """Run a program whose loop stands still in that *way*."""
    process = await begun(way, folder)
    async with asyncio.timeout(30):
        _, err = await process.communicate()
    return Ended(process.returncode or 0, "", err.decode())


async def test_a_loop_that_stands_still_ends_the_process_with_every_stack(tmp_path: Path) -> None:
    slept, searched, worked = await asyncio.gather(
        *(lagging(way, tmp_path) for way in ("sleeps", "searches", "works"))
    )
    assert (slept.code, worked.code, worked.err) == (EXIT_STANDSTILL, 0, "")
    assert "has not moved for 1.2 s" in slept.err
    assert "in _sleeps" in slept.err
    # No thread of Python's runs while it searches: it is the system that ends it.
    assert searched.code == -signal.SIGPROF
    assert "in _searches" in searched.err


async def test_a_process_that_was_stopped_goes_on(tmp_path: Path) -> None:
    """As a container that is paused, or a machine that sleeps. Several, because it was a matter of luck."""
    processes = [await begun("ticks", tmp_path, stdin=asyncio.subprocess.PIPE) for _ in range(4)]
    for one in processes:
        assert one.stderr is not None
        assert await one.stderr.readline() == b"up\n"
    for sign, wait in ((signal.SIGSTOP, 2.5 * LIMIT), (signal.SIGCONT, 0)):
        for one in processes:
            one.send_signal(sign)
        await asyncio.sleep(wait)
    for one in processes:
        assert one.stdin is not None
        one.stdin.close()
    async with asyncio.timeout(30):
        ends = await asyncio.gather(*(one.communicate() for one in processes))
    assert [one.returncode for one in processes] == [0] * 4, ends


async def test_the_lag_is_measured_and_a_long_one_told_once(caplog: pytest.LogCaptureFixture) -> None:
    lags = asyncio.Queue[float]()
    ticks: list[None] = []
    async with watched(lags.put_nowait, lambda: ticks.append(None), QUICK):
        small = large = await lags.get()
        for _ in range(2):
            time.sleep(QUICK.tick + QUICK.lag + 0.1)  # noqa: ASYNC251  that is what is measured
            large = await lags.get()
    told = [record for record in caplog.records if record.levelno >= logging.WARNING]
    assert small >= 0
    assert large >= QUICK.lag
    assert [record.getMessage() for record in told] == ["event loop lagged"]
    assert vars(told[0])["seconds"] >= QUICK.lag
    assert ticks


async def test_a_measure_that_fails_does_not_let_the_dog_bark() -> None:
    ticked = asyncio.Event()

    def fails(_lag: float) -> None:
        if ticked.is_set():
            again.set()
        ticked.set()
        raise ValueError

    again = asyncio.Event()
    async with watched(fails, pace=QUICK):
        await again.wait()
