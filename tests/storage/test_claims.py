"""Claiming: what is due, in which order, for how long."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import event, text
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.subscription import Settings
from storage.store import SqlStore
from tests.factories import START, minute
from tests.storage.factories import LEASE, channel, keys, record, result, show_all, shown, taken, told


@pytest.fixture(autouse=True)
async def _followers(store: SqlStore) -> None:
    for number in (1, 2, 3):
        await store.subscribe(channel(number), Settings(), "somebody", minute(-60))


async def test_a_claim_holds_all_that_planning_needs(store: SqlStore) -> None:
    await told(store, record())
    (claim,) = await taken(store, limit=1)
    place = claim.subscription.channel
    assert claim.subscription == await store.subscription(place)
    assert claim.record == record()
    assert claim.delivery == (await store.deliveries(place, ["incident0001"]))["incident0001"]
    assert claim.page_url == "https://status.example.com"


async def test_what_is_claimed_is_nobody_elses_until_the_lease_ends(store: SqlStore) -> None:
    await told(store, record())
    first = await taken(store, limit=2)
    second = await taken(store)
    assert sorted(keys(first + second)) == [(f"channel{number}", "incident0001") for number in (1, 2, 3)]
    assert await taken(store) == []


async def test_new_cards_go_before_the_rest_and_older_ones_before_newer(store: SqlStore) -> None:
    await told(store, record("shown"))
    await show_all(store)
    await told(store, record("shown"), now=minute(1))
    await told(store, record("new"), now=minute(3))
    await told(store, record("older"), now=minute(2))
    claims = await taken(store, minute(3))
    assert [key for _, key in keys(claims)] == ["older"] * 3 + ["new"] * 3 + ["shown"] * 3


async def test_the_order_holds_from_claim_to_claim(store: SqlStore) -> None:
    await told(store, record("shown"))
    await show_all(store)
    await told(store, record("shown"), now=minute(1))
    await told(store, record("new"), now=minute(2))
    batches = [keys(await taken(store, minute(2), limit=2)) for _ in range(3)]
    assert [key for batch in batches for _, key in batch] == ["new"] * 3 + ["shown"] * 3


async def test_only_the_platforms_asked_for_are_served(store: SqlStore) -> None:
    elsewhere = channel(9, platform="elsewhere")
    await store.subscribe(elsewhere, Settings(), "somebody", minute(-60))
    await told(store, record())
    assert keys(await taken(store, platform="elsewhere")) == [("channel9", "incident0001")]
    assert await store.claim("tester", (), 10, START, LEASE) == []
    assert len(await store.claim("tester", ("elsewhere", "terminal"), 10, START, LEASE)) == 3


async def test_what_is_due_later_waits(store: SqlStore) -> None:
    await told(store, record())
    await store.settle([shown(claim, due_at=minute(30)) for claim in await taken(store)], START)
    assert await taken(store, minute(29)) == []
    assert len(await taken(store, minute(30))) == 3


async def test_a_lease_that_ran_out_leaves_an_unknown_outcome(store: SqlStore) -> None:
    await told(store, record())
    lost = await taken(store, lease=timedelta(0))
    assert not any(claim.delivery.unknown for claim in lost)
    again = await taken(store)
    assert [claim.delivery.id for claim in again] == [claim.delivery.id for claim in lost]
    assert all(claim.delivery.unknown for claim in again)
    assert {claim.token for claim in again}.isdisjoint(claim.token for claim in lost)


async def test_a_delivery_that_was_settled_is_not_unknown_when_claimed_again(store: SqlStore) -> None:
    await told(store, record())
    await store.settle([result(claim, due_at=START) for claim in await taken(store)], START)
    assert not any(claim.delivery.unknown for claim in await taken(store))


async def test_leases_can_be_voided_all_at_once(store: SqlStore) -> None:
    await told(store, record())
    lost = await taken(store, limit=2)
    assert await store.release_all() == 2
    assert await store.release_all() == 0
    again = {claim.delivery.id: claim.delivery.unknown for claim in await taken(store)}
    assert len(again) == 3
    assert [one for one, unknown in again.items() if unknown] == [claim.delivery.id for claim in lost]


async def test_the_next_due_delivery_is_the_one_that_can_be_claimed_first(store: SqlStore) -> None:
    assert await store.next_due() is None
    await told(store, record())
    assert await store.next_due() == START
    claims = await taken(store)
    await store.settle([shown(claims[0], due_at=minute(7)), shown(claims[1], due_at=minute(5))], START)
    await store.settle([shown(claims[2])], START)
    assert await store.next_due() == minute(5)


async def test_what_is_leased_is_not_due_before_the_lease_ends(store: SqlStore) -> None:
    await told(store, record())
    await taken(store, lease=timedelta(hours=1))
    due = await store.next_due()
    assert due is not None
    assert due >= minute(60)


@pytest.mark.parametrize("part", ["chosen", "EXISTS"])
async def test_a_claim_and_the_look_before_it_walk_along_the_index_of_due_rows(
    store: SqlStore, part: str
) -> None:
    """Also with parameters, through which PostgreSQL cannot see the condition of a partial index."""
    said: list[tuple[str, Any]] = []

    def listen(*arguments: Any) -> None:
        _, _, statement, parameters, _, _ = arguments
        said.append((statement, parameters))

    await told(store, record())
    for engine in (store.database.lookers or store.database.readers, store.database.writers):
        event.listen(engine.sync_engine, "before_cursor_execute", listen)
    await taken(store)
    (statement, parameters), *_ = [one for one in said if part in one[0]]

    async def planned(connection: AsyncConnection) -> str:
        if store.database.address.is_postgresql:
            await connection.execute(text("SET LOCAL enable_seqscan = off"))  # it reads a small table whole
            return str((await connection.exec_driver_sql(f"EXPLAIN {statement}", parameters)).all())
        return str((await connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)).all())

    assert "ix_delivery_due" in await store.database.write(planned)
