"""Mutes of a channel and of one incident: what they hold back, and what comes at their end."""

from __future__ import annotations

from dataclasses import replace

from bot.domain.record import MarkKind
from bot.domain.subscription import Mention, Style
from bot.domain.thread import MUTED, MUTED_THROUGHOUT, TOO_OLD
from tests.domain.builders import at, maintenance, update
from tests.mirror.stage import OVERNIGHT, Stage, keys, loud, only, opened


def running(**settings: object) -> Stage:
    stage = opened(update(0), **settings)  # type: ignore[arg-type]  # settings of any type
    stage.serve(0)
    return stage


def test_a_muted_channel_keeps_its_card_right_and_gets_no_post() -> None:
    stage = running()
    stage.mute(1, 60)
    stage.tell(5, update(5, "identified"))
    assert keys(stage.serve(5)) == ["edit card"]
    assert stage.delivery.conclusion == MUTED
    assert stage.thread(5).due_at == at(60)


def test_a_red_card_turns_green_while_muted() -> None:
    stage = running()
    stage.mute(1, 60)
    stage.tell(5, update(5, "resolved"))
    steps = stage.serve(5)
    assert keys(steps) == ["edit card"]
    assert steps[0].post.message.headline.startswith("🟢")


def test_at_the_end_of_a_mute_what_was_missed_is_one_silent_post() -> None:
    stage = running(mention=Mention("oncall"))
    stage.mute(1, 60)
    stage.tell(5, update(5, "identified"), impact="critical")
    stage.tell(9, update(9, "monitoring"))
    stage.tell(40, update(40, "resolved"))
    stage.serve(40)
    steps = stage.serve(60)
    send = only(steps)
    assert send.post.shows == ("u5", "u9", "u40")
    assert (send.post.loud, send.post.mention, send.post.echo) == ((), None, False)
    assert stage.delivery.conclusion is None


def test_what_happens_after_a_mute_is_loud_though_it_stands_in_a_post_with_what_was_missed() -> None:
    stage = running()
    stage.mute(1, 60)
    stage.tell(5, impact="major")
    stage.serve(5)
    stage.tell(61, update(61, "resolved"))
    steps = stage.serve(61)
    assert keys(steps)[0] == "send worse:major"
    assert loud(steps) == [MarkKind.RESOLVED]


def test_in_style_card_a_mute_leaves_nothing_to_make_up_for() -> None:
    stage = running(style=Style.CARD)
    stage.mute(1, 60)
    stage.tell(5, update(5, "resolved"), impact="major")
    assert keys(stage.serve(5)) == ["edit card"]
    assert (stage.thread(5).due_at, stage.serve(60)) == (None, [])


def test_what_opened_and_closed_inside_a_mute_is_recorded_as_muted() -> None:
    stage = opened(update(10), seen=10)
    stage.mute(0, 60)
    assert stage.serve(10) == []
    stage.tell(30, update(30, "resolved"))
    assert stage.serve(30) == []
    thread = stage.thread(60)
    assert (thread.posts, thread.due_at, thread.conclusion) == ((), None, MUTED_THROUGHOUT)


def test_what_was_withdrawn_inside_a_mute_is_recorded_as_muted() -> None:
    stage = opened(update(10), seen=10)
    stage.mute(0, 60)
    stage.record = replace(stage.record, withdrawn_at=at(30))
    assert stage.thread(61).conclusion == MUTED_THROUGHOUT


def test_what_passed_inside_a_mute_stays_untold_when_another_mute_comes() -> None:
    stage = opened(update(10), seen=10)
    stage.mute(0, 60)
    stage.tell(30, update(30, "resolved"))
    stage.serve(30)
    stage.mute(100, 200)
    assert stage.serve(210) == []
    assert stage.delivery.conclusion == MUTED_THROUGHOUT


def test_what_passed_inside_a_mute_is_told_when_it_opens_again() -> None:
    stage = opened(update(10), seen=10)
    stage.mute(0, 60)
    stage.tell(30, update(30, "resolved"))
    stage.serve(30)
    stage.tell(90, update(90))
    assert keys(stage.serve(90)) == ["send card"]


