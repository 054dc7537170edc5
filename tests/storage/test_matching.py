"""The statement for all channels and the function for one say the same, whatever is chosen and happens."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as some
from sqlalchemy import delete
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.matching import match
from bot.domain.record import Affected, Record
from bot.domain.status import COMPONENT_RANKS, IMPACT_RANKS, Kind
from bot.domain.subscription import Settings
from storage.store import SqlStore
from storage.subscriptions import subscribe
from storage.tables import METADATA
from tests.factories import START
from tests.storage.factories import channel, keys, record, taken, told

IDS = ("chat", "api", "code", 'it\'s 100% "odd"')

impacts = some.sampled_from([*IMPACT_RANKS, "of a new kind"])
choices = some.builds(
    Settings,
    components=some.frozensets(some.sampled_from(IDS)),
    least_impact=impacts,
    maintenance=some.booleans(),
)
affected = some.builds(
    Affected,
    id=some.sampled_from(IDS),
    name=some.just("A name"),
    worst=some.sampled_from([*COMPONENT_RANKS, "of a new kind"]),
    present=some.just("operational"),
)
records = some.builds(
    lambda parts, impact, kind: replace(record(impact=impact, kind=kind), affected=tuple(parts)),
    some.lists(affected, max_size=4),
    impacts,
    some.sampled_from(Kind),
)


async def followed(store: SqlStore, chosen: list[Settings]) -> None:
    """Forget the example before, and subscribe a channel for each of *chosen*."""

    async def begin(db: AsyncConnection) -> None:
        for table in reversed(METADATA.sorted_tables):
            await db.execute(delete(table))
        for number, one in enumerate(chosen):
            await subscribe(db, channel(number), one, "somebody", START)

    await store.database.write(begin)


@settings(max_examples=50, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(chosen=some.lists(choices, min_size=1, max_size=6), happening=records)
@example(
    chosen=[Settings(), Settings(frozenset({"api"})), Settings(frozenset({"chat"}))],
    happening=record(broken=["api"]),
)
async def test_a_channel_gets_a_delivery_exactly_if_its_settings_match(
    store: SqlStore, chosen: list[Settings], happening: Record
) -> None:
    await followed(store, chosen)
    wanted = {channel(number).id for number, one in enumerate(chosen) if match(one, happening).wanted}
    assert await told(store, happening) == len(wanted)
    assert {channel_id for channel_id, _ in keys(await taken(store))} == wanted


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(chosen=choices, happening=some.lists(records, min_size=1, max_size=4))
async def test_a_late_channel_gets_exactly_the_open_incidents_that_match(
    store: SqlStore, chosen: Settings, happening: list[Record]
) -> None:
    await followed(store, [])
    distinct = [replace(one, key=f"key{number}", official_id=None) for number, one in enumerate(happening)]
    await told(store, *distinct)
    await store.subscribe(channel(), chosen, "somebody", START)
    wanted = {one.key for one in distinct if match(chosen, one).wanted}
    assert {key for _, key in keys(await taken(store))} == wanted
