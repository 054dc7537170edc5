"""What a channel that unsubscribed is left with."""

from __future__ import annotations

from bot.domain.delivery import PostKind
from bot.domain.thread import UNFOLLOWED
from tests.domain.builders import update
from tests.mirror.stage import Stage, keys, opened, words


def left(*later: str) -> Stage:
    """Return a stage whose channel unsubscribed after the card and updates of the statuses *later*."""
    stage = opened(update(0))
    stage.serve(0)
    for minute, status in enumerate(later, 1):
        stage.tell(minute, update(minute, status))
        stage.serve(minute)
    stage.unsubscribe()
    return stage


def test_an_open_card_says_once_that_nobody_keeps_it_up_to_date() -> None:
    stage = left()
    (step,) = stage.serve(5)
    assert keys([step]) == ["edit card"]
    assert words(step.post).splitlines()[-1] == "No longer followed here."
    assert step.post.message.buttons == ()
    assert stage.delivery.conclusion == UNFOLLOWED


def test_nothing_changes_any_more_once_that_is_said() -> None:
    stage = left()
    stage.serve(5)
    stage.tell(9, update(9, "resolved"), impact="critical", name="Another name")
    thread = stage.thread(9)
    assert (thread.posts, thread.due_at, thread.conclusion) == ((), None, UNFOLLOWED)


def test_a_closed_card_stays_as_it_is() -> None:
    assert left("resolved").serve(5) == []


def test_a_card_that_missed_the_end_is_closed_before_nobody_follows_it() -> None:
    stage = opened(update(0))
    stage.serve(0)
    stage.tell(5, update(5, "resolved"))
    stage.unsubscribe()
    (step,) = stage.serve(6)
    assert step.post.message.headline.startswith("🟢")
    assert "No longer followed" not in words(step.post)


def test_replies_are_left_alone() -> None:
    thread = left("identified").thread(5)
    assert [post.kind for post in thread.posts] == [PostKind.CARD]


def test_what_was_never_sent_is_not_sent() -> None:
    stage = opened(update(0))
    stage.unsubscribe()
    assert stage.serve(1) == []
    assert stage.delivery.conclusion == UNFOLLOWED


def test_a_mute_does_not_hold_that_edit_back() -> None:
    stage = left()
    stage.mute(0, 60)
    assert keys(stage.serve(5)) == ["edit card"]
