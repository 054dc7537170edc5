"""Subscriptions: what they hold, and which deliveries each change concerns."""

from __future__ import annotations

import asyncio
from datetime import time, timedelta

import pytest
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.delivery import Origin
from bot.domain.status import Kind
from bot.domain.subscription import (
    MOST_SUBSCRIPTIONS,
    Mention,
    Mute,
    QuietHours,
    Settings,
    State,
    Style,
    Subscription,
)
from storage.errors import StorageError
from storage.store import SqlStore
from storage.subscriptions import subscribe
from tests.factories import START, minute
from tests.storage.factories import channel, keys, record, result, show_all, shown, taken, told, trial

FULL = Settings(
    components=frozenset({"chat", "api"}),
    least_impact="major",
    maintenance=False,
    style=Style.POST,
    mention=Mention("role1", "critical"),
    quiet_hours=QuietHours(time(22), time(7, 30, 1), "Europe/Berlin", critical_breaks=False),
    echo=False,
    reminder=timedelta(minutes=45),
)


async def subscribed(store: SqlStore, number: int = 1, settings: Settings | None = None) -> Subscription:
    return taken_in(await store.subscribe(channel(number), settings or Settings(), "somebody", minute(-60)))


def taken_in(subscription: Subscription | None) -> Subscription:
    """Return *subscription*, for which there was room."""
    assert subscription is not None
    return subscription


async def test_everything_of_a_subscription_comes_back(store: SqlStore) -> None:
    made = await subscribed(store, settings=FULL)
    assert made == Subscription(made.id, channel(), FULL, minute(-60), "somebody")
    assert await store.subscription(channel()) == made
    assert await store.subscription(channel(2)) is None


async def test_a_channel_is_told_apart_by_platform_workspace_and_id(store: SqlStore) -> None:
    places = [channel(), channel(workspace="away"), channel(platform="elsewhere"), channel(2)]
    made = [taken_in(await store.subscribe(place, Settings(), "somebody", START)) for place in places]
    assert len({one.id for one in made}) == 4
    assert [one.channel for one in made] == places


async def test_a_workspace_lists_what_has_not_ended(store: SqlStore) -> None:
    for number in (3, 1, 2):
        await subscribed(store, number)
    await store.subscribe(channel(workspace="away"), Settings(), "somebody", START)
    await store.unsubscribe(channel(2), "somebody", START)
    listed = await store.subscriptions("terminal", "home")
    assert [one.channel.id for one in listed] == ["channel1", "channel3"]


async def test_a_new_subscription_gets_each_open_incident_it_wants(store: SqlStore) -> None:
    over, planned = record("over", closed=minute(-1)), record("planned", kind=Kind.MAINTENANCE)
    await told(store, record("minor", impact="minor"), record("major"), over, planned, trial())
    await subscribed(store, settings=Settings(least_impact="major", maintenance=False))
    (claim,) = await taken(store)
    assert (claim.record.key, claim.delivery.origin) == ("major", Origin.LATE)


async def test_subscribing_again_changes_the_settings_and_not_since_when(store: SqlStore) -> None:
    before = await subscribed(store)
    after = taken_in(await store.subscribe(channel(), FULL, "another", START))
    assert after.id == before.id
    assert (after.since, after.created_by) == (minute(-60), "somebody")
    assert (after.settings, after.version) == (FULL, 2)


async def test_an_ended_subscription_begins_anew(store: SqlStore) -> None:
    before = await subscribed(store)
    await store.unsubscribe(channel(), "somebody", minute(-30))
    after = taken_in(await store.subscribe(channel(), FULL, "another", START))
    assert after.id == before.id
    assert (after.state, after.since, after.created_by) == (State.ACTIVE, START, "another")


@pytest.mark.parametrize(("until", "kept"), [(minute(1), True), (minute(0), False)])
async def test_of_mutes_only_a_running_one_survives_a_new_beginning(
    store: SqlStore, until: timedelta, kept: bool
) -> None:
    await subscribed(store)
    mute = Mute(minute(-50), until)  # type: ignore[arg-type]
    await store.mute(channel(), mute, minute(-50))
    await store.unsubscribe(channel(), "somebody", minute(-30))
    after = taken_in(await store.subscribe(channel(), Settings(), "somebody", START))
    assert after.mute == (mute if kept else None)


async def test_an_incident_shown_before_the_end_is_looked_at_again_after_a_new_beginning(
    store: SqlStore,
) -> None:
    await subscribed(store)
    await told(store, record())
    await show_all(store)
    await store.unsubscribe(channel(), "somebody", minute(1))
    await show_all(store, minute(1))
    await store.subscribe(channel(), Settings(), "somebody", minute(2))
    (claim,) = await taken(store, minute(2))
    assert claim.delivery.origin is Origin.NEWS


