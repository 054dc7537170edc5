"""The answer to "is Claude down?": what it says first, what follows, and what it never says."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.domain.answer import Answer, Word, answer
from bot.domain.health import Headline, Health
from bot.domain.message import Link, Tone, plain_lines
from bot.domain.record import Known, Tier
from bot.domain.status import Incident
from bot.domain.transitions import absorb
from tests.domain.builders import (
    OLD,
    PAGE_URL,
    POLL,
    Reader,
    at,
    change,
    component,
    incident,
    listing,
    maintenance,
    page,
    plans,
    seeing,
    started,
    summary,
    update,
)

CHAT_DOWN = incident(
    "a",
    update(2, "investigating", change("chat", "major_outage"), body="We are looking into it."),
    impact="major",
    components=(component("chat", "major_outage"),),
)


def asked(reader: Reader, minute: float, component_id: str | None = None) -> Answer:
    return answer(reader.known, seeing(minute), at(minute), PAGE_URL, component_id)


def lines(reader: Reader, minute: float, component_id: str | None = None) -> list[str]:
    return plain_lines(asked(reader, minute, component_id).message)


def title(reader: Reader, minute: float, component_id: str | None = None) -> str:
    return lines(reader, minute, component_id)[0]


def open_since(minute: float, *told: Incident, **states: str) -> Reader:
    """Return a reader who saw all well at midday, and *told* with the components' *states* at *minute*."""
    reader = started()
    reader.hold(summary(minute, *told, indicator="major", **states), minute, minute + POLL)
    return reader


def test_all_well_is_said_in_one_line() -> None:
    reader = started()
    assert lines(reader, 1) == [
        "🟢 Example is up",
        "  🟢 Chat: Operational",
        "  🟢 API (api.example.com): Operational",
        "  🟢 Code: Operational",
        f"Status page status.example.com: {PAGE_URL}",
        "Read from status.example.com 0 s ago, at 12:01 UTC",
    ]


def test_the_whole_answer_while_something_is_down() -> None:
    assert lines(open_since(2.2, CHAT_DOWN, chat="major_outage"), 14.2) == [
        "🔴 Chat is down (12 min, official), API and Code are up",
        "  🔴 Chat: Major outage, for 12 min",
        "  🟢 API (api.example.com): Operational",
        "  🟢 Code: Operational",
        "Trouble a",
        "Investigating · major impact · since 4 May 2026 12:02 UTC (12 min), official",
        "Latest update · 4 May 2026 12:02 UTC",
        "> We are looking into it.",
        f"Incident {PAGE_URL}/incidents/a",
        f"Status page status.example.com: {PAGE_URL}",
        "Read from status.example.com 0 s ago, at 12:14 UTC",
    ]


def test_an_answer_offers_to_share_it_and_to_be_alerted() -> None:
    buttons = asked(started(), 1).message.buttons
    assert [(button.action, button.value) for button in buttons] == [("share", ""), ("subscribe", "")]
    assert asked(started(), 1, "api").message.buttons[0].value == "api"


def test_an_answer_names_what_it_was_made_from() -> None:
    found = asked(open_since(2.2, CHAT_DOWN, chat="major_outage"), 14)
    assert found.word is Word.DOWN
    assert [state.component.id for state in found.components] == ["chat", "api", "code"]
    assert [record.key for record in found.incidents] == ["a"]
    assert found.maintenances == ()


