"""What was: the last incidents, and the share of time without one."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.history import METHOD, Span, history, merged, outage_spans, share_without, uptime
from bot.domain.message import plain_lines
from bot.domain.record import Affected, Record
from bot.domain.remember import remember
from bot.domain.status import Component, Incident
from bot.domain.transitions import absorb
from tests.domain.builders import at, change, component, incident, maintenance, page, started, summary, update

DAY = 24 * 60


def record(told: Incident, minute: float = 0) -> Record:
    return remember(None, told, at(minute), first=True)


def outage(key: str, begin: float, end: float, *components: str, impact: str = "major") -> Record:
    """Return an incident over from *begin* to *end*, in minutes, that broke *components*."""
    broke = update(begin, "investigating", *(change(one) for one in components))
    return record(incident(key, broke, update(end, "resolved"), impact=impact))


def lines_of(*records: Record, now: float = 10) -> list[str]:
    return plain_lines(history(records, page(), at(now)))


def uptimes(*records: Record, covered: float | None = -90 * DAY, now: float = 0) -> list[str]:
    """Return the lines of uptime with what each component is called cut to its id."""
    states = list(started().known.components.values())
    since = None if covered is None else at(covered)
    return plain_lines(uptime(records, states, page(), at(now), since))


def test_history_names_each_incident_with_its_impact_and_length() -> None:
    still_open = record(incident("b", update(5), impact="critical"))
    over = outage("a", -65, -1)
    assert lines_of(still_open, over) == [
        "🔵 Example: the last 2 incidents",
        "  🔴 4 May 2026 12:05 UTC Trouble b · critical impact · open for 5 min",
        "  🟢 4 May 2026 10:55 UTC Trouble a · major impact · 1 h 4 min",
        "All incidents: https://status.example.com/history",
    ]


def test_one_incident_is_one() -> None:
    assert lines_of(outage("a", -65, -1))[0] == "🔵 Example: the only incident known so far"


def test_no_incident_is_said_to_be_none_known() -> None:
    assert lines_of() == [
        "🔵 Example: no incident known yet",
        "All incidents: https://status.example.com/history",
    ]


def test_history_lists_ten() -> None:
    assert len(lines_of(*(outage(f"i{number}", -number, -number + 0.5) for number in range(1, 14)))) == 12


def test_what_was_born_resolved_has_no_length() -> None:
    assert lines_of(record(incident("a", update(-5, "resolved"))))[1].endswith(
        "minor impact · posted after the fact"
    )


def test_what_was_withdrawn_has_no_length_either() -> None:
    gone = replace(record(incident("a", update(-60))), withdrawn_at=at(0))
    assert lines_of(gone)[1].endswith("Trouble a · minor impact · withdrawn by the page")


def test_an_end_is_not_its_postmortem() -> None:
    told = incident("a", update(-9000), update(-8990, "resolved"), update(-5, "postmortem"))
    assert lines_of(record(told))[1].endswith("10 min")


def test_overlapping_incidents_count_once() -> None:
    """A tenth of thirty days: three days in which two overlap by one."""
    found = uptimes(outage("a", -20 * DAY, -18 * DAY, "chat"), outage("b", -19 * DAY, -17 * DAY, "api"))
    assert found[:5] == [
        "🔵 Example: uptime",
        "Last 7, 30, 90 days:",
        "  Overall: 100.00 % · 90.00 % · 96.66 %",
        "  Chat: 100.00 % · 93.33 % · 97.77 %",
        "  API (api.example.com): 100.00 % · 93.33 % · 97.77 %",
    ]
    assert METHOD in found


def test_an_open_incident_counts_until_now() -> None:
    open_one = record(incident("a", update(-0.7 * DAY, "investigating", change("chat"))))
    assert uptimes(open_one)[2] == "  Overall: 90.00 % · 97.66 % · 99.22 %"


def test_a_bad_minute_is_never_rounded_away() -> None:
    assert uptimes(outage("a", -60, -59, "chat"))[2] == "  Overall: 99.99 % · 99.99 % · 99.99 %"


def test_what_began_before_a_window_counts_for_its_part_inside() -> None:
    assert uptimes(outage("a", -8 * DAY, -6.3 * DAY, "chat"))[2].startswith("  Overall: 90.00 %")


def test_days_before_our_record_begins_are_left_out_and_said_to_be() -> None:
    found = uptimes(outage("a", -10 * DAY, -9 * DAY, "chat"), covered=-10 * DAY)
    assert found[2] == "  Overall: 100.00 % · 90.00 % · 90.00 %"
    assert "Our record begins 24 Apr 2026; earlier days are left out." in found


def test_a_full_record_needs_no_such_word() -> None:
    assert not any("Our record begins" in line for line in uptimes())


def test_without_any_record_nothing_is_claimed() -> None:
    found = uptimes(covered=None)
    assert found[2] == "  Overall: no data · no data · no data"


def test_a_group_has_no_uptime_of_its_own() -> None:
    said = replace(summary(1), components=(component("all", group=True), component("chat")))
    states = list(absorb(started().known, said, at(1)).known.components.values())
    found = plain_lines(uptime((), states, page(), at(2), at(-DAY)))
    assert [line.split(":")[0] for line in found[2:4]] == ["  Overall", "  Chat"]


@pytest.mark.parametrize(
    "not_counted",
    [
        pytest.param(outage("a", -60, -30, "chat", impact="none"), id="no impact"),
        pytest.param(
            record(maintenance("m", update(-60, "in_progress"), update(-30, "completed"))), id="maintenance"
        ),
        pytest.param(replace(record(incident("a", update(-60))), withdrawn_at=at(0)), id="withdrawn"),
    ],
)
def test_what_is_no_outage_is_not_counted(not_counted: Record) -> None:
    assert outage_spans([not_counted], None, at(0)) == []


def test_an_unknown_impact_is_counted() -> None:
    assert outage_spans([outage("a", -60, -30, "chat", impact="odd")], None, at(0)) == [
        Span(at(-60), at(-30))
    ]


def test_a_component_counts_what_broke_it_named_or_not() -> None:
    one = outage("a", -60, -30, "chat")
    put_down = Affected("api", "API", "major_outage", "operational")
    spared = Affected("code", "Code", "under_maintenance", "operational")
    one = replace(one, also=(put_down, spared))
    spans = [outage_spans([one], component_id, at(0)) for component_id in ("chat", "api", "code")]
    assert spans == [[Span(at(-60), at(-30))], [Span(at(-60), at(-30))], []]


def test_spans_that_touch_are_joined() -> None:
    spans = [Span(at(5), at(9)), Span(at(0), at(5)), Span(at(1), at(2)), Span(at(20), at(21))]
    assert merged(spans) == [Span(at(0), at(9)), Span(at(20), at(21))]


def test_an_empty_window_has_no_share() -> None:
    assert share_without([], Span(at(0), at(0))) is None
    assert share_without([Span(at(0), at(5))], Span(at(0), at(10))) == Fraction(1, 2)


MINUTES = st.tuples(st.integers(0, 500), st.integers(0, 100))


@given(st.lists(MINUTES, max_size=8))
def test_the_share_is_that_of_the_minutes_nobody_covers(pairs: list[tuple[int, int]]) -> None:
    spans = merged(Span(at(begin), at(begin + length)) for begin, length in pairs)
    down = {
        minute for begin, length in pairs for minute in range(begin, begin + length) if 100 <= minute < 300
    }
    assert share_without(spans, Span(at(100), at(300))) == 1 - Fraction(len(down), 200)


def test_a_component_newly_listed_is_called_by_its_name() -> None:
    state = absorb(
        started().known, replace(summary(1), components=(Component("x", "New", "operational"),)), at(1)
    )
    found = plain_lines(
        uptime((), list(state.known.components.values()), page(), at(2), at(2) - timedelta(days=1))
    )
    assert "  New: 100.00 % · 100.00 % · 100.00 %" in found
