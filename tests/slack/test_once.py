"""What is sent twice is handled once, and what failed is handled the next time."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from slack_bolt.response import BoltResponse

from adapters.slack.inbound import keys_of
from adapters.slack.once import Once, Passed
from storage.opening import open_store
from storage.store import SqlStore
from tests.fakes.clock import SetClock
from tests.stores import empty_file, empty_store

KEYS = keys_of({"event_id": "Ev1"}, envelope_id="envelope-1")


@pytest.fixture
async def store() -> AsyncIterator[SqlStore]:
    async with empty_store() as opened:
        yield opened


class Work:
    """Counts how often it is done; answers with *status*, or raises."""

    def __init__(self, status: int = 200, error: BaseException | None = None) -> None:
        self.done = 0
        self.status = status
        self.error = error
        self.began = asyncio.Event()
        self.may_end = asyncio.Event()
        self.may_end.set()

    async def __call__(self) -> BoltResponse:
        self.began.set()
        await self.may_end.wait()
        self.done += 1
        if self.error is not None:
            raise self.error
        return BoltResponse(status=self.status)


async def test_the_same_thing_twice_is_handled_once(store: SqlStore) -> None:
    once, work = Once(store, SetClock()), Work()
    first = await once.handle(KEYS, work)
    second = await once.handle(KEYS, work)
    assert isinstance(first, BoltResponse)
    assert second is Passed.REPEATED
    assert work.done == 1


async def test_one_common_key_is_enough_to_know_it_again(store: SqlStore) -> None:
    """An HTTP retry has a new signature and the old event_id, a replay the old signature."""
    once, work = Once(store, SetClock()), Work()
    await once.handle(keys_of({"event_id": "Ev1"}, signature=b"v0=aa"), work)
    retry = await once.handle(keys_of({"event_id": "Ev1"}, signature=b"v0=bb"), work)
    replay = await once.handle(keys_of({}, signature=b"v0=aa"), work)
    other = await once.handle(keys_of({"event_id": "Ev2"}, signature=b"v0=cc"), work)
    assert (retry, replay) == (Passed.REPEATED, Passed.REPEATED)
    assert isinstance(other, BoltResponse)
    assert work.done == 2


async def test_two_processes_on_one_database_handle_it_once(tmp_path: Path) -> None:
    url = empty_file(tmp_path / "bot.db")
    stores = [await open_store(url) for _ in range(2)]
    work = Work()
    results = await asyncio.gather(
        *(Once(stores[number % 2], SetClock()).handle(KEYS, work) for number in range(8))
    )
    for store in stores:
        await store.close()
    assert work.done == 1
    assert sum(isinstance(result, BoltResponse) for result in results) == 1
    assert results.count(Passed.REPEATED) == 7


@pytest.mark.parametrize(("status", "error"), [(500, None), (503, None), (200, KeyError("body"))])
async def test_after_a_failure_the_retry_is_handled(
    store: SqlStore, status: int, error: Exception | None
) -> None:
    once, failing, work = Once(store, SetClock()), Work(status, error), Work()
    if error is None:
        assert isinstance(await once.handle(KEYS, failing), BoltResponse)
    else:
        with pytest.raises(KeyError):
            await once.handle(KEYS, failing)
    assert isinstance(await once.handle(KEYS, work), BoltResponse)
    assert work.done == 1
    assert await once.handle(KEYS, work) is Passed.REPEATED


async def test_a_refusal_is_no_failure(store: SqlStore) -> None:
    """What bolt answers with 404 it would answer so again."""
    once = Once(store, SetClock())
    await once.handle(KEYS, Work(404))
    assert await once.handle(KEYS, Work()) is Passed.REPEATED


async def test_after_a_cancelled_handling_the_retry_is_handled(store: SqlStore) -> None:
    once, hanging, work = Once(store, SetClock()), Work(), Work()
    hanging.may_end.clear()
    task = asyncio.create_task(once.handle(KEYS, hanging))
    await hanging.began.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert isinstance(await once.handle(KEYS, work), BoltResponse)
    assert work.done == 1


async def test_a_repetition_in_the_middle_is_neither_handled_nor_called_done(store: SqlStore) -> None:
    """Were it acknowledged, and the first then failed, nobody would handle it."""
    once, slow, work = Once(store, SetClock()), Work(500), Work()
    slow.may_end.clear()
    task = asyncio.create_task(once.handle(KEYS, slow))
    await slow.began.wait()
    assert await once.handle(KEYS, work) is Passed.RUNNING
    slow.may_end.set()
    await task
    assert isinstance(await once.handle(KEYS, work), BoltResponse)
    assert work.done == 1


async def test_a_key_is_kept_for_a_day(store: SqlStore) -> None:
    clock, work = SetClock(), Work()
    once = Once(store, clock)
    await once.handle(KEYS, work)
    clock.advance(timedelta(hours=23))
    await store.forget(clock.now())
    assert await once.handle(KEYS, work) is Passed.REPEATED


@pytest.mark.parametrize("value", ["\ud800", "\0", "x" * 100_000, "💥'; DROP TABLE handled; --"])
async def test_a_key_of_any_text_can_be_kept(store: SqlStore, value: str) -> None:
    once = Once(store, SetClock())
    keys = keys_of({"event_id": value, "trigger_id": value})
    assert all(len(key) <= 255 and key.isascii() for key in keys)
    assert isinstance(await once.handle(keys, Work()), BoltResponse)
    assert await once.handle(keys, Work()) is Passed.REPEATED


def test_keys_of_different_kinds_do_not_meet() -> None:
    same = "1.2.abc"
    kinds = [
        keys_of({"event_id": same}),
        keys_of({"trigger_id": same}),
        keys_of({"trigger_id": same, "type": "view_submission"}),
        keys_of({}, envelope_id=same),
        keys_of({}, signature=same.encode()),
    ]
    assert len({key for keys in kinds for key in keys}) == len(kinds)
    assert keys_of({"event_id": 7, "trigger_id": None}) == ()
