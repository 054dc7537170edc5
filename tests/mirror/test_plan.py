"""The next step towards what a channel should show."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from bot.domain.delivery import (
    Delivery,
    Edit,
    Origin,
    Post,
    PostKind,
    Receipt,
    Reference,
    Send,
    Thread,
    nonce,
    plan,
)
from bot.domain.message import Message, Tone
from bot.domain.subscription import Channel
from tests.domain.builders import at
from tests.mirror.stage import CHANNEL

NONCE_LIMIT = 25
"""Discord takes no longer one."""

HERE = Channel("discord", "server", "here")


def post(key: str, kind: PostKind = PostKind.REPLY, words: str = "Words") -> Post:
    return Post(key, kind, Message(Tone.AMBER, words))


def receipt(shown: Post, **fields: object) -> Receipt:
    plain = Receipt(shown.key, shown.kind, Reference(f"m-{shown.key}", "t"), shown.digest, at(0))
    return replace(plain, **fields)  # type: ignore[arg-type]  # the fields are as they come


def delivery(*receipts: Receipt) -> Delivery:
    return Delivery(1, 1, "incident", Origin.NEWS, at(0), receipts=receipts)


CARD, FIRST, SECOND = post("card", PostKind.CARD), post("first"), post("second")


def after(thread: list[Post], *receipts: Receipt) -> Send | Edit | None:
    return plan(Thread(tuple(thread)), delivery(*receipts), CHANNEL)


def test_what_is_shown_as_it_should_be_needs_no_step() -> None:
    assert after([]) is None
    assert after([CARD, FIRST], receipt(CARD), receipt(FIRST)) is None


def test_what_is_missing_comes_in_the_order_of_the_thread() -> None:
    assert after([CARD, FIRST, SECOND]) == Send(CARD, nonce(CHANNEL, "incident", "card", 0))
    step = after([CARD, FIRST, SECOND], receipt(CARD))
    assert isinstance(step, Send)
    assert step.post == FIRST


def test_what_is_missing_comes_before_any_edit() -> None:
    step = after([CARD, FIRST], receipt(CARD, digest="other"))
    assert isinstance(step, Send)
    assert step.post == FIRST


def test_edits_come_in_the_order_of_the_thread() -> None:
    thread = [CARD, FIRST, SECOND]
    shown = [receipt(CARD), receipt(FIRST, digest="other"), receipt(SECOND, digest="other")]
    assert after(thread, *shown) == Edit(FIRST, Reference("m-first", "t"))


def test_a_message_whose_words_are_not_known_is_edited() -> None:
    assert after([CARD], receipt(CARD, digest=None)) == Edit(CARD, Reference("m-card", "t"))


def test_a_dead_reply_stays_dead_whatever_its_words() -> None:
    assert after([CARD, FIRST], receipt(CARD), receipt(FIRST, dead=True, digest=None)) is None


def test_a_dead_card_in_the_thread_is_sent_under_the_next_generation() -> None:
    step = after([CARD], receipt(CARD, dead=True, generation=2))
    assert isinstance(step, Send)
    assert (step.generation, step.nonce) == (3, nonce(CHANNEL, "incident", "card", 3))


def test_the_newest_receipt_of_a_post_counts() -> None:
    newer = receipt(CARD, generation=1, reference=Reference("newer"))
    assert after([CARD], receipt(CARD, dead=True), newer) is None


def test_loudness_makes_no_edit() -> None:
    assert after([replace(CARD, mention="oncall", echo=True)], receipt(CARD)) is None


def test_a_card_that_tells_more_in_the_same_words_is_edited_so_that_this_is_written_down() -> None:
    """An update that was held back may be the card's quote already: it would stay pending for ever."""
    told = replace(CARD, shows=("u1",))
    assert after([told], receipt(CARD)) == Edit(told, receipt(CARD).reference)


def test_a_reply_goes_below_the_newest_card_and_what_stands_alone_below_none() -> None:
    old = receipt(CARD, dead=True)
    new = receipt(CARD, reference=Reference("new", "newthread"))
    reply, alone = after([FIRST], old, new), after([post("first", PostKind.POST)], old, new)
    assert isinstance(reply, Send)
    assert isinstance(alone, Send)
    assert (reply.parent, alone.parent) == (Reference("new", "newthread"), None)


def test_a_reply_to_a_card_without_a_thread_stands_in_the_channel() -> None:
    for shown in ([], [receipt(CARD, reference=Reference("m"))]):
        step = after([FIRST], *shown)
        assert isinstance(step, Send)
        assert step.parent is None


def test_a_nonce_is_always_the_same_for_the_same_send() -> None:
    """A program of a later version must find the messages of an earlier one."""
    assert nonce(HERE, "incident", "card", 0) == "KZ7N6WIMBRSBEVI4E75GAYAH"


def test_a_nonce_differs_by_channel_incident_post_and_generation() -> None:
    all_of_them = [
        nonce(HERE, "incident", "card", 0),
        nonce(replace(HERE, platform="slack"), "incident", "card", 0),
        nonce(replace(HERE, workspace="other"), "incident", "card", 0),
        nonce(replace(HERE, id="there"), "incident", "card", 0),
        nonce(HERE, "another", "card", 0),
        nonce(HERE, "incident", "update:u1", 0),
        nonce(HERE, "incident", "card", 1),
        nonce(HERE, "inciden", "tcard", 0),
    ]
    assert len(set(all_of_them)) == len(all_of_them)


@given(st.text(), st.text(), st.text(), st.integers(min_value=0))
def test_a_nonce_is_short_and_plain_whatever_it_is_made_of(
    place: str, record: str, key: str, generation: int
) -> None:
    made = nonce(Channel("discord", place, place), record, key, generation)
    assert 16 <= len(made) <= NONCE_LIMIT
    assert made.isascii()
    assert made.isalnum()
