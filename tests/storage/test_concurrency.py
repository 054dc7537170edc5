"""Many at once: nothing is taken twice, nothing is lost, nothing waits for ever."""

from __future__ import annotations

import asyncio
from collections import Counter
from datetime import timedelta

import pytest
from sqlalchemy import func, select, text, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.subscription import MOST_SUBSCRIPTIONS, Mute, Settings
from bot.ports import Claim
from storage import knowledge
from storage.opening import open_store
from storage.store import SqlStore
from storage.subscriptions import subscribe
from storage.tables import settings_version, subscription
from tests.factories import START, minute
from tests.storage.factories import change, channel, record, result, shown, taken, told

CHANNELS = 80


async def follow(store: SqlStore, count: int) -> None:
    """Subscribe many channels in one transaction."""

    async def begin(db: AsyncConnection) -> None:
        for number in range(count):
            place = channel(number, workspace=f"home{number // MOST_SUBSCRIPTIONS or ''}")
            await subscribe(db, place, Settings(), "somebody", minute(-60))

    await store.database.write(begin)


async def served(store: SqlStore) -> list[Claim]:
    """Claim and settle until nothing is due."""
    claims: list[Claim] = []
    while batch := await taken(store, limit=7):
        claims += batch
        assert len(await store.settle([shown(claim) for claim in batch], START)) == len(batch)
    return claims


async def test_claimers_at_the_same_time_never_take_the_same_delivery(
    store: SqlStore, other: SqlStore
) -> None:
    await follow(store, CHANNELS)
    assert await told(store, record()) == CHANNELS
    shares = await asyncio.gather(*(served(one) for one in (store, other) * 3))
    took = Counter(claim.delivery.id for share in shares for claim in share)
    assert len(took) == CHANNELS
    assert set(took.values()) == {1}


async def test_what_another_claimer_is_just_taking_is_stepped_over(store: SqlStore, other: SqlStore) -> None:
    """On SQLite the second one waits instead, and then finds it taken."""
    await follow(store, 2)
    await told(store, record())
    first, second = await asyncio.gather(taken(store, limit=1), taken(other, limit=1))
    assert len({claim.delivery.id for claim in first + second}) == 2


async def test_changes_at_the_same_time_are_all_kept(store: SqlStore, other: SqlStore) -> None:
    await store.subscribe(channel(), Settings(), "somebody", START)
    stores = (store, other) * 50
    await asyncio.gather(
        *(one.change_settings(channel(), Settings(), f"actor{n}", START) for n, one in enumerate(stores))
    )
    after = await store.subscription(channel())
    assert after is not None
    assert after.version == 101
    kept = select(func.count(settings_version.c.actor.distinct()))
    assert await store.database.read(lambda db: db.scalar(kept)) == 101


async def test_a_read_and_a_write_that_depends_on_it_are_one(store: SqlStore, other: SqlStore) -> None:
    """200 times plus one, from two pools of connections: a plain BEGIN would lose some on SQLite."""
    await store.subscribe(channel(), Settings(), "somebody", START)

    async def add_one(db: AsyncConnection) -> None:
        found = await db.scalar(select(subscription.c.version).with_for_update())
        await db.execute(update(subscription).values(version=(found or 0) + 1))

    await asyncio.gather(*(one.database.write(add_one) for one in (store, other) * 100))
    after = await store.subscription(channel())
    assert after is not None
    assert after.version == 201


async def test_a_channel_that_subscribes_while_news_breaks_hears_it_once(
    store: SqlStore, other: SqlStore
) -> None:
    """Whichever comes first: it is found by the fan-out, or finds the open incident itself."""
    for number in range(12):
        news = record(f"news{number}")
        place = channel(number)
        await asyncio.gather(told(store, news), other.subscribe(place, Settings(), "somebody", START))
        assert set(await store.deliveries(place, [news.key])) == {news.key}