@pytest.mark.parametrize(
    ("states", "word", "tone", "first"),
    [
        (
            {"chat": "major_outage"},
            Word.DOWN,
            Tone.RED,
            "Chat is down (12 min, by component status), API and Code are up",
        ),
        (
            {"chat": "major_outage", "api": "major_outage"},
            Word.DOWN,
            Tone.RED,
            "Chat and API are down (12 min, by component status), Code is up",
        ),
        (
            {"chat": "major_outage", "api": "partial_outage", "code": "degraded_performance"},
            Word.DOWN,
            Tone.RED,
            "Chat is down (12 min, by component status), API has a partial outage, Code is degraded",
        ),
        (
            {"api": "partial_outage", "code": "partial_outage"},
            Word.PROBLEM,
            Tone.AMBER,
            "API and Code have a partial outage (12 min, by component status), Chat is up",
        ),
        (
            {"api": "degraded_performance", "code": "degraded_performance"},
            Word.PROBLEM,
            Tone.AMBER,
            "API and Code are degraded (12 min, by component status), Chat is up",
        ),
        (
            {"code": "on_fire"},
            Word.PROBLEM,
            Tone.AMBER,
            "Code is marked “on fire” (12 min, by component status), Chat and API are up",
        ),
        (
            {"code": "on_fire", "api": "on_fire", "chat": "under_maintenance"},
            Word.PROBLEM,
            Tone.AMBER,
            "API and Code are marked “on fire” (12 min, by component status), Chat is under maintenance",
        ),
        (
            {"code": "under_maintenance"},
            Word.MAINTENANCE,
            Tone.BLUE,
            "Code is under maintenance, Chat and API are up",
        ),
        (
            {"code": "under_maintenance", "chat": "under_maintenance"},
            Word.MAINTENANCE,
            Tone.BLUE,
            "Chat and Code are under maintenance, API is up",
        ),
    ],
)
def test_the_first_line_says_what_is_not_well_and_what_is(
    states: dict[str, str], word: Word, tone: Tone, first: str
) -> None:
    reader = open_since(2, **states)
    found = asked(reader, 14)
    assert (found.word, found.message.tone, found.message.title) == (word, tone, first)


def test_three_that_are_up_are_named() -> None:
    reader = started()
    many = tuple(component(f"part{number}") for number in range(3))
    reader.read(replace(summary(2), components=(component("chat", "major_outage"), *many)))
    assert title(reader, 2.5).endswith("part0, part1 and part2 are up")


def test_an_age_is_that_of_what_broke_first() -> None:
    reader = started()
    reader.read(summary(2, chat="major_outage"))
    reader.read(summary(9, chat="major_outage", code="major_outage"))
    assert title(reader, 14) == "🔴 Chat and Code are down (12 min, by component status), API is up"


def test_what_the_page_wrote_an_incident_for_in_part_is_official_in_part() -> None:
    named = incident(
        "a", update(2, "investigating", change("chat", "major_outage"), change("api", "operational"))
    )
    reader = open_since(2.2, named, chat="major_outage", code="major_outage")
    found = lines(reader, 14.2)
    assert found[0] == "🔴 Chat and Code are down (12 min, official in part), API is up"
    assert found[1] == "No incident on the page names Code."


def test_more_than_three_that_are_up_are_everything_else() -> None:
    reader = started()
    many = tuple(component(f"part{number}") for number in range(6))
    said = replace(summary(2, chat="major_outage"), components=(component("chat", "major_outage"), *many))
    reader.read(said)
    assert title(reader, 3) == "🔴 Chat is down (1 min, by component status), everything else is up"


def test_a_first_line_names_three_components_at_most() -> None:
    reader = started()
    many = tuple(component(f"part{number}", "major_outage") for number in range(6))
    reader.read(replace(summary(2), components=many))
    assert title(reader, 3) == "🔴 part0, part1 and 4 more are down (at least 1 min, by component status)"


def test_the_age_is_that_of_the_breaking_not_of_an_old_incident_that_names_it() -> None:
    """One incident was monitored for eighteen days."""
    old = incident("a", update(-26_000, "monitoring", change("chat")), components=(component("chat"),))
    reader = Reader()
    reader.read(summary(0, old))
    reader.read(summary(10, old, chat="major_outage"))
    assert title(reader, 15) == "🔴 Chat is down (5 min, official), API and Code are up"


def test_the_age_is_counted_from_the_updates_own_time() -> None:
    reader = started()
    told = incident("a", update(2, "investigating", change("chat", "major_outage")))
    reader.read(summary(9, told, chat="major_outage"))
    assert title(reader, 14) == "🔴 Chat is down (12 min, official), API and Code are up"


