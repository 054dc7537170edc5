"""What is kept for how long, and that nothing else goes."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy import func, insert, select

from bot.domain.status import Endpoint
from bot.domain.subscription import Settings
from storage.retention import BATCH
from storage.store import SqlStore
from storage.tables import delivery, settings_version, snapshot, subscription, subscription_component
from tests.factories import START, minute
from tests.storage.factories import change, channel, record, told, trial

SECOND = timedelta(seconds=1)
WEEK = timedelta(days=7)
QUARTER = timedelta(days=90)


async def count(store: SqlStore, table: Any) -> int:
    counted = select(func.count()).select_from(table)
    found: int | None = await store.database.read(lambda db: db.scalar(counted))
    return found or 0


async def test_an_empty_memory_has_nothing_to_forget(store: SqlStore) -> None:
    assert await store.forget(START) == 0


async def test_bodies_are_kept_for_a_week(store: SqlStore) -> None:
    for number in range(3):
        await store.record(change(), [(Endpoint.SUMMARY, b"{}")], minute(number))
    assert await store.forget(minute(1) + WEEK) == 1
    assert await count(store, snapshot) == 2


async def test_deliveries_are_kept_for_90_days_after_the_end_and_incidents_for_ever(store: SqlStore) -> None:
    await store.subscribe(channel(), Settings(), "somebody", minute(-60))
    await told(store, record("over", closed=START), record("later", closed=START + SECOND), record("open"))
    assert await store.forget(START + QUARTER) == 0
    assert await store.forget(START + QUARTER + SECOND) == 1
    assert set(await store.deliveries(channel(), ["over", "later", "open"])) == {"later", "open"}
    assert len((await store.known()).records) == 3


async def test_settings_are_kept_while_somebody_may_ask_for_them(store: SqlStore) -> None:
    """The newest of those that are 90 days old held at that moment, and after it."""
    await store.subscribe(channel(), Settings(), "somebody", minute(0))
    for number in (1, 2, 3):
        await store.change_settings(channel(), Settings(echo=number == 2), "somebody", minute(number))
    now = minute(2.5) + QUARTER
    assert await store.forget(now) == 2
    assert await store.settings_at(channel(), now - QUARTER) == Settings(echo=True)
    assert await store.settings_at(channel(), now) == Settings(echo=False)
    assert await store.forget(now) == 0


async def test_tests_are_kept_for_a_week(store: SqlStore) -> None:
    await store.subscribe(channel(), Settings(), "somebody", minute(-60))
    await store.test(channel(), trial("test0001", at=minute(0)), minute(0))
    await store.test(channel(), trial("test0002", at=minute(1)), minute(1), last=minute(0))
    assert await store.forget(minute(1) + WEEK) == 1
    assert set(await store.deliveries(channel(), ["test0001", "test0002"])) == {"test0002"}


async def test_an_ended_subscription_goes_after_90_days_with_all_it_had(store: SqlStore) -> None:
    chosen = Settings(components=frozenset({"chat"}))
    for number in (1, 2, 3):
        await store.subscribe(channel(number), chosen, "somebody", minute(-60))
    await told(store, record())
    await store.unsubscribe(channel(1), "somebody", START)
    await store.unsubscribe(channel(2), "somebody", START)
    await store.subscribe(channel(2), chosen, "somebody", minute(1))
    await store.unsubscribe(channel(3), "somebody", START + SECOND)
    await store.forget(START + QUARTER + SECOND)
    assert await store.subscription(channel(1)) is None
    assert await store.subscription(channel(2)) is not None
    assert await store.subscription(channel(3)) is not None
    assert await count(store, delivery) == 2
    assert await count(store, subscription_component) == 2
    assert await count(store, subscription) == 2
    orphans = settings_version.c.subscription_id.not_in(select(subscription.c.id))
    assert await count(store, select(settings_version).where(orphans).subquery()) == 0


async def test_much_is_forgotten_in_small_batches(store: SqlStore) -> None:
    rows = [{"endpoint": "/e", "read_at": START, "body": b""}] * (BATCH + 7)
    await store.database.write(lambda db: db.execute(insert(snapshot), rows))
    assert [await store.forget(START + WEEK + SECOND) for _ in range(3)] == [BATCH, 7, 0]
