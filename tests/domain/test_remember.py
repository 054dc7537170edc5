"""How an incident becomes a record, and what new tellings change in it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta, timezone

import pytest

from bot.domain.record import Affected, MarkKind, Record, Tier
from bot.domain.remember import merge, remember
from bot.domain.status import Incident, Update
from tests.domain.builders import at, change, component, incident, maintenance, marks, update

OPEN = incident("a", update(0))


def first_told(told: Incident, minute: float = 1) -> Record:
    return remember(None, told, at(minute), first=False)


def then(before: Record, told: Incident, minute: float) -> Record:
    return remember(before, told, at(minute), first=False)


def seen(record: Record) -> list[str]:
    return [update_id for update_id, _ in record.seen]


def parts(record: Record) -> dict[str, tuple[str, str]]:
    return {one.id: (one.worst, one.present) for one in record.affected}


def test_an_incident_is_remembered_under_its_id_with_a_start() -> None:
    one = first_told(OPEN)
    assert (one.key, one.official_id, one.tier) == ("a", "a", Tier.OFFICIAL)
    assert marks(one) == ["start"]
    assert (one.marks[0].at, one.marks[0].seen_at) == (at(0), at(1))


def test_telling_the_same_again_changes_nothing() -> None:
    one = first_told(OPEN)
    assert then(one, OPEN, 99) == one


def test_two_updates_at_once_are_both_new() -> None:
    one = then(first_told(OPEN), incident("a", update(0), update(5), update(6, "identified")), 7)
    assert seen(one) == ["u0", "u5", "u6"]
    assert one.seen_at("u5") == one.seen_at("u6") == at(7)


def test_an_edit_in_place_brings_no_new_update() -> None:
    edited = incident("a", update(0, body="Better words."), name="Better name")
    one = then(first_told(OPEN), edited, 9)
    assert seen(one) == ["u0"]
    assert (one.incident.name, one.incident.updates[0].body) == ("Better name", "Better words.")
    assert marks(one) == ["start"]


def test_an_update_deleted_on_the_page_stays_with_us() -> None:
    """Every update of any valid response is shown, and what was shown is not unsaid."""
    before = first_told(incident("a", update(0), update(5)))
    after = then(before, incident("a", update(0), updated_at=at(9)), 9)
    assert [one.id for one in after.incident.updates] == ["u0", "u5"]


def test_an_older_telling_only_adds_what_we_lacked() -> None:
    """A stale list after a newer summary."""
    newer = incident("a", update(0), update(9, "monitoring"), name="New name", impact="major")
    older = incident("a", update(0), update(4, "identified"), name="Old name", updated_at=at(4))
    merged = merge(newer, older)
    assert (merged.name, merged.status, merged.impact) == ("New name", "monitoring", "major")
    assert [one.id for one in merged.updates] == ["u0", "u4", "u9"]


def test_where_no_time_tells_which_is_older_the_newest_update_does() -> None:
    newer = incident("a", update(0), update(9, "resolved"), updated_at=None)
    older = incident("a", update(0), updated_at=at(4))
    assert merge(newer, older) == newer
    assert merge(older, newer) == newer


def test_a_stale_list_does_not_reopen_what_is_over() -> None:
    over = then(first_told(OPEN), incident("a", update(0), update(9, "resolved")), 10)
    assert then(over, OPEN, 11) == over


def test_a_higher_impact_is_a_worsening_even_without_an_update() -> None:
    raised = incident("a", update(0), impact="critical", updated_at=at(20))
    one = then(first_told(OPEN), raised, 30)
    assert marks(one) == ["start", "worse:critical"]
    assert one.marks[-1].kind is MarkKind.WORSENING
    assert (one.marks[-1].at, one.marks[-1].seen_at) == (at(20), at(30))


def test_a_silent_worsening_without_a_time_happened_when_we_saw_it() -> None:
    one = then(first_told(OPEN), incident("a", update(0), impact="major", updated_at=None), 30)
    assert one.marks[-1].at == at(30)


def test_a_worsening_told_by_several_updates_is_as_new_as_the_newest() -> None:
    told = incident("a", update(0), update(5), update(9), impact="major")
    assert then(first_told(OPEN), told, 30).marks[-1].at == at(9)


def test_a_worsening_never_lies_ahead_of_us() -> None:
    """The page's clock may go ahead of ours."""
    one = then(first_told(OPEN), incident("a", update(0), impact="major", updated_at=at(90)), 30)
    assert one.marks[-1].at == at(30)