async def test_subscribing_ends_a_pause_and_what_waited_is_due(store: SqlStore) -> None:
    await subscribed(store)
    await told(store, record("over", closed=minute(-1), opened=minute(-5)))
    await store.settle([result(claim, due_at=START, pause="gone") for claim in await taken(store)], START)
    after = taken_in(await store.subscribe(channel(), Settings(), "somebody", minute(5)))
    assert (after.state, after.pause_reason) == (State.ACTIVE, None)
    assert keys(await taken(store, minute(5))) == [("channel1", "over")]


async def test_changed_settings_are_a_new_version(store: SqlStore) -> None:
    await subscribed(store)
    changed = await store.change_settings(channel(), FULL, "another", START)
    assert changed is not None
    assert (changed.settings, changed.version, changed.since) == (FULL, 2, minute(-60))
    assert await store.change_settings(channel(2), FULL, "another", START) is None


async def test_changed_settings_hold_for_what_is_told_after_them(store: SqlStore) -> None:
    await subscribed(store, settings=Settings(components=frozenset({"chat"})))
    await store.change_settings(channel(), Settings(components=frozenset({"api"})), "somebody", START)
    assert await told(store, record("chat", broken=["chat"])) == 0
    assert await told(store, record("api", broken=["api"])) == 1


async def test_changed_settings_wake_what_is_open_and_begin_what_is_newly_wanted(store: SqlStore) -> None:
    await subscribed(store, settings=Settings(least_impact="critical"))
    await told(store, record("critical", impact="critical"), record("minor", impact="minor"))
    await told(store, record("over", impact="critical", closed=minute(-1)))
    await show_all(store)
    await store.change_settings(channel(), Settings(), "somebody", minute(1))
    claims = {claim.record.key: claim.delivery.origin for claim in await taken(store, minute(1))}
    assert claims == {"critical": Origin.NEWS, "minor": Origin.LATE}


async def test_an_end_wakes_what_is_shown_of_open_incidents(store: SqlStore) -> None:
    await subscribed(store)
    await subscribed(store, 2)
    await told(store, record("open"), record("over"))
    await show_all(store)
    await told(store, record("over", closed=minute(1)), now=minute(1))
    await show_all(store, minute(1))
    assert await store.unsubscribe(channel(), "somebody", minute(2))
    (claim,) = await taken(store, minute(2))
    assert (claim.record.key, claim.subscription.state) == ("open", State.ENDED)


async def test_an_end_wakes_nothing_that_was_never_shown(store: SqlStore) -> None:
    await subscribed(store)
    await told(store, record())
    await store.settle([result(claim) for claim in await taken(store)], START)
    await store.unsubscribe(channel(), "somebody", START)
    assert await taken(store) == []


async def test_what_has_ended_can_be_neither_ended_nor_changed_nor_muted_nor_tested(store: SqlStore) -> None:
    await subscribed(store)
    await told(store, record())
    assert await store.unsubscribe(channel(), "somebody", START)
    assert not await store.unsubscribe(channel(), "somebody", START)
    assert await store.change_settings(channel(), FULL, "somebody", START) is None
    assert await store.mute(channel(), Mute(START, minute(1)), START) is None
    assert not await store.mute_incident(channel(), "incident0001", START)
    assert not await store.test(channel(), trial(), START)
    assert not await store.unsubscribe(channel(2), "somebody", START)


async def test_the_settings_of_any_moment_can_be_told(store: SqlStore) -> None:
    await store.subscribe(channel(), Settings(), "somebody", minute(0))
    await store.change_settings(channel(), FULL, "somebody", minute(10))
    await store.unsubscribe(channel(), "somebody", minute(20))
    await store.subscribe(channel(), Settings(echo=False), "somebody", minute(30))
    expected = [(-1, None), (0, Settings()), (9, Settings()), (10, FULL), (19, FULL), (20, None), (29, None)]
    for at, settings in [*expected, (30, Settings(echo=False)), (999, Settings(echo=False))]:
        assert await store.settings_at(channel(), minute(at)) == settings
    assert await store.settings_at(channel(2), minute(0)) is None


async def test_of_two_changes_at_the_same_moment_the_later_holds(store: SqlStore) -> None:
    await store.subscribe(channel(), Settings(), "somebody", START)
    await store.change_settings(channel(), FULL, "somebody", START)
    assert await store.settings_at(channel(), START) == FULL


async def test_a_mute_comes_back_and_wakes_what_is_open_or_waits(store: SqlStore) -> None:
    await subscribed(store)
    await told(store, record("open"), record("waiting"), record("over"))
    await told(store, record("waiting", closed=minute(-1)), record("over", closed=minute(-1)))
    waits = {"waiting": minute(90)}
    await store.settle([shown(one, due_at=waits.get(one.record.key)) for one in await taken(store)], START)
    muted = await store.mute(channel(), Mute(minute(5), minute(65)), minute(5))
    assert muted is not None
    assert muted.mute == Mute(minute(5), minute(65))
    assert muted == await store.subscription(channel())
    assert {key for _, key in keys(await taken(store, minute(5)))} == {"open", "waiting"}