def test_an_update_of_an_earlier_breaking_does_not_age_a_new_one() -> None:
    reader = started()
    told = incident("a", update(2, "investigating", change("chat", "major_outage")))
    reader.read(summary(3, told, chat="major_outage"))
    reader.read(summary(60, told))
    reader.read(summary(90, told, chat="major_outage"))
    assert title(reader, 95) == "🔴 Chat is down (5 min, official), API and Code are up"


def test_an_update_that_called_it_well_ends_the_age() -> None:
    reader = started()
    told = [update(2, "investigating", change("chat", "major_outage"))]
    told += [
        update(30, "monitoring", change("chat", "operational")),
        update(60, "identified", change("chat")),
    ]
    reader.read(summary(61, incident("a", *told), chat="partial_outage"))
    assert title(reader, 65).startswith("🟠 Chat has a partial outage (5 min, official)")


def test_at_the_first_look_the_incidents_word_tells_the_age() -> None:
    reader = started(CHAT_DOWN, chat="major_outage")
    assert title(reader, 14) == "🔴 Chat is down (12 min, official), API and Code are up"


def test_at_the_first_look_an_incident_without_component_changes_is_the_best_word() -> None:
    """`affected_components` is often null."""
    told = incident("a", update(-20), components=(component("chat", "major_outage"),))
    reader = started(told, chat="major_outage")
    assert title(reader, 10) == "🔴 Chat is down (30 min, official), API and Code are up"


def test_at_the_first_look_nobody_knows_the_age_of_what_no_incident_names() -> None:
    reader = started(chat="major_outage")
    assert title(reader, 0.5) == "🔴 Chat is down (by component status), API and Code are up"
    assert title(reader, 9) == "🔴 Chat is down (at least 9 min, by component status), API and Code are up"
    assert lines(reader, 9)[3] == "  🔴 Chat: Major outage, for at least 9 min"


def test_what_has_just_broken_is_said_to_be_new() -> None:
    assert "(less than 1 min, official)" in title(open_since(2.2, CHAT_DOWN, chat="major_outage"), 2.5)


def test_an_open_incident_is_no_green_though_every_component_is() -> None:
    reader = open_since(3, incident("a", update(2, "identified"), name="Odd errors"))
    found = lines(reader, 62)
    assert found[0] == "🟠 Example has an open incident (1 h, identified): Odd errors"
    assert found[1] == "The page marks no component as broken although an incident is open."
    assert asked(reader, 62).word is Word.PROBLEM


def test_of_several_incidents_the_gravest_is_named_first() -> None:
    """Of equal ones that which is not monitored yet, then the newest."""
    told = [
        incident("a", update(1), impact="minor", name="Minor"),
        incident("b", update(2, "monitoring"), impact="major"),
    ]
    told += [
        incident("c", update(-500), impact="major", name="Older"),
        incident("d", update(3), impact="major"),
    ]
    told.append(replace(OLD, id="e", status="investigating", updates=(update(0.5),), impact="none"))
    reader = open_since(4, *told)
    found = lines(reader, 63)
    assert found[0] == "🟠 Example has 4 open incidents, the gravest (1 h, investigating): Trouble d"
    assert [record.key for record in asked(reader, 63).incidents] == ["d", "c", "b", "a", "e"]
    assert "and 2 more open incidents" in found
    assert f"Incident {PAGE_URL}/incidents/d" in found


def test_one_more_incident_is_one() -> None:
    told = [incident(f"i{number}", update(number)) for number in range(4)]
    assert "and 1 more open incident" in lines(open_since(5, *told), 6)


def test_three_incidents_are_all_there_are() -> None:
    told = [incident(f"i{number}", update(number)) for number in range(3)]
    assert not any("more open incident" in line for line in lines(open_since(5, *told), 6))


def test_an_incident_without_impact_is_named_and_all_is_up() -> None:
    reader = started()
    reader.read(summary(3, incident("a", update(2), impact="none", name="A word about billing")))
    found = lines(reader, 4)
    assert found[0] == "🟢 Example is up"
    assert "A word about billing" in found


