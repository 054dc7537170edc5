"""A budget is kept to, however many take of it and whatever their clocks do."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.errors import StorageError
from storage.opening import open_store
from storage.spending import spend
from storage.store import SqlStore
from storage.tables import spent
from tests.factories import START, minute
from tests.storage.spender import DAY, HOUR, STARTS
from tests.stores import empty_store

NONE = timedelta(0)


def most_within(span: timedelta, taken: Sequence[datetime]) -> int:
    """Return how many of *taken* fall into the fullest stretch of *span*, its end left out."""
    return max((sum(first <= one < first + span for one in taken) for first in taken), default=0)


def assert_within(limits: Sequence[tuple[timedelta, int]], taken: Sequence[datetime]) -> None:
    for span, most in limits:
        assert most_within(span, taken) <= most


async def test_what_a_budget_holds_can_be_taken_at_once(store: SqlStore) -> None:
    assert [await store.spend("starts", START, [(HOUR, 3)]) for _ in range(3)] == [NONE] * 3
    assert await store.spend("starts", START, [(HOUR, 3)]) == HOUR
    assert await store.spend("other", START, [(HOUR, 3)]) == NONE


async def test_one_is_free_when_the_oldest_that_counts_is_a_span_ago(store: SqlStore) -> None:
    for number in range(3):
        await store.spend("starts", minute(number), [(HOUR, 3)])
    assert await store.spend("starts", minute(10), [(HOUR, 3)]) == timedelta(minutes=50)
    assert await store.spend("starts", minute(60) - timedelta.resolution, [(HOUR, 3)]) == timedelta.resolution
    assert await store.spend("starts", minute(60), [(HOUR, 3)]) == NONE
    assert await store.spend("starts", minute(60), [(HOUR, 3)]) == timedelta(minutes=1)


async def test_the_longest_wait_of_all_limits_counts(store: SqlStore) -> None:
    limits = [(DAY, 3), (HOUR, 2)]
    assert await store.spend("starts", minute(0), limits) == NONE
    assert await store.spend("starts", minute(1), limits) == NONE
    assert await store.spend("starts", minute(2), limits) == timedelta(minutes=58)
    assert await store.spend("starts", minute(60), limits) == NONE
    assert await store.spend("starts", minute(61), limits) == DAY - timedelta(minutes=61)


async def test_who_waits_as_long_as_told_gets_one(store: SqlStore) -> None:
    now = START
    for _ in range(12):
        wait = await store.spend("starts", now, [(HOUR, 2), (DAY, 5)])
        now += wait
        if wait:
            assert await store.spend("starts", now, [(HOUR, 2), (DAY, 5)]) == NONE


async def test_a_refusal_writes_nothing(store: SqlStore) -> None:
    for number in range(9):
        await store.spend("starts", minute(number), [(HOUR, 1)])
    counted = select(func.count()).select_from(spent)
    assert await store.database.read(lambda db: db.scalar(counted)) == 1
    assert await store.spend("starts", minute(60), [(HOUR, 1)]) == NONE


async def test_of_many_who_ask_at_once_only_so_many_get_one(store: SqlStore, other: SqlStore) -> None:
    for turn in range(2):
        asked = (one.spend(f"starts{turn}", START, STARTS) for one in (store, other) * 20)
        assert Counter(await asyncio.gather(*asked)) == {NONE: 20, HOUR: 20}


async def test_who_asks_while_another_one_takes_waits_for_it(store: SqlStore, other: SqlStore) -> None:
    begun, go_on = asyncio.Event(), asyncio.Event()

    async def slow(db: AsyncConnection) -> timedelta:
        wait = await spend(db, "starts", START, [(HOUR, 1)])
        begun.set()
        await go_on.wait()
        return wait

    first = asyncio.create_task(store.database.write(slow))
    await begun.wait()
    second = asyncio.create_task(other.spend("starts", START, [(HOUR, 1)]))
    done, _ = await asyncio.wait({second}, timeout=0.2)
    assert not done
    go_on.set()
    assert (await first, await second) == (NONE, HOUR)


def test_processes_that_spend_at_the_same_time_keep_to_it_together(database_url: str) -> None:
    command = [sys.executable, "-m", "tests.storage.spender", database_url, "15"]
    spenders = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(3)]
    said = [spender.communicate(timeout=60)[0] for spender in spenders]
    assert [spender.returncode for spender in spenders] == [0, 0, 0]
    assert sum(map(int, said)) == 20


async def test_who_comes_next_counts_what_was_taken_before(store: SqlStore, database_url: str) -> None:
    await store.spend("starts", START, [(HOUR, 1)])
    await store.close()
    survivor = await open_store(database_url)
    assert await survivor.spend("starts", minute(1), [(HOUR, 1)]) == timedelta(minutes=59)
    await survivor.close()


async def test_a_clock_that_was_far_ahead_costs_one_span_and_no_more(store: SqlStore) -> None:
    await store.spend("starts", START + 400 * DAY, [(HOUR, 1)])
    assert await store.spend("starts", minute(0), [(HOUR, 1)]) == HOUR
    assert await store.spend("starts", minute(60), [(HOUR, 1)]) == NONE


async def test_what_no_limit_counts_any_more_is_forgotten(store: SqlStore) -> None:
    await store.spend("starts", minute(0), [(DAY, 2)])
    await store.spend("starts", minute(1), [(DAY, 2)])
    assert await store.forget(minute(0) + 2 * DAY) == 0
    assert await store.forget(minute(1) + 2 * DAY) == 1
    assert await store.spend("starts", minute(1) + DAY - timedelta.resolution, [(DAY, 2)]) == NONE


@pytest.mark.parametrize("budget", ["\x00", "\ud800"])
async def test_a_budget_that_no_database_can_name_is_refused(store: SqlStore, budget: str) -> None:
    with pytest.raises(StorageError):
        await store.spend(budget, START, [(HOUR, 1)])


async def test_600_starts_in_25_hours_stay_within_the_budget() -> None:
    """A program that ends right after its start and is started again: 24 times an hour, never waiting."""
    taken, now = list[datetime](), START
    async with empty_store() as store:
        for _ in range(600):
            if not await store.spend("starts", now, STARTS):
                taken.append(now)
            now += timedelta(seconds=150)
    assert_within(STARTS, taken)
    assert len(taken) == 200 + 20  # those of a day, and of the first hour of the next
    assert most_within(timedelta(hours=10), taken) == 200


PAUSES = st.lists(st.integers(0, 4000).map(lambda seconds: timedelta(seconds=seconds)), max_size=60)
LIMITS = st.lists(
    st.tuples(st.integers(1, 9000).map(lambda seconds: timedelta(seconds=seconds)), st.integers(1, 9)),
    min_size=1,
    max_size=3,
)


@settings(max_examples=30)
@given(PAUSES, LIMITS)
def test_at_any_times_a_budget_is_kept_to_and_never_refused_in_vain(
    pauses: list[timedelta], limits: list[tuple[timedelta, int]]
) -> None:
    async def play() -> None:
        taken, now = list[datetime](), START
        async with empty_store() as store:
            for pause in pauses:
                now += pause
                wait = await store.spend("starts", now, limits)
                if wait:
                    assert not fits(limits, [*taken, now])
                    assert fits(limits, [*taken, now + wait])
                    assert not fits(limits, [*taken, now + wait - timedelta.resolution])
                else:
                    taken.append(now)
        assert_within(limits, taken)
        assert all(one <= two for one, two in pairwise(taken))

    asyncio.run(play())


def fits(limits: Sequence[tuple[timedelta, int]], taken: Sequence[datetime]) -> bool:
    return all(most_within(span, taken) <= most for span, most in limits)
