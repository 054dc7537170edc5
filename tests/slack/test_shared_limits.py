"""What one process learns of Slack's limits: others hear it soon, and do not ask for it all day."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import datetime, timedelta

import pytest

from adapters.slack.limits import ATTENTIVE, LISTENS_EVERY, Limits
from adapters.slack.pace import START, Pace
from bot.domain.limit import Learnt
from storage.store import SqlStore
from tests.fakes.clock import SetClock
from tests.stores import empty_store

POST = "chat.postMessage"
SECOND = timedelta(seconds=1)
PAUSE = timedelta(seconds=30)


class Listening:
    """A process; counts how often it asks what others learnt."""

    def __init__(self, store: SqlStore, clock: SetClock) -> None:
        self.pace = Pace(clock)
        self.limits = Limits(self.pace, self, clock)
        self.learn = store.learn
        self._store = store
        self.asked = 0

    async def learnt(self, since: datetime | None, now: datetime) -> Learnt:
        self.asked += 1
        return await self._store.learnt(since, now)

    async def is_limited(self) -> None:
        """Be told by Slack to pause, and tell others."""
        self.pace.limited("T1", POST, PAUSE)
        self.limits.note("T1", POST)
        await self.limits.finish()

    @property
    def rate(self) -> float:
        return self.pace.learnt("T1", POST).rate


@pytest.fixture
async def processes() -> AsyncIterator[tuple[Listening, Listening, SetClock]]:
    clock = SetClock()
    async with empty_store() as store:
        yield Listening(store, clock), Listening(store, clock), clock


Two = tuple[Listening, Listening, SetClock]


async def ticks(one: Listening, clock: SetClock, seconds: float) -> int:
    """Let so many seconds pass with a tick in each; returns how often it asked."""
    before = one.asked
    for _ in range(int(seconds)):
        clock.advance(SECOND)
        await one.limits.tick()
    return one.asked - before


async def test_while_nobody_learns_anything_it_asks_every_few_seconds(processes: Two) -> None:
    one, _, clock = processes
    assert await ticks(one, clock, 120) == 120 / LISTENS_EVERY.total_seconds()


async def test_what_another_learnt_is_heard_within_four_seconds_and_then_listened_closely(
    processes: Two,
) -> None:
    one, two, clock = processes
    await ticks(two, clock, 5)
    await one.is_limited()
    await ticks(two, clock, LISTENS_EVERY.total_seconds())
    assert two.rate == START / 2
    assert await ticks(two, clock, 30) == 30
    await ticks(two, clock, ATTENTIVE.total_seconds())
    assert await ticks(two, clock, 40) == 40 / LISTENS_EVERY.total_seconds()


async def test_who_learnt_something_listens_closely_and_who_starts_hears_at_once(processes: Two) -> None:
    one, two, clock = processes
    await ticks(one, clock, 5)
    await one.is_limited()
    assert await ticks(one, clock, 30) == 30
    await two.limits.tick()
    assert two.rate == START / 2