def test_an_impact_that_was_lowered_is_told_with_what_it_was() -> None:
    reader = open_since(2.2, CHAT_DOWN, chat="major_outage")
    lowered = replace(CHAT_DOWN, impact="minor", updated_at=at(5))
    reader.read(summary(5, lowered, chat="degraded_performance", indicator="minor"))
    assert (
        "Investigating · minor impact (was major impact) · since 4 May 2026 12:02 UTC (7 min), official"
        in lines(reader, 9)
    )


def test_what_no_incident_names_is_said_to_be_so() -> None:
    named = incident("a", update(-60, "investigating", change("api", "partial_outage")))
    reader = started(named, api="partial_outage")
    reader.read(summary(3, named, api="partial_outage", chat="major_outage", indicator="major"))
    assert "No incident on the page names Chat." in lines(reader, 4)


def test_our_own_incident_says_itself_that_there_is_none() -> None:
    found = lines(open_since(2, chat="major_outage"), 14)
    assert found[0] == "🔴 Chat is down (12 min, by component status), API and Code are up"
    assert "Chat: major outage" in found
    assert (
        "Investigating · critical impact · since 4 May 2026 12:02 UTC (12 min), by component status" in found
    )
    assert not any("No incident on the page names" in line for line in found)
    assert not any("/incidents/" in line for line in found)


def test_our_own_incident_is_no_trouble_while_it_waits_for_its_end() -> None:
    """Everything is well by the only word there is; to say "down" for five more minutes would be false."""
    reader = open_since(2, chat="major_outage")
    reader.read(summary(9))
    assert reader.ours[0].is_open
    assert title(reader, 10) == "🟢 Example is up"
    assert asked(reader, 10).incidents == ()


def test_where_only_the_indicator_is_bad_the_answer_says_so() -> None:
    reader = started()
    reader.read(summary(2, indicator="minor"))
    assert lines(reader, 3)[:2] == [
        "🟢 Example is up",
        "The page's indicator says “minor”, but nothing is broken and no incident has any impact.",
    ]


def test_where_only_the_indicator_is_good_the_answer_says_so() -> None:
    reader = started()
    reader.read(summary(3, CHAT_DOWN, chat="major_outage", indicator="none"))
    assert "The page's indicator says “none” all the same." in lines(reader, 4)


@pytest.mark.parametrize("indicator", ["none", "maintenance"])
def test_an_indicator_that_agrees_is_not_mentioned(indicator: str) -> None:
    reader = started()
    reader.read(summary(3, indicator=indicator))
    assert not any("indicator" in line for line in lines(reader, 4))


def test_an_indicator_is_not_held_against_one_component() -> None:
    reader = started()
    reader.read(summary(3, indicator="critical"))
    assert not any("indicator" in line for line in lines(reader, 4, "chat"))


def test_one_component_is_answered_alone() -> None:
    reader = open_since(2.2, CHAT_DOWN, chat="major_outage")
    assert title(reader, 14, "chat") == "🔴 Chat is down (12 min, official)"
    assert lines(reader, 14, "code")[:2] == ["🟢 Code is up", "  🟢 Code: Operational"]
    assert asked(reader, 14, "code").incidents == ()


def test_an_incident_that_names_no_component_concerns_each() -> None:
    reader = open_since(3, incident("a", update(2), name="Odd errors"))
    assert lines(reader, 5, "code")[:2] == [
        "🟠 Code has an open incident (3 min, investigating): Odd errors",
        "The page marks it as operational although an incident is open.",
    ]


def test_a_component_the_page_does_not_list_is_not_called_up() -> None:
    found = asked(started(), 1, "gone")
    assert (found.word, found.message.headline) == (Word.UNKNOWN, "⚪ Example lists no such component")


def test_where_no_component_is_known_nothing_is_called_up() -> None:
    """A folder of recorded lists knows components only through its incidents."""
    reader = Reader()
    reader.read(listing(1, OLD))
    assert (asked(reader, 2).word, title(reader, 2)) == (Word.UNKNOWN, "⚪ Example lists no components")
    reader.read(listing(3, incident("a", update(2), name="Odd errors"), OLD))
    assert lines(reader, 5)[:2] == [
        "🟠 Example has an open incident (3 min, investigating): Odd errors",
        "Odd errors",
    ]