def test_what_opened_before_a_mute_is_told_at_its_end() -> None:
    stage = opened(update(10), seen=10)
    stage.mute(11, 60)
    stage.tell(30, update(30, "resolved"))
    assert stage.thread(30).due_at == at(60)
    assert keys(steps := stage.serve(60)) == ["send card"]
    assert loud(steps) == []


def test_what_waited_already_when_a_mute_began_is_silent_at_its_end() -> None:
    """The platform was away, say, when it happened."""
    stage = opened(update(10), seen=10)
    stage.mute(11, 60)
    assert loud(stage.serve(60)) == []
    other = running()
    other.tell(5, impact="major")
    other.mute(6, 60)
    assert loud(other.serve(60)) == []


def test_what_a_mute_held_back_stays_silent_when_another_mute_follows_at_once() -> None:
    stage = running()
    stage.mute(1, 60)
    stage.tell(5, impact="major")
    stage.serve(5)
    stage.mute(61, 70)
    assert loud(stage.serve(70)) == []


def test_a_mute_that_is_lifted_ends_at_that_moment() -> None:
    stage = running()
    stage.mute(1, 60)
    stage.tell(5, impact="major")
    stage.serve(5)
    stage.mute(1, 10)
    assert loud(stage.serve(10)) == []
    stage.tell(11, update(11, "resolved"))
    assert loud(stage.serve(11)) == [MarkKind.RESOLVED]


def test_what_closed_after_a_mute_is_told() -> None:
    stage = opened(update(10), seen=10)
    stage.mute(0, 60)
    stage.tell(70, update(70, "resolved"))
    assert keys(stage.serve(70)) == ["send card"]


def test_what_is_over_for_24_hours_when_the_mute_ends_is_told_by_the_card_alone() -> None:
    stage = running()
    stage.mute(1, OVERNIGHT * 3)
    stage.tell(5, update(5, "resolved"))
    stage.serve(5)
    assert stage.thread(5).due_at == at(5 + OVERNIGHT)
    (card,) = stage.thread(5 + OVERNIGHT).posts
    assert card.shows == ("u0", "u5")
    assert keys(stage.serve(5 + OVERNIGHT)) == ["edit card"]
    assert (stage.thread(OVERNIGHT * 3).posts, stage.delivery.conclusion) == ((card,), None)


def test_what_is_over_for_24_hours_when_the_mute_ends_is_not_sent() -> None:
    stage = opened(update(0))
    stage.mute(-5, OVERNIGHT * 3)
    stage.delivery = replace(stage.delivery, created_at=at(-10))
    stage.tell(5, update(5, "resolved"))
    assert stage.thread(OVERNIGHT * 3).conclusion == TOO_OLD


def test_a_muted_incident_is_edited_until_it_is_over_and_then_told_silently() -> None:
    stage = running()
    stage.mute_incident(1)
    stage.tell(5, update(5, "identified"))
    assert keys(stage.serve(5)) == ["edit card"]
    assert (stage.thread(5).due_at, stage.delivery.conclusion) == (None, MUTED)
    stage.tell(9, update(9, "resolved"), impact="major")
    steps = stage.serve(9)
    assert keys(steps) == ["send update:u5", "edit card"]
    assert loud(steps) == []


def test_an_incident_muted_in_a_muted_channel_is_not_due_when_that_ends() -> None:
    stage = running()
    stage.mute(0, 60)
    stage.mute_incident(1)
    stage.tell(5, update(5))
    stage.serve(5)
    assert stage.serve(60) == []
    assert stage.delivery.conclusion == MUTED


def test_a_muted_maintenance_is_held_back_like_anything_else() -> None:
    stage = opened(told=maintenance("m", update(0, "scheduled")))
    stage.mute(-5, 60)
    assert stage.serve(0) == []
    assert keys(stage.serve(60)) == ["send card"]
