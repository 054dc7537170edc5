"""Whoever watches the page hears the doorbell, whichever process it rang in."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from bot.doorbell import Doorbell
from storage.store import SqlStore
from tests.fakes.clock import MIDDAY, SetClock
from tests.stores import empty_store


class Scene:
    """A watcher that listens; *polls* is how often it was made to poll, *busy* while it does so anyhow."""

    def __init__(self, store: SqlStore) -> None:
        self.store = store
        self.clock = SetClock()
        self.polls = 0
        self.busy = False
        self.bell = Doorbell(store, self.clock, self._poll)

    def _poll(self) -> bool:
        self.polls += not self.busy
        return not self.busy

    async def ticks(self, count: int) -> None:
        """Let the watcher listen every second."""
        for _ in range(count):
            await self.bell.tick()
            self.clock.advance(timedelta(seconds=1))


@pytest.fixture
async def scene() -> AsyncIterator[Scene]:
    async with empty_store() as store:
        yield Scene(store)


async def test_nobody_rang_so_nothing_is_polled(scene: Scene) -> None:
    await scene.ticks(10)
    assert scene.polls == 0


async def test_a_ring_is_answered_by_one_poll(scene: Scene) -> None:
    await scene.ticks(1)
    await scene.store.ring(scene.clock.now())
    await scene.ticks(10)
    assert scene.polls == 1


async def test_a_hundred_rings_in_ten_seconds_are_answered_twice(scene: Scene) -> None:
    await scene.ticks(1)
    for number in range(100):
        await scene.store.ring(scene.clock.now() + timedelta(milliseconds=number))
        if number % 10 == 0:
            await scene.ticks(1)
    assert scene.polls == 2


async def test_a_ring_that_came_too_early_is_answered_when_five_seconds_are_over(scene: Scene) -> None:
    await scene.ticks(1)
    await scene.store.ring(MIDDAY)
    await scene.ticks(1)
    await scene.store.ring(MIDDAY + timedelta(seconds=2))
    await scene.ticks(4)
    assert scene.polls == 1
    await scene.ticks(1)
    assert scene.polls == 2


async def test_a_ring_by_a_clock_that_is_behind_is_heard(scene: Scene) -> None:
    await scene.store.ring(MIDDAY)
    await scene.ticks(6)
    await scene.store.ring(MIDDAY - timedelta(hours=1))
    await scene.ticks(1)
    assert scene.polls == 2


async def test_what_rang_before_the_watcher_listened_is_answered_once(scene: Scene) -> None:
    await scene.store.ring(MIDDAY)
    await scene.ticks(10)
    assert scene.polls == 1


async def test_a_clock_that_was_put_back_keeps_nobody_waiting(scene: Scene) -> None:
    await scene.ticks(1)
    await scene.store.ring(MIDDAY)
    await scene.ticks(1)
    scene.clock.set(MIDDAY - timedelta(hours=1))
    await scene.store.ring(MIDDAY - timedelta(hours=1))
    await scene.ticks(1)
    assert scene.polls == 2


async def test_a_ring_while_the_page_is_read_is_answered_by_the_next_poll(scene: Scene) -> None:
    await scene.ticks(1)
    scene.busy = True
    await scene.store.ring(MIDDAY)
    await scene.ticks(3)
    scene.busy = False
    await scene.ticks(3)
    assert scene.polls == 1
