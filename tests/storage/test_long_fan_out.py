"""A fan-out takes the time it takes: nothing cuts it off, and its watcher keeps the lead meanwhile."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.duty import Duty
from bot.domain.health import Health
from bot.domain.status import Endpoint
from bot.domain.subscription import Settings
from bot.failures import Superseded
from storage import knowledge
from storage.errors import StorageError
from storage.opening import open_store
from storage.store import SqlStore
from storage.tables import delivery, present
from tests.factories import START, minute
from tests.storage.cable import cable_to
from tests.storage.factories import change, channel, record, told

IMPATIENT = 0.4
LEASE = timedelta(seconds=20)


@pytest.fixture
async def impatient(emptied_schema: str) -> AsyncIterator[SqlStore]:
    """A store on PostgreSQL that waits for nothing else, with a channel that was told of an incident."""
    store = await open_store(emptied_schema)
    yield await prepared(store)
    await store.close()


async def prepared(store: SqlStore) -> SqlStore:
    await store.subscribe(channel(), Settings(), "somebody", START)
    await told(store, record())
    return replace(store, database=replace(store.database, patience=IMPATIENT))


@asynccontextmanager
async def held_up(url: str) -> AsyncIterator[None]:
    """Let every fan-out wait in its midst, for the row of a delivery, as long as one is inside."""
    other = await open_store(url)
    begun, enough = asyncio.Event(), asyncio.Event()

    async def hold(db: AsyncConnection) -> None:
        await db.execute(select(delivery.c.id).with_for_update())
        begun.set()
        await enough.wait()

    holding = asyncio.create_task(other.database.write(hold, hurried=False))
    await begun.wait()
    try:
        yield
    finally:
        enough.set()
        await holding
        await other.close()


async def waits(db: AsyncConnection) -> bool:
    """Return whether a transaction waits for another one's row."""
    waiting = text("SELECT count(*) FROM pg_locks WHERE locktype = 'transactionid' AND NOT granted")
    return bool(await db.scalar(waiting))


async def begun(store: SqlStore, fence: str | None) -> asyncio.Task[int]:
    """Begin to tell of another incident, and come back when that waits in its midst."""
    news = change(record(impact="critical"))
    writing = asyncio.create_task(store.record(news, [(Endpoint.SUMMARY, b"{}")], minute(1), fence=fence))
    while not writing.done() and not await store.database.read(waits):
        pass
    return writing


async def lead(store: SqlStore, owner: str, lease: timedelta = LEASE) -> str | None:
    return (await store.lead([Duty.WATCH], owner, START, lease)).get(Duty.WATCH)


async def test_it_outlasts_the_patience_that_others_have(impatient: SqlStore, emptied_schema: str) -> None:
    async with held_up(emptied_schema):
        writing = await begun(impatient, None)
        with pytest.raises(StorageError):  # it waits for the fan-out, and began after it
            await impatient.change_settings(channel(), Settings(), "somebody", START)
        assert not writing.done()
    assert await writing == 1


async def test_its_watcher_renews_the_lead_meanwhile(impatient: SqlStore, emptied_schema: str) -> None:
    fence = await lead(impatient, "watcher")
    async with held_up(emptied_schema):
        writing = await begun(impatient, fence)
        assert await lead(impatient, "watcher") == fence
        assert not writing.done()
    assert await writing == 1


async def test_a_watcher_that_is_superseded_in_its_midst_writes_nothing(
    impatient: SqlStore, emptied_schema: str
) -> None:
    fence = await lead(impatient, "watcher", timedelta(0))
    before = await impatient.known()
    async with held_up(emptied_schema):
        writing = await begun(impatient, fence)
        assert await lead(impatient, "another") != fence
        assert not writing.done()
    with pytest.raises(Superseded):
        await writing
    assert await impatient.known() == before


async def test_a_watcher_that_was_superseded_before_holds_nobody_up(
    impatient: SqlStore, emptied_schema: str
) -> None:
    """It is refused though the row that its fan-out would wait for is another's."""
    fence = await lead(impatient, "watcher", timedelta(0))
    await lead(impatient, "another")
    async with held_up(emptied_schema):
        with pytest.raises(Superseded):
            await (await begun(impatient, fence))


async def test_nobody_takes_over_between_the_last_look_at_the_fence_and_the_commit(
    impatient: SqlStore,
) -> None:
    """Else who takes over could read what was known before, and tell it once more."""
    fence = await lead(impatient, "watcher", timedelta(0))

    async def writes(db: AsyncConnection) -> None:
        await knowledge.record(db, change(record(impact="critical")), [], minute(1), fence=fence)
        with pytest.raises(StorageError):
            await lead(impatient, "another")

    await impatient.database.write(writes, hurried=False)
    assert await lead(impatient, "another") is not None


async def test_health_is_fenced_to_its_end_as_well(impatient: SqlStore) -> None:
    fence = await lead(impatient, "watcher", timedelta(0))
    await impatient.set_health(Health(failures=1), fence=fence)
    await lead(impatient, "another")
    with pytest.raises(Superseded):
        await impatient.set_health(Health(failures=2), fence=fence)
    assert (await impatient.health()).failures == 1


async def test_the_server_ends_what_a_vanished_watcher_had_begun_and_cuts_no_statement_off(
    impatient: SqlStore,
) -> None:
    guards = {}

    async def look(db: AsyncConnection) -> None:
        await knowledge.record(db, change(record()), [], minute(1))
        for name in ("statement_timeout", "idle_in_transaction_session_timeout"):
            guards[name] = await db.scalar(text(f"SHOW {name}"))

    await impatient.database.write(look, hurried=False)
    assert guards == {"statement_timeout": "0", "idle_in_transaction_session_timeout": "20s"}


async def test_a_server_that_hangs_is_given_up_in_the_end(emptied_schema: str) -> None:
    async with cable_to(emptied_schema) as cable:
        store = await open_store(cable.url)
        hurried = await prepared(store)
        started = asyncio.Event()

        async def writes(db: AsyncConnection) -> None:
            await db.scalar(select(present.c.name))
            if started.is_set():  # the second time, after the connection was lost
                raise Superseded(Duty.WATCH)
            cable.hang()
            started.set()
            await knowledge.record(db, change(record()), [], minute(1), patience=IMPATIENT)

        writing = asyncio.create_task(hurried.database.write(writes, hurried=False))
        await started.wait()
        with pytest.raises(StorageError):
            await hurried.known()
        cable.mend()
        with pytest.raises(Superseded):
            await writing
        await store.close()
