"""What is kept of a workspace can be handed out whole, and deleted whole, and nobody else's is touched."""

from __future__ import annotations

import asyncio
from datetime import timedelta

from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.kept import Kept
from bot.domain.subscription import Settings, State, Style
from storage import departures
from storage.store import SqlStore
from storage.tables import delivery, departed, subscription
from tests.factories import START, minute
from tests.storage.factories import channel, notice, record, show_all, shown, taken, told
from tests.storage.test_departures import (
    CHOSEN,
    ELSEWHERE,
    GUILD,
    count,
    everything_of,
    lived_in,
    nothing_points_nowhere,
    place,
)


async def test_all_that_is_kept_of_a_workspace_is_handed_out(store: SqlStore) -> None:
    await lived_in(store, place(1), place(2), *ELSEWHERE)
    await show_all(store, START)
    for claim in await taken(store, platform="discord"):
        await store.settle([shown(claim)], START)
    await store.unsubscribe(place(2), "bob", minute(1))
    await store.left("discord", GUILD, minute(2))
    kept = await store.kept("discord", GUILD)
    assert kept.departed_at == minute(2)
    first, second = kept.channels
    assert first.subscription == await store.subscription(place(1))
    assert second.subscription.state is State.ENDED
    assert [(one.at, one.actor, one.action) for one in second.versions] == [
        (minute(-60), "ann", "subscribe"),
        (minute(-50), "ann", "settings"),
        (minute(-40), "ann", "settings"),
        (minute(1), "bob", "unsubscribe"),
    ]
    assert [one.settings for one in second.versions] == [CHOSEN, Settings(), CHOSEN, None]
    assert (first.deliveries, first.messages) == (5, 5)
    assert (first.first_at, first.last_at) == (minute(-60), START)


async def test_of_a_workspace_that_nobody_knows_nothing_is_kept(store: SqlStore) -> None:
    await lived_in(store, *ELSEWHERE)
    assert await store.kept("discord", GUILD) == Kept()
    assert await store.erase("discord", GUILD) == 0


async def test_everything_of_a_workspace_is_erased_and_nothing_else(store: SqlStore) -> None:
    await lived_in(store, place(1), place(2), *ELSEWHERE)
    await store.unsubscribe(place(2), "ann", START, notice=notice("c0", at=START))
    await store.left("discord", GUILD, START)
    others = await everything_of(store, *ELSEWHERE)
    assert await store.erase("discord", GUILD) == 2
    assert await store.kept("discord", GUILD) == Kept()
    assert await everything_of(store, place(1)) == [None, {}, None, None]
    assert await everything_of(store, *ELSEWHERE) == others
    assert await count(store, subscription) == 3
    assert await count(store, departed) == 0
    assert len(await store.history(9)) == 2
    await nothing_points_nowhere(store)


async def test_a_result_that_comes_after_the_deletion_is_that_of_nobody(store: SqlStore) -> None:
    await store.subscribe(place(), Settings(), "ann", START)
    await told(store, record())
    (claim,) = await taken(store, platform="discord")
    await store.erase("discord", GUILD)
    assert len(await store.settle([shown(claim)], START)) == 0
    assert await count(store, delivery) == 0


async def test_cut_off_after_any_transaction_nothing_is_seen_or_sent_and_retention_ends_it(
    store: SqlStore,
) -> None:
    await lived_in(store, place(1), place(2))
    await told(store, record("later"), now=minute(1))
    assert await store.database.write(lambda db: departures.detach(db, "discord", GUILD)) == 2
    assert await store.kept("discord", GUILD) == Kept()
    await told(store, record("much later"), now=minute(2))
    assert await taken(store, minute(3), platform="discord") == []
    assert await store.next_due() is None
    await store.present("discord", [], minute(3))
    assert await count(store, departed) == 0
    while await store.forget(minute(4)):
        pass
    assert await count(store, subscription) == await count(store, delivery) == 0
    await nothing_points_nowhere(store)


async def test_who_subscribes_after_the_deletion_began_begins_anew(store: SqlStore) -> None:
    await lived_in(store, place())
    before = await store.subscription(place())
    await store.database.write(lambda db: departures.detach(db, "discord", GUILD))
    again = await store.subscribe(place(), Settings(style=Style.CARD), "bob", minute(5))
    while await store.forget(minute(6)):
        pass
    assert again is not None
    assert before is not None
    assert again.id != before.id
    assert await store.subscription(place()) == again
    assert len((await store.kept("discord", GUILD)).channels[0].versions) == 1
    await nothing_points_nowhere(store)


async def test_very_many_deliveries_go_in_small_transactions(store: SqlStore) -> None:
    """Nobody waits for it: what others write meanwhile is written at once."""
    await store.subscribe(place(), Settings(), "ann", START)
    await store.subscribe(channel(), Settings(), "ann", START)
    await told(store, record())
    many = 6 * departures.AT_ONCE

    async def multiply(db: AsyncConnection) -> None:
        (row, *_) = (await db.execute(select(delivery).where(delivery.c.platform == "discord"))).all()
        like = {**row._mapping, "origin": "notice"}
        del like["id"]
        rows = [like | {"record_key": f"notice{number}"} for number in range(many)]
        await db.execute(insert(delivery), rows)

    await store.database.write(multiply)
    erasing = asyncio.create_task(store.erase("discord", GUILD))
    written = 0
    while not erasing.done():
        assert await store.spend("meanwhile", START + timedelta(minutes=written), []) == timedelta(0)
        written += 1
    assert await erasing == 1
    assert written > 3
    assert await count(store, delivery) == 1
