"""The SQLite file: ours alone, checked before use, and never made anew when it is damaged."""

from __future__ import annotations

import asyncio
import os
import sqlite3
import stat
from collections.abc import Iterator
from contextlib import closing, suppress
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import event, text
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.health import Health
from bot.domain.status import Endpoint
from bot.domain.subscription import Settings
from storage.errors import StorageError
from storage.opening import migrate, open_store
from tests.factories import START
from tests.storage.factories import change, channel, record, told
from tests.storage.test_crash import half_done


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "folder" / "memory.db"


@pytest.fixture
def url(path: Path) -> str:
    return f"sqlite:///{path}"


@pytest.fixture
def _open_to_all() -> Iterator[None]:
    before = os.umask(0)
    yield
    os.umask(before)


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@pytest.mark.usefixtures("_open_to_all")
async def test_folder_and_files_are_for_us_alone(path: Path, url: str) -> None:
    store = await open_store(url, alone=True)
    await told(store, record())
    assert mode(path.parent) == 0o700
    names = {one.name: mode(one) for one in path.parent.iterdir()}
    assert names == dict.fromkeys(["memory.db", "memory.db-wal", "memory.db-shm", "memory.db.lock"], 0o600)
    await store.close()


async def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(StorageError, match="The database failed"):
        await open_store(f"sqlite:///{tmp_path}/file/memory.db")


async def pragma(name: str, db: AsyncConnection) -> object:
    return await db.scalar(text(f"PRAGMA {name}"))


async def test_what_is_committed_is_on_the_disk(url: str) -> None:
    store = await open_store(url)
    expected = {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "busy_timeout": 5000}
    for transaction in (store.database.read, store.database.write):
        for name, value in expected.items():
            found = await transaction(partial(pragma, name))
            assert (name, found) == (name, value)
    await store.close()


async def test_every_write_takes_the_lock_at_its_beginning(url: str) -> None:
    store = await open_store(url)
    said: list[str] = []
    for engine in (store.database.writers, store.database.readers):
        event.listen(engine.sync_engine, "before_cursor_execute", lambda *given: said.append(given[2]))
    await store.subscribe(channel(), Settings(), "somebody", START)
    assert said[0] == "BEGIN IMMEDIATE"
    said.clear()
    await store.known()
    assert said[0] == "BEGIN"
    await store.close()


async def test_a_second_run_on_the_same_file_is_refused(url: str) -> None:
    first = await open_store(url, alone=True)
    with pytest.raises(
        StorageError, match=rf"in use by another run \(process {os.getpid()}\): stop that one"
    ):
        await open_store(url, alone=True)
    looking = await open_store(url)  # which `status` and `check` may, at any time
    await looking.close()
    await first.close()
    await (await open_store(url, alone=True)).close()


async def test_a_killed_run_is_in_nobodys_way(url: str) -> None:
    store = await open_store(url)
    await store.subscribe(channel(), Settings(), "somebody", START)
    await store.close()
    with half_done(url) as process:
        with pytest.raises(StorageError, match=rf"process {process.pid}\)"):
            await open_store(url, alone=True)
        process.kill()
        process.wait()
        await (await open_store(url, alone=True)).close()


async def test_an_old_file_that_is_in_use_is_not_migrated(path: Path, url: str) -> None:
    store = await open_store(url, alone=True)
    await store.database.write(lambda db: db.execute(text("DELETE FROM alembic_version")))
    with pytest.raises(StorageError, match="in use by another run"):
        await migrate(url)
    await store.close()


def spoil_the_start(content: bytes) -> bytes:
    return b"this was never a database" + content[25:]


def spoil_the_pages(content: bytes) -> bytes:
    return content[:4096] + b"\xa5" * (len(content) - 4096)


def cut_in_half(content: bytes) -> bytes:
    return content[: len(content) // 2]


@pytest.mark.parametrize("damage", [spoil_the_start, spoil_the_pages, cut_in_half])
async def test_a_damaged_file_is_refused_with_the_way_back_and_left_alone(
    path: Path, url: str, damage: type[bytes]
) -> None:
    store = await open_store(url)
    await store.subscribe(channel(), Settings(), "somebody", START)
    await store.close()
    path.write_bytes(damage(path.read_bytes()))
    before = path.read_bytes()
    for attempt in (open_store(url, alone=True), migrate(url)):
        with pytest.raises(StorageError, match=r"put a backup in its place"):
            await attempt
    assert path.read_bytes() == before


async def test_a_file_that_is_no_database_is_said_to_be_none_and_nothing_stays_held(
    path: Path, url: str
) -> None:
    path.parent.mkdir()
    path.write_text("this was never a database" * 100)
    with pytest.raises(StorageError, match="DATABASE_URL names the wrong file"):
        await open_store(url, alone=True)
    path.unlink()
    await (await open_store(url, alone=True)).close()


async def test_a_write_waits_for_another_program_that_holds_the_file(path: Path, url: str) -> None:
    store = await open_store(url)
    with closing(sqlite3.connect(path, isolation_level=None)) as program:
        program.execute("BEGIN EXCLUSIVE")
        writing = asyncio.create_task(store.subscribe(channel(), Settings(), "somebody", START))
        assert await store.subscription(channel()) is None  # readers go on meanwhile
        program.execute("ROLLBACK")
        await writing
    assert await store.subscription(channel()) is not None
    await store.close()


async def test_a_full_disk_is_told_and_once_there_is_room_the_work_goes_on(url: str) -> None:
    store = await open_store(url)
    limit = text("PRAGMA max_page_count=1")  # which SQLite reads as: no larger than it is now
    await store.database.write(lambda db: db.execute(limit))
    bulky = [(Endpoint.SUMMARY, os.urandom(200_000))]
    with pytest.raises(StorageError, match="free some space"):
        await store.record(change(record()), bulky, START)
    assert (await store.known()).records == {}
    await store.database.write(lambda db: db.execute(text("PRAGMA max_page_count=100000")))
    await store.record(change(record()), bulky, START)
    assert set((await store.known()).records) == {"incident0001"}
    await store.close()


async def test_a_write_nobody_waits_for_any_more_is_finished_before_the_file_is_closed(
    url: str,
) -> None:
    store = await open_store(url)
    writing = asyncio.create_task(store.set_health(Health(failures=7)))
    await asyncio.sleep(0)
    assert store.database.under_way
    writing.cancel()
    with suppress(asyncio.CancelledError):
        await writing
    await store.close()

    again = await open_store(url)
    assert (await again.health()).failures == 7
    await again.close()