def test_a_maintenance_under_way_is_said_and_named() -> None:
    reader = started()
    reader.read(plans(61, maintenance("m", update(60, "in_progress"), name="Storage upgrade")))
    found = asked(reader, 62)
    assert found.word is Word.MAINTENANCE
    assert found.message.headline == "🔵 Example is up, maintenance in progress: Storage upgrade"


def test_a_maintenance_to_come_is_listed_and_all_is_up() -> None:
    later = maintenance("m2", update(0, "scheduled"), name="Second", scheduled_for=at(900))
    reader = started()
    reader.read(plans(1, later, maintenance("m1", update(-9, "scheduled"), name="First")))
    found = lines(reader, 2)
    assert found[0] == "🟢 Example is up"
    assert found[4:7] == [
        "Maintenance",
        "  First · Scheduled · 4 May 2026 13:00 UTC to 4 May 2026 14:00 UTC",
        "  Second · Scheduled · 5 May 2026 03:00 UTC to 4 May 2026 14:00 UTC",
    ]


def test_maintenances_are_listed_in_the_order_of_their_plans() -> None:
    unplanned = maintenance(
        "m0", update(30, "scheduled"), name="Unplanned", scheduled_for=None, scheduled_until=None
    )
    later = maintenance("m1", update(0, "scheduled"), name="Later", scheduled_until=None)
    reader = started()
    reader.read(plans(31, later, unplanned))
    assert lines(reader, 32)[5:7] == ["  Unplanned · Scheduled", "  Later · Scheduled · 4 May 2026 13:00 UTC"]


def test_a_test_alert_is_no_trouble() -> None:
    reader = open_since(3, incident("a", update(2), impact="critical"))
    trial = replace(reader["a"], tier=Tier.TEST, official_id=None)
    reader.known = replace(started().known, records={"a": trial})
    assert title(reader, 4) == "🟢 Example is up"


def test_an_incident_without_updates_is_answered_without_a_quote() -> None:
    reader = open_since(3, incident("a", created_at=at(2), name="Odd errors"))
    assert not any(line.startswith(">") for line in lines(reader, 5))


def test_the_answer_is_grey_before_the_first_read() -> None:
    found = answer(Known(), Health(), at(0), PAGE_URL)
    assert (found.word, found.message.tone) == (Word.UNKNOWN, Tone.GREY)
    assert plain_lines(found.message) == [
        "⚪ Cannot say whether Claude is up: the status page cannot be read",
        "status.example.com was not read yet.",
        f"Status page status.example.com: {PAGE_URL}",
    ]


def test_the_answer_is_grey_after_three_failed_polls_and_says_what_was_last_known() -> None:
    reader = open_since(2.2, CHAT_DOWN, chat="major_outage")
    reader.read(plans(3, maintenance("m", update(1, "scheduled"), name="Storage upgrade")))
    health = Health(at(4), at(4.2), 3, "no route to it")
    found = answer(reader.known, health, at(9), PAGE_URL)
    assert found.incidents == ()
    assert plain_lines(found.message) == [
        "⚪ Cannot say whether Example is up: the status page cannot be read",
        "Could not read the status page since 4 May 2026 12:04 UTC: no route to it.",
        "Last known, from 4 May 2026 12:04 UTC (5 min ago):",
        "  Chat: Major outage",
        "  API (api.example.com): Operational",
        "  Code: Operational",
        "Trouble a · Investigating · major impact · since 4 May 2026 12:02 UTC",
        "Storage upgrade · Scheduled · 4 May 2026 13:00 UTC to 4 May 2026 14:00 UTC",
        f"Status page status.example.com: {PAGE_URL}",
    ]


