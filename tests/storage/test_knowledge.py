"""What was seen of the page comes back as it was."""

from __future__ import annotations

import zlib
from dataclasses import replace
from datetime import datetime, time, timedelta, timezone

import pytest
from sqlalchemy import select

from bot.domain.health import Headline, Health
from bot.domain.record import Affected, ComponentState, Known, Mark, MarkKind, Record, Tier
from bot.domain.status import Component, ComponentChange, Endpoint, Incident, Kind, Update
from bot.domain.transitions import Change
from bot.ports import Store
from storage.errors import StorageError
from storage.store import SqlStore
from storage.tables import snapshot
from tests.factories import START, minute
from tests.storage.factories import PAGE, change, record, told, trial

FULL = Record(
    key="own0001",
    tier=Tier.COMPONENTS,
    official_id=None,
    incident=Incident(
        id="full0001",
        name='Raised "error" rates – 日本 🔥\n',
        status="someday_new",
        impact="also_new",
        created_at=minute(-3),
        updated_at=minute(1),
        resolved_at=minute(9),
        updates=(
            Update("u1", "investigating", "x" * 5000, START, (ComponentChange("c", "C", "a", "b"),)),
            Update("u2", "resolved", "", START + timedelta(microseconds=1)),
        ),
        components=(Component("c", "C", "major_outage", 3, group=True),),
        kind=Kind.MAINTENANCE,
        scheduled_for=minute(2),
        scheduled_until=minute(3),
    ),
    first_seen_at=minute(4),
    highest_impact="critical",
    affected=(Affected("c", "C", "major_outage", "operational"),),
    also=(Affected("d", "D", "partial_outage", "partial_outage"),),
    marks=(Mark("worse:1", MarkKind.WORSENING, minute(5), minute(6)),),
    seen=(("u1", minute(4)), ("u2", minute(5))),
    told_since=minute(7),
    missing_since=minute(8),
    withdrawn_at=None,
)


def test_the_store_is_what_the_core_asks_for(store: SqlStore) -> None:
    as_port: Store = store
    assert as_port is store


async def test_an_empty_memory_knows_nothing(store: SqlStore) -> None:
    assert await store.known() == Known()
    assert await store.health() == Health()
    assert await store.history(10) == []
    assert await store.covered_since() is None
    assert await store.next_due() is None


async def test_everything_of_a_record_comes_back(store: SqlStore) -> None:
    await told(store, FULL)
    (stored,) = (await store.known()).records.values()
    assert stored == FULL
    assert stored.incident.updated_at == FULL.incident.updated_at  # which takes no part in comparisons


async def test_the_page_and_its_components_come_back(store: SqlStore) -> None:
    states = {"c": ComponentState(Component("c", "C", "degraded_performance", 1), START, minute(1))}
    known = Known(PAGE, states, "minor", {}, {Endpoint.SUMMARY.value: minute(2)})
    await store.record(Change(known), [], START)
    assert await store.known() == known


async def test_a_record_is_written_over_its_older_self(store: SqlStore) -> None:
    await told(store, record(impact="minor"))
    await told(store, record(impact="critical", closed=minute(5)))
    (stored,) = (await store.known()).records.values()
    assert (stored.highest_impact, stored.is_open) == ("critical", False)


async def test_only_written_records_are_written(store: SqlStore) -> None:
    known = Known(PAGE, records={one.key: one for one in (record("a"), record("b"))})
    await store.record(Change(known, written=frozenset({"b"})), [], START)
    assert set((await store.known()).records) == {"b"}


async def test_an_official_id_may_be_attached_to_our_key(store: SqlStore) -> None:
    ours = record("own0001", official_id=None)
    await told(store, ours)
    await told(store, replace(ours, official_id="page0001"))
    assert set(await store.records_by_official_id(["page0001", "unheard"])) == {"own0001"}


async def test_old_records_are_found_by_the_pages_id(store: SqlStore) -> None:
    old = [record(f"old{number}", closed=minute(number)) for number in range(70)]
    await told(store, *old)
    assert "old0" not in (await store.known()).records
    assert await store.records_by_official_id({"old0", "old1"}) == {"old0": old[0], "old1": old[1]}


