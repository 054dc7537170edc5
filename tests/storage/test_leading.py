"""Leads: one process has a duty at a time, keeps it as long as it renews, and cannot write after its end."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import insert, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.duty import COURIER, Duty
from bot.domain.health import Health
from bot.domain.limit import Limit
from bot.failures import Superseded
from storage import leading
from storage.store import SqlStore
from storage.tables import lead
from tests.factories import START
from tests.storage.factories import change, record
from tests.stores import empty_store

LEASE = timedelta(seconds=20)
SOON = START + timedelta(seconds=10)
LATER = START + timedelta(minutes=2)


async def take(
    store: SqlStore, owner: str, duty: str = Duty.WATCH, now: timedelta = timedelta()
) -> str | None:
    return (await store.lead([duty], owner, START + now, LEASE)).get(duty)


async def lapse(store: SqlStore) -> None:
    """Let every lease have run out, by whichever clock they run."""
    long_ago = START - timedelta(days=900)

    async def put_back(db: AsyncConnection) -> None:
        await db.execute(lead.update().values(until=long_ago + timedelta(seconds=1)))

    await store.database.write(put_back)


async def test_one_of_two_gets_a_lead_and_keeps_it_with_one_fence(store: SqlStore) -> None:
    fence = await take(store, "one")
    assert fence is not None
    assert await take(store, "two") is None
    assert await take(store, "one") == fence
    assert await take(store, "two") is None


async def test_each_duty_is_led_for_itself(store: SqlStore) -> None:
    fences = {
        await take(store, "one", Duty.WATCH),
        await take(store, "two", Duty.DISCORD),
        await take(store, "three", Duty.GATEWAY),
    }
    assert len(fences) == 3
    assert None not in fences


async def test_a_lead_that_ran_out_goes_to_the_next_who_asks_under_another_fence(store: SqlStore) -> None:
    fence = await take(store, "one")
    await lapse(store)
    other = await take(store, "two")
    assert other not in {None, fence}
    assert await take(store, "one") is None


async def test_a_lead_that_ran_out_and_that_nobody_took_keeps_its_fence(store: SqlStore) -> None:
    fence = await take(store, "one")
    await lapse(store)
    assert await take(store, "one") == fence


async def test_what_is_given_up_is_free_at_once(store: SqlStore) -> None:
    fence = await take(store, "one")
    assert fence is not None
    await store.give_up(Duty.WATCH, fence)
    other = await take(store, "two")
    assert other not in {None, fence}


async def test_who_lost_a_lead_cannot_give_up_that_of_another(store: SqlStore) -> None:
    fence = await take(store, "one")
    assert fence is not None
    await lapse(store)
    other = await take(store, "two")
    await store.give_up(Duty.WATCH, fence)
    assert await take(store, "two") == other
    assert await take(store, "one") is None


async def test_on_sqlite_leases_run_by_the_clock_that_is_given() -> None:
    async with empty_store() as store:
        await take(store, "one")
        assert await take(store, "two", now=LEASE - timedelta(seconds=1)) is None
        assert await take(store, "two", now=LEASE) is not None


async def test_of_many_that_ask_at_once_one_gets_it(store: SqlStore, other: SqlStore) -> None:
    for _ in range(5):
        asked = [take((store, other)[number % 2], f"process {number}") for number in range(8)]
        fences = [fence for fence in await asyncio.gather(*asked) if fence is not None]
        assert len(fences) == 1
        await lapse(store)


async def test_nothing_is_written_under_a_fence_that_lost_its_lead(store: SqlStore) -> None:
    fence = await take(store, "one")
    await lapse(store)
    await take(store, "two")
    with pytest.raises(Superseded):
        await store.record(change(record()), [], START, fence=fence)
    with pytest.raises(Superseded):
        await store.set_health(Health(failures=3), fence=fence)
    assert (await store.known()).records == {}
    assert await store.health() == Health()


async def test_nothing_is_written_under_a_fence_that_was_given_up(store: SqlStore) -> None:
    fence = await take(store, "one")
    assert fence is not None
    await store.give_up(Duty.WATCH, fence)
    with pytest.raises(Superseded):
        await store.record(change(record()), [], START, fence=fence)


async def test_what_leads_may_write_also_after_its_lease_while_nobody_took_over(store: SqlStore) -> None:
    fence = await take(store, "one")
    await lapse(store)
    await store.record(change(record()), [], START, fence=fence)
    await store.set_health(Health(failures=3), fence=fence)
    assert len((await store.known()).records) == 1


async def test_nobody_takes_over_between_the_look_at_the_fence_and_the_end_of_the_write(
    store: SqlStore, other: SqlStore
) -> None:
    """On SQLite the second writer waits for the first anyhow."""
    fence = await take(store, "one")
    await lapse(store)
    looked, go_on = asyncio.Event(), asyncio.Event()
    order = list[str]()

    async def slowly(db: AsyncConnection) -> None:
        await leading.hold(db, Duty.WATCH, fence)
        looked.set()
        await go_on.wait()
        order.append("written")

    async def take_over() -> None:
        await take(other, "two")
        order.append("taken over")

    writing = asyncio.create_task(store.database.write(slowly))
    await looked.wait()
    taking = asyncio.create_task(take_over())
    done, _ = await asyncio.wait({taking}, timeout=0.3)
    go_on.set()
    await asyncio.gather(writing, taking)
    assert not done
    assert order == ["written", "taken over"]


async def test_of_several_duties_what_is_free_is_taken_and_ones_own_kept(
    store: SqlStore,
) -> None:
    first = await store.lead([Duty.WATCH, Duty.DISCORD], "one", START, LEASE)
    await take(store, "two", Duty.GATEWAY)
    again = await store.lead([*Duty, f"{COURIER}one"], "one", START, LEASE)
    assert first.keys() == {Duty.WATCH, Duty.DISCORD}
    assert again.keys() == {Duty.WATCH, Duty.DISCORD, f"{COURIER}one"}
    assert again.items() > first.items()
    await lapse(store)
    assert (await store.lead(list(Duty), "three", START, LEASE)).keys() == set(Duty)


async def test_kept_for_no_time_it_is_ones_own_until_another_takes_it(store: SqlStore) -> None:
    fence = await take(store, "one")
    nothing = timedelta()
    assert (await store.lead([Duty.WATCH], "one", START, nothing)).get(Duty.WATCH) == fence
    assert await take(store, "one") == fence
    await store.lead([Duty.WATCH], "one", START, nothing)
    assert await take(store, "two") not in {None, fence}
    assert await take(store, "one") is None


async def test_what_nobody_kept_for_an_hour_is_forgotten_when_something_new_begins(store: SqlStore) -> None:
    await take(store, "one", f"{COURIER}one")
    await lapse(store)
    await take(store, "two", f"{COURIER}two")
    duties = await store.database.read(_column)
    assert duties == [f"{COURIER}two"]


async def _column(db: AsyncConnection) -> list[str]:
    return list(await db.scalars(select(lead.c.duty)))


async def test_a_duty_and_a_column_of_a_newer_program_disturb_nobody(bare_url: str) -> None:
    from storage.opening import migrate, open_store

    await migrate(bare_url)
    opened = await open_store(bare_url)
    try:
        await opened.database.write(_as_tomorrow)
        assert await take(opened, "one") is not None
        await opened.learn([Limit("T1", "chat.postMessage", 2.0, LEASE)], START)
        learnt = await opened.learnt(None, START)
        assert [one.method for _, one in learnt.limits] == ["chat.postMessage"]
        assert learnt.couriers == 1
    finally:
        await opened.close()


async def _as_tomorrow(db: AsyncConnection) -> None:
    for table in ("lead", "learnt_limit", "delivery"):
        await db.execute(text(f"ALTER TABLE {table} ADD COLUMN of_tomorrow text"))
    row = {"duty": "sweep", "owner": "tomorrow", "fence": "f", "until": LATER}
    await db.execute(insert(lead).values(row))