def test_a_lower_impact_is_told_but_the_highest_is_remembered() -> None:
    one = then(first_told(incident("a", update(0), impact="major")), incident("a", update(0), update(5)), 6)
    assert (one.incident.impact, one.highest_impact, one.rank) == ("minor", "major", 2)
    assert marks(one) == ["start"]


def test_an_impact_lowered_and_raised_again_is_no_new_worsening() -> None:
    one = first_told(incident("a", update(0), impact="major"))
    one = then(one, incident("a", update(0), update(5)), 6)
    one = then(one, incident("a", update(0), update(5), update(8), impact="major"), 9)
    assert marks(one) == ["start"]


def test_each_step_up_is_a_worsening() -> None:
    one = first_told(incident("a", update(0), impact="none"))
    for minute, impact in ((2, "minor"), (4, "major"), (6, "critical")):
        one = then(one, incident("a", update(0), impact=impact, updated_at=at(minute)), minute)
    assert marks(one) == ["start", "worse:minor", "worse:major", "worse:critical"]


def test_an_impact_nobody_knows_does_not_replace_one_we_know() -> None:
    one = then(first_told(OPEN), incident("a", update(0), update(5), impact="odd"), 6)
    assert (one.incident.impact, one.highest_impact) == ("odd", "minor")
    assert marks(one) == ["start"]


def test_an_impact_we_know_replaces_one_nobody_knows() -> None:
    one = then(first_told(incident("a", update(0), impact="odd")), incident("a", update(0), update(5)), 6)
    assert one.highest_impact == "minor"
    assert marks(one) == ["start"]


def test_the_end_is_marked_with_its_own_time_not_the_postmortems() -> None:
    """Both may be seen at once after a downtime; "resolved after nine days" would be false."""
    over = incident("a", update(0), update(30, "resolved"), update(9000, "postmortem"))
    one = then(first_told(OPEN), over, 9001)
    assert marks(one) == ["start", "resolved:1"]
    assert (one.marks[-1].at, one.marks[-1].seen_at) == (at(30), at(9001))


def test_a_postmortem_after_the_end_is_one_more_update_and_no_second_end() -> None:
    over = then(first_told(OPEN), incident("a", update(0), update(30, "resolved")), 31)
    one = then(over, incident("a", update(0), update(30, "resolved"), update(900, "postmortem")), 901)
    assert marks(one) == ["start", "resolved:1"]
    assert seen(one)[-1] == "u900"
    assert one.closed_at == at(30)


def test_what_is_reopened_and_ended_again_is_marked_each_time() -> None:
    told = [update(0), update(10, "resolved"), update(20, "identified"), update(30, "resolved")]
    told += [update(40, "investigating"), update(50, "resolved")]
    one = first_told(incident("a", told[0]))
    for count in range(2, 7):
        one = then(one, incident("a", *told[:count]), count * 10)
    assert marks(one) == ["start", "resolved:1", "reopened:1", "resolved:2", "reopened:2", "resolved:3"]
    assert one.marks[2].kind is MarkKind.WORSENING
    assert one.closed_at == at(50)


def test_an_end_and_a_reopening_between_two_reads_leave_it_open() -> None:
    both = incident("a", update(0), update(10, "resolved"), update(12, "identified"))
    one = then(first_told(OPEN), both, 13)
    assert one.is_open
    assert marks(one) == ["start"]
    assert seen(one) == ["u0", "u10", "u12"]


