"""The posts of a thread: which update stands in which, and how that stays."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.domain.delivery import Edit, Origin, PostKind, Send
from bot.domain.status import Update
from bot.domain.subscription import Style
from bot.domain.thread import TOO_OLD
from tests.domain.builders import at, incident, update
from tests.mirror.stage import OVERNIGHT, Stage, keys, loud, only, opened, words


def running(**settings: object) -> Stage:
    """Return a stage whose card is shown."""
    stage = opened(update(0), **settings)  # type: ignore[arg-type]  # settings of any type
    stage.serve(0)
    return stage


def edited_words(stage: Stage, minute: float, body: str) -> None:
    """Let the page rewrite its newest update."""
    told = stage.record.incident
    *former, last = told.updates
    stage.hear(minute, replace(told, updates=(*former, replace(last, body=body)), updated_at=at(minute)))


def test_an_update_becomes_a_reply_below_the_card_before_the_card_is_edited() -> None:
    stage = running()
    stage.tell(5, update(5, "identified"))
    steps = stage.serve(5)
    assert keys(steps) == ["send update:u5", "edit card"]
    reply = only(steps)
    assert reply.post.kind is PostKind.REPLY
    assert reply.parent == stage.delivery.receipts[0].reference
    assert reply.post.shows == ("u5",)


def test_two_updates_at_once_are_one_post_keyed_by_the_older() -> None:
    stage = running()
    stage.tell(7, update(5, "identified"), update(6, "monitoring"))
    send = only(stage.serve(7))
    assert (send.post.key, send.post.shows) == ("update:u5", ("u5", "u6"))
    assert "Words of 5." in words(send.post)
    assert "Words of 6." in words(send.post)


def test_a_key_stays_when_later_things_come_before_it_was_sent() -> None:
    """So a repeated send carries the same nonce."""
    stage = running()
    stage.tell(5, update(5))
    early = stage.step(5)
    stage.tell(8, update(3), update(8, "resolved"))
    late = stage.step(8)
    assert isinstance(early, Send)
    assert isinstance(late, Send)
    assert (early.post.key, early.nonce) == (late.post.key, late.nonce)
    assert set(late.post.shows) == {"u3", "u5", "u8"}


def test_a_key_of_a_mark_stays_too() -> None:
    stage = running()
    stage.tell(5, impact="major")
    early = stage.step(5)
    stage.tell(6, update(6))
    late = stage.step(6)
    assert early is not None
    assert late is not None
    assert early.post.key == late.post.key == "worse:major"


def test_an_id_of_the_page_cannot_be_taken_for_a_key_of_ours() -> None:
    stage = running()
    stage.tell(5, update(5, identity="card"), update(6, identity="reminder:1"))
    assert keys(stage.serve(6)) == ["send update:card", "edit card"]


def test_an_update_stays_in_the_post_that_first_showed_it() -> None:
    stage = running()
    stage.tell(7, update(5), update(6))
    stage.serve(7)
    stage.tell(9, update(8), update(9, "resolved"))
    stage.serve(9)
    shown = {receipt.key: receipt.shows for receipt in stage.delivery.receipts}
    assert shown == {"card": ("u0",), "update:u5": ("u5", "u6"), "update:u8": ("u8", "u9")}


def test_an_update_that_turns_up_late_gets_a_post_of_its_own() -> None:
    stage = running()
    stage.tell(5, update(5))
    stage.serve(5)
    stage.tell(6, update(2, "identified"))
    assert only(stage.serve(6)).post.shows == ("u2",)


def test_a_late_subscription_shows_everything_in_its_card() -> None:
    stage = opened(update(0), update(5), update(9), seen=9, since=20, due=20, origin=Origin.LATE)
    card = only(stage.serve(20)).post
    assert card.shows == ("u0", "u5", "u9")
    assert "Earlier" in words(card)


def test_what_came_while_nobody_watched_is_one_post() -> None:
    stage = running()
    stage.tell(400, *(update(10 * number) for number in range(1, 9)))
    steps = stage.serve(400)
    assert keys(steps) == ["send update:u10", "edit card"]
    assert loud(steps) == []


def test_a_long_silence_is_told_by_the_last_three_updates_and_a_line_for_each_before() -> None:
    stage = running()
    stage.tell(90, *(update(10 * number) for number in range(1, 9)))
    text = words(only(stage.serve(90)).post)
    assert text.count("> ") == 3
    assert "> Words of 80." in text
    assert "Investigating Words of 50." in text


def test_what_was_over_for_24_hours_before_it_was_seen_gets_no_reply_but_the_card_tells_it() -> None:
    stage = running()
    stage.tell(OVERNIGHT * 3, update(9, "resolved"))
    assert keys(stage.serve(OVERNIGHT * 3)) == ["edit card"]
    assert stage.delivery.receipts[0].shows == ("u0", "u9")


def test_what_was_over_for_24_hours_stays_untold_where_no_card_can_tell_it() -> None:
    stage = running(style=Style.POST)
    stage.lose(1)
    stage.tell(OVERNIGHT * 3, update(9, "resolved"))
    assert stage.serve(OVERNIGHT * 3) == []
    assert stage.delivery.conclusion == TOO_OLD


def test_edited_words_are_edited_where_they_stand() -> None:
    stage = running()
    stage.tell(5, update(5))
    stage.serve(5)
    edited_words(stage, 6, "Other words.")
    steps = stage.serve(6)
    assert keys(steps) == ["edit card", "edit update:u5"]
    assert all("Other words." in words(step.post) for step in steps)


def test_a_new_name_is_edited_in_every_post() -> None:
    stage = running()
    stage.tell(5, update(5))
    stage.serve(5)
    stage.tell(6, name="Another name")
    assert keys(stage.serve(6)) == ["edit card", "edit update:u5"]


def test_an_update_the_page_takes_away_stays() -> None:
    stage = running()
    stage.tell(5, update(5))
    stage.serve(5)
    stage.hear(6, incident("a", update(0), updated_at=at(6)))
    assert stage.serve(6) == []


@pytest.mark.parametrize(
    ("style", "steps", "kind"),
    [
        (Style.THREAD, ["send update:u5", "edit card"], PostKind.REPLY),
        (Style.POST, ["send update:u5", "edit card"], PostKind.POST),
        (Style.CARD, ["edit card"], None),
    ],
)
def test_an_update_is_told_by_the_style(style: Style, steps: list[str], kind: PostKind | None) -> None:
    stage = running(style=style)
    stage.tell(5, update(5))
    assert keys(stage.serve(5)) == steps
    assert [post.kind for post in stage.sends[1:]] == ([kind] if kind else [])


@pytest.mark.parametrize("last", [update(5, "resolved"), update(5, "identified")])
def test_style_card_tells_a_worsening_or_an_end_by_one_short_message_and_the_card(last: Update) -> None:
    stage = running(style=Style.CARD)
    stage.tell(5, last, impact="minor" if last.status == "resolved" else "major")
    steps = stage.serve(5)
    notice = only(steps).post
    assert keys(steps) == [f"send {notice.key}", "edit card"]
    assert (notice.kind, notice.shows) == (PostKind.POST, ())
    assert "Words of 5." not in words(notice)
    assert stage.delivery.receipts[0].shows == ("u0", "u5")


def test_in_style_card_a_word_is_told_by_the_message_or_by_the_card_but_once() -> None:
    stage = running(style=Style.CARD)
    stage.tell(5, update(5), impact="major")
    stage.tell(6, update(6, "resolved"))
    card, notice = stage.thread(6).posts
    assert notice.says == ("resolved:1",)
    assert card.says == ("start", "worse:major")
    stage.serve(6)
    assert stage.serve(7) == []


def test_style_card_takes_up_silently_what_may_not_be_loud() -> None:
    stage = running(style=Style.CARD)
    stage.tell(5, impact="major")
    stage.serve(5)
    stage.tell(9, impact="critical")
    assert keys(stage.serve(9)) == ["edit card"]
    assert "worse:critical" in stage.delivery.receipts[0].says


def test_the_style_is_frozen_when_the_first_post_is_there() -> None:
    stage = running()
    stage.choose(style=Style.CARD)
    stage.tell(5, update(5))
    assert "send update:u5" in keys(stage.serve(5))
    assert stage.delivery.style is Style.THREAD


def test_the_style_may_change_before_the_first_post() -> None:
    stage = opened(update(0))
    stage.choose(style=Style.CARD)
    stage.serve(0)
    assert stage.delivery.style is Style.CARD


def test_the_last_step_of_a_thread_leaves_every_update_shown() -> None:
    stage = running(style=Style.CARD)
    stage.tell(5, update(5), update(6, "resolved"))
    steps = stage.serve(7)
    assert isinstance(steps[-1], Edit)
    shown = [one for receipt in stage.delivery.receipts for one in receipt.shows]
    assert sorted(shown) == ["u0", "u5", "u6"]
