"""Components and incidents are separate machines: which of the one speaks for which of the other."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.domain.status import REMOVED, Endpoint, Snapshot
from bot.domain.transitions import Edge
from tests.domain.builders import (
    OLD,
    POLL,
    Reader,
    also,
    at,
    change,
    component,
    incident,
    listing,
    maintenance,
    page,
    parts,
    plans,
    started,
    statuses,
    summary,
    update,
)

NAMING_CHAT = incident(
    "a", update(1, "investigating", change("chat")), components=(component("chat", "partial_outage"),)
)
NAMING_NONE = incident("a", update(1))
FLAGGED = update(1, "investigating", change("chat"))
ENDED = update(30, "resolved", change("chat", "operational", old="partial_outage"))


def summary_of(minute: float, *components: object, incidents: tuple[object, ...] = ()) -> Snapshot:
    return Snapshot(Endpoint.SUMMARY, page(minute), incidents, components, "none")  # type: ignore[arg-type]  # by name


def test_a_component_has_its_status_since_we_saw_it_change() -> None:
    reader = started()
    reader.hold(summary(5, chat="partial_outage"), 5, 6)
    reader.hold(summary(8, chat="major_outage"), 8)
    state = reader.known.components["chat"]
    assert (state.since, state.broken_since, state.begin_seen) == (at(8), at(5), True)
    reader.read(summary(9))
    state = reader.known.components["chat"]
    assert (state.since, state.broken_since) == (at(9), None)


def test_what_was_broken_when_we_first_looked_may_have_been_so_for_long() -> None:
    reader = started(chat="partial_outage")
    reader.read(summary(9, chat="major_outage"))
    assert not reader.known.components["chat"].begin_seen
    reader.read(summary(10))
    reader.read(summary(11, chat="major_outage"))
    assert reader.known.components["chat"].begin_seen


def test_a_maintenance_of_a_component_is_no_outage() -> None:
    reader = started(chat="under_maintenance")
    assert reader.known.components["chat"].broken_since is None


def test_a_renamed_component_is_the_same_one() -> None:
    reader = started(NAMING_CHAT, chat="partial_outage")
    renamed = component("chat", "partial_outage", name="Chat, renamed")
    reader.read(summary_of(5, renamed, incidents=(NAMING_CHAT,)))
    assert [one.name for one in reader["a"].affected] == ["Chat, renamed"]
    assert reader.known.components["chat"].broken_since == at(0)
    assert reader.ours == []


def test_a_regrouped_component_is_the_same_one() -> None:
    reader = started(NAMING_CHAT, chat="partial_outage")
    moved = (component("group", group=True), component("chat", "partial_outage", position=7))
    reader.hold(summary_of(5, *moved, incidents=(NAMING_CHAT,)), 5, 6)
    assert statuses(reader["a"]) == {"chat": "partial_outage"}
    assert reader.ours == []


def test_a_removed_component_is_not_called_well() -> None:
    reader = started(NAMING_CHAT, chat="partial_outage")
    reader.read(summary_of(5, *parts()[1:], incidents=(NAMING_CHAT,)))
    (one,) = reader["a"].affected
    assert (one.present, one.worst, one.broken) == (REMOVED, "partial_outage", False)


def test_a_removed_component_of_an_incident_long_over_changes_nothing_of_it() -> None:
    over = incident("a", FLAGGED, ENDED)
    reader = started()
    reader.read(listing(31, over, OLD))
    reader.edges.clear()
    reader.read(summary_of(40, *parts()[1:]))
    assert reader.edges == []


def test_a_component_no_summary_ever_listed_keeps_the_incidents_word() -> None:
    elsewhere = incident("a", update(1, "investigating", change("inner", "major_outage")))
    reader = started(elsewhere)
    reader.read(summary(5, elsewhere))
    assert statuses(reader["a"]) == {"inner": "major_outage"}


def test_the_components_of_an_open_incident_are_followed() -> None:
    reader = started(NAMING_CHAT, chat="partial_outage")
    reader.read(summary(5, NAMING_CHAT, chat="major_outage"))
    (one,) = reader["a"].affected
    assert (one.worst, one.present) == ("major_outage", "major_outage")
    assert reader.edges == [("a", Edge.COMPONENTS)]


def test_an_open_incident_stays_open_while_all_its_components_are_well() -> None:
    reader = started(NAMING_CHAT, chat="partial_outage")
    reader.read(summary(5, NAMING_CHAT, indicator="none"))
    assert reader["a"].is_open
    assert statuses(reader["a"]) == {"chat": "operational"}


def test_a_component_flagged_minutes_after_an_incident_belongs_to_it() -> None:
    reader = started(NAMING_CHAT, chat="partial_outage")
    reader.hold(summary(10, NAMING_CHAT, chat="partial_outage", api="partial_outage"), 10, 11)
    assert also(reader["a"]) == {"api": "partial_outage"}
    assert reader.ours == []
    assert reader["a"].component_ids == {"chat", "api"}


@pytest.mark.parametrize(("minute", "is_its"), [(15, True), (15.1, False)])
def test_a_quarter_of_an_hour_belongs_to_an_incident(minute: float, *, is_its: bool) -> None:
    reader = started(NAMING_CHAT, chat="partial_outage")
    reader.read(summary(minute, NAMING_CHAT, chat="partial_outage", api="partial_outage"))
    assert (also(reader["a"]) == {"api": "partial_outage"}) is is_its


def test_a_component_that_breaks_long_after_an_incident_does_not_belong_to_it() -> None:
    """One may be monitored for eighteen days; what breaks meanwhile must not go untold."""
    reader = started(NAMING_CHAT, chat="partial_outage")
    reader.hold(summary(20, NAMING_CHAT, chat="partial_outage", api="major_outage"), 20, 20 + POLL)
    assert also(reader["a"]) == {}
    assert [one.component_ids for one in reader.ours] == [{"api"}]


def test_while_an_incident_that_names_nothing_is_not_yet_monitored_all_that_breaks_is_its() -> None:
    reader = started(NAMING_NONE)
    reader.hold(summary(90, NAMING_NONE, chat="major_outage"), 90, 91)
    assert also(reader["a"]) == {"chat": "major_outage"}
    assert reader.ours == []


def test_once_it_is_monitored_what_breaks_is_news() -> None:
    reader = started(NAMING_NONE)
    monitored = incident("a", update(1), update(40, "monitoring"))
    reader.hold(summary(90, monitored, chat="major_outage"), 90, 90 + POLL)
    assert [one.component_ids for one in reader.ours] == [{"chat"}]


def test_what_was_put_down_to_an_incident_and_worsens_later_is_news() -> None:
    reader = started(NAMING_CHAT, chat="partial_outage", api="degraded_performance")
    assert also(reader["a"]) == {"api": "degraded_performance"}
    reader.hold(summary(60, NAMING_CHAT, chat="partial_outage", api="major_outage"), 60, 60 + POLL)
    assert also(reader["a"]) == {"api": "major_outage"}
    assert reader["a"].also[0].worst == "degraded_performance"
    assert [one.incident.name for one in reader.ours] == ["API (api.example.com): major outage"]


def test_what_was_put_down_to_an_incident_and_worsens_soon_is_its_own() -> None:
    reader = started(NAMING_CHAT, chat="partial_outage", api="degraded_performance")
    reader.hold(summary(9, NAMING_CHAT, chat="partial_outage", api="major_outage"), 9, 10)
    assert reader["a"].also[0].worst == "major_outage"
    assert reader.ours == []


def test_what_was_put_down_to_an_incident_recovered_and_breaks_again_later_is_news() -> None:
    reader = started(NAMING_CHAT, chat="partial_outage", api="major_outage")
    reader.read(summary(20, NAMING_CHAT, chat="partial_outage"))
    assert also(reader["a"]) == {"api": "operational"}
    reader.hold(summary(90, NAMING_CHAT, chat="partial_outage", api="degraded_performance"), 90, 91)
    assert [one.component_ids for one in reader.ours] == [{"api"}]


def test_a_named_component_that_worsens_is_the_incidents_affair() -> None:
    reader = started(NAMING_CHAT, chat="partial_outage")
    reader.hold(summary(600, NAMING_CHAT, chat="major_outage"), 600, 601)
    assert reader.ours == []


def test_of_two_incidents_the_newest_is_taken_to_mean_what_breaks() -> None:
    older = incident("a", update(1), components=(component("code", "partial_outage"),))
    newer = incident("b", update(5), components=(component("chat", "partial_outage"),))
    reader = started()
    reader.read(summary(6, older, newer, chat="partial_outage", api="partial_outage", code="partial_outage"))
    assert also(reader["b"]) == {"api": "partial_outage"}
    assert also(reader["a"]) == {}


def test_a_component_one_incident_names_is_put_down_to_no_other() -> None:
    naming_none = incident("b", update(5))
    reader = started()
    reader.read(summary(6, naming_none, NAMING_CHAT, chat="partial_outage"))
    assert also(reader["b"]) == {}


def test_a_group_only_repeats_what_its_members_are() -> None:
    reader = started(NAMING_NONE)
    whole = (component("group", "major_outage", group=True), component("chat", "major_outage"))
    reader.hold(summary_of(5, *whole, incidents=(NAMING_NONE,)), 5, 6)
    assert also(reader["a"]) == {"chat": "major_outage"}


def test_what_an_incident_left_broken_is_a_line_on_its_card_until_it_is_well() -> None:
    """Components then recover by hand, one by one, hours later."""
    reader = started(NAMING_CHAT, chat="partial_outage", api="degraded_performance")
    over = incident("a", FLAGGED, update(30, "resolved"))
    reader.read(summary(31, chat="partial_outage", api="degraded_performance"))
    reader.read(listing(31, over, OLD))
    reader.edges.clear()
    reader.hold(summary(31, chat="partial_outage", api="degraded_performance"), 32, 90)
    assert (statuses(reader["a"]), also(reader["a"])) == (
        {"chat": "partial_outage"},
        {"api": "degraded_performance"},
    )
    assert reader.edges == []
    reader.read(summary(120, api="degraded_performance"))
    reader.read(summary(150))
    assert (statuses(reader["a"]), also(reader["a"])) == ({"chat": "operational"}, {"api": "operational"})
    assert reader.edges == [("a", Edge.COMPONENTS), ("a", Edge.COMPONENTS)]
    assert reader.ours == []


def test_what_an_incident_left_broken_and_worsens_later_is_news() -> None:
    reader = started(NAMING_CHAT, chat="partial_outage")
    reader.read(listing(31, incident("a", FLAGGED, update(30, "resolved")), OLD))
    reader.hold(summary(90, chat="major_outage"), 90, 90 + POLL)
    assert [one.component_ids for one in reader.ours] == [{"chat"}]


def test_what_is_left_half_broken_and_gets_as_bad_as_it_once_was_is_news() -> None:
    """Worse than what was left over, though no worse than the incident had it at its worst."""
    worst = update(1, "investigating", change("chat", "major_outage"))
    named = (component("chat", "major_outage"),)
    reader = started(incident("a", worst, components=named), chat="major_outage")
    easing = incident(
        "a", worst, update(20, "monitoring"), components=(component("chat", "degraded_performance"),)
    )
    reader.read(summary(20, easing, chat="degraded_performance"))
    reader.read(listing(31, incident("a", worst, update(20, "monitoring"), update(30, "resolved")), OLD))
    reader.hold(summary(31, chat="degraded_performance"), 31, 60)
    assert reader.ours == []
    reader.hold(summary(90, chat="major_outage"), 90, 90 + POLL)
    assert [one.incident.impact for one in reader.ours] == ["critical"]


def test_what_an_incident_left_broken_got_well_and_breaks_again_is_news() -> None:
    reader = started(NAMING_CHAT, chat="partial_outage")
    reader.read(listing(31, incident("a", FLAGGED, ENDED), OLD))
    reader.read(summary(60))
    reader.hold(summary(90, chat="degraded_performance"), 90, 90 + POLL)
    assert [one.component_ids for one in reader.ours] == [{"chat"}]


def test_the_end_may_be_read_before_the_recovery() -> None:
    """The list is newer than the summary in the cache, which still has the component broken: no news."""
    reader = started(NAMING_CHAT, chat="partial_outage")
    reader.read(listing(30, incident("a", FLAGGED, ENDED), OLD))
    reader.hold(summary(29, NAMING_CHAT, chat="partial_outage"), 30 + POLL)
    assert reader.ours == []
    reader.read(summary(30 + 2 * POLL))
    assert statuses(reader["a"]) == {"chat": "operational"}
    assert not reader["a"].affected[0].is_left_over


def test_what_was_left_broken_is_seen_to_be_well_in_the_list_too() -> None:
    """Nothing but the state beside the closed incident has changed."""
    listed = (component("chat", "partial_outage"), component("api"))
    left = incident("a", FLAGGED, update(30, "resolved"), components=listed)
    reader = Reader()
    reader.read(listing(31, left, OLD))
    assert statuses(reader["a"]) == {"chat": "partial_outage", "api": "operational"}
    reader.read(listing(40, replace(left, components=(component("chat"), component("api"))), OLD))
    assert statuses(reader["a"]) == {"chat": "operational", "api": "operational"}


def test_a_withdrawn_incident_gets_no_worse() -> None:
    reader = started(NAMING_CHAT, chat="partial_outage")
    reader.hold(listing(5, OLD), 5, 6)
    reader.read(summary(9, chat="major_outage"))
    (one,) = reader["a"].affected
    assert (one.worst, one.present) == ("partial_outage", "major_outage")


def test_history_that_left_a_component_broken_explains_it() -> None:
    reader = Reader()
    reader.read(summary(0, chat="degraded_performance"))
    left = update(-30, "resolved", change("chat", "degraded_performance", old="major_outage"))
    reader.read(listing(0, incident("a", update(-60), left), OLD))
    reader.hold(summary(0, chat="degraded_performance"), POLL, 60)
    assert reader.ours == []


def test_a_reopened_incident_speaks_for_its_components_again() -> None:
    reader = started(NAMING_CHAT, chat="partial_outage")
    reader.read(listing(31, incident("a", FLAGGED, ENDED), OLD))
    reader.read(summary(31))
    again = incident("a", FLAGGED, ENDED, update(60, "identified"))
    reader.hold(summary(60, again, chat="major_outage"), 60, 61)
    assert statuses(reader["a"]) == {"chat": "major_outage"}
    assert reader.ours == []


@pytest.mark.parametrize("status", ["scheduled", "in_progress"])
def test_a_maintenance_speaks_for_nothing_broken(status: str) -> None:
    planned = maintenance("m", update(-60, status), components=(component("chat"),))
    reader = started()
    reader.read(plans(1, planned))
    reader.hold(summary(5, planned, chat="major_outage"), 5, 5 + POLL)
    assert [one.component_ids for one in reader.ours] == [{"chat"}]


def test_a_maintenance_does_not_take_a_component_from_the_incident_that_means_it() -> None:
    planned = maintenance("m", update(-60, "scheduled"), components=(component("chat"),))
    reader = started()
    reader.read(plans(1, planned))
    reader.hold(summary(5, NAMING_NONE, planned, chat="major_outage"), 5, 6)
    assert also(reader["a"]) == {"chat": "major_outage"}
    assert reader.ours == []


def test_a_maintenance_to_come_is_not_marked_with_an_outage_of_today() -> None:
    planned = maintenance("m", update(-60, "scheduled"), components=(component("chat"),))
    reader = started()
    reader.read(
        summary(5, replace(planned, components=(component("chat", "major_outage"),)), chat="major_outage")
    )
    assert [one.ever_broken for one in reader["m"].affected] == [False]


def test_a_maintenance_that_is_over_leaves_no_component_under_maintenance() -> None:
    begun = maintenance("m", update(0, "in_progress"), components=(component("chat", "under_maintenance"),))
    reader = started()
    reader.read(summary(5, begun, chat="under_maintenance"))
    reader.read(summary(125))
    done = maintenance("m", update(0, "in_progress"), update(120, "completed"))
    reader.read(plans(125, done))
    (one,) = reader["m"].affected
    assert (one.worst, one.present) == ("under_maintenance", "operational")


def test_maintenance_and_incident_go_on_side_by_side() -> None:
    begun = maintenance("m", update(0, "in_progress"), components=(component("chat", "under_maintenance"),))
    told = incident("a", update(4), components=(component("api", "partial_outage"),))
    reader = started()
    reader.hold(summary(5, told, begun, chat="under_maintenance", api="partial_outage"), 5, 6)
    assert (statuses(reader["m"]), statuses(reader["a"])) == (
        {"chat": "under_maintenance"},
        {"api": "partial_outage"},
    )
    assert reader.ours == []


def test_an_unknown_component_state_counts_as_broken() -> None:
    reader = started()
    reader.hold(summary(5, chat="on_fire"), 5, 5 + POLL)
    (own,) = reader.ours
    assert (own.incident.name, own.incident.impact) == ("Chat: on fire", "minor")