def test_what_ends_does_not_worsen() -> None:
    one = then(first_told(OPEN), incident("a", update(0), update(5, "resolved"), impact="critical"), 6)
    assert marks(one) == ["start", "resolved:1"]
    assert one.highest_impact == "critical"


def test_a_maintenance_never_worsens() -> None:
    before = first_told(maintenance("m", update(0, "scheduled")))
    assert marks(then(before, replace(before.incident, impact="major", updated_at=at(5)), 6)) == ["start"]


def test_born_resolved_is_a_start_and_an_end_at_once() -> None:
    one = first_told(incident("a", update(600, "resolved"), created_at=at(-9000), resolved_at=at(-9000)), 601)
    assert marks(one) == ["start", "resolved:1"]
    assert (one.opened_at, one.closed_at) == (at(600), at(600))
    assert one.told_since == at(600)


def test_history_is_told_to_nobody() -> None:
    over = incident("a", update(0), update(30, "resolved"))
    assert remember(None, over, at(40), first=True).told_since is None


def test_first_seen_closed_is_told_to_those_subscribed_before_it_opened() -> None:
    assert first_told(incident("a", update(0), update(30, "resolved")), 40).told_since == at(0)


def test_what_is_new_about_a_closed_one_is_told_to_all_who_were_there_when_it_was_written() -> None:
    history = remember(None, incident("a", update(0), update(30, "resolved")), at(40), first=True)
    told = incident(
        "a", update(0), update(30, "resolved"), update(50, "postmortem"), update(60, "postmortem")
    )
    assert then(history, told, 61).told_since == at(60)


def test_an_edit_of_a_closed_one_changes_nothing_about_who_is_told() -> None:
    over = first_told(incident("a", update(0), update(30, "resolved")), 40)
    edited = incident("a", update(0), update(30, "resolved", body="Edited."))
    assert then(over, edited, 50).told_since == at(0)


def test_one_that_ends_without_a_word_is_told_to_those_subscribed_by_its_last() -> None:
    silent = incident("a", update(0), status="resolved", resolved_at=at(9), updated_at=at(9))
    assert then(first_told(OPEN), silent, 10).told_since == at(0)


def test_while_open_it_is_told_to_everybody_so_there_is_no_such_time() -> None:
    assert first_told(OPEN).told_since is None


def test_what_was_missing_or_withdrawn_is_neither_once_the_page_tells_of_it() -> None:
    gone = replace(first_told(OPEN), missing_since=at(5), withdrawn_at=at(6))
    assert then(gone, OPEN, 7) == first_told(OPEN)


def test_affected_grows_as_components_are_flagged() -> None:
    flagged = incident("a", update(0), update(8, "identified", change("chat"), change("api", "major_outage")))
    one = then(first_told(OPEN), flagged, 9)
    assert parts(one) == {
        "chat": ("partial_outage", "partial_outage"),
        "api": ("major_outage", "major_outage"),
    }


def test_the_state_before_counts_even_where_no_update_told_of_it() -> None:
    """`old_status` does not always equal the last `new_status`."""
    well = update(5, "resolved", change("chat", "operational", old="major_outage"))
    assert parts(then(first_told(OPEN), incident("a", update(0), well), 6)) == {
        "chat": ("major_outage", "operational")
    }


def test_components_that_stay_operational_are_named_and_not_affected() -> None:
    one = first_told(incident("a", update(0, "investigating", change("chat", "operational"))))
    assert [part.ever_broken for part in one.affected] == [False]


def test_components_listed_beside_an_open_incident_are_its_own() -> None:
    one = first_told(incident("a", update(0), components=(component("chat", "degraded_performance"),)))
    assert parts(one) == {"chat": ("degraded_performance", "degraded_performance")}


def test_components_listed_beside_a_closed_incident_tell_nothing_of_it() -> None:
    """Their states are today's."""
    one = first_told(incident("a", update(0, "resolved"), components=(component("chat", "major_outage"),)))
    assert parts(one) == {"chat": ("operational", "operational")}


