"""A workspace that removed the bot is forgotten after a while, and nobody else is."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta

from sqlalchemy import func, insert, select

from bot.domain.subscription import Channel, Mute, Settings, State
from storage import departures, tables
from storage.store import SqlStore
from storage.tables import delivery, departed, settings_version, subscription, subscription_component
from tests.factories import START, minute
from tests.storage.factories import channel, notice, record, show_all, told, trial

WEEK = timedelta(days=7)
OVER = START + WEEK
GUILD, FRIENDS = "guild", "friends"
CHOSEN = Settings(components=frozenset({"chat"}), least_impact="minor")


def place(number: int = 1, workspace: str = GUILD, platform: str = "discord") -> Channel:
    return channel(number, workspace=workspace, platform=platform)


ELSEWHERE = (place(1, FRIENDS), place(1, GUILD, "terminal"), place(1, "home", "terminal"))
"""Another workspace, one of the same name on another platform, and somebody quite different."""


async def lived_in(store: SqlStore, *places: Channel) -> None:
    """Let everything happen in *places* that leaves something behind."""
    for index, here in enumerate(places):
        await store.subscribe(here, CHOSEN, "ann", minute(-60), notice=notice(f"a{index}", at=START))
        await store.change_settings(
            here, Settings(), "ann", minute(-50), notice=notice(f"b{index}", at=START)
        )
        await store.test(here, trial(f"test{index}", at=START), START)
        await store.mute(here, Mute(START, minute(5)), START)
        await store.change_settings(here, CHOSEN, "ann", minute(-40))
    await told(store, record(broken=["chat"]), record("over", closed=START))
    await show_all(store)


async def count(store: SqlStore, table: object) -> int:
    counted = select(func.count()).select_from(table)  # type: ignore[arg-type]  # a table or a subquery
    found: int | None = await store.database.read(lambda db: db.scalar(counted))
    return found or 0


async def everything_of(store: SqlStore, *places: Channel) -> list[object]:
    """Return all that the store says of *places*."""
    keys = [one.key for one in await store.history(100)]
    tests = [f"{kind}{index}" for kind in ("a", "b", "test") for index in range(9)]
    found: list[object] = []
    for here in places:
        found += [await store.subscription(here), await store.deliveries(here, keys + tests)]
        found += [await store.settings_at(here, minute(-45)), await store.last_test(here)]
    return found


async def nothing_points_nowhere(store: SqlStore) -> None:
    """Check that each row that belongs to another has it."""
    known = select(subscription.c.id)
    for table in (delivery, settings_version, subscription_component):
        orphans = select(table).where(table.c.subscription_id.not_in(known))
        assert await count(store, orphans.subquery()) == 0
    lost = select(delivery).where(delivery.c.record_key.not_in(select(tables.record.c.key)))
    assert await count(store, lost.subquery()) == 0
    untold = select(tables.record).where(
        tables.record.c.tier.in_(["test", "notice"]),
        tables.record.c.key.not_in(select(delivery.c.record_key)),
    )
    assert await count(store, untold.subquery()) == 0


async def forget_all(store: SqlStore, now: datetime = OVER) -> list[int]:
    """Forget until nothing is left to forget; returns how many channels went each time."""
    before, counts = await count(store, subscription), []
    while await store.forget(now):
        left = await count(store, subscription)
        counts.append(before - left)
        before = left
    return [gone for gone in counts if gone]


async def test_a_workspace_that_left_keeps_everything_for_seven_days(store: SqlStore) -> None:
    await lived_in(store, place(), *ELSEWHERE)
    before = await everything_of(store, place())
    await store.left("discord", GUILD, START)
    assert await store.forget(OVER - timedelta.resolution) == 0
    assert await everything_of(store, place()) == before


async def test_after_seven_days_all_it_had_is_gone_and_nothing_else(store: SqlStore) -> None:
    await lived_in(store, place(1), place(2), *ELSEWHERE)
    others = await everything_of(store, *ELSEWHERE)
    await store.left("discord", GUILD, START)
    assert await forget_all(store) == [2]
    for here in (place(1), place(2)):
        assert await everything_of(store, here) == [None, {}, None, None]
    assert await everything_of(store, *ELSEWHERE) == others
    assert await count(store, subscription) == 3
    assert await count(store, departed) == 0
    assert len(await store.history(9)) == 2
    await nothing_points_nowhere(store)


async def test_what_had_ended_before_goes_as_well(store: SqlStore) -> None:
    await lived_in(store, place())
    await store.unsubscribe(place(), "ann", START, notice=notice("c0", at=START))
    await store.left("discord", GUILD, START)
    assert await forget_all(store) == [1]
    assert await store.subscription(place()) is None
    await nothing_points_nowhere(store)


async def test_a_return_within_a_week_keeps_everything(store: SqlStore) -> None:
    await lived_in(store, place())
    before = await everything_of(store, place())
    await store.left("discord", GUILD, START)
    await store.joined("discord", GUILD)
    assert await forget_all(store, OVER - timedelta.resolution) == []
    assert await everything_of(store, place()) == before
    assert await count(store, departed) == 0


async def test_whoever_leaves_again_has_another_week(store: SqlStore) -> None:
    await lived_in(store, place())
    await store.left("discord", GUILD, START)
    await store.joined("discord", GUILD)
    await store.left("discord", GUILD, minute(10))
    await forget_all(store)
    assert await store.subscription(place()) is not None
    await forget_all(store, OVER + timedelta(minutes=10))
    assert await store.subscription(place()) is None


async def test_a_removal_that_is_told_again_counts_from_the_first_time(store: SqlStore) -> None:
    await lived_in(store, place())
    await store.left("discord", GUILD, START)
    await store.left("discord", GUILD, minute(60))
    await store.present("discord", [FRIENDS], minute(90))
    await forget_all(store)
    assert await store.subscription(place()) is None


async def test_who_is_not_among_the_present_has_left(store: SqlStore) -> None:
    await lived_in(store, place(), *ELSEWHERE)
    await store.present("discord", [FRIENDS, "strangers"], START)
    await forget_all(store)
    assert await store.subscription(place()) is None
    assert all([await store.subscription(one) is not None for one in ELSEWHERE])


async def test_who_is_among_the_present_has_come_back(store: SqlStore) -> None:
    await lived_in(store, place(), *ELSEWHERE)
    before = await everything_of(store, place(), *ELSEWHERE)
    await store.left("discord", GUILD, START)
    await store.left("terminal", GUILD, minute(1))
    await store.present("discord", [GUILD, FRIENDS], minute(2))
    assert await store.forget(OVER) == 0
    assert await everything_of(store, place(), *ELSEWHERE) == before
    await forget_all(store, OVER + timedelta(minutes=1))
    assert await store.subscription(ELSEWHERE[1]) is None


async def test_where_nobody_is_present_everybody_of_the_platform_has_left(store: SqlStore) -> None:
    await lived_in(store, place(), *ELSEWHERE)
    await store.present("discord", [], START)
    await forget_all(store)
    assert await store.subscription(place()) is None
    assert await store.subscription(ELSEWHERE[0]) is None
    assert await store.subscription(ELSEWHERE[1]) is not None


async def test_many_thousand_workspaces_can_be_present(store: SqlStore) -> None:
    """More than one statement takes parameters."""
    names = [f"guild{number}" for number in range(70_000)]
    await store.subscribe(place(1, names[0]), Settings(), "ann", START)
    rows = [{"platform": "discord", "workspace": name, "at": START} for name in names[1:3000]]
    await store.database.write(lambda db: db.execute(insert(departed), rows))
    await store.present("discord", names, START)
    assert await count(store, departed) == 0
    await store.present("discord", names[1:], START)
    assert await count(store, departed) == 1


async def test_a_workspace_without_subscriptions_leaves_nothing_behind(store: SqlStore) -> None:
    await store.left("discord", GUILD, START)
    await store.joined("discord", GUILD)
    await store.present("discord", [], START)
    assert await count(store, departed) == 0


async def test_subscribing_says_that_the_bot_is_there(store: SqlStore) -> None:
    """Whatever was heard before: what somebody asks for now is not deleted because of an old removal."""
    await lived_in(store, place(), ELSEWHERE[0])
    await store.left("discord", GUILD, START)
    await store.left("discord", FRIENDS, START)
    await store.subscribe(place(2), Settings(), "ann", minute(9))
    await forget_all(store)
    assert await store.subscription(place()) is not None
    assert await store.subscription(place(2)) is not None
    assert await store.subscription(ELSEWHERE[0]) is None


async def test_many_channels_go_in_small_batches_and_each_goes_whole(store: SqlStore) -> None:
    places = [place(number) for number in range(departures.BATCH + 3)]
    for here in places:
        await store.subscribe(here, CHOSEN, "ann", START)
    await told(store, record(broken=["chat"]))
    await store.left("discord", GUILD, START)
    await store.forget(OVER)
    assert len(await store.subscriptions("discord", GUILD)) == 3
    assert await count(store, departed) == 1
    await nothing_points_nowhere(store)
    await store.joined("discord", GUILD)
    assert await forget_all(store) == [departures.BATCH]
    assert await count(store, subscription) == await count(store, delivery) == 3
    await store.left("discord", GUILD, START)
    assert await forget_all(store) == [3]
    assert await count(store, departed) == 0


async def test_many_workspaces_go_one_batch_after_the_other(store: SqlStore) -> None:
    for number in range(departures.BATCH + 3):
        await store.subscribe(place(1, f"guild{number}"), Settings(), "ann", START)
    await store.present("discord", [], START)
    assert await forget_all(store) == [departures.BATCH, 3]
    assert await count(store, departed) == 0


async def test_a_workspace_whose_channels_are_gone_already_is_forgotten_itself(store: SqlStore) -> None:
    await store.subscribe(place(), Settings(), "ann", START)
    await store.unsubscribe(place(), "ann", START)
    await store.left("discord", GUILD, START + timedelta(days=86))
    await store.forget(START + timedelta(days=90, seconds=1))
    assert await count(store, subscription) == 0
    await store.forget(START + timedelta(days=93))
    assert await count(store, departed) == 0


async def test_news_and_commands_while_it_is_forgotten_leave_nothing_behind(
    store: SqlStore, other: SqlStore
) -> None:
    places = [place(number) for number in range(50)]
    for here in places:
        await store.subscribe(here, Settings(), "ann", START)
    await store.left("discord", GUILD, START)

    async def news() -> None:
        for number in range(12):
            await told(other, record(f"news{number}"), now=OVER)

    async def commands() -> None:
        for number, here in enumerate(places[::5]):
            await other.test(here, trial(f"test{number}", at=OVER), OVER)
            await other.change_settings(here, CHOSEN, "ann", OVER, notice=notice(f"b{number}", at=OVER))
            await other.unsubscribe(here, "ann", OVER)

    async def served() -> None:
        for _ in range(6):
            await show_all(other, OVER)

    await asyncio.gather(forget_all(store), news(), commands(), served())
    assert await count(store, subscription) == 0
    assert await count(store, departed) == 0
    await nothing_points_nowhere(store)


async def test_who_subscribes_while_it_is_forgotten_is_subscribed(store: SqlStore, other: SqlStore) -> None:
    places = [place(number) for number in range(40)]
    for here in places:
        await store.subscribe(here, Settings(), "ann", START)
    await store.left("discord", GUILD, START)
    _, again = await asyncio.gather(forget_all(store), other.subscribe(places[39], CHOSEN, "ann", OVER))
    assert again is not None
    assert again.state is State.ACTIVE
    assert await store.subscription(places[39]) == again
    await nothing_points_nowhere(store)


async def test_on_slack_all_is_gone_within_a_day_of_the_uninstall(store: SqlStore) -> None:
    at_work = place(1, "T1", "slack")
    await lived_in(store, at_work, place())
    await store.left("slack", "T1", START)
    await store.left("discord", GUILD, START)
    assert await forget_all(store, START + timedelta(hours=12) - timedelta.resolution) == []
    assert await forget_all(store, START + timedelta(hours=12)) == [1]
    assert await store.subscription(at_work) is None
    assert await store.subscription(place()) is not None
    await nothing_points_nowhere(store)