def test_a_blind_answer_about_a_component_is_about_that_one() -> None:
    health = Health(at(4), at(4.2), 3)
    found = answer(started().known, health, at(9), PAGE_URL, "code")
    assert plain_lines(found.message)[:5] == [
        "⚪ Cannot say whether Code is up: the status page cannot be read",
        "Could not read the status page since 4 May 2026 12:04 UTC.",
        "Last known, from 4 May 2026 12:04 UTC (5 min ago):",
        "  Code: Operational",
        f"Status page status.example.com: {PAGE_URL}",
    ]


def test_a_blind_answer_lists_no_components_where_none_were_known() -> None:
    reader = Reader()
    reader.read(listing(1, incident("a", update(-5), name="Odd errors"), OLD))
    found = plain_lines(answer(reader.known, Health(at(4), at(4.2), 3), at(9), PAGE_URL).message)
    assert found[2:4] == [
        "Last known, from 4 May 2026 12:04 UTC (5 min ago):",
        "Odd errors · Investigating · minor impact · since 4 May 2026 11:55 UTC",
    ]


def test_two_failed_polls_are_no_blindness_yet() -> None:
    assert answer(started().known, Health(at(1), at(1.2), 2), at(2), PAGE_URL).word is Word.UP


def test_the_answer_is_grey_when_nobody_has_read_the_page_for_long() -> None:
    """A watcher that died fails no poll, and the page may ask us to stay away."""
    known = started().known
    assert answer(known, seeing(1), at(16), PAGE_URL).word is Word.UP
    found = answer(known, seeing(1), at(16.1), PAGE_URL)
    assert found.word is Word.UNKNOWN
    assert plain_lines(found.message)[1] == "Nobody has read the status page since 4 May 2026 12:01 UTC."


def test_the_feed_speaks_while_the_page_is_refused() -> None:
    told = [Headline(f"i{number}", f"Trouble {number}", "identified", at(0)) for number in range(4)]
    told.insert(0, Headline("i9", "Over", "resolved", at(0)))
    health = Health(failing_since=at(0), failures=3, reason="403", headlines=tuple(told))
    found = plain_lines(answer(Known(), health, at(1), PAGE_URL).message)
    assert found[2:6] == [
        "From the page's feed instead, which knows no component states:",
        "  Trouble 0 · Identified",
        "  Trouble 1 · Identified",
        "  Trouble 2 · Identified",
    ]
    assert found[6].startswith("Status page")


def test_a_feed_without_open_incidents_is_no_green() -> None:
    health = Health(failing_since=at(0), failures=3, headlines=(Headline("i9", "Over", "resolved", None),))
    found = answer(Known(), health, at(1), PAGE_URL)
    assert found.word is Word.UNKNOWN
    assert "  no open incident in the feed" in plain_lines(found.message)


def test_what_is_known_of_no_page_is_no_answer() -> None:
    known = replace(started().known, page=None)
    assert answer(known, seeing(1), at(1), PAGE_URL).word is Word.UNKNOWN


def test_an_answer_after_one_look_has_the_state_of_the_page() -> None:
    """`status` reads the summary once."""
    known = absorb(Known(), summary(9, CHAT_DOWN, chat="major_outage"), at(9.1)).known
    found = answer(known, seeing(9.1), at(9.1), PAGE_URL)
    assert found.message.title == "Chat is down (7 min, official), API and Code are up"


def test_the_answer_links_the_page() -> None:
    assert asked(started(), 1).message.link == Link("Status page status.example.com", page().url)


def test_a_left_over_component_is_broken_though_its_incident_is_over() -> None:
    reader = open_since(2.2, CHAT_DOWN, chat="major_outage")
    over = incident("a", *CHAT_DOWN.updates, update(30, "resolved"), impact="major")
    reader.read(summary(30, chat="degraded_performance", indicator="minor"))
    reader.read(listing(30, over, OLD), 31)
    assert lines(reader, 92)[:3] == [
        "🟠 Chat is degraded (1 h 29 min, by component status), API and Code are up",
        "No incident on the page names Chat.",
        "  🟡 Chat: Degraded performance, for 1 h 29 min",
    ]
