"""What came from outside is handled once, by whichever process is asked."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from storage.errors import StorageError
from storage.opening import open_store
from storage.store import SqlStore
from tests.factories import START, minute

DAY = timedelta(days=1)


async def test_a_key_is_new_once(store: SqlStore) -> None:
    assert await store.first_time("event:Ev1", START)
    assert not await store.first_time("event:Ev1", START)
    assert not await store.first_time("event:Ev1", minute(1))
    assert await store.first_time("event:Ev2", minute(1))
    assert await store.first_time("", minute(1))


async def test_a_key_whose_handling_failed_is_new_again(store: SqlStore) -> None:
    await store.first_time("a", START)
    await store.first_time("b", START)
    await store.not_yet("a")
    await store.not_yet("unheard")
    await store.not_yet()
    assert await store.first_time("a", START)
    assert not await store.first_time("b", START)


async def test_of_many_who_ask_at_once_one_is_the_first(store: SqlStore, other: SqlStore) -> None:
    for number in range(20):
        answers = await asyncio.gather(
            *(one.first_time(f"event{number}", START) for one in (store, other) * 5)
        )
        assert sorted(answers) == [False] * 9 + [True]


async def test_of_many_keys_those_are_told_that_nobody_gave_before(store: SqlStore) -> None:
    await store.first_time("a", START)
    assert await store.first_times(["b", "a", "c", "b"], START) == {"b", "c"}
    assert await store.first_times(("a", "b", "c"), minute(1)) == set()
    assert await store.first_times([], START) == set()
    assert not await store.first_time("c", START)


async def test_many_keys_are_forgotten_together(store: SqlStore) -> None:
    keys = [f"event{number}" for number in range(20_000)]  # more than one statement may have parameters
    assert await store.first_times(keys, START) == set(keys)
    await store.not_yet(*keys[1:])
    assert await store.first_times(keys, START) == set(keys[1:])


async def test_many_keys_are_one_transaction(store: SqlStore) -> None:
    with pytest.raises(StorageError):
        await store.first_times(["a", "b", "\x00"], START)
    assert await store.first_times(["a", "b"], START) == {"a", "b"}


async def test_of_many_who_ask_for_many_at_once_each_key_has_one_first(
    store: SqlStore, other: SqlStore
) -> None:
    """They come in any order, and nobody waits for somebody who waits for them."""
    keys = [f"event{number}" for number in range(50)]
    for turn in range(10):
        given = [f"{turn}{key}" for key in keys]
        asked = [given[start:] + given[:start] for start in range(0, 50, 5)]
        answers = await asyncio.gather(
            *(
                one.first_times(order if number % 2 else order[::-1], START)
                for number, (one, order) in enumerate(zip((store, other) * 5, asked, strict=True))
            )
        )
        assert sorted(key for answer in answers for key in answer) == sorted(given)


async def test_a_key_is_remembered_by_who_comes_next(store: SqlStore, database_url: str) -> None:
    await store.first_time("a", START)
    await store.close()
    survivor = await open_store(database_url)
    assert not await survivor.first_time("a", START)
    await survivor.close()


async def test_a_key_is_kept_for_a_day(store: SqlStore) -> None:
    await store.first_time("a", minute(0))
    await store.first_time("b", minute(1))
    assert await store.forget(minute(0) + DAY) == 0
    assert not await store.first_time("a", minute(0) + DAY)
    assert await store.forget(minute(1) + DAY) == 1
    assert await store.first_time("a", minute(1) + DAY)
    assert not await store.first_time("b", minute(1) + DAY)


async def test_a_long_key_and_signs_of_any_script_are_kept_apart(store: SqlStore) -> None:
    given = ["x" * 255, "x" * 254, "é", "e\u0301", "A", "a", "🔥"]
    assert all([await store.first_time(one, START) for one in given])
    assert not any([await store.first_time(one, START) for one in given])


@pytest.mark.parametrize("key", ["\x00", "\ud800"])
async def test_a_key_that_no_database_keeps_is_refused(store: SqlStore, key: str) -> None:
    with pytest.raises(StorageError):
        await store.first_time(key, START)