@pytest.mark.parametrize("news_first", [True, False])
async def test_news_and_a_subscription_wait_for_each_other(emptied_schema: str, news_first: bool) -> None:
    """On PostgreSQL, where otherwise neither would see what the other has not committed yet."""
    store = await open_store(emptied_schema)
    begun, enough = asyncio.Event(), asyncio.Event()

    async def slow(db: AsyncConnection) -> None:
        if news_first:
            await knowledge.record(db, change(record()), [], START)
        else:
            await subscribe(db, channel(), Settings(), "somebody", START)
        begun.set()
        await enough.wait()

    async def quick() -> object:
        if news_first:
            return await store.subscribe(channel(), Settings(), "somebody", START)
        return await told(store, record())

    first = asyncio.create_task(store.database.write(slow))
    await begun.wait()
    second = asyncio.create_task(quick())
    while not second.done() and not await store.database.read(somebody_waits):
        pass
    enough.set()
    await asyncio.gather(first, second)
    assert set(await store.deliveries(channel(), ["incident0001"])) == {"incident0001"}
    await store.close()


async def somebody_waits(db: AsyncConnection) -> bool:
    """Return whether a transaction waits for one of our advisory locks."""
    waiting = text("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted")
    return bool(await db.scalar(waiting))


async def test_a_channel_subscribed_twice_at_once_has_one_subscription(
    store: SqlStore, other: SqlStore
) -> None:
    both = await asyncio.gather(
        *(one.subscribe(channel(), Settings(), "somebody", START) for one in (store, other))
    )
    assert len({one.id for one in both if one}) == 1
    assert {one.version for one in both if one} == {1, 2}


async def test_everything_at_once_comes_to_an_end(store: SqlStore, other: SqlStore) -> None:
    """News, results, mutes and changes that concern the same rows, each in an order of its own."""
    await follow(store, 30)

    async def news() -> None:
        for number in range(10):
            await told(store, record(impact="major" if number % 2 else "minor"), now=minute(number))

    async def results() -> None:
        for _ in range(10):
            claims = await taken(other, minute(10), limit=30)
            await other.settle([result(one, due_at=minute(10)) for one in reversed(claims)], minute(10))

    async def changes() -> None:
        for number in range(10):
            await other.mute(channel(number), Mute(START, minute(9)), START)
            await store.change_settings(channel(29 - number), Settings(), "somebody", START)

    await asyncio.gather(news(), results(), results(), changes(), changes())
    await store.release_all()
    assert len(await taken(store, minute(99))) == 30


async def test_readers_are_not_held_up_by_a_writer(store: SqlStore) -> None:
    begun, enough = asyncio.Event(), asyncio.Event()

    async def slow(db: AsyncConnection) -> None:
        await subscribe(db, channel(), Settings(), "somebody", START)
        begun.set()
        await enough.wait()

    writing = asyncio.create_task(store.database.write(slow))
    await begun.wait()
    assert await asyncio.wait_for(store.subscription(channel()), timeout=30) is None
    enough.set()
    await writing
    assert await store.subscription(channel()) is not None


async def test_a_reader_sees_one_moment_throughout(store: SqlStore, other: SqlStore) -> None:
    async def looks(db: AsyncConnection) -> list[int | None]:
        counted = select(func.count()).select_from(subscription)
        before = await db.scalar(counted)
        await other.subscribe(channel(), Settings(), "somebody", START)
        return [before, await db.scalar(counted)]

    assert await store.database.read(looks) == [0, 0]


async def test_an_expired_lease_is_taken_over_by_one_alone(store: SqlStore, other: SqlStore) -> None:
    await follow(store, 20)
    await told(store, record())
    await taken(store, lease=timedelta(0))
    shares = await asyncio.gather(*(taken(one, limit=20) for one in (store, other) * 2))
    took = [claim.delivery.id for share in shares for claim in share]
    assert len(took) == len(set(took)) == 20
