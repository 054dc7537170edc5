"""Discord's gateway, kept open by the one process that leads, and closed before another may open it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable

import pytest

from bot.domain.duty import Duty
from bot.doors import while_leading
from bot.leading import LEASE, Lead
from storage.store import SqlStore
from tests.courier.scene import seconds
from tests.fakes.clock import SetClock
from tests.stores import empty_store


class Gateway:
    """Is open while it runs; takes *closing* looks to close, as a goodbye does."""

    def __init__(self) -> None:
        self.is_open = False
        self.opened = 0

    async def run(self) -> None:
        """Be open until cancelled."""
        self.is_open, self.opened = True, self.opened + 1
        try:
            await asyncio.Event().wait()
        finally:
            await asyncio.sleep(0)
            self.is_open = False


class Process:
    """One process that may have the gateway."""

    def __init__(self, store: SqlStore, owner: str, clock: SetClock) -> None:
        self.lead = Lead(store, Duty.GATEWAY, owner, clock, elapsed=lambda: clock.now().timestamp())
        self.gateway = Gateway()
        self._naps = asyncio.Queue[None]()
        self.is_cut_off = False
        leading = while_leading(self.lead, self.gateway.run, lambda: self.is_cut_off, self._nap)
        self.task = asyncio.create_task(leading)

    async def _nap(self, _: float) -> None:
        await self._naps.get()

    async def looks(self) -> None:
        """Let it look whether it leads, and act on it."""
        for _ in range(3):
            self._naps.put_nowait(None)
            for _ in range(5):
                await asyncio.sleep(0)

    async def ends(self) -> None:
        """End it as a stop does."""
        self.task.cancel()
        await asyncio.gather(self.task, return_exceptions=True)


Make = Callable[[str], Process]


@pytest.fixture
async def clock() -> SetClock:
    return SetClock()


@pytest.fixture
async def process(clock: SetClock) -> AsyncIterator[Make]:
    """What makes a process."""
    made = list[Process]()
    async with empty_store() as store:

        def make(owner: str) -> Process:
            made.append(Process(store, owner, clock))
            return made[-1]

        yield make
        for one in made:
            await one.ends()


async def test_only_who_leads_opens_it(process: Make) -> None:
    one, two = process("one"), process("two")
    for each in (one, two):
        await each.lead.keep()
        await each.looks()
    assert (one.gateway.is_open, two.gateway.is_open) == (True, False)


async def test_it_is_closed_as_soon_as_the_database_says_that_another_has_the_lead(
    process: Make, clock: SetClock
) -> None:
    one, two = process("one"), process("two")
    await one.lead.keep()
    await one.looks()
    clock.advance(LEASE)
    await two.lead.keep()
    await one.looks()
    assert one.gateway.is_open
    await one.lead.keep()
    await one.looks()
    await two.looks()
    assert (one.gateway.is_open, two.gateway.is_open) == (False, True)


async def test_one_that_lost_the_lead_and_has_it_again_begins_anew(process: Make, clock: SetClock) -> None:
    one, two = process("one"), process("two")
    await one.lead.keep()
    await one.looks()
    clock.advance(LEASE)
    await two.lead.keep()
    await two.ends()
    await one.lead.keep()
    await one.looks()
    assert (one.gateway.is_open, one.gateway.opened) == (True, 2)


async def test_a_database_that_is_away_however_long_closes_nothing(process: Make, clock: SetClock) -> None:
    """Its lead runs out, but nobody else can have it: it would be for nothing, and cost a session."""
    one = process("one")
    await one.lead.keep()
    for _ in range(3 * int(LEASE.total_seconds())):
        clock.advance(seconds(1))
        await one.looks()
    assert (one.lead.held, one.gateway.is_open) == (False, True)
    await one.lead.keep()
    await one.looks()
    assert (one.lead.held, one.gateway.is_open, one.gateway.opened) == (True, True, 1)


@pytest.mark.parametrize("is_alone", [True, False])
async def test_one_that_is_cut_off_for_long_lets_another_try_and_alone_tries_on(
    process: Make, clock: SetClock, is_alone: bool
) -> None:
    one, two = process("one"), process("two")
    one.is_cut_off = True
    for _ in range(120):
        for each in (one,) if is_alone else (one, two):
            await each.lead.keep()
            await each.looks()
        clock.advance(seconds(1))
    assert (one.gateway.is_open, two.gateway.is_open) == (is_alone, not is_alone)
    assert (one.gateway.opened, two.gateway.opened) == (1, int(not is_alone))


async def test_it_stays_open_and_is_not_opened_again_while_the_lead_is_kept(
    process: Make, clock: SetClock
) -> None:
    """Each opening costs one of the sessions that Discord allows in a day."""
    one = process("one")
    for _ in range(120):
        await one.lead.keep()
        await one.looks()
        clock.advance(seconds(1))
    assert (one.gateway.is_open, one.gateway.opened) == (True, 1)


async def test_at_a_stop_it_is_closed_first_and_the_next_may_open_it_at_once(process: Make) -> None:
    one, two = process("one"), process("two")
    await one.lead.keep()
    await one.looks()
    await one.ends()
    assert (one.gateway.is_open, one.lead.held) == (False, False)
    await two.lead.keep()
    await two.looks()
    assert two.gateway.is_open
