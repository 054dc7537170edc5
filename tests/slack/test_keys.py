"""Many requests at once cost the database few transactions, and none is lost where it is too slow."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable

import pytest
from slack_bolt.response import BoltResponse

from adapters.slack.inbound import keys_of
from adapters.slack.once import Once, Passed, Patience
from tests.fakes.clock import SetClock
from tests.slack.slow_memory import SlowMemory
from tests.slack.socket_bot import eventually

LONG = Patience(begin=60, end=60, forget=60, stuck=60)
BRIEF = Patience(begin=0.02, end=0.02, forget=60, stuck=60)
FIRST = keys_of({"event_id": "Ev0"}, signature=b"v0=0")
BURST = [keys_of({"event_id": f"Ev{number}"}, signature=b"v0=%d" % number) for number in range(200)]

Result = BoltResponse | Passed


class Work:
    """Counts how often it is done; answers with *status*."""

    def __init__(self, status: int = 200) -> None:
        self.done = 0
        self.status = status

    async def __call__(self) -> BoltResponse:
        self.done += 1
        return BoltResponse(status=self.status)


async def at_once(once: Once, work: Callable[[], Awaitable[BoltResponse]]) -> list[Result]:
    return list(await asyncio.gather(*(once.handle(keys, work) for keys in BURST)))


async def begun(memory: SlowMemory, once: Once, work: Work, **how: bool) -> asyncio.Task[Result]:
    """Give one request, and return it when the database is at work for it and will not answer."""
    memory.gate.clear()
    task = asyncio.create_task(once.handle(FIRST, work, **how))
    await memory.began.wait()
    return task


async def until_idle(memory: SlowMemory, once: Once) -> None:
    """Let the database answer, and wait until nothing is left to be asked of it."""
    memory.gate.set()
    await eventually(lambda: once._keys._writer is None or once._keys._writer.done())


async def test_a_burst_is_handled_whole_in_one_transaction() -> None:
    memory, work = SlowMemory(), Work()
    results = await at_once(Once(memory, SetClock(), LONG), work)
    assert all(isinstance(result, BoltResponse) for result in results)
    assert work.done == 200
    assert [len(keys) for keys in memory.looks] == [400]
    assert memory.removals == []


async def test_who_comes_while_the_database_is_at_work_goes_together_next() -> None:
    memory, work = SlowMemory(), Work()
    once = Once(memory, SetClock(), LONG)
    first = await begun(memory, once, work)
    rest = [asyncio.create_task(once.handle(keys, work)) for keys in BURST[1:]]
    await asyncio.sleep(0)
    assert [len(keys) for keys in memory.looks] == [2]
    memory.gate.set()
    await asyncio.gather(first, *rest)
    assert work.done == 200
    assert [len(keys) for keys in memory.looks] == [2, 398]


async def test_a_burst_that_fails_is_forgotten_together_and_handled_when_it_comes_again() -> None:
    memory, work = SlowMemory(), Work()
    once = Once(memory, SetClock(), LONG)
    await at_once(once, Work(500))
    assert memory.keys == set()
    assert len(memory.removals) <= 2
    await at_once(once, work)
    assert work.done == 200


async def test_what_was_handled_here_is_known_without_the_database() -> None:
    memory, work = SlowMemory(), Work()
    once = Once(memory, SetClock(), LONG)
    await at_once(once, work)
    memory.failing = True
    assert await at_once(once, work) == [Passed.REPEATED] * 200
    assert (work.done, len(memory.looks)) == (200, 1)


async def test_only_so_much_is_known_without_the_database() -> None:
    """The oldest is left to the database, which knows it as well."""
    memory, work = SlowMemory(), Work()
    once = Once(memory, SetClock(), LONG, recent=4)
    await at_once(once, work)
    assert await at_once(once, work) == [Passed.REPEATED] * 200
    assert work.done == 200
    assert [len(keys) for keys in memory.looks] == [400, 396]
    assert len(once._handled) == 4


async def test_who_was_not_begun_in_time_is_withdrawn_and_needs_no_transaction(
    caplog: pytest.LogCaptureFixture,
) -> None:
    memory, work = SlowMemory(), Work()
    once = Once(memory, SetClock(), BRIEF)
    first = await begun(memory, once, work)
    with caplog.at_level(logging.WARNING):
        late = await asyncio.gather(*(once.handle(keys, work) for keys in BURST[1:]))
        assert [await first, *late] == [Passed.UNKNOWN] * 200
        await until_idle(memory, once)
    assert work.done == 0
    assert memory.looks == [list(FIRST)]
    assert [sorted(keys) for keys in memory.removals] == [sorted(FIRST)]
    assert [record.getMessage() for record in caplog.records if "in time" in record.getMessage()] == [
        "199 requests of Slack were not looked up in time"
    ]


async def test_who_was_begun_is_waited_for_longer_and_handled() -> None:
    memory, work = SlowMemory(), Work()
    patience = Patience(begin=0.02, end=60, forget=60, stuck=60)
    task = await begun(memory, Once(memory, SetClock(), patience), work)
    await asyncio.sleep(0.05)
    memory.gate.set()
    assert isinstance(await task, BoltResponse)
    assert (work.done, memory.removals) == (1, [])


async def test_what_was_written_too_late_is_forgotten_and_handled_when_it_comes_again() -> None:
    memory, work = SlowMemory(), Work()
    once = Once(memory, SetClock(), BRIEF)
    assert await (await begun(memory, once, work)) is Passed.UNKNOWN
    assert await once.handle(FIRST, work) is Passed.RUNNING  # it may yet be written: nobody may say REPEATED
    await until_idle(memory, once)
    assert memory.keys == set()
    assert once._keys.are_settled(FIRST)
    assert isinstance(await Once(memory, SetClock(), LONG).handle(FIRST, work), BoltResponse)
    assert work.done == 1


async def test_what_was_handled_elsewhere_is_not_forgotten_for_a_late_answer() -> None:
    """Only what this very transaction wrote is taken back: another process has handled the rest."""
    memory = SlowMemory()
    memory.keys = {FIRST[0]}
    once, work = Once(memory, SetClock(), BRIEF), Work()
    assert await (await begun(memory, once, work)) is Passed.UNKNOWN
    await until_idle(memory, once)
    assert memory.removals == [[FIRST[1]]]
    assert await Once(memory, SetClock(), LONG).handle(FIRST, work) is Passed.REPEATED
    assert work.done == 0


async def test_a_database_that_fails_fails_all_once_and_they_may_come_again(
    caplog: pytest.LogCaptureFixture,
) -> None:
    """The transaction may have been written all the same: all its keys are forgotten, together."""
    memory, work = SlowMemory(), Work()
    once = Once(memory, SetClock(), LONG)
    memory.failing = True
    with caplog.at_level(logging.WARNING):
        assert await at_once(once, work) == [Passed.UNKNOWN] * 200
    assert [record.getMessage() for record in caplog.records] == [
        "no database to look 200 requests of Slack up in (OSError)"
    ]
    memory.failing = False
    await until_idle(memory, once)
    assert [len(keys) for keys in memory.removals] == [400]
    await at_once(once, work)
    assert work.done == 200


async def test_what_was_cancelled_while_it_was_looked_up_is_forgotten_before_it_ends() -> None:
    """The write is done all the same, and the retry would be turned away."""
    memory, work = SlowMemory(), Work()
    task = await begun(memory, Once(memory, SetClock(), LONG), work)
    task.cancel()
    await asyncio.sleep(0)
    assert not task.done()
    memory.gate.set()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert (work.done, memory.keys) == (0, set())


async def test_a_command_is_handled_though_the_database_is_slow_and_its_key_stays() -> None:
    memory, work = SlowMemory(), Work()
    once = Once(memory, SetClock(), BRIEF)
    assert isinstance(await (await begun(memory, once, work, comes_again=False)), BoltResponse)
    assert await once.handle(FIRST, work) is Passed.REPEATED
    await until_idle(memory, once)
    assert memory.removals == []
    assert await Once(memory, SetClock(), LONG).handle(FIRST, work) is Passed.REPEATED  # after a restart
    assert work.done == 1


async def test_a_transaction_that_hangs_holds_up_no_later_one() -> None:
    memory, work = SlowMemory(), Work()
    once = Once(memory, SetClock(), Patience(begin=60, end=60, forget=60, stuck=0.02))
    stuck = await begun(memory, once, Work())
    hanging, memory.gate = memory.gate, asyncio.Event()
    memory.gate.set()
    assert isinstance(await once.handle(BURST[1], work), BoltResponse)
    assert not stuck.done()
    hanging.set()
    assert isinstance(await stuck, BoltResponse)
