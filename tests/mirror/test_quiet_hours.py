"""Hours in which a channel is silent, and whom its loud words call otherwise."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, time

import pytest

from bot.domain.record import MarkKind
from bot.domain.subscription import Mention, QuietHours, Style
from tests.domain.builders import at, update
from tests.mirror.stage import Stage, loud, only, opened

START = [MarkKind.START]
NIGHT = QuietHours(time(22), time(7), "Europe/Berlin")


def beginning(moment: datetime, *, impact: str = "major", quiet: QuietHours = NIGHT) -> Stage:
    """Return the stage of an incident that is written and seen at *moment*."""
    minute = (moment - at(0)).total_seconds() / 60
    return opened(update(minute), impact=impact, seen=minute, since=minute - 60, quiet_hours=quiet)


def heard(moment: datetime, **fields: object) -> list[MarkKind]:
    stage = beginning(moment, **fields)  # type: ignore[arg-type]  # an impact or the hours
    return loud(stage.serve((moment - at(0)).total_seconds() / 60))


@pytest.mark.parametrize(
    ("clock", "spoken"),
    [
        ("2026-05-04T19:59", START),
        ("2026-05-04T20:00", []),
        ("2026-05-04T23:30", []),
        ("2026-05-05T04:59", []),
        ("2026-05-05T05:00", START),
    ],
)
def test_quiet_hours_run_over_midnight_by_the_clock_of_their_zone(clock: str, spoken: list[MarkKind]) -> None:
    assert heard(datetime.fromisoformat(clock).replace(tzinfo=UTC)) == spoken


@pytest.mark.parametrize(
    ("clock", "spoken"),
    [
        ("2026-03-28T21:30", []),  # 22:30 in winter
        ("2026-03-28T20:30", START),  # 21:30 in winter
        ("2026-03-29T05:30", START),  # 07:30, the night the clocks went on
        ("2026-03-29T20:30", []),  # 22:30 in summer
        ("2026-10-25T05:30", []),  # 06:30, the night the clocks went back
    ],
)
def test_quiet_hours_follow_the_summer_time(clock: str, spoken: list[MarkKind]) -> None:
    assert heard(datetime.fromisoformat(clock).replace(tzinfo=UTC)) == spoken


@pytest.mark.parametrize(
    ("impact", "breaks", "spoken"),
    [("critical", True, START), ("critical", False, []), ("major", True, []), ("strange", True, START)],
)
def test_only_critical_breaks_quiet_hours_and_only_where_it_may(
    impact: str, *, breaks: bool, spoken: list[MarkKind]
) -> None:
    quiet = replace(NIGHT, critical_breaks=breaks)
    assert heard(datetime(2026, 5, 4, 23, tzinfo=UTC), impact=impact, quiet=quiet) == spoken


def test_what_was_told_in_a_quiet_hour_is_not_made_up_for() -> None:
    night = datetime(2026, 5, 4, 23, tzinfo=UTC)
    stage = beginning(night)
    assert loud(stage.serve((night - at(0)).total_seconds() / 60)) == []
    assert stage.serve((night - at(0)).total_seconds() / 60 + 500) == []


def test_quiet_hours_hold_back_no_word_only_the_echo_and_the_mention() -> None:
    stage = opened(update(0), mention=Mention("oncall"))
    stage.serve(0)
    stage.choose(quiet_hours=QuietHours(time(0), time(0), "UTC"))
    stage.tell(5, update(5), impact="critical")
    assert only(stage.serve(5)).post.mention == "oncall"
    stage.choose(quiet_hours=QuietHours(time(0), time(0), "UTC", critical_breaks=False))
    stage.tell(9, update(9, "resolved"))
    end = only(stage.serve(9)).post
    assert (end.shows, end.loud, end.echo) == (("u9",), (), False)


@pytest.mark.parametrize(
    ("impact", "least", "called"),
    [
        ("minor", "none", "oncall"),
        ("minor", "major", None),
        ("major", "major", "oncall"),
        ("critical", "major", "oncall"),
        ("none", "minor", None),
    ],
)
def test_a_mention_calls_from_its_impact_on(impact: str, least: str, called: str | None) -> None:
    stage = opened(update(0), impact=impact, mention=Mention("oncall", least))
    assert only(stage.serve(0)).post.mention == called


def test_a_worsening_calls_when_it_reaches_the_impact() -> None:
    stage = opened(update(0), mention=Mention("oncall", "critical"))
    assert only(stage.serve(0)).post.mention is None
    stage.tell(5, impact="critical")
    assert only(stage.serve(5)).post.mention == "oncall"


@pytest.mark.parametrize("style", list(Style))
def test_nobody_is_called_because_it_is_over(style: Style) -> None:
    stage = opened(update(0), mention=Mention("oncall"), style=style)
    stage.serve(0)
    stage.tell(5, update(5, "resolved"))
    end = only(stage.serve(5)).post
    assert end.loud == (MarkKind.RESOLVED,)
    assert end.mention is None


def test_a_silent_post_calls_nobody() -> None:
    stage = opened(update(0), mention=Mention("oncall"))
    assert only(stage.serve(400)).post.mention is None


def test_a_channel_without_a_mention_calls_nobody() -> None:
    assert only(opened(update(0)).serve(0)).post.mention is None
