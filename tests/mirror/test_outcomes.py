"""What becomes of a delivery when a platform took, refused or lost a step."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.delivery import TRACE_LENGTH, Attempt, Delivery, Edit, Origin, Post, PostKind, Reference, Send
from bot.domain.message import Message, Tone
from bot.domain.outcomes import (
    BACKOFF_SECONDS,
    backoff,
    certain,
    edited,
    found_dead,
    given_up,
    held,
    sent,
    unsure,
)
from bot.domain.record import MarkKind
from bot.domain.subscription import Style
from tests.domain.builders import at

WHY = "the platform asked for a pause"
CARD = Post("card", PostKind.CARD, Message(Tone.RED, "Card"), ("u0",), ("start",), (MarkKind.START,))
REPLY = Post("update:u1", PostKind.REPLY, Message(Tone.RED, "Reply"), ("u1",))
REMINDER = Post("reminder:1", PostKind.REPLY, Message(Tone.RED, "Still open"))
PLACE = Reference("m1", "t1")
NEW = Delivery(1, 1, "incident", Origin.NEWS, at(0), failures=3, conclusion="muted")


def send(post: Post, parent: Reference | None = None, generation: int = 0) -> Send:
    return Send(post, "nonce", generation, parent)


def take(before: Delivery, post: Post, reference: Reference, minute: float = 0) -> Delivery:
    step = send(post, PLACE if post.kind is PostKind.REPLY else None)
    return sent(before, step, reference, at(minute), Style.THREAD)


SHOWN = take(NEW, CARD, PLACE)
TOLD = take(SHOWN, REPLY, Reference("m2", "t1"))


def test_what_was_sent_is_written_down_with_all_it_tells() -> None:
    (card,) = SHOWN.receipts
    assert (card.key, card.kind, card.reference, card.digest) == ("card", PostKind.CARD, PLACE, CARD.digest)
    assert (card.shows, card.says, card.loud, card.sent_at) == (CARD.shows, CARD.says, CARD.loud, at(0))
    assert not card.dead
    assert not card.possible_duplicate


def test_a_success_forgets_the_failures_and_why_nothing_was_sent() -> None:
    assert (SHOWN.failures, SHOWN.conclusion) == (0, None)
    failing = replace(SHOWN, failures=2, conclusion="muted")
    after = edited(failing, Edit(CARD, PLACE), at(1))
    assert (after.failures, after.conclusion) == (0, None)


def test_the_style_of_the_first_post_stays() -> None:
    assert SHOWN.style is Style.THREAD
    assert sent(SHOWN, send(REPLY), Reference("m2"), at(1), Style.CARD).style is Style.THREAD


def test_what_is_sent_after_an_unknown_outcome_may_be_there_twice_with_older_words() -> None:
    doubted = unsure(NEW, send(CARD))
    assert doubted.unknown
    after = take(doubted, CARD, PLACE)
    assert (after.receipts[0].digest, after.receipts[0].possible_duplicate) == (None, True)
    assert not after.unknown


def test_a_card_sent_anew_settles_nothing_of_what_is_unknown() -> None:
    lost = found_dead(unsure(SHOWN, send(REPLY, PLACE)), Edit(CARD, PLACE), at(40))
    after = sent(lost, send(CARD, generation=1), Reference("m9", "t9"), at(40), Style.THREAD)
    assert after.unknown
    assert after.receipts[-1].digest is None
    assert after.receipts[-1].generation == 1


def test_an_edit_of_unknown_outcome_is_made_again() -> None:
    after = unsure(TOLD, Edit(CARD, PLACE))
    assert [receipt.digest for receipt in after.receipts] == [None, REPLY.digest]
    assert not after.unknown


def test_once_all_is_certain_every_message_says_its_words_again() -> None:
    after = certain(replace(TOLD, unknown=True))
    assert [receipt.digest for receipt in after.receipts] == [None, None]
    assert not after.unknown


def test_what_was_never_unknown_needs_no_second_look() -> None:
    assert certain(TOLD) is TOLD


def test_an_edit_is_written_down_with_all_the_post_tells_now() -> None:
    wider = replace(
        CARD, message=Message(Tone.GREEN, "Over"), shows=("u0", "u2"), says=("start", "resolved:1")
    )
    card, reply = edited(TOLD, Edit(wider, PLACE), at(9)).receipts
    assert (card.digest, card.shows, card.says) == (wider.digest, wider.shows, wider.says)
    assert (card.sent_at, card.edited_at, card.loud) == (at(0), at(9), (MarkKind.START,))
    assert reply == TOLD.receipts[1]


def test_an_edit_of_a_card_sent_anew_leaves_the_dead_one() -> None:
    lost = found_dead(SHOWN, Edit(CARD, PLACE), at(40))
    again = take(lost, CARD, Reference("m9", "t9"), 40)
    old, new = edited(again, Edit(CARD, Reference("m9", "t9")), at(41)).receipts
    assert (old.dead, old.edited_at, new.edited_at) == (True, None, at(41))


def test_a_message_that_was_deleted_is_dead() -> None:
    card, reply = found_dead(TOLD, Edit(REPLY, Reference("m2", "t1")), at(9)).receipts
    assert (card.dead, reply.dead) == (False, True)


def test_a_reply_that_finds_no_thread_is_still_to_be_sent_and_the_card_may_live() -> None:
    after = found_dead(SHOWN, send(REPLY, PLACE), at(9))
    assert after.receipt(REPLY.key) is None
    assert (after.receipts[0].dead, after.receipts[0].reference) == (False, Reference("m1", None))


@pytest.mark.parametrize("post", [CARD, replace(REPLY, kind=PostKind.POST)])
def test_a_post_that_is_gone_as_soon_as_it_was_taken_counts_as_told(post: Post) -> None:
    (dead,) = found_dead(NEW, send(post), at(9)).receipts
    assert (dead.dead, dead.shows, dead.digest, dead.reference) == (True, post.shows, None, Reference(""))


def test_a_send_given_up_counts_as_told_under_the_nonce_it_had() -> None:
    (dead,) = given_up(NEW, send(CARD), at(9)).receipts
    assert (dead.dead, dead.generation, dead.shows, dead.loud) == (True, -1, CARD.shows, ())


def test_an_edit_given_up_is_not_tried_again_and_never_counts_as_edited() -> None:
    other = replace(CARD, message=Message(Tone.GREEN, "Too long"), shows=("u0", "u9"))
    (card,) = given_up(SHOWN, Edit(other, PLACE), at(9)).receipts
    assert (card.digest, card.shows, card.edited_at, card.dead) == (other.digest, other.shows, None, False)


def test_receipts_that_tell_nothing_make_room_for_the_next() -> None:
    reminded = take(TOLD, REMINDER, Reference("m3", "t1"))
    again = take(reminded, replace(REMINDER, key="reminder:2"), Reference("m4", "t1"))
    assert [receipt.key for receipt in reminded.receipts] == ["card", "update:u1", "reminder:1"]
    assert [receipt.key for receipt in again.receipts] == ["card", "update:u1", "reminder:2"]


def test_each_success_is_a_line_of_the_trace() -> None:
    after = edited(SHOWN, Edit(CARD, PLACE), at(1))
    assert after.trace == (Attempt(at(0), "send", "card", "ok"), Attempt(at(1), "edit", "card", "ok"))


def test_a_trace_keeps_the_newest_attempts() -> None:
    delivery = NEW
    for minute in range(TRACE_LENGTH + 5):
        delivery = delivery.noting(Attempt(at(minute), "send", "card", "retry"))
    assert [attempt.at for attempt in delivery.trace] == [at(minute) for minute in range(5, TRACE_LENGTH + 5)]


@pytest.mark.parametrize(("step", "word"), [(send(CARD), "send"), (Edit(CARD, PLACE), "edit")])
def test_a_step_that_waits_for_another_one_s_pause_is_a_line_of_the_trace(
    step: Send | Edit, word: str
) -> None:
    after = held(SHOWN, step, at(9), WHY)
    assert after.trace[-1] == Attempt(at(9), word, "card", "held", WHY)
    assert held(after, step, at(10), WHY) is after


def test_a_refusal_of_its_own_says_more_than_a_wait() -> None:
    refused = NEW.noting(Attempt(at(0), "send", "card", "retry", "ratelimited"))
    assert held(refused, send(CARD), at(9), WHY) is refused
    assert len(held(NEW, send(CARD), at(9), WHY).trace) == 1


@given(st.integers(1, 10_000), st.integers())
def test_a_backoff_is_a_quarter_either_way_of_what_is_planned(failures: int, seed: int) -> None:
    planned = timedelta(seconds=BACKOFF_SECONDS[min(failures, len(BACKOFF_SECONDS)) - 1])
    assert planned * 0.75 <= backoff(failures, seed) <= planned * 1.25
    assert backoff(failures, seed) == backoff(failures, seed)


def test_deliveries_refused_together_come_back_apart() -> None:
    assert len({backoff(5, seed) for seed in range(100)}) > 90


@given(st.integers())
def test_the_first_four_tries_lie_within_two_minutes(seed: int) -> None:
    """So long a platform remembers a nonce."""
    assert sum((backoff(failures, seed) for failures in (1, 2, 3, 4)), timedelta()) < timedelta(seconds=120)
