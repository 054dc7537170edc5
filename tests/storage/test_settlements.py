"""Results: written under the lease, and never over what happened in the meantime."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from itertools import pairwise

import pytest

from bot.domain.delivery import Attempt, PostKind, Receipt, Reference
from bot.domain.record import MarkKind
from bot.domain.subscription import Settings, State, Style
from bot.ports import Claim
from storage.store import SqlStore
from tests.factories import START, minute
from tests.storage.factories import channel, keys, record, result, shown, taken, told


@pytest.fixture(autouse=True)
async def _follower(store: SqlStore) -> None:
    await store.subscribe(channel(), Settings(), "somebody", minute(-60))
    await told(store, record())


async def only(store: SqlStore, now: datetime = START) -> Claim:
    """Claim the only delivery that is due."""
    (claim,) = await taken(store, now)
    return claim


async def state_of(store: SqlStore) -> State:
    subscription = await store.subscription(channel())
    assert subscription is not None
    return subscription.state


async def test_everything_of_a_result_comes_back(store: SqlStore) -> None:
    claim = await only(store)
    receipt = Receipt(
        key="card",
        kind=PostKind.CARD,
        reference=Reference("1", None),
        digest=None,
        sent_at=minute(1),
        shows=("u1", "u2"),
        says=("m1",),
        loud=(MarkKind.START, MarkKind.WORSENING),
        generation=2,
        edited_at=minute(2),
        dead=True,
        possible_duplicate=True,
    )
    after = replace(
        claim.delivery,
        style=Style.POST,
        receipts=(receipt, replace(receipt, key="reply", kind=PostKind.REPLY, reference=Reference("2", "1"))),
        failures=3,
        unknown=True,
        conclusion="nothing more to say – 終",
        trace=(Attempt(minute(3), "send", "card", "retry", "x: y"),),
    )
    assert len(await store.settle([replace(result(claim), delivery=after)], START)) == 1
    assert await store.deliveries(channel(), ["incident0001", "unheard"]) == {"incident0001": after}


async def test_what_is_settled_for_good_is_not_due_until_woken(store: SqlStore) -> None:
    await store.settle([shown(await only(store))], START)
    assert await store.next_due() is None
    assert await taken(store, minute(10_000)) == []


async def test_the_same_result_twice_counts_once(store: SqlStore) -> None:
    settlement = shown(await only(store))
    assert len(await store.settle([settlement], START)) == 1
    assert len(await store.settle([settlement], START)) == 0


async def test_a_result_without_its_lease_changes_nothing(store: SqlStore) -> None:
    (lost,) = await taken(store, lease=timedelta(0))
    current = await only(store)
    assert len(await store.settle([shown(lost, due_at=START)], START)) == 0
    late = replace(shown(lost), pause="gone")
    assert len(await store.settle([late], START)) == 0
    assert (await store.deliveries(channel(), ["incident0001"]))["incident0001"].receipts == ()
    assert await state_of(store) is State.ACTIVE
    assert len(await store.settle([shown(current)], START)) == 1


async def test_a_result_after_all_leases_were_voided_changes_nothing(store: SqlStore) -> None:
    lost = await only(store)
    await store.release_all()
    assert len(await store.settle([shown(lost)], START)) == 0


async def test_what_is_woken_under_a_lease_stays_due_after_the_result(store: SqlStore) -> None:
    claim = await only(store)
    await told(store, record(impact="critical"), now=minute(1))
    assert await taken(store, minute(1)) == []
    assert len(await store.settle([shown(claim)], minute(2))) == 1
    again = await only(store, minute(2))
    assert again.record.highest_impact == "critical"
    assert again.delivery.style is Style.THREAD
    assert len(again.delivery.receipts) == 1


async def test_a_mute_under_a_lease_outlives_the_result(store: SqlStore) -> None:
    claim = await only(store)
    await store.mute_incident(channel(), "incident0001", minute(1))
    await store.settle([shown(claim)], minute(2))
    assert (await only(store, minute(2))).delivery.muted == minute(1)


async def test_one_result_that_cannot_be_stored_is_laid_to_rest_and_the_others_count(store: SqlStore) -> None:
    await store.subscribe(channel(2), Settings(), "somebody", START)
    poisoned, healthy = await taken(store)
    attempt = Attempt(START, "send", "card", "retry", "half \ud800 of a pair")
    bad = result(poisoned, due_at=START, trace=(attempt,), failures=1)
    assert len(await store.settle([bad, shown(healthy)], START)) == 2
    rested = (await store.deliveries(channel(), ["incident0001"]))["incident0001"]
    assert rested.conclusion is not None
    assert "$[1][0].detail holds a lone surrogate" in rested.conclusion
    assert rested.unknown
    assert await store.next_due() is None


async def test_words_of_a_platform_are_kept_as_far_as_they_can_be(store: SqlStore) -> None:
    claim = await only(store)
    await store.settle([result(claim, pause="not \x00 in \ud800 here", conclusion="a \x00 b")], START)
    subscription = await store.subscription(channel())
    assert subscription is not None
    assert subscription.pause_reason == "not � in � here"


async def test_a_pause_keeps_its_reason_and_a_resume_clears_it(store: SqlStore) -> None:
    await store.settle([result(await only(store), due_at=START, pause="not in the channel")], START)
    paused = await store.subscription(channel())
    assert paused is not None
    assert (paused.state, paused.pause_reason) == (State.PAUSED, "not in the channel")
    claim = await only(store, minute(60))
    assert claim.subscription == paused
    await store.settle([replace(shown(claim), resume=True)], minute(60))
    resumed = await store.subscription(channel())
    assert resumed is not None
    assert (resumed.state, resumed.pause_reason) == (State.ACTIVE, None)


async def test_a_paused_channel_is_tried_often_for_an_hour_then_hourly_for_a_day_and_then_daily(
    store: SqlStore,
) -> None:
    now, tries = START, []
    for _ in range(33):
        tries.append(now)
        await store.settle([result(await only(store, now), due_at=now, pause="gone")], now)
        now = await store.next_due() or START
        assert await taken(store, now - timedelta(microseconds=1)) == []
    gaps = [later - earlier for earlier, later in pairwise(tries)]
    assert gaps == [timedelta(minutes=10)] * 6 + [timedelta(hours=1)] * 23 + [timedelta(days=1)] * 3


async def test_everything_of_a_paused_channel_waits_for_its_next_try(store: SqlStore) -> None:
    await told(store, record("second"), now=minute(1))
    first, second = await taken(store, minute(1))
    await told(store, record("third"), now=minute(2))
    await store.settle([result(first, due_at=minute(2), pause="gone")], minute(2))
    await store.settle([result(second, due_at=minute(3))], minute(2))  # which had been claimed before
    await told(store, record("third", impact="critical"), now=minute(3))  # and news come in as well
    assert await taken(store, minute(11)) == []
    assert {key for _, key in keys(await taken(store, minute(12)))} == {"incident0001", "second", "third"}


async def test_a_paused_channel_holds_up_no_other(store: SqlStore) -> None:
    await store.subscribe(channel(2), Settings(), "somebody", START)
    first, second = await taken(store)
    await store.settle([result(first, due_at=START, pause="gone"), result(second, due_at=START)], START)
    assert keys(await taken(store, limit=1)) == [("channel2", "incident0001")]


async def test_a_resumed_channel_gets_at_once_what_waited(store: SqlStore) -> None:
    await told(store, record("second"))
    await store.settle([result(one, due_at=START, pause="gone") for one in await taken(store)], START)
    first, second = await taken(store, minute(60))
    await store.settle([result(first, due_at=minute(60), pause="gone")], minute(60))
    assert len(await store.settle([replace(shown(second), resume=True)], minute(61))) == 1
    assert keys(await taken(store, minute(61))) == [("channel1", "incident0001")]


async def test_an_ended_subscription_is_not_paused(store: SqlStore) -> None:
    claim = await only(store)
    await store.unsubscribe(channel(), "somebody", minute(1))
    await store.settle([result(claim, due_at=minute(2), pause="gone")], minute(1))
    assert await state_of(store) is State.ENDED
    assert len(await taken(store, minute(2))) == 1


async def test_a_paused_channel_still_gets_rows_for_what_it_would_be_told(store: SqlStore) -> None:
    await store.settle([result(await only(store), due_at=START, pause="gone")], START)
    assert await told(store, record("later"), now=minute(1)) == 1
    assert set(await store.deliveries(channel(), ["later"])) == {"later"}
