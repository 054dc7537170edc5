"""While the database is away the log says so, how often and until when, and is not flooded."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest

from bot.complaints import OVER_AFTER, Complaints
from bot.jobs import Jobs
from storage.errors import StorageError
from storage.store import SqlStore
from tests.courier.conftest import Breaking
from tests.courier.doors import Doors
from tests.courier.scene import Scene, at_rest
from tests.fakes.broken_store import WORDS, BrokenStore
from tests.fakes.clock import SetClock


class Program:
    """The jobs of a process, by a set clock; *away* breaks its memory."""

    def __init__(self, store: SqlStore, clock: SetClock) -> None:
        self.away = False
        self.clock = clock
        self._stores = (store, BrokenStore(store))
        outages = (StorageError, TimeoutError)
        self.jobs = Jobs(lambda: None, Complaints(outages, lambda: clock.now().timestamp()))

    async def poll(self) -> None:
        await self._stores[self.away].health()

    async def lead(self) -> None:
        if self.away:
            raise TimeoutError

    async def nothing(self) -> None:
        """A job that had nothing to ask."""

    async def goes_on(self, seconds: float, *more: Callable[[], Awaitable[None]]) -> None:
        for _ in range(round(2 * seconds)):
            self.clock.advance(timedelta(seconds=0.5))
            for job in (self.poll, self.lead, self.nothing, *more):
                await self.jobs.run(job)  # type: ignore[arg-type]  # a coroutine function


@pytest.fixture
async def program(scene: Scene) -> Program:
    return Program(scene.store, scene.clock)


def lines(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [one.getMessage() for one in caplog.records if one.levelno >= logging.WARNING]


async def test_an_outage_is_told_once_then_once_a_minute_and_when_it_is_over(
    program: Program, caplog: pytest.LogCaptureFixture
) -> None:
    program.away = True
    await program.goes_on(30)
    assert lines(caplog) == [f"job failed job=poll error={WORDS}"]
    await program.goes_on(100)
    assert lines(caplog)[1:] == [
        f"still fails failures={count} job=poll error={WORDS}" for count in (241, 481)
    ]
    program.away = False
    await program.goes_on(OVER_AFTER - 1)
    assert len(lines(caplog)) == 3
    await program.goes_on(2)
    assert lines(caplog)[3:] == ["works again failures=520 seconds=129"]
    assert all(one.exc_info is None for one in caplog.records)
    await program.goes_on(600)
    assert len(lines(caplog)) == 4


async def test_the_next_outage_is_told_again(program: Program, caplog: pytest.LogCaptureFixture) -> None:
    for away in (True, False, True):
        program.away = away
        await program.goes_on(OVER_AFTER + 1)
    assert [one.partition(" job=")[0].partition(" fail")[0] for one in lines(caplog)] == [
        "job",
        "works again",
        "job",
    ]


async def test_an_error_that_says_nothing_is_named(caplog: pytest.LogCaptureFixture) -> None:
    Complaints((TimeoutError,), lambda: 0).failed("lead", TimeoutError())
    assert lines(caplog) == ["job failed job=lead error=TimeoutError"]


async def test_an_error_of_ours_has_its_traceback_once_a_minute_for_each_job_and_kind(
    program: Program, caplog: pytest.LogCaptureFixture
) -> None:
    async def broken() -> None:
        raise ValueError(program.clock.now())

    async def other() -> None:
        raise KeyError

    await program.goes_on(90, broken, other)
    assert [one.getMessage() for one in caplog.records] == [
        *("job failed job=broken untold=0", "job failed job=other untold=0"),
        *("job failed job=broken untold=119", "job failed job=other untold=119"),
    ]
    assert all(one.exc_info for one in caplog.records)


async def test_results_that_cannot_be_written_are_told_by_the_job_alone(
    scene_on_file: Scene, broken_store: Breaking, caplog: pytest.LogCaptureFixture
) -> None:
    scene = scene_on_file
    here = [await scene.subscribe(number) for number in range(8)]
    doors = Doors(scene.curb, *here)
    courier = scene.courier(curb=doors)
    program = Program(scene.store, scene.clock)

    async def deliver() -> None:
        await courier.tick()

    await scene.news()
    await deliver()
    await doors.knocked()
    with broken_store():
        for channel in here:
            doors.open(channel)
        await at_rest()
        await program.goes_on(30, deliver)
        assert len(lines(caplog)) == 1
        assert "job=deliver error=The database failed (no such table: delivery)" in lines(caplog)[0]
    await courier.run_dry()
    assert scene.results.qsize() == 8
