"""The words of replies and short loud posts, as plain lines."""

from __future__ import annotations

import pytest

from bot.domain.message import plain_lines
from bot.domain.reply import reply
from bot.domain.status import Update
from tests.domain.builders import PAGE_URL, maintenance, update
from tests.mirror.stage import Stage, opened

LINK = "Open on status.example.com: https://status.example.com/incidents/a"


def lines(stage: Stage, shows: list[str], says: list[str]) -> list[str]:
    return plain_lines(reply(stage.record, PAGE_URL, shows, says))


def told(last: Update, impact: str = "major") -> Stage:
    stage = opened(update(0), impact="minor")
    stage.tell(80, last, impact=impact)
    return stage


@pytest.mark.parametrize(
    ("status", "headline"),
    [
        ("identified", "🟠 Identified: Trouble a"),
        ("monitoring", "🟠 Monitoring: Trouble a"),
        ("resolved", "🟢 Resolved: Trouble a"),
        ("postmortem", "🟢 Post-mortem: Trouble a"),
        ("half_done", "🟠 half done: Trouble a"),
    ],
)
def test_a_reply_quotes_its_update_under_the_word_of_that_moment(status: str, headline: str) -> None:
    assert lines(told(update(80, status)), ["u80"], []) == [
        headline,
        "4 May 2026 13:20 UTC",
        "> Words of 80.",
    ]


@pytest.mark.parametrize(
    ("impact", "headline", "line"),
    [
        ("major", "🔴 Identified: Trouble a", "Worse: now major impact"),
        ("critical", "🔴 Identified: Trouble a", "Worse: now critical impact"),
    ],
)
def test_a_worsening_stands_before_the_update_that_came_with_it(
    impact: str, headline: str, line: str
) -> None:
    stage = told(update(80, "identified"), impact)
    mark = stage.record.marks[-1].id
    assert lines(stage, ["u80"], [mark])[:2] == [headline, line]


def test_a_reply_keeps_the_mood_of_its_moment() -> None:
    stage = opened(update(0), impact="none")
    stage.tell(80, update(80, "identified"), impact="minor")
    before = lines(stage, ["u80"], ["worse:minor"])
    assert before[:2] == ["🟠 Identified: Trouble a", "Worse: now minor impact"]
    stage.tell(90, update(90), impact="critical")
    assert lines(stage, ["u80"], ["worse:minor"]) == before


def test_the_end_says_how_long_it_took() -> None:
    stage = told(update(80, "resolved"))
    assert lines(stage, ["u80"], ["resolved:1"])[:2] == [
        "🟢 Resolved: Trouble a",
        "Resolved after 1 h 20 min",
    ]


def test_a_short_post_has_the_word_and_the_link() -> None:
    stage = told(update(80, "resolved"))
    assert lines(stage, [], ["resolved:1"]) == ["🟢 Resolved after 1 h 20 min: Trouble a", LINK]
    stage = told(update(80, "identified"))
    assert lines(stage, [], ["worse:major"]) == ["🔴 Worse: now major impact: Trouble a", LINK]


def test_what_took_no_time_says_no_length() -> None:
    stage = opened(update(0, "resolved"))
    assert lines(stage, [], ["resolved:1"]) == ["🟢 Resolved: Trouble a", LINK]


def test_what_opens_again_says_so() -> None:
    stage = opened(update(0))
    stage.tell(9, update(9, "resolved"))
    stage.tell(50, update(50))
    assert lines(stage, ["u50"], ["reopened:1"])[:2] == ["🟠 Investigating: Trouble a", "Reopened"]


def test_a_start_needs_no_word_of_its_own() -> None:
    stage = opened(update(0))
    assert lines(stage, [], ["start"]) == ["🟠 Update: Trouble a", LINK]


def test_a_maintenance_is_completed_not_resolved_and_always_blue() -> None:
    done = maintenance("m", update(0, "scheduled"), update(90, "completed"))
    stage = opened(told=done, seen=90)
    assert lines(stage, ["u90"], ["resolved:1"])[:2] == [
        "🔵 Completed: Trouble m",
        "Completed after 1 h 30 min",
    ]
