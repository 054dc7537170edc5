"""Sessions are begun so seldom, whatever goes wrong, that Discord never takes the token for it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import cast

import pytest

from adapters.discord.identify import BUDGET, LOGIN_BUDGET, PATIENCE, Spent, Turns, Uncounted, limits
from bot.ports import Store
from storage.opening import open_store
from storage.store import SqlStore
from tests.discord.gateway_bot import Nap, eventually, gateway_bot
from tests.fakes.clock import SetClock
from tests.stores import empty_store

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


@dataclass
class Starts:
    """What Discord says of the sessions that may still be begun."""

    remaining: int
    reset_after: int


@pytest.fixture
async def store() -> AsyncIterator[SqlStore]:
    async with empty_store() as opened:
        yield opened


def most_within(taken: Sequence[datetime], span: timedelta) -> int:
    """Return how many of *taken* lie within any stretch of time that is a little shorter than *span*."""
    return max(sum(start <= one < start + span for one in taken) for start in taken)


async def test_600_starts_stay_within_the_budget(store: SqlStore) -> None:
    """A crash loop, first fast, then for more than a day: each start is a new process, which asks once and
    dies, told to wait or not.
    """
    clock, taken = SetClock(), []
    for start in range(600):
        with suppress(Spent):
            await Turns(store, clock, Nap(clock)).take(None)
            taken.append(clock.now())
        clock.advance(timedelta(seconds=1 if start < 50 else 170))
    assert most_within(taken, MINUTE) == 3
    assert most_within(taken, 10 * MINUTE) == 8
    assert most_within(taken, HOUR) == 20
    assert most_within(taken, DAY) == 200
    assert min(b - a for a, b in pairwise(taken)) >= timedelta(seconds=5)


async def test_a_bot_that_is_killed_and_started_all_day_identifies_within_the_budget(store: SqlStore) -> None:
    """The real client and gateway: 24 starts in an hour, of which the last ones only wait."""
    identified = 0
    for start in range(24):
        async with gateway_bot(store) as on:
            on.clock.advance(timedelta(minutes=2 * start))
            await eventually(lambda on=on: on.bot.connected or on.bot.trouble is not None)  # type: ignore[misc]
            identified += len([one for one in on.gateway.identified if one.at.hour == 12])
    assert identified == 20


async def test_the_budget_outlives_the_process(tmp_path: Path) -> None:
    clock, address = SetClock(), f"sqlite:///{tmp_path}/bot.db"
    for limit in (2, 1):
        opened = await open_store(address)
        await Turns(opened, clock, Nap(clock)).take(None)
        assert bool(await opened.spend(BUDGET, clock.now(), [(DAY, limit)])) is (limit == 1)
        await opened.close()


async def test_what_is_near_is_waited_for_and_what_is_far_is_not(store: SqlStore) -> None:
    clock = SetClock()
    nap = Nap(clock)
    turns = Turns(store, clock, nap)
    await turns.take(None)
    await turns.take(None)
    await turns.take(None)
    assert nap.slept == [5, 5]
    with pytest.raises(Spent) as spent:
        await turns.take(None)
    assert spent.value.until - clock.now() == timedelta(seconds=50) > PATIENCE
    assert len(nap.slept) == 2


@pytest.mark.parametrize(("remaining", "taken"), [(0, False), (1, True)])
async def test_discords_own_word_counts_too(store: SqlStore, remaining: int, taken: bool) -> None:
    clock = SetClock()
    turns = Turns(store, clock, Nap(clock))
    starts = Starts(remaining, reset_after=60_000)
    if taken:
        await turns.take(starts)
    else:
        with pytest.raises(Spent) as spent:
            await turns.take(starts)
        assert spent.value.until == clock.now() + timedelta(minutes=1)
    await turns.take(None)


async def test_each_shard_costs_one(store: SqlStore) -> None:
    async with gateway_bot(store, shards=2) as on:
        await on.up()
        now, limits = on.clock.now(), [(HOUR, 3)]
        assert not await store.spend(BUDGET, now, limits)
        assert await store.spend(BUDGET, now, limits)


async def test_to_resume_costs_nothing(store: SqlStore) -> None:
    async with gateway_bot(store) as on:
        await on.up()
        for times in range(1, 30):
            on.gateway.cut()
            await on.gateway.until_resumed(times)
            await on.up()
        assert len(on.gateway.identified) == 1
        assert not await store.spend(BUDGET, on.clock.now(), [(HOUR, 2)])


@pytest.mark.parametrize("lives", [1, 20], ids=["each second", "every 20 seconds"])
async def test_a_storm_of_95_seconds_costs_minutes_and_not_the_hour(store: SqlStore, lives: int) -> None:
    """Invalid sessions, or a crash loop: https://docs.discord.com/developers/events/gateway#resuming."""
    clock = SetClock()
    over = clock.now() + timedelta(seconds=95)
    while clock.now() < over:
        with suppress(Spent):
            await Turns(store, clock, Nap(clock)).take(None)
        clock.advance(timedelta(seconds=lives))
    begun = clock.now()
    while True:
        try:
            await Turns(store, clock, Nap(clock)).take(None)
        except Spent as spent:
            clock.set(spent.until)
        else:
            break
    assert clock.now() - begun <= MINUTE


@pytest.mark.parametrize("shards", [1, 2, 6, 20])
async def test_all_shards_come_up_one_after_the_other(store: SqlStore, shards: int) -> None:
    """Up to 20 of them; who restarts at once has as many again, as long as the hour has some."""
    clock = SetClock()
    nap, begun = Nap(clock), clock.now()
    turns = Turns(store, clock, nap)
    for _ in range(shards * min(3, 20 // shards)):
        await turns.take(None, shards)
    assert set(nap.slept) <= {5}
    assert clock.now() - begun <= timedelta(seconds=95)


@pytest.mark.parametrize("shards", [1, 16, 1000])
def test_the_hour_and_the_day_never_grow(shards: int) -> None:
    assert limits(shards)[-2:] == ((HOUR, 20), (DAY, 200))
    assert limits(shards)[0] == (timedelta(seconds=5), 1)


async def test_logins_have_a_budget_of_their_own(store: SqlStore) -> None:
    clock = SetClock()
    for _ in range(20):
        await Turns(store, clock, Nap(clock)).log_in()
    with pytest.raises(Spent) as spent:
        await Turns(store, clock, Nap(clock)).log_in()
    assert spent.value.until == clock.now() + MINUTE
    assert not await store.spend(BUDGET, clock.now(), [(DAY, 1)])
    assert await store.spend(LOGIN_BUDGET, clock.now(), [(DAY, 20)])


class Hanging:
    """A store that never answers."""

    async def spend(self, *_given: object) -> timedelta:
        await asyncio.Event().wait()
        return timedelta()


async def test_a_database_that_hangs_is_given_up() -> None:
    clock = SetClock()
    with pytest.raises(Uncounted, match="no answer in time"):
        await Turns(cast("Store", Hanging()), clock, Nap(clock), deadline=0.01).take(None)
