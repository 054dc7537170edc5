"""Two watchers of one page: one polls, the other stands by, and what one did the other takes up."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import timedelta

import pytest

from adapters.statuspage.client import open_status_page
from bot.domain.duty import Duty
from bot.domain.health import Headline, Health
from bot.domain.status import Endpoint
from bot.domain.subscription import Settings
from bot.leading import LEASE, Lead
from bot.ports import Reading, StatusSource, Unreadable, Validator
from bot.watcher import Poll, Watcher
from tests.factories import incident, minute, update
from tests.fakes.clock import SetClock
from tests.fakes.page import Answer, fake_page
from tests.stores import empty_store
from tests.watcher.conftest import CHANNEL, Scene

BEGUN = update(at=minute(1))


@dataclass(slots=True)
class Rivals:
    """A scene for each of two processes, with one page, one store and one clock, and their leads."""

    scenes: tuple[Scene, Scene]
    leads: tuple[Lead, Lead]

    async def ticks(self, which: int, after: float = 10) -> Poll:
        """Let one process look after its lead, and poll; the other is as if it stood still."""
        self.scenes[which].clock.advance(timedelta(seconds=after))
        await self.leads[which].keep()
        return await self.scenes[which].watcher.tick()

    def watcher(self, which: int, source: StatusSource) -> Watcher:
        """Return another watcher of the same process, which reads *source*."""
        scene = self.scenes[which]
        return Watcher(source, scene.store, scene.clock, lead=self.leads[which])


class Deaf:
    """A way to the page that leads nowhere."""

    def __init__(self) -> None:
        self.asked = 0

    async def read(self, endpoint: Endpoint, validator: Validator | None = None) -> Reading:
        """Fail."""
        self.asked += 1
        raise Unreadable("no route to host")

    async def headlines(self) -> tuple[Headline, ...]:
        """Return nothing."""
        return ()


async def taken_by_another(rivals: Rivals) -> None:
    """Let another process have what the first one believes to have."""
    store, now = rivals.scenes[0].store, rivals.scenes[0].clock.now()
    await store.give_up(Duty.WATCH, str(rivals.leads[0].fence))
    await store.lead([Duty.WATCH], "two", now, LEASE)


@pytest.fixture
async def rivals() -> AsyncIterator[Rivals]:
    """Two watchers; neither leads yet."""
    clock = SetClock(minute(0))
    async with AsyncExitStack() as stack:
        store = await stack.enter_async_context(empty_store())
        page = await stack.enter_async_context(fake_page())
        await store.subscribe(CHANNEL, Settings(), "somebody", clock.now())
        scenes, leads = list[Scene](), list[Lead]()
        for owner in ("one", "two"):
            source = await stack.enter_async_context(open_status_page(page.url))
            lead = Lead(store, Duty.WATCH, owner, clock, elapsed=lambda: clock.now().timestamp())
            watcher = Watcher(source, store, clock, lead=lead)
            scenes.append(Scene(page, store, clock, watcher))
            leads.append(lead)
        scenes[0].show()
        yield Rivals((scenes[0], scenes[1]), (leads[0], leads[1]))


async def test_who_stands_by_asks_the_page_nothing_and_writes_nothing(rivals: Rivals) -> None:
    await rivals.ticks(0)
    asked, health = len(rivals.scenes[0].page.requests), await rivals.scenes[0].store.health()
    assert (await rivals.ticks(1, 1)).result == "standby"
    assert len(rivals.scenes[0].page.requests) == asked
    assert await rivals.scenes[0].store.health() == health


async def test_before_it_leads_a_watcher_does_nothing(rivals: Rivals) -> None:
    assert (await rivals.scenes[0].tick()).result == "standby"
    assert rivals.scenes[0].page.requests == []


async def test_who_takes_over_tells_what_came_in_between(rivals: Rivals) -> None:
    await rivals.ticks(0)
    await rivals.leads[0].give_up()
    rivals.scenes[0].show(incident(updates=[BEGUN]), at=1)
    assert (await rivals.ticks(1)).due == 1


async def test_a_watcher_that_comes_back_starts_from_what_was_written_meanwhile(rivals: Rivals) -> None:
    """Its own memory is from before the incident: with that it would tell of it once more."""
    await rivals.ticks(0)
    one, two = rivals.scenes
    one.show(incident(updates=[BEGUN]), at=1)
    assert (await rivals.ticks(1, LEASE.total_seconds())).due == 1
    over = incident(updates=[BEGUN, update("resolved", "Well.", at=minute(2))])
    two.show(at=2, closed=(over,))
    assert (await rivals.ticks(1)).due == 1
    before = len(one.page.requests)
    assert (await rivals.ticks(0, 1)).result == "standby"
    poll = await rivals.ticks(0, LEASE.total_seconds())
    assert (poll.result, poll.transitions, poll.due) == ("read", 0, 0)
    assert {one.status for one in one.page.requests[before:]} == {200}
    assert (await one.store.known()).records["incident0001"].incident.status == "resolved"


async def test_a_watcher_superseded_in_the_middle_of_a_poll_writes_nothing_and_it_is_no_failure(
    rivals: Rivals, caplog: pytest.LogCaptureFixture
) -> None:
    await rivals.ticks(0)
    one = rivals.scenes[0]
    one.show(incident(updates=[BEGUN]), at=1)
    before = await one.store.health()
    await taken_by_another(rivals)
    assert (await one.tick()).result == "standby"
    assert (await one.store.known()).records == {}
    assert await one.store.health() == before
    assert not rivals.leads[0].held
    assert [one.levelname for one in caplog.records if one.levelname == "ERROR"] == []


async def test_a_watcher_superseded_while_the_page_is_away_does_not_say_so(rivals: Rivals) -> None:
    await rivals.ticks(0)
    one = rivals.scenes[0]
    before = await one.store.health()
    one.page.fault = Answer(500)
    await taken_by_another(rivals)
    assert (await one.tick()).result == "standby"
    assert await one.store.health() == before


async def test_who_sees_nothing_lets_another_see(rivals: Rivals) -> None:
    """Here only its own way to the page is broken."""
    one, two = rivals.scenes
    one.watcher = rivals.watcher(0, Deaf())
    for second in range(180):
        one.clock.advance(timedelta(seconds=1))
        for which, scene in enumerate(rivals.scenes):
            await rivals.leads[which].keep()
            if second % 10 == 0:
                await scene.watcher.tick()
    health = await one.store.health()
    assert (rivals.leads[0].held, rivals.leads[1].held) == (False, True)
    assert (health.is_blind, two.asked(Endpoint.SUMMARY) > 5) == (False, True)


async def test_one_that_is_alone_and_sees_nothing_reads_on_as_before(rivals: Rivals) -> None:
    one, deaf = rivals.scenes[0], Deaf()
    one.watcher = rivals.watcher(0, deaf)
    alone = Deaf()
    unled = Watcher(alone, one.store, one.clock)
    fences = set[str | None]()
    for second in range(600):
        await rivals.leads[0].keep()
        fences.add(rivals.leads[0].fence)
        if second % 10 == 0:
            await one.watcher.tick()
        one.clock.advance(timedelta(seconds=1))
    one.clock.set(minute(0))
    await one.store.set_health(Health())
    for _ in range(60):
        await unled.tick()
        one.clock.advance(timedelta(seconds=10))
    assert (len(fences), None in fences) == (1, False)
    assert deaf.asked == alone.asked > 5


async def test_where_nobody_sees_the_lead_goes_round_slowly(rivals: Rivals) -> None:
    deaf = [Deaf(), Deaf()]
    for which in (0, 1):
        rivals.scenes[which].watcher = rivals.watcher(which, deaf[which])
    changes, had = 0, None
    for second in range(1800):
        rivals.scenes[0].clock.advance(timedelta(seconds=1))
        for which in (0, 1):
            await rivals.leads[which].keep()
            if second % 10 == 0:
                await rivals.scenes[which].watcher.tick()
        has = rivals.leads[1].held
        changes, had = changes + (has != had), has
    assert 2 < changes <= 30
    assert sum(one.asked for one in deaf) <= 1800 / 60 + 10


async def test_failures_are_counted_on_by_who_takes_over(rivals: Rivals) -> None:
    await rivals.ticks(0)
    one = rivals.scenes[0]
    one.page.fault = Answer(500)
    for _ in range(2):
        await rivals.ticks(0, 15)
    await rivals.leads[0].give_up()
    await rivals.ticks(1)
    assert (await one.store.health()).failures == 3
    one.page.fault = None
    await rivals.ticks(1, 130)
    assert (await one.store.health()).failures == 0


async def test_two_watchers_that_lead_in_turns_tell_each_update_once(rivals: Rivals) -> None:
    due, told = 0, [BEGUN]
    await rivals.ticks(0)
    for turn in range(6):
        told = [*told, update("identified", f"Step {turn}.", at=minute(2 + turn))]
        rivals.scenes[0].show(incident(updates=told), at=2 + turn)
        poll = await rivals.ticks(turn % 2, LEASE.total_seconds() + 1)
        again = await rivals.ticks(turn % 2, 5)
        due += poll.due
        assert (poll.result, again.due) == ("read", 0)
    record = (await rivals.scenes[0].store.known()).records["incident0001"]
    assert [one.body for one in record.incident.updates][1:] == [f"Step {turn}." for turn in range(6)]
    assert due == 6
    assert rivals.scenes[0].asked(Endpoint.SUMMARY) >= 13
