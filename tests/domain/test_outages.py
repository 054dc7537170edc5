"""Our own incident: components that are broken while no incident says so."""

from __future__ import annotations

import pytest

from bot.domain.outages import watch_components
from bot.domain.record import Known, MarkKind, Tier
from bot.domain.status import Component, Endpoint, Snapshot
from bot.domain.transitions import Edge
from tests.domain.builders import (
    OLD,
    POLL,
    Reader,
    at,
    change,
    component,
    incident,
    listing,
    maintenance,
    marks,
    page,
    parts,
    started,
    statuses,
    summary,
    update,
)


def summary_of(minute: float, *components: Component) -> Snapshot:
    return Snapshot(Endpoint.SUMMARY, page(minute), (), components, "none")


def broken(**states: str) -> Reader:
    """Return a reader of whom components broke at minute 5, so that an incident of ours is open."""
    reader = started()
    reader.hold(summary(5, **states), 5, 5 + POLL)
    reader.edges.clear()
    return reader


def bodies(reader: Reader) -> list[str]:
    return [one.body for one in reader.ours[-1].incident.updates]


def test_a_component_broken_in_two_polls_is_an_incident_of_ours() -> None:
    reader = started()
    reader.hold(summary(5, chat="major_outage"), 5)
    assert reader.ours == []
    reader.hold(summary(5, chat="major_outage"), 5 + POLL)
    (own,) = reader.ours
    assert reader.edges == [(own.key, Edge.OPENED)]
    assert (own.tier, own.official_id, own.incident.impact) == (Tier.COMPONENTS, None, "critical")
    assert own.opened_at == at(5)
    assert own.incident.name == "Chat: major outage"
    assert bodies(reader) == [
        "The status page marks Chat as major outage. No incident has been written for it yet."
    ]


def test_one_bad_read_raises_nothing() -> None:
    reader = started()
    reader.read(summary(5, chat="major_outage"))
    reader.read(summary(5 + POLL))
    assert reader.ours == []


def test_the_second_look_and_the_lists_of_the_same_poll_are_not_another_poll() -> None:
    """A change in the summary makes the list be read at once, and a stale answer is looked at again."""
    reader = started()
    reader.hold(summary(5, chat="major_outage"), 5, 5 + 1 / 60)
    reader.read(listing(5, OLD), 5 + 2 / 60)
    assert reader.ours == []


@pytest.mark.parametrize(("seconds", "count"), [(4.9, 0), (5, 1)])
def test_a_poll_is_at_least_five_seconds_after_the_one_before(seconds: float, count: int) -> None:
    reader = started()
    reader.hold(summary(5, chat="major_outage"), 5, 5 + seconds / 60)
    assert len(reader.ours) == count


def test_it_began_when_the_first_component_broke_and_is_as_bad_as_the_worst() -> None:
    reader = started()
    reader.read(summary(5, api="degraded_performance"))
    reader.read(summary(5.02, api="degraded_performance", chat="partial_outage"))
    reader.read(summary(5.2, api="degraded_performance", chat="partial_outage"))
    assert reader.ours[0].opened_at == at(5)
    assert reader.ours[0].incident.impact == "major"


def test_a_component_that_alternates_between_two_broken_states_is_broken() -> None:
    reader = started()
    for number in range(4):
        state = "major_outage" if number % 2 else "partial_outage"
        reader.read(summary(5 + number * POLL, chat=state))
    assert len(reader.ours) == 1


def test_a_flapping_component_is_one_incident() -> None:
    reader = broken(chat="major_outage")
    for number in range(20):
        state = "major_outage" if number % 2 else "operational"
        reader.hold(summary(6 + number, chat=state), 6 + number, 6 + number + POLL)
    (own,) = reader.ours
    assert own.is_open
    assert marks(own) == ["start"]
    assert len(bodies(reader)) == 1


def test_all_unexplained_components_share_one_incident() -> None:
    reader = broken(chat="major_outage", api="degraded_performance")
    (own,) = reader.ours
    assert own.incident.name == "Chat: major outage, API (api.example.com): degraded performance"
    assert bodies(reader)[0].startswith(
        "The status page marks Chat as major outage; API (api.example.com) as degraded performance."
    )


