"""Notices: queued with the change they tell of or not at all, for one channel, and no knowledge."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest

from bot.domain.delivery import Origin
from bot.domain.record import Record
from bot.domain.subscription import Mute, Settings, State
from storage.errors import StorageError
from storage.store import SqlStore
from tests.factories import START, minute
from tests.storage.factories import channel, keys, notice, record, result, show_all, shown, taken, told

MAJOR = Settings(least_impact="major")
Changing = Callable[[SqlStore, Record], Awaitable[object]]


async def subscribing(store: SqlStore, told_by: Record) -> object:
    return await store.subscribe(channel(), MAJOR, "somebody", START, notice=told_by)


async def setting(store: SqlStore, told_by: Record) -> object:
    return await store.change_settings(channel(), MAJOR, "somebody", START, notice=told_by)


async def muting(store: SqlStore, told_by: Record) -> object:
    return await store.mute(channel(), Mute(START, minute(60)), START, notice=told_by)


async def muting_one(store: SqlStore, told_by: Record) -> object:
    return await store.mute_incident(channel(), "open", START, notice=told_by)


async def ending(store: SqlStore, told_by: Record) -> object:
    return await store.unsubscribe(channel(), "somebody", START, notice=told_by)


CHANGES = [subscribing, setting, muting, muting_one, ending]


async def followed(store: SqlStore) -> None:
    """Subscribe two channels, and show them an open incident."""
    for number in (1, 2):
        await store.subscribe(channel(number), Settings(), "somebody", minute(-60))
    await told(store, record("open"))
    await show_all(store)


@pytest.mark.parametrize("change", CHANGES)
async def test_each_change_queues_its_notice_for_its_channel_alone(store: SqlStore, change: Changing) -> None:
    await followed(store)
    assert await change(store, notice())
    (claim,) = [one for one in await taken(store) if one.record.notice]
    assert claim.subscription.channel == channel()
    assert (claim.record, claim.delivery.origin) == (notice(), Origin.NOTICE)


@pytest.mark.parametrize("change", CHANGES)
async def test_a_change_whose_notice_cannot_be_kept_is_not_made(store: SqlStore, change: Changing) -> None:
    await followed(store)
    before = await store.subscription(channel())
    with pytest.raises(StorageError):
        await change(store, notice(actor="\ud800"))
    assert await store.subscription(channel()) == before
    assert await store.settings_at(channel(), START) == Settings()
    assert (await store.deliveries(channel(), ["open"]))["open"].muted is None
    assert await taken(store) == []


async def test_what_changes_nothing_queues_no_notice(store: SqlStore) -> None:
    for change in (setting, muting, muting_one, ending):
        assert not await change(store, notice())
    await store.subscribe(channel(), Settings(), "somebody", START)
    assert not await muting_one(store, notice())
    assert await taken(store) == []


async def test_notices_are_claimed_after_new_cards_and_in_the_order_of_changes(store: SqlStore) -> None:
    await followed(store)
    for number in (1, 2, 3):
        told_by = notice(f"notice{number}")
        await store.mute(channel(), Mute(START, minute(60)), minute(number), notice=told_by)
    await told(store, record("new"), now=minute(4))
    claimed = [key for _, key in keys(await taken(store, minute(4)))]
    assert [key for key in claimed if key != "open"] == ["new", "new", "notice1", "notice2", "notice3"]


async def test_a_notice_that_was_put_off_still_comes_after_new_cards(store: SqlStore) -> None:
    await store.subscribe(channel(), Settings(), "somebody", START, notice=notice())
    (claim,) = await taken(store)
    await store.settle([result(claim, due_at=START, failures=1)], START)
    await told(store, record("new"), now=minute(1))
    assert [key for _, key in keys(await taken(store, minute(1)))] == ["new", "notice0001"]


async def test_a_notice_that_is_woken_still_comes_after_new_cards(store: SqlStore) -> None:
    await store.subscribe(channel(), Settings(), "somebody", START, notice=notice())
    await told(store, notice(), record("new"), now=minute(1))
    assert [key for _, key in keys(await taken(store, minute(1)))] == ["new", "notice0001"]


async def test_a_notice_of_a_paused_channel_is_due_at_once_and_nothing_else_there(store: SqlStore) -> None:
    await store.subscribe(channel(), Settings(), "somebody", minute(-60))
    await told(store, record("open"))
    await store.settle([result(one, due_at=START, pause="gone") for one in await taken(store)], START)
    for change in (setting, muting, muting_one):
        await change(store, notice(change.__name__))
        claims = await taken(store)
        assert keys(claims) == [("channel1", change.__name__)]
        await store.settle([result(one, due_at=START, pause="gone") for one in claims], START)
    assert len(await taken(store, minute(60))) == 4


async def test_a_notice_is_refused_with_the_channel_and_tried_again_with_it(store: SqlStore) -> None:
    await store.subscribe(channel(), Settings(), "somebody", START, notice=notice())
    await store.settle([result(one, due_at=START, pause="gone") for one in await taken(store)], START)
    paused = await store.subscription(channel())
    assert paused is not None
    assert paused.state is State.PAUSED
    assert await taken(store, minute(9)) == []
    assert keys(await taken(store, minute(10))) == [("channel1", "notice0001")]


async def test_the_end_of_a_paused_channel_comes_after_what_waited_there(store: SqlStore) -> None:
    await store.subscribe(channel(), Settings(), "somebody", START, notice=notice("first"))
    await store.settle([result(one, due_at=START, pause="gone") for one in await taken(store)], START)
    await store.unsubscribe(channel(), "somebody", minute(1), notice=notice("second"))
    assert [key for _, key in keys(await taken(store, minute(1)))] == ["first", "second"]


async def test_notices_are_no_knowledge(store: SqlStore) -> None:
    await store.subscribe(channel(), Settings(), "somebody", START, notice=notice())
    assert (await store.known()).records == {}
    assert await store.history(10) == []
    assert await store.records_since(minute(-60)) == []
    assert await store.covered_since() is None


async def test_nobody_else_ever_gets_a_notice(store: SqlStore) -> None:
    await store.subscribe(channel(), Settings(), "somebody", START, notice=notice())
    await show_all(store)
    await store.subscribe(channel(2), Settings(), "somebody", START)
    await told(store, notice(), now=minute(1))
    assert keys(await taken(store, minute(1))) == [("channel1", "notice0001")]


async def test_a_notice_that_was_told_is_due_never_again(store: SqlStore) -> None:
    await store.subscribe(channel(), Settings(), "somebody", START, notice=notice())
    await store.settle([shown(one) for one in await taken(store)], START)
    for change in (subscribing, setting, muting, ending):
        await change(store, notice(change.__name__))
        await show_all(store)
    kept = await store.deliveries(channel(), ["notice0001"])
    assert len(kept["notice0001"].trace) == 1
    assert await store.next_due() is None


async def test_notices_are_kept_for_a_week(store: SqlStore) -> None:
    await store.subscribe(channel(), Settings(), "somebody", minute(0), notice=notice(at=minute(0)))
    later = notice("notice0002", at=minute(1))
    await store.mute(channel(), None, minute(1), notice=later)
    assert await store.forget(minute(1) + timedelta(days=7)) == 1
    assert set(await store.deliveries(channel(), ["notice0001", "notice0002"])) == {"notice0002"}
