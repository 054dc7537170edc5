"""Which words are loud, and how often."""

from __future__ import annotations

import pytest

from bot.domain.delivery import Origin, Send
from bot.domain.record import MarkKind
from bot.domain.subscription import Style
from tests.domain.builders import at, maintenance, update
from tests.mirror.stage import Stage, keys, loud, only, opened, words

START, WORSENING, RESOLVED = [MarkKind.START], [MarkKind.WORSENING], [MarkKind.RESOLVED]


def running(**fields: object) -> Stage:
    """Return a stage whose loud card is shown."""
    stage = opened(update(0), **fields)  # type: ignore[arg-type]  # settings of any type
    assert loud(stage.serve(0)) == START
    return stage


def test_an_update_alone_is_silent() -> None:
    stage = running()
    stage.tell(5, update(5, "identified"))
    assert loud(stage.serve(5)) == []


def test_a_higher_impact_is_loud_even_if_nobody_wrote_a_word() -> None:
    stage = running()
    stage.tell(5, impact="critical")
    steps = stage.serve(5)
    assert loud(steps) == WORSENING
    assert only(steps).post.shows == ()
    assert words(only(steps).post).splitlines()[0] == "🔴 Worse: now critical impact: Trouble a"


def test_a_lower_impact_is_no_news() -> None:
    stage = running(impact="major")
    stage.tell(5, impact="minor")
    assert keys(stage.serve(5)) == ["edit card"]


def test_what_is_over_is_loud() -> None:
    stage = running()
    stage.tell(5, update(5, "resolved"))
    assert loud(stage.serve(5)) == RESOLVED


def test_what_is_over_and_comes_back_is_loud_again() -> None:
    stage = running()
    stage.tell(5, update(5, "resolved"))
    stage.serve(5)
    stage.tell(50, update(50))
    steps = stage.serve(50)
    assert loud(steps) == WORSENING
    assert "Reopened" in words(only(steps).post)
    stage.tell(60, update(60, "resolved"))
    assert loud(stage.serve(60)) == RESOLVED


@pytest.mark.parametrize(("minute", "spoken"), [(34.9, []), (35, WORSENING)])
def test_a_kind_of_loud_word_comes_once_in_30_minutes(minute: float, spoken: list[MarkKind]) -> None:
    stage = running()
    stage.tell(5, impact="major")
    assert loud(stage.serve(5)) == WORSENING
    stage.tell(minute, impact="critical")
    assert loud(stage.serve(minute)) == spoken


def test_one_kind_does_not_silence_another() -> None:
    stage = running()
    stage.tell(1, impact="major")
    assert loud(stage.serve(1)) == WORSENING
    stage.tell(2, update(2, "resolved"))
    assert loud(stage.serve(2)) == RESOLVED


def test_a_word_told_silently_is_never_made_up_for() -> None:
    stage = running()
    stage.tell(5, impact="major")
    stage.serve(5)
    stage.tell(20, impact="critical")
    assert loud(stage.serve(20)) == []
    assert stage.serve(120) == []


def test_what_is_loud_is_decided_when_it_is_sent() -> None:
    stage = running()
    stage.tell(5, update(5), impact="major")
    first = stage.step(5)
    stage.tell(7, update(7, "resolved"))
    later = stage.step(7)
    assert isinstance(first, Send)
    assert isinstance(later, Send)
    assert first.post.loud == (MarkKind.WORSENING,)
    assert later.post.loud == (MarkKind.RESOLVED,)


def test_loudness_is_no_part_of_what_is_edited() -> None:
    """A mention, an echo or a quiet hour later on edits nothing."""
    stage = running()
    stage.tell(5, update(5, "resolved"), impact="major")
    stage.serve(5)
    stage.choose(echo=False)
    assert stage.serve(6) == []


def test_the_end_is_loud_only_where_a_start_was_told() -> None:
    """A start told silently counts: the channel shows it as open."""
    late = opened(update(0), since=3, due=3, origin=Origin.LATE)
    assert loud(late.serve(3)) == []
    late.tell(9, update(9, "resolved"))
    assert loud(late.serve(9)) == RESOLVED
    over = opened(update(0), update(9, "resolved"), seen=9)
    assert loud(over.serve(9)) == []


