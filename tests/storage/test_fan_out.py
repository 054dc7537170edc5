"""News makes deliveries: for whom, once, and due."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.domain.delivery import Origin
from bot.domain.record import Record
from bot.domain.subscription import Settings
from storage.store import SqlStore
from tests.factories import START, minute
from tests.storage.factories import change, channel, keys, record, result, show_all, shown, taken, told, trial


async def follow(store: SqlStore, *numbers: int) -> None:
    """Subscribe channels, an hour before the start."""
    for number in numbers:
        await store.subscribe(channel(number), Settings(), "somebody", minute(-60))


async def test_an_open_incident_is_due_in_every_channel_that_follows(store: SqlStore) -> None:
    await follow(store, 1, 2, 3)
    assert await told(store, record()) == 3
    claims = await taken(store)
    assert sorted(keys(claims)) == [(f"channel{number}", "incident0001") for number in (1, 2, 3)]
    assert {claim.delivery.origin for claim in claims} == {Origin.NEWS}
    assert {claim.page_url for claim in claims} == {"https://status.example.com"}


async def test_a_delivery_is_made_once_and_woken_after_that(store: SqlStore) -> None:
    await follow(store, 1)
    await told(store, record())
    (before,) = await taken(store)
    await store.settle([shown(before)], START)
    assert await told(store, record(impact="critical"), now=minute(5)) == 1
    (after,) = await taken(store, minute(5))
    assert after.delivery.id == before.delivery.id
    assert after.delivery.created_at == START
    assert after.record.highest_impact == "critical"


async def test_what_is_not_woken_makes_nothing_due(store: SqlStore) -> None:
    await follow(store, 1)
    assert await store.record(change(record(), wakes=False), [], START) == 0
    assert await taken(store) == []


async def test_several_records_are_told_at_once(store: SqlStore) -> None:
    await follow(store, 1, 2)
    assert await told(store, record("a"), record("b")) == 4


async def test_a_test_is_told_to_nobody_else(store: SqlStore) -> None:
    await follow(store, 1)
    assert await told(store, trial()) == 0


async def test_an_ended_subscription_hears_nothing_new(store: SqlStore) -> None:
    await follow(store, 1)
    await store.unsubscribe(channel(1), "somebody", START)
    assert await told(store, record()) == 0


@pytest.mark.parametrize(
    ("closed", "heard"),
    [
        pytest.param(record(closed=minute(9), told_since=minute(-60)), True, id="subscribed in time"),
        pytest.param(record(closed=minute(9), told_since=minute(-61)), False, id="subscribed too late"),
        pytest.param(record(closed=minute(9), told_since=None), False, id="history"),
        pytest.param(record(closed=minute(-24 * 60 + 10), told_since=START), False, id="a day old"),
        pytest.param(record(closed=minute(-24 * 60 + 11), told_since=START), True, id="not yet a day old"),
    ],
)
async def test_a_closed_incident_is_news_for_a_day_to_those_who_were_there(
    store: SqlStore, closed: Record, heard: bool
) -> None:
    await follow(store, 1)
    assert await told(store, closed, now=minute(10)) == int(heard)


async def test_whoever_heard_of_an_incident_hears_its_end_however_late(store: SqlStore) -> None:
    await follow(store, 1)
    await told(store, record())
    await show_all(store)
    late = START + timedelta(days=3)
    assert await told(store, record(closed=minute(9), told_since=None), now=late) == 1


async def test_a_card_that_was_never_sent_stays_a_new_card(store: SqlStore) -> None:
    await follow(store, 1)
    await told(store, record("seen"))
    await show_all(store)
    await told(store, record("unseen"), now=minute(1))
    await store.settle([result(claim) for claim in await taken(store, minute(1))], minute(1))
    await told(store, record("seen"), now=minute(2))
    await told(store, record("unseen"), now=minute(3))
    assert [key for _, key in keys(await taken(store, minute(3)))] == ["unseen", "seen"]
