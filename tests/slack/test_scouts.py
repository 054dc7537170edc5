"""Scouts: after a silence one call goes first, and the others are not held up for long."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from adapters.slack.scouts import Scouts
from tests.fakes.clock import SetClock


class Calls:
    """Calls into workspaces: *out* are those under way, *waited* tells of each whether it waited."""

    def __init__(self, *, waiting: float = 30) -> None:
        self.clock = SetClock()
        self.scouts = Scouts(self.clock, waiting)
        self.gate = asyncio.Event()
        self.out: list[str] = []
        self.waited: list[bool] = []

    async def call(self, workspace: str = "T1", *, accepted: bool = True) -> None:
        async with self.scouts.way(workspace) as waited:
            self.waited.append(waited)
            self.out.append(workspace)
            await self.gate.wait()
            if accepted:
                self.scouts.heard(workspace)

    async def begin(self, *workspaces: str, accepted: bool = True) -> list[asyncio.Task[None]]:
        """Begin calls together, and let each go as far as it can."""
        tasks = [asyncio.create_task(self.call(one, accepted=accepted)) for one in workspaces]
        for _ in range(3):
            await asyncio.sleep(0)
        return tasks


async def test_the_first_call_into_a_workspace_goes_alone_and_others_need_not_wait_for_it() -> None:
    calls = Calls()
    tasks = await calls.begin("T1", "T1", "T1", "T2")
    assert calls.out == ["T1", "T2"]
    calls.gate.set()
    await asyncio.gather(*tasks)
    assert (sorted(calls.out), sorted(calls.waited)) == (["T1"] * 3 + ["T2"], [False, False, True, True])


async def test_after_one_that_was_accepted_many_go_at_once_for_a_while() -> None:
    calls = Calls()
    calls.scouts.heard("T1")
    calls.clock.advance(timedelta(seconds=4.9))
    first = await calls.begin("T1", "T1")
    assert calls.out == ["T1", "T1"]
    calls.clock.advance(timedelta(seconds=0.1))
    second = await calls.begin("T1", "T1")
    assert calls.out == ["T1"] * 3
    calls.gate.set()
    await asyncio.gather(*first, *second)


async def test_after_one_that_was_refused_those_that_waited_go_and_the_next_is_a_scout_again() -> None:
    calls = Calls()
    first = await calls.begin("T1", "T1", "T1", accepted=False)
    calls.gate.set()
    await asyncio.gather(*first)
    assert calls.waited == [False, True, True]
    calls.gate.clear()
    tasks = await calls.begin("T1", "T1")
    assert len(calls.out) == 4
    calls.gate.set()
    await asyncio.gather(*tasks)


async def test_a_scout_that_hangs_holds_up_nobody_for_long() -> None:
    calls = Calls(waiting=0.01)
    tasks = await calls.begin("T1", "T1")
    async with asyncio.timeout(5):
        while len(calls.out) < 2:  # noqa: ASYNC110  there is no event for it
            await asyncio.sleep(0.001)
    assert calls.waited == [False, True]
    calls.gate.set()
    await asyncio.gather(*tasks)


async def test_a_scout_that_is_cancelled_is_waited_for_no_longer() -> None:
    calls = Calls()
    scout, other = await calls.begin("T1", "T1")
    scout.cancel()
    with pytest.raises(asyncio.CancelledError):
        await scout
    calls.gate.set()
    await other
    assert calls.out == ["T1", "T1"]