def test_many_components_are_counted_in_the_title_and_named_in_the_words() -> None:
    many = tuple(component(f"part{number:02}", "major_outage") for number in range(30))
    reader = started()
    reader.hold(summary_of(5, *parts(), *many), 5, 5 + POLL)
    assert reader.ours[0].incident.name == "part00, part01, part02, part03 and 26 more: major outage"
    assert "part29" in bodies(reader)[0]


def test_another_component_is_told_in_the_same_incident() -> None:
    reader = broken(chat="partial_outage")
    reader.hold(summary(9, chat="partial_outage", code="partial_outage"), 9)
    assert len(bodies(reader)) == 1
    reader.hold(summary(9, chat="partial_outage", code="partial_outage"), 9 + POLL)
    (own,) = reader.ours
    assert statuses(own) == {"chat": "partial_outage", "code": "partial_outage"}
    assert [update.created_at for update in own.incident.updates] == [at(5), at(9 + POLL)]
    assert marks(own) == ["start"]


def test_another_component_that_alternates_between_two_broken_states_is_told_too() -> None:
    reader = broken(chat="partial_outage")
    for number in range(3):
        state = "major_outage" if number % 2 else "degraded_performance"
        reader.read(summary(9 + number * POLL, chat="partial_outage", code=state))
    assert set(statuses(reader.ours[0])) == {"chat", "code"}


def test_getting_worse_is_a_worsening_once_it_lasts() -> None:
    reader = broken(chat="degraded_performance")
    reader.hold(summary(9, chat="major_outage"), 9)
    assert marks(reader.ours[0]) == ["start"]
    reader.hold(summary(9, chat="major_outage"), 9 + POLL)
    assert marks(reader.ours[0]) == ["start", "worse:critical"]
    assert reader.ours[0].incident.name == "Chat: major outage"


def test_getting_better_changes_the_name_and_brings_no_update() -> None:
    """A title must not go on saying what is no longer so."""
    reader = broken(chat="major_outage")
    reader.hold(summary(9, chat="degraded_performance"), 9, 9 + POLL)
    (own,) = reader.ours
    assert (own.incident.name, own.incident.impact) == ("Chat: degraded performance", "minor")
    assert own.highest_impact == "critical"
    assert [edge for _, edge in reader.edges] == [Edge.COMPONENTS, Edge.EDITED]
    assert len(bodies(reader)) == 1


def test_what_recovers_first_leaves_the_name() -> None:
    reader = broken(chat="major_outage", api="partial_outage")
    reader.hold(summary(9, api="partial_outage"), 9, 9 + POLL)
    assert reader.ours[0].incident.name == "API (api.example.com): partial outage"


def test_what_was_told_once_is_not_told_again() -> None:
    reader = broken(chat="major_outage", api="partial_outage")
    reader.hold(summary(9, api="partial_outage"), 9, 10)
    reader.hold(summary(11, chat="major_outage", api="partial_outage"), 11, 12)
    assert len(bodies(reader)) == 1


def test_it_ends_when_all_were_well_for_five_minutes() -> None:
    reader = broken(chat="major_outage", api="partial_outage")
    reader.hold(summary(9, api="partial_outage"), 9)
    reader.hold(summary(10), 10, 14.9)
    assert reader.ours[0].is_open
    reader.edges.clear()
    reader.hold(summary(10), 15)
    (own,) = reader.ours
    assert [one.id for one in own.incident.updates] == [f"{own.key}-1", f"{own.key}-2"]
    assert own.closed_at == at(10)
    assert bodies(reader)[-1] == "The status page marks Chat and API (api.example.com) as operational again."
    assert reader.edges == [(own.key, Edge.RESOLVED), (own.key, Edge.UPDATED)]


def test_it_ends_after_its_last_update_even_if_only_the_recovered_are_listed() -> None:
    reader = broken(chat="major_outage")
    reader.hold(summary(6, code="major_outage"), 6, 6 + POLL)
    reader.read(summary_of(20, component("chat"), component("api")))
    (own,) = reader.ours
    assert [one.created_at for one in own.incident.updates] == [at(5), at(6 + POLL), at(6 + POLL)]
    assert bodies(reader)[-1] == "The status page marks Chat as operational again. It no longer lists Code."


