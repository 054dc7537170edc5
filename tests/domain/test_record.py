"""What a record tells beyond the page's latest word."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.domain.record import Affected, Known, Record, milder, worse
from bot.domain.remember import remember
from bot.domain.status import Incident
from tests.domain.builders import at, change, component, incident, maintenance, update


def record(told: Incident, minute: float = 0) -> Record:
    return remember(None, told, at(minute), first=False)


def test_a_record_is_open_until_it_is_closed_or_withdrawn() -> None:
    one = record(incident("a", update(0)))
    assert one.is_open
    assert one.closed_at is None
    gone = replace(one, withdrawn_at=at(9))
    assert not gone.is_open
    assert gone.closed_at == at(9)


def test_it_ended_with_the_first_closing_update_of_the_last_streak() -> None:
    """A postmortem comes days later, and a first end may have been followed by a reopening."""
    told = incident(
        "a",
        update(0),
        update(10, "resolved"),
        update(20, "identified"),
        update(30, "resolved"),
        update(9000, "postmortem"),
    )
    assert record(told).closed_at == at(30)


def test_without_a_closing_update_it_ended_when_the_page_says() -> None:
    told = incident("a", update(0), status="resolved", resolved_at=at(12))
    assert record(told).closed_at == at(12)


def test_a_back_dated_end_is_not_before_the_beginning() -> None:
    told = incident("a", update(60), status="resolved", resolved_at=at(-9000))
    assert record(told).closed_at == at(60)


def test_where_nothing_tells_when_it_ended_it_ended_when_we_saw_it() -> None:
    before = record(incident("a", update(0)))
    after = remember(
        before, incident("a", update(0), status="resolved", updated_at=at(40)), at(40), first=False
    )
    assert after.closed_at == at(40)


def test_where_nothing_tells_at_all_it_ended_with_its_newest_update() -> None:
    one = record(incident("a", update(0), update(7), status="resolved"))
    assert one.closed_at == at(7)
    assert replace(one, marks=()).closed_at == at(7)


def test_only_components_that_ever_left_operational_are_looked_at_by_filters() -> None:
    told = incident("a", update(0, "investigating", change("chat"), change("api", "operational")))
    assert record(told).component_ids == {"chat"}


def test_where_none_is_broken_yet_filters_look_at_all_that_are_named() -> None:
    told = incident("a", update(0), components=(component("chat"), component("api")))
    assert record(told).component_ids == {"chat", "api"}


def test_an_incident_that_names_no_component_is_for_everybody() -> None:
    one = record(incident("a", update(0)))
    assert one.component_ids == frozenset()
    put_down = Affected("chat", "Chat", "major_outage", "major_outage", "major_outage")
    assert replace(one, also=(put_down,)).component_ids == frozenset()


def test_what_is_put_down_to_an_incident_is_looked_at_by_filters_as_well() -> None:
    """Who follows a broken component hears of it, named or not."""
    one = record(incident("a", update(0, "investigating", change("chat"))))
    put_down = Affected("api", "API", "major_outage", "major_outage", "major_outage")
    assert replace(one, also=(put_down,)).component_ids == {"chat", "api"}


def test_a_maintenance_is_for_all_components_it_names() -> None:
    told = maintenance(
        "m", update(0, "in_progress"), components=(component("chat", "under_maintenance"), component("api"))
    )
    assert record(told).component_ids == {"chat", "api"}


def test_an_update_seen_is_remembered_with_the_time_we_saw_it() -> None:
    one = record(incident("a", update(0)), minute=3)
    assert one.seen_at("u0") == at(3)
    assert one.seen_at("nobody's") == at(3)


def test_the_newest_of_it_may_be_a_silent_worsening() -> None:
    before = record(incident("a", update(0)))
    after = remember(before, incident("a", update(0), impact="major", updated_at=at(50)), at(51), first=False)
    assert after.newest_at == at(50)


def test_records_are_found_by_the_pages_id() -> None:
    one = record(incident("a", update(0)))
    ours = replace(one, key="own-1", official_id=None)
    known = Known().with_records({"a": one, "own-1": ours})
    assert known.by_official_id() == {"a": one}
    assert known.with_records({}) is known


@pytest.mark.parametrize(
    ("one", "other", "worst", "mildest"),
    [
        ("operational", "partial_outage", "partial_outage", "operational"),
        ("major_outage", "partial_outage", "major_outage", "partial_outage"),
        ("operational", "under_maintenance", "under_maintenance", "under_maintenance"),
        ("under_maintenance", "operational", "under_maintenance", "operational"),
        ("degraded_performance", "odd", "degraded_performance", "odd"),
    ],
)
def test_of_two_states_one_is_worse_and_one_milder(one: str, other: str, worst: str, mildest: str) -> None:
    assert worse(one, other) == worst
    assert milder(one, other) == mildest
