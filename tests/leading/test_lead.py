"""A lead, as its process sees it: taken, kept, given up, and lost in time whatever stands still."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import pytest

from bot.domain.duty import Duty
from bot.leading import (
    LEASE,
    LOOKED_AFTER,
    MARGIN,
    OFFERED_FOR,
    OFFERS_APART,
    PATIENCE,
    RENEWED_AFTER,
    Lead,
    Leads,
    elapsed,
)
from storage.errors import StorageError
from storage.store import SqlStore
from tests.courier.scene import seconds
from tests.fakes.broken_store import BrokenStore, SlowStore
from tests.fakes.clock import SetClock
from tests.stores import empty_store

ACTS_FOR = LEASE - MARGIN
NAMES = ("watch", "discord", "gateway")


@dataclass(slots=True)
class Time:
    """One time for the database and for every process, unless one stands still."""

    clock: SetClock = field(default_factory=SetClock)
    passed: float = 0.0

    def pass_by(self, number: float) -> None:
        self.passed += number
        self.clock.advance(seconds(number))

    def elapsed(self) -> float:
        return self.passed


class Line:
    """The way of one process to the database, which may be broken: what is *now* there answers."""

    def __init__(self, store: SqlStore) -> None:
        self.now: Any = store
        self.asked = 0

    def __getattr__(self, name: str) -> Any:
        self.asked += name == "lead"
        return getattr(self.now, name)


@dataclass(slots=True)
class Scene:
    """A database, and processes that want to lead."""

    store: SqlStore
    time: Time = field(default_factory=Time)

    def line(self) -> Any:
        return Line(self.store)

    def lead(self, owner: str, duty: str = Duty.WATCH, line: Any = None) -> Lead:
        time, store = self.time, line or self.store
        return Lead(store, duty, owner, time.clock, leaving=seconds(0.2), elapsed=time.elapsed)


@pytest.fixture
async def scene() -> AsyncIterator[Scene]:
    async with empty_store() as store:
        yield Scene(store)


async def test_one_leads_and_the_other_stands_by(scene: Scene) -> None:
    one, two = scene.lead("one"), scene.lead("two")
    for _ in range(60):
        await one.keep()
        await two.keep()
        assert (one.held, two.held) == (True, False)
        scene.time.pass_by(1)


async def test_a_lead_keeps_its_fence_as_long_as_it_is_kept(scene: Scene) -> None:
    lead = scene.lead("one")
    await lead.keep()
    first = lead.fence
    for _ in range(30):
        scene.time.pass_by(1)
        await lead.keep()
    assert first is not None
    assert lead.fence == first


async def test_it_is_renewed_every_five_seconds_and_not_at_every_look(scene: Scene) -> None:
    line = scene.line()
    lead = scene.lead("one", line=line)
    for _ in range(100):
        await lead.keep()
        scene.time.pass_by(1)
    assert line.asked == 100 // RENEWED_AFTER.total_seconds()


async def test_who_is_killed_is_followed_within_half_a_minute(scene: Scene) -> None:
    one, two = scene.lead("one"), scene.lead("two")
    await one.keep()
    waited = 0
    while not two.held:
        scene.time.pass_by(1)
        waited += 1
        await two.keep()
    assert waited <= 30
    assert waited >= LEASE.total_seconds()


async def test_who_gives_up_is_followed_at_once_and_does_not_come_back(scene: Scene) -> None:
    one, two = scene.lead("one"), scene.lead("two")
    await one.keep()
    await one.give_up()
    await two.keep()
    assert (one.held, two.held) == (False, True)
    await two.give_up()
    await one.keep()
    assert not one.held


async def test_who_could_not_renew_stops_before_another_may_begin(scene: Scene) -> None:
    one, two = scene.lead("one"), scene.lead("two")
    await one.keep()
    for _ in range(int(LEASE.total_seconds()) + 5):
        scene.time.pass_by(1)
        await two.keep()
        assert not (one.held and two.held)
    assert two.held


async def test_a_process_that_stood_still_knows_at_once_that_it_does_not_lead(scene: Scene) -> None:
    one, two = scene.lead("one"), scene.lead("two")
    await one.keep()
    scene.time.pass_by(ACTS_FOR.total_seconds())
    held = [one.held]
    await one.keep()
    held.append(one.held)
    scene.time.pass_by(3600)
    await two.keep()
    held.append(one.held)
    await one.keep()
    assert held == [False, True, False]
    assert (one.held, two.held) == (False, True)


async def test_one_that_stood_still_while_nobody_took_over_goes_on_under_its_fence(scene: Scene) -> None:
    lead = scene.lead("one")
    await lead.keep()
    before = lead.fence
    scene.time.pass_by(3600)
    assert lead.fence is None
    await lead.keep()
    assert lead.fence == before


async def test_the_time_a_slow_database_took_is_not_ours(scene: Scene) -> None:
    slow = SlowStore(scene.store)
    lead = scene.lead("one", line=slow)
    keeping = asyncio.create_task(lead.keep())
    await asyncio.sleep(0)
    scene.time.pass_by(4)
    slow.go_on()
    await keeping
    scene.time.pass_by(ACTS_FOR.total_seconds() - 4.5)
    held = [lead.held]
    scene.time.pass_by(0.5)
    assert [*held, lead.held] == [True, False]


async def test_while_the_database_is_away_a_lead_is_ours_until_its_deadline_and_then_comes_back(
    scene: Scene,
) -> None:
    line = scene.line()
    lead = scene.lead("one", line=line)
    await lead.keep()
    line.now = BrokenStore(scene.store)
    held = []
    for wait in (RENEWED_AFTER, ACTS_FOR - RENEWED_AFTER):
        scene.time.pass_by(wait.total_seconds())
        with pytest.raises(StorageError):
            await lead.keep()
        held.append(lead.held)
    line.now = scene.store
    await lead.keep()
    assert [*held, lead.held] == [True, False, True]


async def test_what_was_asked_before_the_end_is_given_up_as_well(scene: Scene) -> None:
    slow = SlowStore(scene.store)
    one, two = scene.lead("one", line=slow), scene.lead("two")
    keeping = asyncio.create_task(one.keep())
    await asyncio.sleep(0)
    keeping.cancel()
    leaving = asyncio.create_task(one.give_up())
    await asyncio.sleep(0)
    slow.go_on()
    await leaving
    await two.keep()
    assert (one.held, two.held) == (False, True)


async def test_after_a_renewal_that_failed_it_is_given_up_all_the_same(scene: Scene) -> None:
    line = scene.line()
    one, two = scene.lead("one", line=line), scene.lead("two")
    await one.keep()
    scene.time.pass_by(RENEWED_AFTER.total_seconds() + 1)
    line.now = BrokenStore(scene.store)
    with pytest.raises(StorageError):
        await one.keep()
    line.now = scene.store
    await one.give_up()
    await two.keep()
    assert two.held


async def test_while_a_renewal_hangs_it_is_given_up_all_the_same(scene: Scene) -> None:
    line = scene.line()
    one, two = scene.lead("one", line=line), scene.lead("two")
    await one.keep()
    scene.time.pass_by(RENEWED_AFTER.total_seconds() + 1)
    line.now = SlowStore(scene.store)
    keeping = asyncio.create_task(one.keep())
    await asyncio.sleep(0)
    keeping.cancel()
    line.now = scene.store
    await one.give_up()
    await two.keep()
    assert two.held


async def test_what_is_offered_goes_to_who_stands_by_and_else_stays_as_it_was(scene: Scene) -> None:
    one, two = scene.lead("one"), scene.lead("two")
    await one.keep()
    fence = one.fence
    scene.time.pass_by(OFFERS_APART.total_seconds())
    await one.keep()
    for _ in range(30):
        await one.offer()
        scene.time.pass_by(1)
        await one.keep()
        assert one.fence == fence
    scene.time.pass_by(OFFERS_APART.total_seconds())
    await one.keep()
    await two.keep()
    await one.offer()
    seen = list[bool]()
    for _ in range(int(OFFERED_FOR.total_seconds()) + 1):
        scene.time.pass_by(1)
        await two.keep()
        await one.keep()
        seen.append(two.held)
    assert seen.index(True) <= LOOKED_AFTER.total_seconds() + 1
    assert (one.held, two.held) == (False, True)


async def test_it_is_not_offered_by_who_took_it_just_now_or_has_it_not(scene: Scene) -> None:
    line = scene.line()
    one, two = scene.lead("one", line=line), scene.lead("two")
    await one.offer()
    await one.keep()
    await one.offer()
    assert line.asked == 1
    await two.keep()
    assert (one.held, two.held) == (True, False)


async def test_a_database_that_hangs_does_not_hold_up_the_end(
    scene: Scene, caplog: pytest.LogCaptureFixture
) -> None:
    line = scene.line()
    lead = scene.lead("one", line=line)
    await lead.keep()
    line.now = SlowStore(scene.store)
    await lead.give_up()
    assert not lead.held
    (said,) = [one for one in caplog.records if one.levelno == logging.WARNING]
    assert "not given up duty=watch" in said.getMessage()


async def test_all_leads_of_a_process_are_kept_with_one_question(scene: Scene) -> None:
    """Three that it has, each renewed as often as a lead alone."""
    line = scene.line()
    duties = {name: scene.lead("one", duty, line) for name, duty in zip(NAMES, Duty, strict=True)}
    leads = Leads(**duties)
    for _ in range(100):
        await leads.keep()
        assert [one.held for one in leads.all] == [True, True, True]
        scene.time.pass_by(1)
    assert line.asked == 100 // RENEWED_AFTER.total_seconds()


async def test_who_stands_by_asks_every_few_seconds_and_not_at_every_look(scene: Scene) -> None:
    line = scene.line()
    one, two = scene.lead("one"), scene.lead("two", line=line)
    for _ in range(90):
        await one.keep()
        await two.keep()
        scene.time.pass_by(1)
    assert line.asked == 90 // -(-LOOKED_AFTER.total_seconds() // 1)


async def test_leads_that_are_given_up_are_free(scene: Scene) -> None:
    leads = Leads(watch=scene.lead("one"), gateway=scene.lead("one", Duty.GATEWAY))
    await leads.keep()
    await leads.give_up()
    others = Leads(watch=scene.lead("two"), gateway=scene.lead("two", Duty.GATEWAY))
    await others.keep()
    assert [one.held for one in others.all] == [True, True]


def test_a_lead_is_lost_early_enough_and_asked_for_often_enough() -> None:
    assert PATIENCE + RENEWED_AFTER < ACTS_FOR
    assert seconds(10) > LEASE - ACTS_FOR > seconds(1)
    assert 2 * LOOKED_AFTER < OFFERED_FOR < ACTS_FOR
    assert elapsed() <= elapsed()
