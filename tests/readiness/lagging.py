"""A program whose loop stands still in the way that its first argument names; the second is the limit."""

from __future__ import annotations

import asyncio
import re
import sys
import time

from bot.watchdog import Pace, watched


def _sleeps() -> None:
    time.sleep(60)  # lets other threads run


def _searches() -> None:
    re.match(r"(a+)+$", "a" * 60 + "b")  # lets none run


async def _main(way: str, limit: float) -> None:
    async with watched(lambda _lag: None, pace=Pace(tick=0.1, standstill=limit)):
        await asyncio.sleep(limit)  # the thread has begun to look
        if way == "ticks":
            print("up", file=sys.stderr, flush=True)
            await asyncio.to_thread(sys.stdin.read)
        elif way != "works":
            (_sleeps if way == "sleeps" else _searches)()
        await asyncio.sleep(1.2 * limit)  # which is no standstill


if __name__ == "__main__":
    asyncio.run(_main(sys.argv[1], float(sys.argv[2])))
