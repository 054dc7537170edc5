"""Tests of a channel: the store knows the last one, and of several that ask at once one is made."""

from __future__ import annotations

import asyncio
from datetime import datetime

import pytest

from bot.domain.subscription import Settings
from storage.store import SqlStore
from tests.factories import START, minute
from tests.storage.factories import channel, keys, record, taken, told, trial


async def subscribed(store: SqlStore, number: int = 1) -> None:
    await store.subscribe(channel(number), Settings(), "somebody", minute(-60))


async def test_the_last_test_of_a_channel_is_remembered(store: SqlStore) -> None:
    await subscribed(store)
    await subscribed(store, 2)
    assert await store.last_test(channel()) is None
    await store.test(channel(), trial("first"), START)
    await store.test(channel(), trial("second"), minute(1), last=START)
    await told(store, record(), now=minute(2))
    assert [await store.last_test(channel(number)) for number in (1, 2)] == [minute(1), None]


@pytest.mark.parametrize("last", [None, minute(1)])
async def test_a_test_is_refused_to_who_does_not_know_the_last_one(
    store: SqlStore, last: datetime | None
) -> None:
    await subscribed(store)
    await store.test(channel(), trial(), START)
    assert not await store.test(channel(), trial("again"), minute(2), last=last)
    assert keys(await taken(store, minute(2))) == [("channel1", "test0001")]


async def test_of_many_who_test_at_once_one_does(store: SqlStore) -> None:
    await subscribed(store)
    asked = [store.test(channel(), trial(f"test{number}"), START) for number in range(10)]
    assert sorted(await asyncio.gather(*asked)) == [False] * 9 + [True]