async def test_unmuting_ends_a_running_mute_now(store: SqlStore) -> None:
    await subscribed(store)
    await store.mute(channel(), Mute(minute(0), minute(60)), minute(0))
    ended = await store.mute(channel(), None, minute(10))
    assert ended is not None
    assert ended.mute == Mute(minute(0), minute(10))


async def test_unmuting_leaves_a_mute_that_is_over_as_it_was(store: SqlStore) -> None:
    await subscribed(store)
    await store.mute(channel(), Mute(minute(0), minute(60)), minute(0))
    after = await store.mute(channel(), None, minute(70))
    assert after is not None
    assert after.mute == Mute(minute(0), minute(60))
    never = await subscribed(store, 2)
    assert await store.mute(channel(2), None, minute(70)) == never


async def test_muting_one_incident_wakes_it_and_counts_from_the_first_time(store: SqlStore) -> None:
    await subscribed(store)
    await told(store, record("a"), record("b"))
    await show_all(store)
    assert await store.mute_incident(channel(), "a", minute(1))
    assert await store.mute_incident(channel(), "a", minute(2))
    assert not await store.mute_incident(channel(), "unheard", minute(2))
    (claim,) = await taken(store, minute(2))
    assert (claim.record.key, claim.delivery.muted) == ("a", minute(1))


async def test_a_test_goes_to_one_channel_and_is_no_knowledge(store: SqlStore) -> None:
    await subscribed(store)
    await subscribed(store, 2)
    assert await store.test(channel(), trial(), START)
    (claim,) = await taken(store)
    assert claim.subscription.channel == channel()
    assert (claim.record, claim.delivery.origin) == (trial(), Origin.TEST)
    assert (await store.known()).records == {}


async def test_a_test_tries_a_paused_channel_at_once(store: SqlStore) -> None:
    await subscribed(store)
    await told(store, record())
    await store.settle([result(claim, due_at=START, pause="gone") for claim in await taken(store)], START)
    await store.test(channel(), trial(), minute(1))
    assert keys(await taken(store, minute(1))) == [("channel1", "test0001")]


@pytest.mark.parametrize("poison", ["\x00", "\ud800"])
async def test_what_no_database_keeps_is_refused_in_names(store: SqlStore, poison: str) -> None:
    with pytest.raises(StorageError, match="holds a character that no database keeps"):
        await store.subscribe(channel(), Settings(), f"some{poison}body", START)
    with pytest.raises(StorageError, match="holds a"):
        await store.subscribe(channel(), Settings(components=frozenset({f"a{poison}"})), "somebody", START)
    assert await store.subscription(channel()) is None


async def full(store: SqlStore, *, but: int = 0) -> None:
    """Let as many channels of the workspace follow as may, or a few less, in one transaction."""

    async def begin(db: AsyncConnection) -> None:
        for number in range(MOST_SUBSCRIPTIONS - but):
            await subscribe(db, channel(number), Settings(), "somebody", minute(-60))

    await store.database.write(begin)


async def test_one_channel_too_many_is_refused_and_leaves_nothing_behind(store: SqlStore) -> None:
    await full(store)
    await told(store, record())
    await store.left("terminal", "home", START)
    assert await store.subscribe(channel(99), Settings(), "somebody", START, notice=trial()) is None
    assert await store.subscription(channel(99)) is None
    kept = await store.kept("terminal", "home")
    assert len(kept.channels) == MOST_SUBSCRIPTIONS
    assert kept.departed_at == START
    assert len(await taken(store)) == MOST_SUBSCRIPTIONS


async def test_in_a_full_workspace_those_who_follow_may_subscribe_again_and_make_room(
    store: SqlStore,
) -> None:
    await full(store)
    assert taken_in(await store.subscribe(channel(7), FULL, "somebody", START)).settings == FULL
    assert await store.subscribe(channel(1, workspace="away"), FULL, "somebody", START) is not None
    await store.unsubscribe(channel(7), "somebody", START)
    assert await store.subscribe(channel(99), FULL, "somebody", START) is not None
    assert await store.subscribe(channel(7), FULL, "somebody", START) is None
    found = await store.subscription(channel(7))
    assert found is not None
    assert (found.state, found.version) == (State.ENDED, 3)


async def test_of_those_who_subscribe_at_once_no_more_than_fit_are_taken(
    store: SqlStore, other: SqlStore
) -> None:
    await full(store, but=2)
    rush = ((one, channel(60 + number)) for number in range(4) for one in (store, other))
    made = await asyncio.gather(*(one.subscribe(here, FULL, "somebody", START) for one, here in rush))
    assert len({one.channel for one in made if one}) == 2
    assert len(await store.subscriptions("terminal", "home")) == MOST_SUBSCRIPTIONS
