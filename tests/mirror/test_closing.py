"""A reply of what is over closes the thread; whatever opens it again does not."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.domain.delivery import Post, PostKind, Send
from bot.domain.subscription import Style
from tests.domain.builders import at, update
from tests.mirror.stage import Stage, keys, only, opened


def running(**settings: object) -> Stage:
    stage = opened(update(0), **settings)  # type: ignore[arg-type]  # settings of any type
    stage.serve(0)
    return stage


def closing(stage: Stage) -> list[str]:
    """Return the keys of what was sent and closes."""
    return [post.key for post in stage.sends if post.closes]


def test_the_reply_that_ends_an_incident_closes_and_no_other_does() -> None:
    stage = running()
    for minute, status in ((5, "identified"), (9, "monitoring"), (20, "resolved")):
        stage.tell(minute, update(minute, status))
        stage.serve(minute)
    assert [post.kind for post in stage.sends] == [PostKind.CARD, *[PostKind.REPLY] * 3]
    assert closing(stage) == ["update:u20"]
    assert stage.sends[-1].echo


def test_what_ends_with_several_updates_at_once_is_closed_by_the_one_reply_of_them() -> None:
    stage = running()
    stage.tell(20, update(5, "identified"), update(9, "monitoring"), update(20, "resolved"))
    assert only(stage.serve(20)).post.closes
    assert closing(stage) == ["update:u5"]


def test_an_update_that_came_before_the_end_and_is_seen_after_it_closes_again() -> None:
    stage = running()
    stage.tell(20, update(20, "resolved"))
    stage.serve(20)
    stage.tell(21, update(15, "monitoring"))
    assert only(stage.serve(21)).post.closes


def test_a_postmortem_closes_again() -> None:
    stage = running()
    stage.tell(20, update(20, "resolved"))
    stage.serve(20)
    stage.tell(300, update(300, "postmortem"))
    assert only(stage.serve(300)).post.closes


def test_what_is_reopened_is_not_closed_until_it_is_over_again() -> None:
    stage = running()
    stage.tell(20, update(20, "resolved"))
    stage.serve(20)
    stage.tell(30, update(30, "investigating"))
    steps = stage.serve(30)
    assert not any(post.closes for post in stage.thread(30).posts)
    assert not only(steps).post.closes
    stage.tell(60, update(60, "resolved"))
    assert only(stage.serve(60)).post.closes


def test_a_withdrawn_incident_is_over() -> None:
    stage = running()
    stage.tell(5, update(5))
    stage.serve(5)
    stage.record = replace(stage.record, withdrawn_at=at(30))
    assert [post.closes for post in stage.thread(30).posts if post.kind is PostKind.REPLY] == [True]
    stage.record = replace(stage.record, withdrawn_at=None)
    assert not any(post.closes for post in stage.thread(31).posts)


def test_an_edit_of_a_reply_says_whether_the_thread_stays_closed() -> None:
    stage = running()
    stage.tell(5, update(5))
    stage.serve(5)
    stage.tell(20, update(20, "resolved"))
    stage.serve(20)
    stage.tell(25, name="Another name")
    edits = {step.post.key: step.post.closes for step in stage.serve(25)}
    assert edits == {"card": False, "update:u5": True, "update:u20": True}


def test_the_end_that_a_mute_held_back_closes_when_it_is_told() -> None:
    stage = running()
    stage.mute(10, 120)
    stage.tell(20, update(20, "resolved"))
    assert keys(stage.serve(20)) == ["edit card"]
    assert closing(stage) == []
    assert only(stage.serve(120)).post.closes


def test_the_end_of_a_muted_incident_closes() -> None:
    stage = running()
    stage.mute_incident(5)
    stage.tell(20, update(20, "resolved"))
    end = only(stage.serve(20)).post
    assert (end.loud, end.closes) == ((), True)


def test_who_no_longer_follows_is_told_nothing_that_closes() -> None:
    stage = running()
    stage.tell(5, update(5))
    stage.serve(5)
    stage.unsubscribe()
    stage.tell(20, update(20, "resolved"))
    assert not any(step.post.closes for step in stage.serve(20))


def test_a_reminder_closes_nothing() -> None:
    stage = running(reminder=timedelta(minutes=30))
    reminder = stage.step(30)
    assert isinstance(reminder, Send)
    assert not reminder.post.closes


@pytest.mark.parametrize("style", [Style.CARD, Style.POST])
def test_where_there_is_no_thread_nothing_closes(style: Style) -> None:
    stage = running(style=style)
    stage.tell(20, update(20, "resolved"))
    stage.serve(20)
    assert len(stage.sends) == 2
    assert closing(stage) == []


def test_a_card_never_closes() -> None:
    stage = opened(update(0), update(5, "resolved"), seen=6)
    posts: list[Post] = [step.post for step in stage.serve(6)]
    assert [(post.kind, post.closes) for post in posts] == [(PostKind.CARD, False)]
