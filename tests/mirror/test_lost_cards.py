"""Cards, and other posts, that are gone from the channel."""

from __future__ import annotations

import pytest

from bot.domain.delivery import Edit, PostKind, Send
from bot.domain.outcomes import found_dead
from bot.domain.record import MarkKind
from bot.domain.subscription import Mention, Style
from tests.domain.builders import at, update
from tests.mirror.stage import Stage, keys, only, opened, words


def running(**settings: object) -> Stage:
    stage = opened(update(0), **settings)  # type: ignore[arg-type]  # settings of any type
    stage.serve(0)
    return stage


def test_a_lost_card_is_sent_anew_under_another_nonce_and_silently() -> None:
    stage = opened(update(0), mention=Mention("oncall"))
    (first,) = stage.serve(0)
    stage.lose(40)
    again = only(stage.serve(40))
    assert isinstance(first, Send)
    assert (again.post.key, again.generation) == ("card", 1)
    assert again.nonce != first.nonce
    assert (again.post.loud, again.post.mention) == ((), None)


def test_a_card_lost_again_and_again_has_another_generation_each_time() -> None:
    stage = running()
    generations = []
    for minute in (40, 80, 120):
        stage.lose(minute)
        generations.append(only(stage.serve(minute)).generation)
    assert generations == [1, 2, 3]


def test_a_card_is_sent_anew_once_in_30_minutes() -> None:
    stage = running()
    stage.lose(10)
    assert stage.serve(29.9) == []
    assert stage.thread(10).due_at == at(30)
    assert keys(stage.serve(30)) == ["send card", "edit card"]
    stage.lose(31)
    assert stage.thread(31).due_at == at(60)


def test_until_the_card_is_back_a_reply_carries_the_words() -> None:
    stage = running()
    stage.lose(10)
    stage.tell(12, update(12, "identified"))
    steps = stage.serve(12)
    assert keys(steps) == ["send update:u12"]
    assert "Words of 12." in words(only(steps).post)
    assert stage.thread(12).due_at == at(30)
    assert keys(stage.serve(30))[0] == "send card"


def test_in_style_card_a_reply_carries_the_words_while_the_card_is_lost() -> None:
    stage = running(style=Style.CARD)
    stage.lose(10)
    stage.tell(12, update(12, "identified"))
    assert keys(stage.serve(12)) == ["send update:u12"]


def test_a_lost_card_of_what_is_over_stays_lost() -> None:
    stage = running()
    stage.tell(40, update(40, "resolved"))
    stage.serve(40)
    stage.lose(41)
    assert stage.serve(300) == []
    assert stage.thread(41).due_at is None


def test_an_end_that_comes_while_the_card_is_lost_is_a_reply() -> None:
    stage = running()
    stage.lose(10)
    stage.tell(12, update(12, "resolved"))
    assert keys(stage.serve(12)) == ["send update:u12"]
    assert stage.thread(12).due_at is None


def test_a_card_lost_under_a_mute_comes_back_at_its_end() -> None:
    stage = running()
    stage.mute(1, 90)
    stage.lose(10)
    assert stage.serve(60) == []
    assert stage.thread(60).due_at == at(90)
    assert keys(stage.serve(90))[0] == "send card"


def test_a_card_of_a_muted_incident_stays_lost() -> None:
    stage = running()
    stage.mute_incident(1)
    stage.lose(10)
    assert (stage.serve(300), stage.thread(300).due_at) == ([], None)


def test_a_card_that_comes_back_tells_what_it_told() -> None:
    stage = opened(update(0), update(1), seen=1)
    stage.serve(1)
    stage.lose(40)
    again = only(stage.serve(40)).post
    assert again.shows == ("u0", "u1")
    assert again.says == ("start",)


def test_a_card_sent_anew_is_edited_once_as_it_may_be_an_older_one_with_older_words() -> None:
    stage = running()
    stage.lose(40)
    assert keys(stage.serve(40)) == ["send card", "edit card"]
    assert stage.serve(41) == []


def test_replies_go_below_the_newest_card() -> None:
    stage = running()
    stage.lose(40)
    stage.serve(40)
    stage.tell(45, update(45))
    parent = only(stage.serve(45)).parent
    assert parent is not None
    assert parent.id == "message2"


@pytest.mark.parametrize("minute", [5, 500])
def test_a_reply_that_was_deleted_stays_deleted(minute: float) -> None:
    stage = running()
    stage.tell(3, update(3))
    stage.serve(3)
    stage.lose(4, "update:u3")
    assert stage.serve(minute) == []