def test_a_component_left_broken_is_seen_to_be_well_by_its_state_of_today() -> None:
    """Without it a card would call it broken for ever."""
    left = incident("a", update(0, "investigating", change("chat")), update(5, "resolved"))
    one = first_told(left)
    assert one.affected[0].is_left_over
    well = then(one, replace(left, components=(component("chat"),)), 50)
    assert parts(well) == {"chat": ("partial_outage", "operational")}
    assert not well.affected[0].is_left_over


def test_a_scheduled_maintenance_has_broken_nothing_yet() -> None:
    planned = maintenance("m", update(0, "scheduled"), components=(component("chat", "major_outage"),))
    assert parts(first_told(planned)) == {"chat": ("operational", "operational")}


def test_a_component_has_its_newest_name_while_the_incident_is_open() -> None:
    one = first_told(incident("a", update(0), components=(component("chat"),)))
    one = then(one, incident("a", update(0), components=(component("chat", name="Chat, renamed"),)), 5)
    assert one.affected[0].name == "Chat, renamed"


@pytest.mark.parametrize("status", ["investigating", "resolved"])
def test_an_update_without_components_changes_none(status: str) -> None:
    before = first_told(incident("a", update(0, "investigating", change("chat"))))
    after = then(before, incident("a", update(0, "investigating", change("chat")), update(5, status)), 6)
    assert parts(after) == parts(before)


def test_our_own_incident_becomes_the_official_one_and_keeps_its_key() -> None:
    """Rows, receipts and nonces stay."""
    own_update = Update("own-1-1", "investigating", "Marked.", at(0), (change("chat", "major_outage"),))
    own = Incident("own-1", "Chat: major outage", "investigating", "critical", at(0), updates=(own_update,))
    ours = replace(first_told(own), tier=Tier.COMPONENTS, official_id=None)
    told = incident("a", update(5), impact="major")
    one = then(ours, told, 6)
    assert (one.key, one.official_id, one.tier) == ("own-1", "a", Tier.OFFICIAL)
    assert (one.incident.name, one.incident.impact, one.highest_impact) == ("Trouble a", "major", "critical")
    assert [update.id for update in one.incident.updates] == ["own-1-1", "u5"]
    assert one.opened_at == at(0)
    assert then(one, told, 9) == one


def test_our_own_incident_stays_ours_while_nobody_else_tells_of_it() -> None:
    own = Incident("own-1", "Chat: major outage", "investigating", "critical", at(0))
    ours = replace(first_told(own), tier=Tier.COMPONENTS, official_id=None)
    one = then(ours, replace(own, name="Chat: degraded performance", impact="minor"), 6)
    assert (one.official_id, one.tier) == (None, Tier.COMPONENTS)


def test_an_official_incident_takes_over_though_our_own_word_is_newer() -> None:
    """Where the page gives no times, the two are not tellings of one thing that could be compared."""
    own = Incident("own-1", "Chat: major outage", "investigating", "critical", at(0), updates=(update(9),))
    ours = replace(first_told(own), tier=Tier.COMPONENTS, official_id=None)
    assert then(ours, incident("a", update(5), updated_at=None), 10).incident.id == "a"


def test_a_long_silence_is_no_end() -> None:
    """One incident was monitored for eighteen days."""
    one = first_told(incident("a", update(0, "monitoring")))
    assert then(one, one.incident, 18 * 24 * 60) == one
    assert one.is_open


def test_a_record_holds_the_worst_of_each_component() -> None:
    told = [update(0, "investigating", change("chat", "major_outage"))]
    told.append(update(5, "monitoring", change("chat", "degraded_performance", old="major_outage")))
    (one,) = first_told(incident("a", *told)).affected
    assert one == Affected("chat", "Chat", "major_outage", "degraded_performance", "degraded_performance")
    assert (one.ever_broken, one.broken) == (True, True)


def test_a_time_in_the_pages_own_zone_is_the_same_time() -> None:
    elsewhere = timezone(timedelta(hours=2))
    one = first_told(OPEN)
    shifted = replace(update(0), created_at=at(0).astimezone(elsewhere))
    assert then(one, incident("a", shifted), 6) == one