def test_a_component_that_is_removed_is_not_called_well() -> None:
    reader = broken(chat="major_outage")
    reader.read(summary_of(20, component("api")))
    assert bodies(reader)[-1] == "The status page no longer lists Chat."
    assert reader.ours[0].closed_at == at(20)


def test_a_component_that_goes_into_maintenance_is_not_called_well() -> None:
    reader = broken(chat="major_outage", api="major_outage")
    reader.hold(summary(9, chat="under_maintenance"), 9, 15)
    assert bodies(reader)[-1] == (
        "The status page marks Chat as under maintenance; API (api.example.com) as operational again."
    )
    assert statuses(reader.ours[0]) == {"chat": "under_maintenance", "api": "operational"}


def test_what_breaks_again_soon_continues_the_same_incident() -> None:
    reader = broken(chat="major_outage")
    reader.hold(summary(10), 10, 15)
    reader.hold(summary(20, chat="major_outage"), 20, 20 + POLL)
    (own,) = reader.ours
    assert own.is_open
    assert marks(own) == ["start", "resolved:1", "reopened:1"]
    assert own.marks[-1].kind is MarkKind.WORSENING


@pytest.mark.parametrize(("minute", "count"), [(24.9, 1), (25.1, 2)])
def test_soon_is_within_a_quarter_of_an_hour_of_its_end(minute: float, count: int) -> None:
    reader = broken(chat="major_outage")
    reader.hold(summary(10), 10, 15)
    reader.hold(summary(minute - POLL, chat="major_outage"), minute - POLL, minute)
    assert len(reader.ours) == count


def test_what_breaks_again_later_is_another_incident() -> None:
    reader = broken(chat="major_outage")
    reader.hold(summary(10), 10, 15)
    reader.hold(summary(26, chat="major_outage"), 26, 26 + POLL)
    assert [own.is_open for own in reader.ours] == [False, True]


def test_another_component_that_breaks_soon_after_is_another_incident() -> None:
    """Who follows the first must not be told that it was reopened."""
    reader = broken(chat="major_outage")
    reader.hold(summary(10), 10, 15)
    reader.hold(summary(16, code="major_outage"), 16, 16 + POLL)
    assert [own.component_ids for own in reader.ours] == [{"chat"}, {"code"}]


def test_a_restart_in_between_loses_nothing() -> None:
    """All there is to know is what was known."""
    reader = started()
    reader.hold(summary(5, chat="major_outage"), 5)
    after = Reader(Known(None, reader.known.components, None, reader.known.records, reader.known.watermarks))
    after.hold(summary(5, chat="major_outage"), 7)
    assert len(after.ours) == 1


def test_an_incident_that_appears_takes_ours_over() -> None:
    reader = broken(chat="major_outage")
    (own,) = reader.ours
    told = incident("a", update(9, "identified", change("chat", "major_outage")), impact="major")
    reader.read(summary(9, told, chat="major_outage"))
    assert (reader[own.key].official_id, reader[own.key].tier) == ("a", Tier.OFFICIAL)
    assert set(reader.known.records) == {own.key, "old"}
    assert reader.edges == [(own.key, Edge.UPDATED)]
    assert reader[own.key].opened_at == at(5)


def test_an_incident_that_names_no_component_is_taken_to_mean_the_broken_ones() -> None:
    reader = broken(chat="major_outage")
    reader.read(summary(9, incident("a", update(9)), chat="major_outage"))
    assert reader.ours[0].official_id == "a"
    reader.hold(summary(9, incident("a", update(9)), chat="major_outage"), 10, 11)
    assert len(reader.ours) == 1


def test_an_incident_about_another_component_does_not_take_ours_over() -> None:
    reader = broken(chat="major_outage")
    told = incident("a", update(9), components=(component("api", "partial_outage"),))
    reader.hold(summary(9, told, chat="major_outage", api="partial_outage"), 9, 10)
    assert reader.ours[0].official_id is None
    assert reader.ours[0].component_ids == {"chat"}
    assert reader["a"].also == ()


