"""Death at the worst moment: what was not committed never happened, and the next one works on."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.record import Known
from bot.domain.subscription import Settings
from storage import knowledge
from storage.errors import StorageError
from storage.opening import open_store
from storage.store import SqlStore
from tests.factories import START, minute
from tests.storage.factories import change, channel, record, told


@contextmanager
def half_done(url: str) -> Iterator[subprocess.Popen[str]]:
    """Run a process that is in the middle of a write."""
    command = [sys.executable, "-m", "tests.storage.half_done", url]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            assert process.stdout.readline() == "wrote 1\n"
            yield process
        finally:
            process.kill()


async def test_a_killed_process_leaves_nothing_half_written(store: SqlStore, database_url: str) -> None:
    await store.subscribe(channel(), Settings(), "somebody", minute(-60))
    await store.close()
    with half_done(database_url) as process:
        process.kill()
        process.wait()
    survivor = await open_store(database_url, alone=True)
    assert await survivor.known() == Known()
    assert await survivor.deliveries(channel(), ["incident0001"]) == {}
    assert await told(survivor, record()) == 1
    await survivor.close()


async def test_a_write_whose_caller_is_gone_is_written_whole(store: SqlStore) -> None:
    """Nobody is left who could try it again, and a driver cut off half-way keeps its thread."""
    await store.subscribe(channel(), Settings(), "somebody", minute(-60))
    begun, go_on = asyncio.Event(), asyncio.Event()

    async def slow(db: AsyncConnection) -> None:
        begun.set()
        await go_on.wait()
        await knowledge.record(db, change(record()), [], START)

    writing = asyncio.create_task(store.database.write(slow))
    await begun.wait()
    writing.cancel()
    with pytest.raises(asyncio.CancelledError):
        await writing
    go_on.set()
    await asyncio.wait(set(store.database.under_way))
    assert (await store.known()).records.keys() == {record().incident.id}


async def test_a_store_closed_in_the_middle_of_a_write_leaves_nothing_half_written(
    store: SqlStore, other: SqlStore
) -> None:
    await store.subscribe(channel(), Settings(), "somebody", minute(-60))
    begun = asyncio.Event()

    async def half(db: AsyncConnection) -> None:
        await knowledge.record(db, change(record()), [], START)
        begun.set()
        await asyncio.Event().wait()

    writing = asyncio.create_task(other.database.write(half))
    await begun.wait()
    await other.close()
    with pytest.raises(StorageError, match="was closed"):
        await other.known()
    with pytest.raises(asyncio.CancelledError):
        await writing
    assert await store.known() == Known()
    assert await told(store, record()) == 1


async def test_a_write_that_fails_late_takes_back_what_came_before(store: SqlStore) -> None:
    async def half(db: AsyncConnection) -> None:
        await knowledge.record(db, change(record()), [], START)
        raise StorageError("at the last moment")

    with pytest.raises(StorageError, match="at the last moment"):
        await store.database.write(half)
    assert await store.known() == Known()
