"""What becomes of an incident that the page lists no more without having called it over."""

from __future__ import annotations

import pytest

from bot.domain.status import Snapshot
from bot.domain.transitions import Edge, absences
from tests.domain.builders import (
    OLD,
    Reader,
    at,
    component,
    incident,
    listing,
    maintenance,
    marks,
    plans,
    started,
    summary,
    update,
)

OPEN = incident("a", update(1))


def test_an_incident_that_two_lists_lack_is_withdrawn() -> None:
    reader = started(OPEN)
    reader.hold(listing(5, OLD), 5)
    assert reader["a"].is_open
    assert reader["a"].missing_since == at(5)
    reader.hold(listing(5, OLD), 6)
    assert reader.edges == [("a", Edge.WITHDRAWN)]
    assert reader["a"].withdrawn_at == at(6)
    assert marks(reader["a"]) == ["start"]


def test_a_withdrawn_incident_is_withdrawn_once() -> None:
    reader = started(OPEN)
    reader.hold(listing(5, OLD), 5, 6)
    reader.edges.clear()
    assert reader.hold(listing(5, OLD), 7, 9).written == frozenset()


def test_two_reads_less_than_a_minute_apart_are_as_one() -> None:
    reader = started(OPEN)
    assert reader.hold(listing(5, OLD), 5, 5.5, 5.98).written == frozenset()
    assert reader["a"].is_open


def test_the_same_list_told_to_be_unchanged_counts_as_one_more_read() -> None:
    reader = started(OPEN)
    reader.read(listing(5, OLD))
    change = absences(reader.known, listing(5, OLD), at(6))
    assert [transition.edge for transition in change.transitions] == [Edge.WITHDRAWN]


def test_a_list_that_reaches_less_far_back_says_nothing() -> None:
    """It holds fifty, ordered by the newest update; what is older has dropped out of it."""
    reader = started(OPEN)
    reader.hold(listing(50, incident("b", update(2), update(40, "resolved"))), 50, 60)
    assert reader["a"].missing_since is None


def test_a_list_reaches_as_far_back_as_its_oldest() -> None:
    """It is not quite in the order of our times."""
    reader = started(OPEN)
    newer, oldest = incident("b", update(2, "resolved")), incident("c", update(0.5, "resolved"))
    reader.hold(listing(50, newer, oldest, newer), 50, 60)
    assert reader["a"].withdrawn_at == at(60)


def test_a_list_that_reaches_just_as_far_back_says_nothing() -> None:
    """Of two with the same time either may have dropped out."""
    reader = started(OPEN)
    reader.hold(listing(50, incident("b", update(1, "resolved"))), 50, 60)
    assert reader["a"].missing_since is None


@pytest.mark.parametrize(
    "said",
    [
        pytest.param(listing(5), id="an empty list"),
        pytest.param(listing(5, OLD, complete=False), id="a list that could not all be read"),
        pytest.param(summary(5), id="the summary, which lists what is open"),
        pytest.param(plans(5, maintenance("m", update(-5000, "completed"))), id="the maintenances"),
    ],
)
def test_what_cannot_tell_does_not_tell(said: Snapshot) -> None:
    reader = started(OPEN)
    reader.hold(said, 5, 7)
    assert reader["a"].missing_since is None


def test_a_list_written_before_its_newest_update_cannot_tell() -> None:
    """A cache may serve an hour-old list while the summary is fresh; what is over is in no summary either."""
    reader = started()
    reader.read(summary(10, incident("a", update(10))))
    reader.read(summary(20), 20)
    reader.hold(listing(5, OLD), 20, 22)
    assert reader["a"].is_open
    over = incident("a", update(10), update(19, "resolved"))
    reader.read(listing(22, over, OLD), 23)
    assert reader.edges[-2:] == [("a", Edge.RESOLVED), ("a", Edge.UPDATED)]


def test_a_list_as_old_as_its_newest_update_can_tell() -> None:
    reader = started(OPEN)
    reader.hold(listing(1, OLD), 5, 7)
    assert reader["a"].withdrawn_at == at(7)


def test_a_list_that_does_not_say_how_old_it_is_is_believed() -> None:
    reader = started(OPEN)
    reader.hold(listing(None, OLD), 5, 7)
    assert reader["a"].withdrawn_at == at(7)


def test_what_the_summary_still_lists_is_not_missing() -> None:
    reader = started(OPEN)
    reader.hold(listing(5, OLD), 5)
    reader.hold(summary(5, OPEN), 5.5)
    assert reader["a"].missing_since is None
    reader.hold(listing(5, OLD), 6)
    assert reader["a"].is_open


def test_a_summary_told_to_be_unchanged_still_lists_what_it_listed() -> None:
    reader = started(OPEN)
    reader.read(listing(5, OLD))
    change = absences(reader.known, summary(0, OPEN), at(5.5))
    assert change.known.records["a"].missing_since is None
    assert change.transitions == ()


def test_what_returns_is_the_same_incident() -> None:
    reader = started(OPEN)
    reader.hold(listing(5, OLD), 5, 6)
    reader.edges.clear()
    reader.read(summary(9, OPEN))
    assert reader.edges == [("a", Edge.RETURNED)]
    assert reader["a"].is_open
    assert marks(reader["a"]) == ["start"]


def test_what_returns_as_over_is_over() -> None:
    reader = started(OPEN)
    reader.hold(listing(5, OLD), 5, 6)
    reader.edges.clear()
    reader.read(listing(9, incident("a", update(1), update(8, "resolved")), OLD))
    assert reader.edges == [("a", Edge.RESOLVED), ("a", Edge.UPDATED), ("a", Edge.RETURNED)]
    assert reader["a"].closed_at == at(8)


def test_what_was_only_missing_returns_without_a_word() -> None:
    reader = started(OPEN)
    reader.hold(listing(5, OLD), 5)
    reader.read(listing(6, OPEN, OLD))
    assert reader["a"].missing_since is None
    assert reader.edges == []


def test_a_closed_incident_that_drops_out_of_the_list_stays_closed() -> None:
    over = incident("a", update(1), update(3, "resolved"))
    reader = started()
    reader.read(listing(4, over, OLD))
    reader.hold(listing(5, OLD), 5, 7)
    assert reader["a"].withdrawn_at is None


def test_a_maintenance_taken_off_its_list_is_withdrawn() -> None:
    done, planned = maintenance("m0", update(-900, "completed")), maintenance("m1", update(-10, "scheduled"))
    reader = Reader()
    reader.read(plans(0, planned, done))
    reader.hold(plans(5, done), 5, 10)
    assert reader["m1"].withdrawn_at == at(10)


def test_our_own_incident_is_in_no_list_and_never_missing() -> None:
    reader = started()
    reader.hold(summary(1, chat="major_outage"), 1, 2)
    reader.hold(listing(5, OLD), 5, 7)
    (own,) = reader.ours
    assert own.is_open
    assert own.missing_since is None


def test_a_withdrawn_incident_speaks_for_nothing_any_more() -> None:
    """A duplicate is deleted, its components stay broken: that is news nobody else tells."""
    marked = incident("a", update(1), components=(component("chat", "major_outage"),))
    reader = started(marked, chat="major_outage")
    reader.hold(summary(5, chat="major_outage"), 5)
    reader.hold(listing(5, OLD), 5, 6)
    assert [own.incident.name for own in reader.ours] == ["Chat: major outage"]