def test_a_post_mortem_after_an_end_that_was_told_is_silent() -> None:
    stage = running()
    stage.tell(5, update(5, "resolved"))
    stage.serve(5)
    stage.tell(300, update(300, "postmortem"))
    assert loud(stage.serve(300)) == []


def test_the_end_is_silent_where_the_start_was_given_up() -> None:
    """A card the platform never took said nothing."""
    stage = opened(update(0))
    step = stage.step(0)
    assert isinstance(step, Send)
    stage.refuse(step, 0)
    stage.tell(9, update(9, "resolved"))
    assert loud(stage.serve(9)) == []


def test_an_end_that_came_with_its_reopening_is_loud_and_is_one_post() -> None:
    stage = running()
    stage.tell(5, update(5, "resolved"))
    stage.serve(5)
    stage.tell(50, update(50))
    stage.tell(60, update(60, "resolved"))
    steps = stage.serve(60)
    assert loud(steps) == RESOLVED
    assert only(steps).post.says == ("reopened:1", "resolved:2")


@pytest.mark.parametrize("impact", ["maintenance", "none"])
def test_only_a_maintenance_is_never_loud(impact: str) -> None:
    stage = opened(update(0), impact=impact)
    spoken = loud(stage.serve(0))
    stage.tell(40, update(40, "resolved"))
    spoken += loud(stage.serve(40))
    stage.tell(80, update(80))
    spoken += loud(stage.serve(80))
    assert spoken == ([] if impact == "maintenance" else [*START, *RESOLVED, *WORSENING])


def test_a_maintenance_that_ends_is_silent() -> None:
    stage = opened(told=maintenance("m", update(0, "scheduled")), style=Style.CARD)
    stage.serve(0)
    done = maintenance("m", update(0, "scheduled"), update(60, "in_progress"), update(90, "completed"))
    stage.hear(90, done)
    assert loud(stage.serve(90)) == []
    assert stage.serve(91) == []


def test_what_began_with_the_impact_maintenance_is_loud_once_it_is_worse() -> None:
    stage = opened(update(0), impact="maintenance")
    stage.serve(0)
    stage.tell(5, update(5), impact="minor")
    assert loud(stage.serve(5)) == WORSENING


def test_an_outage_that_is_called_maintenance_in_the_end_still_ends_loudly() -> None:
    stage = running(impact="major")
    stage.tell(5, update(5, "resolved"), impact="maintenance")
    assert loud(stage.serve(5)) == RESOLVED


@pytest.mark.parametrize(("seen", "spoken"), [(365, RESOLVED), (366, [])])
def test_what_happened_more_than_six_hours_ago_is_told_silently(seen: float, spoken: list[MarkKind]) -> None:
    stage = running()
    stage.tell(seen, update(5, "resolved"))
    assert loud(stage.serve(seen)) == spoken


def test_what_was_seen_before_the_channel_subscribed_anew_is_silent() -> None:
    stage = running()
    stage.tell(5, impact="major")
    stage.subscribe_anew(6)
    assert loud(stage.serve(7)) == []


@pytest.mark.parametrize(
    ("style", "chosen", "echoed"),
    [
        (Style.THREAD, True, True),
        (Style.THREAD, False, False),
        (Style.CARD, True, False),
        (Style.POST, True, False),
    ],
)
def test_only_a_reply_that_says_resolved_is_echoed(style: Style, *, chosen: bool, echoed: bool) -> None:
    stage = running(style=style, echo=chosen)
    stage.tell(3, update(3), impact="major")
    assert not only(stage.serve(3)).post.echo
    stage.tell(5, update(5, "resolved"))
    assert only(stage.serve(5)).post.echo is echoed


def test_a_silent_end_is_not_echoed() -> None:
    stage = running()
    stage.tell(5, update(5, "resolved"))
    assert not only(stage.serve(400)).post.echo


def test_news_is_young_by_the_page_s_clock_not_by_ours() -> None:
    stage = running()
    stage.tell(500, update(20, "identified"), impact="major")
    assert stage.record.marks[-1].seen_at == at(500)
    assert loud(stage.serve(500)) == []