@pytest.mark.parametrize("turn", [1, -1])
def test_of_two_that_appear_at_once_the_one_that_names_it_takes_ours_over(turn: int) -> None:
    """A second official incident gets its own thread, whatever the order of the document."""
    reader = broken(chat="major_outage")
    naming = incident("b", update(9), components=(component("chat", "major_outage"),))
    both = (incident("a", update(8)), naming)[::turn]
    reader.read(summary(9, *both, chat="major_outage"))
    assert reader.ours[0].official_id == "b"
    assert reader["a"].official_id == "a"


def test_of_two_that_name_it_the_older_takes_ours_over() -> None:
    reader = broken(chat="major_outage")
    named = (component("chat", "major_outage"),)
    both = incident("a", update(9), components=named), incident("b", update(8), components=named)
    reader.read(summary(9, *both, chat="major_outage"))
    assert reader.ours[0].official_id == "b"
    assert reader["a"].official_id == "a"


def test_a_second_incident_later_does_not_take_over_what_is_taken() -> None:
    reader = broken(chat="major_outage")
    first = incident("a", update(8), components=(component("chat", "major_outage"),))
    reader.read(summary(9, first, chat="major_outage"))
    reader.read(summary(12, first, incident("b", update(11)), chat="major_outage"))
    assert (reader.ours[0].official_id, reader["b"].official_id) == ("a", "b")


@pytest.mark.parametrize("status", ["resolved", "scheduled"])
def test_what_is_over_or_planned_does_not_take_ours_over(status: str) -> None:
    reader = broken(chat="major_outage")
    named = (component("chat", "major_outage"),)
    build = maintenance if status == "scheduled" else incident
    reader.read(listing(9, build("a", update(9, status), components=named), OLD))
    assert reader.ours[0].official_id is None


def test_an_incident_known_before_does_not_take_ours_over() -> None:
    """Both have their threads by then; ours goes on until what it told of is well."""
    told = incident("a", update(-90), components=(component("api", "partial_outage"),))
    reader = started(told, api="partial_outage")
    reader.hold(summary(20, told, api="partial_outage", chat="major_outage"), 20, 20 + POLL)
    grown = incident("a", update(-90), update(25, "identified", change("chat", "major_outage")))
    reader.hold(summary(25, grown, api="partial_outage", chat="major_outage"), 25, 26)
    (own,) = reader.ours
    assert own.official_id is None
    assert len(bodies(reader)) == 1
    reader.hold(summary(30, grown, api="partial_outage"), 30, 35)
    assert not reader.ours[0].is_open


def test_the_folded_incident_ends_when_the_page_says_so() -> None:
    reader = broken(chat="major_outage")
    told = incident("a", update(9), components=(component("chat", "major_outage"),))
    reader.read(summary(9, told, chat="major_outage"))
    reader.hold(summary(10, told), 10, 30)
    assert reader.ours[0].is_open
    over = incident("a", update(9), update(31, "resolved"), components=(component("chat"),))
    reader.read(listing(31, over, OLD))
    assert reader.ours[0].closed_at == at(31)
    assert reader.read(listing(31, over, OLD), 40).written == frozenset()


def test_what_the_folded_incident_left_broken_is_its_line_and_no_second_incident() -> None:
    reader = broken(chat="major_outage")
    told = incident("a", update(9), components=(component("chat", "major_outage"),))
    reader.read(summary(9, told, chat="major_outage"))
    reader.read(listing(31, incident("a", update(9), update(30, "resolved")), OLD))
    reader.hold(summary(31, chat="major_outage"), 31, 60)
    assert len(reader.ours) == 1
    assert statuses(reader.ours[0]) == {"chat": "major_outage"}


def test_ours_and_an_unrelated_incident_go_on_side_by_side() -> None:
    reader = broken(chat="major_outage")
    told = incident("a", update(9), components=(component("api", "partial_outage"),))
    reader.read(summary(9, told, chat="major_outage", api="partial_outage"))
    reader.hold(summary(10, told, api="partial_outage"), 10, 15)
    assert [own.is_open for own in reader.ours] == [False]
    assert reader["a"].is_open


def test_before_the_first_read_there_is_nothing_to_watch() -> None:
    assert watch_components(Known(), at(0)).written == frozenset()
