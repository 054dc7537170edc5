"""A PostgreSQL that goes away, or hangs, costs an error that names the cure, and comes back by itself."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.subscription import Settings
from storage.errors import StorageError
from storage.opening import open_store
from storage.store import SqlStore
from tests.factories import START
from tests.storage.cable import Cable, cable_to
from tests.storage.factories import channel, record, told

IMPATIENT = 0.4


@pytest.fixture
async def cable(emptied_schema: str) -> AsyncIterator[Cable]:
    async with cable_to(emptied_schema) as laid:
        yield laid


@pytest.fixture
async def store(cable: Cable) -> AsyncIterator[SqlStore]:
    """A store behind the cable, that soon loses its patience and has used both kinds of transactions."""
    opened = await open_store(cable.url)
    hurried = replace(opened, database=replace(opened.database, patience=IMPATIENT))
    await hurried.subscribe(channel(), Settings(), "somebody", START)
    yield hurried
    await hurried.close()


async def works(store: SqlStore) -> bool:
    await told(store, record())
    return await store.subscription(channel()) is not None


async def test_a_server_that_is_gone_is_told_with_the_cure_and_used_again_when_it_is_back(
    store: SqlStore, cable: Cable
) -> None:
    cable.cut()
    for attempt in (store.known(), told(store, record()), store.spend("calls", START, [])):
        with pytest.raises(StorageError, match="check that the server of DATABASE_URL runs"):
            await attempt
    cable.mend()
    assert await works(store)


async def test_a_server_that_hangs_holds_nobody_for_long(store: SqlStore, cable: Cable) -> None:
    """Neither one that read or writes, nor any of more than the pool has connections for."""
    cable.hang()
    loop = asyncio.get_running_loop()
    began = loop.time()
    asked = [store.known() for _ in range(8)] + [store.ring(START) for _ in range(8)]
    failures = await asyncio.gather(*asked, return_exceptions=True)
    assert [type(one) for one in failures] == [StorageError] * 16
    assert all("check that the server of DATABASE_URL runs" in str(one) for one in failures)
    assert loop.time() - began < 10 * IMPATIENT
    cable.mend()
    assert await works(store)


async def test_a_connection_lost_in_the_middle_is_made_anew_and_the_work_done_once(
    store: SqlStore, cable: Cable
) -> None:
    """Nothing was committed, so it can be done again, and the caller hears nothing of it."""
    tries = 0

    async def work(db: AsyncConnection) -> None:
        nonlocal tries
        tries += 1
        await db.execute(text("UPDATE subscription SET created_by = created_by || '!'"))
        if tries == 1:
            cable.cut()
            cable.mend()
        await db.execute(text("SELECT 1"))

    await store.database.write(work)
    assert tries == 2
    found = await store.subscription(channel())
    assert found is not None
    assert found.created_by == "somebody!"


async def test_a_connection_lost_during_the_commit_is_not_tried_again(store: SqlStore, cable: Cable) -> None:
    """Nobody knows whether it was written: done again, it might be done twice."""
    tries = 0

    async def work(db: AsyncConnection) -> None:
        nonlocal tries
        tries += 1
        await db.execute(text("UPDATE subscription SET created_by = created_by || '!'"))
        cable.cut()
        cable.mend()

    with pytest.raises(StorageError):
        await store.database.write(work)
    assert tries == 1


async def test_what_a_vanished_process_held_is_given_to_the_others_soon(store: SqlStore) -> None:
    """Its machine is gone without a word: the server itself ends what it had begun."""
    guards = {}

    async def look(db: AsyncConnection) -> None:
        for name in ("statement_timeout", "idle_in_transaction_session_timeout"):
            guards[name] = await db.scalar(text(f"SHOW {name}"))

    await store.database.write(look)
    assert guards == {"statement_timeout": "25s", "idle_in_transaction_session_timeout": "20s"}
    await store.database.write(look, hurried=False)
    assert guards == {"statement_timeout": "0", "idle_in_transaction_session_timeout": "0"}
