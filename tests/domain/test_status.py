"""What an incident says of itself."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.domain.status import component_rank, impact_rank, incident_url
from tests.domain.builders import at, change, component, incident, maintenance, update


def test_a_rewritten_time_and_todays_component_states_make_no_difference() -> None:
    """One morning 49 of 50 incidents got a new `updated_at` and nothing else."""
    told = incident("a", update(0))
    assert replace(told, updated_at=at(900), components=(component("chat", "major_outage"),)) == told


@pytest.mark.parametrize("other", [{"name": "Other"}, {"impact": "major"}, {"status": "monitoring"}])
def test_an_edit_in_place_makes_a_difference(other: dict[str, str]) -> None:
    told = incident("a", update(0))
    assert replace(told, **other) != told  # type: ignore[arg-type]  # these are text


@pytest.mark.parametrize("status", ["resolved", "postmortem", "completed"])
def test_an_incident_is_closed_by_its_status(status: str) -> None:
    assert incident("a", update(0, status)).is_closed


@pytest.mark.parametrize("status", ["investigating", "identified", "monitoring", "in_progress", "verifying"])
def test_an_open_incident_is_open_whatever_time_of_resolution_it_names(status: str) -> None:
    assert not incident("a", update(0, status), resolved_at=at(5)).is_closed


def test_an_unknown_status_is_open_until_a_time_of_resolution_is_named() -> None:
    assert not incident("a", update(0, "pondering")).is_closed
    assert incident("a", update(0, "pondering"), resolved_at=at(5)).is_closed


def test_an_incident_opened_when_its_first_update_was_written() -> None:
    """Its own times may be back-dated by twelve days."""
    backfilled = incident("a", update(10), update(30, "resolved"), created_at=at(0) - timedelta(days=12))
    assert (backfilled.opened_at, backfilled.newest_at) == (at(10), at(30))


def test_an_incident_without_updates_has_its_own_time() -> None:
    bare = incident("a", created_at=at(3))
    assert (bare.opened_at, bare.newest_at) == (at(3), at(3))


def test_a_maintenance_is_under_way_from_its_beginning_to_its_end() -> None:
    assert not maintenance("m", update(0, "scheduled")).under_way
    assert maintenance("m", update(0, "in_progress")).under_way
    assert maintenance("m", update(0, "verifying")).under_way
    assert not maintenance("m", update(0, "completed")).under_way


def test_an_unknown_impact_ranks_highest_so_that_no_filter_hides_it() -> None:
    assert [impact_rank(one) for one in ("none", "maintenance", "minor", "major", "critical", "odd")] == [
        0,
        0,
        1,
        2,
        3,
        3,
    ]


def test_an_unknown_component_status_counts_as_degraded() -> None:
    assert component_rank("odd") == component_rank("degraded_performance") == 1
    assert component_rank("under_maintenance") == component_rank("operational") == 0


def test_an_incident_is_linked_by_its_id() -> None:
    """The page's short links are rewritten now and then."""
    assert incident_url("https://status.example.com", "abc") == "https://status.example.com/incidents/abc"


def test_an_update_names_components_by_id() -> None:
    assert change("chat").id == "chat"
