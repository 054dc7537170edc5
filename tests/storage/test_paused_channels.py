"""How a paused channel gets well again: by news of its own, and with its neighbours."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.domain.subscription import Channel, Settings, State
from storage.store import SqlStore
from tests.factories import START, minute
from tests.storage.factories import channel, keys, record, result, show_all, shown, taken, told, trial


async def follow(store: SqlStore, *numbers: int) -> None:
    """Subscribe channels, an hour before the start."""
    for number in numbers:
        await store.subscribe(channel(number), Settings(), "somebody", minute(-60))


async def paused(store: SqlStore, *numbers: int) -> None:
    """Subscribe channels that refused an earlier incident."""
    await follow(store, *numbers)
    await told(store, record("older"))
    claims = await taken(store)
    await store.settle([result(claim, due_at=START, pause="gone") for claim in claims], START)


async def test_a_new_incident_is_tried_in_paused_channels_and_nothing_else_is(store: SqlStore) -> None:
    await paused(store, 1, 2)
    assert await told(store, record("newer"), record("older", impact="critical"), now=minute(1)) == 4
    assert sorted(keys(await taken(store, minute(1)))) == [("channel1", "newer"), ("channel2", "newer")]


async def test_a_new_incident_is_worth_one_try_only(store: SqlStore) -> None:
    await paused(store, 1)
    await told(store, record("newer"), now=minute(1))
    (claim,) = await taken(store, minute(1))
    await store.settle([result(claim, due_at=minute(1), pause="gone")], minute(1))
    await told(store, record("newer", impact="critical"), now=minute(2))
    assert await taken(store, minute(10)) == []
    assert await store.next_due() == minute(11)
    assert len(await taken(store, minute(11))) == 2


async def test_what_a_paused_channel_does_not_want_is_no_reason_to_try_it(store: SqlStore) -> None:
    await store.subscribe(channel(1), Settings(least_impact="major"), "somebody", minute(-60))
    await paused(store, 2)
    assert await told(store, record("newer", impact="minor"), now=minute(1)) == 1
    assert keys(await taken(store, minute(1))) == [("channel2", "newer")]
    assert await store.next_due() == minute(10)


async def test_channels_that_are_well_hear_the_new_incident_before_paused_ones(store: SqlStore) -> None:
    await paused(store, 1)
    await follow(store, 2)
    await show_all(store)
    await told(store, record("newer"), now=minute(1))
    claimed = keys(await taken(store, minute(1)))
    assert claimed == [("channel2", "newer"), ("channel1", "newer")]


PLACES = [
    pytest.param(channel(2), "gone", True, id="the same reason"),
    pytest.param(channel(2), "archived", False, id="another reason"),
    pytest.param(channel(2, workspace="away"), "gone", False, id="another workspace"),
]


async def show_all_of(store: SqlStore, place: Channel) -> None:
    """Serve what is due in *place*; what was claimed elsewhere is due again at once."""
    claims = await taken(store, minute(1))
    here = [shown(one) for one in claims if one.subscription.channel == place]
    elsewhere = [result(one, due_at=minute(1)) for one in claims if one.subscription.channel != place]
    await store.settle([*here, *elsewhere], minute(1))


@pytest.mark.parametrize(("other", "reason", "tried"), PLACES)
async def test_when_a_pause_ends_what_is_paused_alike_is_tried_at_once(
    store: SqlStore, other: Channel, reason: str, tried: bool
) -> None:
    await follow(store, 1)
    await store.subscribe(other, Settings(), "somebody", START)
    await told(store, record())
    reasons = {channel(): "gone", other: reason}
    refused = [
        result(one, due_at=START, pause=reasons[one.subscription.channel]) for one in await taken(store)
    ]
    await store.settle(refused, START)
    await store.test(channel(), trial(), minute(1))
    (well,) = await taken(store, minute(1))
    await store.settle([replace(shown(well), resume=True)], minute(1))
    waiting = {one.subscription.channel for one in await taken(store, minute(1))}
    assert waiting == ({channel(), other} if tried else {channel()})
    untouched = await store.subscription(other)
    assert untouched is not None
    assert untouched.state is State.PAUSED


async def test_a_try_that_came_early_and_is_refused_is_followed_by_the_usual_wait(store: SqlStore) -> None:
    await follow(store, 1, 2)
    await told(store, record("first"), record("second"))
    await store.settle([result(one, due_at=START, pause="gone") for one in await taken(store)], START)
    await store.test(channel(), trial(), minute(1))
    (well,) = await taken(store, minute(1))
    await store.settle([replace(shown(well), resume=True)], minute(1))
    await show_all_of(store, channel())
    first, second = await taken(store, minute(1))
    await store.settle([result(first, due_at=minute(1), pause="gone")], minute(1))
    await store.settle([result(second, due_at=minute(1))], minute(1))
    assert await store.next_due() == minute(11)


async def test_what_waits_for_a_moment_of_its_own_is_not_woken_by_a_neighbour(store: SqlStore) -> None:
    await follow(store, 1, 2)
    await told(store, record())
    refused, later = sorted(await taken(store), key=lambda one: one.subscription.channel.id)
    await told(store, record("second"))
    results = [result(one, due_at=START, pause="gone") for one in (refused, *await taken(store))]
    await store.settle([*results, result(later, due_at=minute(90))], START)
    await store.test(channel(), trial(), minute(1))
    (well,) = [one for one in await taken(store, minute(1)) if one.record.key == "test0001"]
    await store.settle([replace(shown(well), resume=True)], minute(1))
    woken = [key for place, key in keys(await taken(store, minute(1))) if place == "channel2"]
    assert woken == ["second"]