def test_a_reply_whose_card_has_no_thread_any_more_stands_in_the_channel() -> None:
    stage = running()
    stage.tell(5, update(5, "identified"))
    step = stage.step(5)
    assert isinstance(step, Send)
    stage.delivery = found_dead(stage.delivery, step, at(5))
    steps = stage.serve(5)
    assert keys(steps) == ["send update:u5", "edit card"]
    assert only(steps).parent is None
    assert only(steps).post.kind is PostKind.REPLY


def test_a_card_that_the_platform_never_took_is_tried_again_as_the_one_it_was() -> None:
    stage = opened(update(0))
    step = stage.step(0)
    assert isinstance(step, Send)
    stage.refuse(step, 0)
    assert stage.serve(10) == []
    again = only(stage.serve(30))
    assert (again.nonce, again.generation) == (step.nonce, 0)


def test_a_reply_the_platform_never_took_is_not_tried_again() -> None:
    stage = running()
    stage.tell(5, update(5))
    step = stage.step(5)
    assert step is not None
    stage.refuse(step, 5)
    assert keys(stage.serve(5)) == ["edit card"]
    assert stage.serve(500) == []


def test_a_card_lost_while_nobody_follows_it_stays_lost() -> None:
    stage = running()
    stage.lose(10)
    stage.unsubscribe()
    assert stage.serve(60) == []


def test_a_lost_card_takes_up_nothing_that_a_reply_told_meanwhile() -> None:
    stage = running()
    stage.lose(10)
    stage.tell(12, update(12))
    stage.serve(12)
    card = only(stage.serve(30)).post
    assert card.shows == ("u0",)


def lose_while_the_word_is_out(stage: Stage, minute: float) -> None:
    """Take the short loud word, and find then that the card is gone."""
    word = stage.step(minute)
    assert isinstance(word, Send)
    stage.take(word, minute)
    edit = stage.step(minute)
    assert isinstance(edit, Edit)
    stage.delivery = found_dead(stage.delivery, edit, at(minute))


def test_in_style_card_an_end_that_finds_the_card_gone_is_told_once() -> None:
    stage = running(style=Style.CARD)
    stage.tell(2, update(2, "resolved"))
    lose_while_the_word_is_out(stage, 2)
    (edit,) = stage.serve(2)
    assert isinstance(edit, Edit)
    assert words(edit.post).splitlines()[:2] == ["🟢 Resolved: Trouble a", "Resolved after 2 min"]
    assert "Words of 2." in words(edit.post)
    assert [one.key for one in stage.sends] == ["card", "resolved:1"]
    assert stage.serve(300) == []


def test_what_comes_after_a_word_that_told_for_a_lost_card_is_a_post_of_its_own() -> None:
    stage = running(style=Style.CARD)
    stage.tell(2, update(2, "resolved"))
    lose_while_the_word_is_out(stage, 2)
    stage.serve(2)
    stage.tell(20, update(20, "postmortem"))
    assert keys(stage.serve(20)) == ["send update:u20"]


def test_a_card_that_comes_back_does_not_repeat_what_the_word_told() -> None:
    stage = running(style=Style.CARD)
    stage.tell(2, update(2, "identified"), impact="critical")
    lose_while_the_word_is_out(stage, 2)
    stage.serve(2)
    stage.tell(12, update(12, "monitoring"))
    assert keys(stage.serve(12)) == ["send update:u12"]
    assert only(stage.serve(30)).post.shows == ("u0",)


def test_where_the_word_is_gone_with_the_card_the_rest_is_a_post_of_its_own() -> None:
    stage = running(style=Style.CARD)
    stage.tell(2, update(2, "resolved"))
    lose_while_the_word_is_out(stage, 2)
    edit = stage.step(2)
    assert isinstance(edit, Edit)
    stage.delivery = found_dead(stage.delivery, edit, at(2))
    assert keys(stage.serve(2)) == ["send update:u2"]


def test_a_loud_word_is_not_hidden_in_one_that_was_on_its_way_when_it_came() -> None:
    stage = running(style=Style.CARD)
    stage.tell(2, impact="major")
    worse = stage.step(2)
    assert isinstance(worse, Send)
    stage.tell(2.5, update(2.5, "resolved"))
    stage.take(worse, 3)
    stage.lose(3)
    end = only(stage.serve(3)).post
    assert end.loud == (MarkKind.RESOLVED,)
    assert "Words of 2.5." in words(end)
