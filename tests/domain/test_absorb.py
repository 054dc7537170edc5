"""What a snapshot changes in what is known: new against old, in any order, at any age."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.domain.record import Known
from bot.domain.status import Endpoint, Snapshot
from bot.domain.transitions import EPOCH, Change, Edge, absorb, difference
from tests.domain.builders import (
    OLD,
    POLL,
    Reader,
    at,
    change,
    component,
    ids,
    incident,
    listing,
    maintenance,
    marks,
    page,
    parts,
    plans,
    started,
    statuses,
    summary,
    update,
)

OPEN = incident("a", update(1))
OVER = incident("a", update(1), update(30, "resolved"))


def test_a_new_time_of_the_page_is_no_news() -> None:
    """Half of all successive polls differ only in `page.updated_at`."""
    reader = started(OPEN)
    change = reader.read(summary(5, OPEN))
    assert (change.transitions, change.written) == ((), frozenset())
    assert change.known.page == page(5)


def test_a_mass_rewrite_is_no_news() -> None:
    history = [incident(f"i{n}", update(-900 - n), update(-800 - n, "resolved")) for n in range(49)]
    reader = started(*history)
    rewritten = [replace(one, updated_at=at(5)) for one in history]
    assert reader.read(listing(5, *rewritten, OLD)).written == frozenset()


def test_the_first_read_knows_open_incidents_and_keeps_closed_ones_as_history() -> None:
    reader = Reader()
    reader.read(summary(0, OPEN), 2)
    reader.read(listing(0, OPEN, incident("b", update(-60), update(-30, "resolved"))), 2)
    assert reader.edges == [("a", Edge.OPENED)]
    assert reader["b"].told_since is None


def test_an_incident_first_seen_closed_later_is_told() -> None:
    reader = started()
    reader.read(listing(40, OVER, OLD))
    assert reader.edges == [("a", Edge.OPENED)]
    assert reader["a"].told_since == at(1)


def test_a_born_resolved_incident_is_one_opening_and_nothing_else() -> None:
    reader = started()
    reader.read(listing(11, incident("a", update(10, "resolved"), resolved_at=at(-9000)), OLD))
    assert reader.edges == [("a", Edge.OPENED)]


def test_an_incident_that_left_the_summary_is_not_called_over() -> None:
    """It vanishes from there at once; what became of it stands in the list."""
    reader = started(OPEN)
    reader.read(summary(30))
    assert reader["a"].is_open
    assert reader.edges == []
    reader.read(listing(30, OVER, OLD), 31)
    assert reader.edges == [("a", Edge.RESOLVED), ("a", Edge.UPDATED)]


def test_an_update_wakes_the_incident() -> None:
    reader = started(OPEN)
    change = reader.read(summary(9, incident("a", update(1), update(8, "identified"))))
    assert reader.edges == [("a", Edge.UPDATED)]
    assert change.woken == change.written == {"a"}
    assert ids(change.records(change.woken)) == ["a"]


def test_a_repeated_status_is_an_update_all_the_same() -> None:
    reader = started(OPEN)
    reader.read(summary(9, incident("a", update(1), update(8))))
    assert reader.edges == [("a", Edge.UPDATED)]


def test_a_status_going_backwards_is_an_update_and_no_reopening() -> None:
    reader = started(incident("a", update(1, "monitoring")))
    reader.read(summary(9, incident("a", update(1, "monitoring"), update(8, "identified"))))
    assert reader.edges == [("a", Edge.UPDATED)]


def test_words_edited_in_place_are_an_edit() -> None:
    reader = started(OPEN)
    reader.read(summary(9, incident("a", update(1, body="In better words."))))
    assert reader.edges == [("a", Edge.EDITED)]


def test_a_silently_raised_impact_is_a_worsening() -> None:
    reader = started(OPEN)
    reader.read(summary(9, replace(OPEN, impact="critical", updated_at=at(9))))
    assert reader.edges == [("a", Edge.WORSENED), ("a", Edge.EDITED)]


def test_a_lowered_impact_is_an_edit() -> None:
    reader = started(replace(OPEN, impact="major"))
    reader.read(summary(9, replace(OPEN, updated_at=at(9))))
    assert reader.edges == [("a", Edge.EDITED)]


def test_a_reopening_is_one() -> None:
    reader = started(OPEN)
    reader.read(listing(31, OVER, OLD))
    reader.edges.clear()
    reader.read(summary(41, incident("a", update(1), update(30, "resolved"), update(40, "identified"))))
    assert reader.edges == [("a", Edge.REOPENED), ("a", Edge.UPDATED)]


def test_a_flagged_component_is_told() -> None:
    reader = started(replace(OPEN, components=(component("chat"),)))
    reader.read(
        summary(9, replace(OPEN, components=(component("chat", "major_outage"),)), chat="major_outage")
    )
    assert reader.edges == [("a", Edge.COMPONENTS)]


def test_a_recurring_name_is_another_incident() -> None:
    """92 names recur."""
    reader = started(incident("a", update(1), name="Elevated errors"))
    second = incident("b", update(5), name="Elevated errors")
    reader.read(summary(6, incident("a", update(1), name="Elevated errors"), second))
    assert reader.edges == [("b", Edge.OPENED)]


def test_an_older_snapshot_of_an_endpoint_changes_nothing() -> None:
    reader = started(OPEN)
    reader.read(listing(31, OVER, OLD))
    before = reader.known
    change = reader.read(listing(5, OPEN, OLD), 32)
    assert not change.accepted
    assert reader.known is before


def test_an_older_snapshot_of_another_endpoint_moves_nothing_back() -> None:
    """The summary and the list are cached apart, so either may be the older."""
    newer = incident("a", update(1), update(9, "monitoring"), impact="major")
    reader = started(OPEN)
    reader.read(summary(9, newer))
    reader.edges.clear()
    reader.read(listing(5, OPEN, OLD), 10)
    assert reader.edges == []
    assert reader["a"].incident == newer


def test_an_update_known_only_from_an_older_list_is_still_told() -> None:
    reader = started(OPEN)
    reader.read(summary(9, incident("a", update(1), update(9, "monitoring"))))
    reader.edges.clear()
    reader.read(listing(8, incident("a", update(1), update(7, "identified")), OLD), 10)
    assert reader.edges == [("a", Edge.UPDATED)]
    assert reader["a"].incident.status == "monitoring"


def test_an_open_incident_in_a_list_older_than_the_summary_is_not_told() -> None:
    """The newer summary would name it if it were open still. The next list has it with its end."""
    reader = Reader()
    reader.read(summary(31))
    reader.read(listing(20, OPEN, OLD), 31)
    assert "a" not in reader.known.records
    reader.read(listing(31, OVER, OLD), 32)
    assert not reader["a"].is_open


@pytest.mark.parametrize(("summary_at", "list_at"), [(None, 20), (20, None), (20, 20), (20, 21)])
def test_an_open_incident_of_a_list_that_is_no_older_is_told(
    summary_at: float | None, list_at: float | None
) -> None:
    reader = Reader()
    reader.read(summary(summary_at), 21)
    reader.read(listing(list_at, OPEN, OLD), 21)
    assert reader["a"].is_open


def test_a_page_that_gives_no_time_is_read_all_the_same() -> None:
    reader = Reader()
    reader.read(summary(None, OPEN), 2)
    reader.read(summary(None, incident("a", update(1), update(8, "identified"))), 9)
    assert reader["a"].incident.status == "identified"
    assert reader.known.watermarks == {Endpoint.SUMMARY.value: EPOCH}


def test_a_page_that_ceases_to_give_a_time_is_read_on() -> None:
    """One absent field must not make every later read look older."""
    reader = started(OPEN)
    change = reader.read(summary(None, incident("a", update(1), update(8, "identified"))), 9)
    assert change.accepted
    assert reader["a"].incident.status == "identified"
    assert not reader.read(summary(-5, OPEN), 10).accepted


def test_one_absurd_time_of_the_page_does_not_shut_us_off() -> None:
    reader = started()
    reader.read(summary(500_000), 1)
    assert reader.read(summary(12, OPEN)).accepted
    assert reader["a"].is_open


def test_the_page_may_be_somewhat_ahead_of_our_clock() -> None:
    reader = Reader()
    reader.read(summary(5), 0)
    assert not reader.read(summary(4), 0).accepted


def test_the_indicator_is_what_the_summary_said_last() -> None:
    reader = started()
    reader.read(summary(1, indicator="major"))
    reader.read(listing(2, OLD))
    assert reader.known.indicator == "major"


def test_an_update_known_for_long_does_not_come_back_with_a_repeated_snapshot() -> None:
    reader = started(OPEN)
    snapshot = summary(9, incident("a", update(1), update(8, "identified")))
    reader.read(snapshot)
    before = reader.known
    assert reader.read(snapshot, 60).transitions == ()
    assert reader.known == before


def test_what_is_equal_is_no_difference() -> None:
    known = started(OPEN).known
    same = replace(known, records={key: replace(record) for key, record in known.records.items()})
    assert difference(known, same, at(9)) == Change(same)


def test_changes_follow_each_other() -> None:
    first = absorb(Known(), summary(2, OPEN), at(2))
    second = absorb(first.known, summary(9, OPEN, incident("b", update(8))), at(9))
    both = first.then(second)
    assert both.known is second.known
    assert [one.key for one in both.transitions] == ["a", "b"]
    assert both.written == {"a", "b"}
    assert both.accepted
    assert not both.then(Change(both.known, accepted=False)).accepted


def test_a_maintenance_is_followed_from_plan_to_end() -> None:
    told = [
        update(0, "scheduled"),
        update(60, "in_progress"),
        update(110, "verifying"),
        update(120, "completed"),
    ]
    reader = started()
    for count in range(1, 5):
        minute = (told[count - 1].created_at - at(0)).total_seconds() / 60
        reader.read(plans(minute, maintenance("m", *told[:count])))
    assert reader.edges == [
        ("m", Edge.OPENED),
        ("m", Edge.UPDATED),
        ("m", Edge.UPDATED),
        ("m", Edge.RESOLVED),
        ("m", Edge.UPDATED),
    ]
    assert marks(reader["m"]) == ["start", "resolved:1"]


def test_a_page_of_another_make_is_understood() -> None:
    """incident.io imitates the API: no incident components, no affected ones, long ids, whole seconds."""
    ulid = "01M3Q4RK1SM4EMK445GGPG7C0N"
    parts_of_it = (component("01JMXBRMFEQW613TFE89F45035", "degraded_performance", name="Realtime"),)
    opened = Snapshot(Endpoint.SUMMARY, page(2), (incident(ulid, update(1)),), parts_of_it, "minor")
    reader = Reader()
    reader.read(replace(opened, incidents=(), page=page(0)))
    reader.read(opened)
    assert reader[ulid].component_ids == frozenset()
    reader.read(listing(9, incident(ulid, update(1), update(8, "resolved"))))
    assert not reader[ulid].is_open


def test_no_component_at_all_is_no_word_about_components() -> None:
    reader = started(chat="major_outage")
    reader.read(Snapshot(Endpoint.SUMMARY, page(1), (), (), "none"))
    assert reader.known.components["chat"].component.status == "major_outage"


def test_a_component_that_could_not_be_read_stays_as_it_was() -> None:
    reader = started(chat="major_outage")
    damaged = Snapshot(
        Endpoint.SUMMARY, page(1), (), parts()[1:], "none", quarantined=("component 1: no id",)
    )
    reader.read(damaged)
    assert reader.known.components["chat"].component.status == "major_outage"


def test_states_beside_an_incident_do_not_overrule_those_of_the_summary() -> None:
    """The list may be older or newer; only the summary says how components are, both remember the worst."""
    told = replace(OPEN, components=(component("chat", "partial_outage"),))
    reader = started(told, chat="partial_outage")
    reader.read(summary(5, told, chat="degraded_performance"))
    reader.edges.clear()
    reader.read(listing(5, replace(told, components=(component("chat", "major_outage"),)), OLD), 6)
    assert statuses(reader["a"]) == {"chat": "degraded_performance"}
    assert reader["a"].affected[0].worst == "major_outage"


def test_components_of_incidents_alone_are_known_through_them() -> None:
    """A folder of recorded lists knows no others."""
    reader = Reader()
    flagged = incident(
        "a", update(1, "investigating", change("chat")), components=(component("chat", "partial_outage"),)
    )
    reader.read(listing(2, flagged, OLD))
    assert statuses(reader["a"]) == {"chat": "partial_outage"}
    over = incident(
        "a",
        update(1, "investigating", change("chat")),
        update(30, "resolved"),
        components=(component("chat"),),
    )
    reader.read(listing(31, over, OLD))
    assert statuses(reader["a"]) == {"chat": "operational"}


def test_a_poll_later_nothing_is_new() -> None:
    reader = started(OPEN, chat="partial_outage")
    reader.hold(summary(0, OPEN, chat="partial_outage"), POLL, 2 * POLL, 3 * POLL)
    assert reader.edges == []