async def test_all_open_records_and_the_newest_closed_ones_are_known(store: SqlStore) -> None:
    ancient = record("ancient", opened=minute(-100_000))
    closed = [record(f"closed{number:02}", closed=minute(number)) for number in range(65)]
    await told(store, ancient, *closed, trial(), trial("test0002"))
    expected = {"ancient", *(one.key for one in closed[5:])}
    assert set((await store.known()).records) == expected


async def test_health_comes_back(store: SqlStore) -> None:
    headline = Headline("i", "Name", "resolved", minute(1), "Text")
    health = Health(START, minute(2), 3, "no answer", (headline, replace(headline, updated_at=None)))
    await store.set_health(Health())
    await store.set_health(health)
    assert await store.health() == health


async def test_bodies_are_kept_as_they_came(store: SqlStore) -> None:
    body = b'{"page": "\xff\x00"}' * 1000
    readings = [(Endpoint.SUMMARY, body), (Endpoint.INCIDENTS, b""), (Endpoint.MAINTENANCES, b"{}")]
    await store.record(change(), readings, START)
    rows = await store.database.read(lambda db: db.execute(select(snapshot).order_by(snapshot.c.id)))
    kept = [(row.endpoint, row.read_at, zlib.decompress(row.body)) for row in rows]
    assert kept == [(Endpoint.SUMMARY, START, body), (Endpoint.MAINTENANCES, START, b"{}")]


async def test_history_is_newest_first_and_holds_neither_tests_nor_maintenances(store: SqlStore) -> None:
    incidents = [record(f"i{number}", opened=minute(number), closed=minute(99)) for number in range(5)]
    await told(store, *incidents, trial(at=minute(50)), record("m", kind=Kind.MAINTENANCE, opened=minute(60)))
    assert [one.key for one in await store.history(3)] == ["i4", "i3", "i2"]


async def test_records_since_are_those_open_at_any_time_since(store: SqlStore) -> None:
    over = record("over", opened=minute(1), closed=minute(9))
    overlapping = record("overlapping", opened=minute(2), closed=minute(10))
    still_open = record("open", opened=minute(0))
    later = record("later", opened=minute(20), closed=minute(21))
    await told(store, over, overlapping, still_open, later, trial())
    assert [one.key for one in await store.records_since(minute(10))] == ["open", "overlapping", "later"]


async def test_we_cover_the_time_since_the_oldest_incident(store: SqlStore) -> None:
    oldest = record("oldest", opened=minute(-500), closed=minute(-400))
    planned = record("m", kind=Kind.MAINTENANCE, opened=minute(-900))
    await told(store, record("newer"), oldest, planned, trial(at=minute(-999)))
    assert await store.covered_since() == minute(-500)


async def test_moments_keep_their_microseconds_and_come_back_in_utc(store: SqlStore) -> None:
    away = timezone(timedelta(hours=-7))
    odd = datetime(2026, 3, 29, 18, 59, 59, 999_999, tzinfo=away)
    await told(store, record(opened=odd))
    since = await store.covered_since()
    assert since == odd
    assert since is not None
    assert since.utcoffset() == timedelta(0)


async def test_a_moment_without_a_zone_is_refused(store: SqlStore) -> None:
    naive = datetime.combine(START.date(), time(12))
    with pytest.raises(StorageError, match="no time zone"):
        await store.record(change(), [(Endpoint.SUMMARY, b"{}")], naive)


async def test_a_lone_surrogate_is_refused_by_name_and_breaks_nothing_else(store: SqlStore) -> None:
    poisoned = record("poisoned")
    poisoned = replace(poisoned, incident=replace(poisoned.incident, name="a \ud800 b"))
    with pytest.raises(StorageError, match=r"\$\.incident\.name holds a lone surrogate"):
        await told(store, record("healthy"), poisoned)
    assert (await store.known()).records == {}
    await told(store, record("healthy"))
    assert set((await store.known()).records) == {"healthy"}


async def test_a_nul_in_an_incidents_text_is_kept(store: SqlStore) -> None:
    odd = record()
    odd = replace(odd, incident=replace(odd.incident, name="a \x00 b"))
    await told(store, odd)
    assert (await store.known()).records[odd.key] == odd
