"""A card is published at its first send if it is news; a test, a repetition and what is over never are."""

from __future__ import annotations

from dataclasses import replace
from datetime import time

import pytest

from bot.domain.delivery import Origin, Post, PostKind, Send
from bot.domain.message import Message, Tone
from bot.domain.record import Tier
from bot.domain.status import Kind
from bot.domain.subscription import QuietHours, Style
from tests.domain.builders import incident, update
from tests.mirror.stage import OVERNIGHT, Stage, only, opened

ALL_DAY = QuietHours(time(0), time(0), "UTC")


def published(stage: Stage) -> list[str]:
    """Return the keys of what was published."""
    return [post.key for post in stage.sends if post.publish]


@pytest.mark.parametrize("style", list(Style))
def test_the_first_card_of_an_incident_is_published_and_nothing_after_it(style: Style) -> None:
    stage = opened(update(0), publish=True, style=style)
    stage.serve(0)
    stage.tell(5, update(5), impact="critical")
    stage.serve(5)
    stage.tell(90, update(90, "resolved"))
    stage.serve(90)
    assert len(stage.sends) > 1
    assert published(stage) == ["card"]


def test_nothing_is_published_unless_the_channel_chose_it() -> None:
    stage = opened(update(0))
    assert not only(stage.serve(0)).post.publish


def test_what_was_chosen_after_the_first_send_publishes_nothing() -> None:
    stage = opened(update(0))
    stage.serve(0)
    stage.choose(publish=True)
    assert stage.serve(1) == []
    assert not any(post.publish for post in stage.thread(1).posts)


def test_every_try_of_the_first_send_is_to_be_published() -> None:
    """The one whose answer was lost may not have come so far."""
    stage = opened(update(0), publish=True)
    for minute in (0, 1, 2):
        step = stage.step(minute)
        assert isinstance(step, Send)
        assert step.post.publish


def test_a_lost_card_that_comes_back_is_not_published_again() -> None:
    stage = opened(update(0), publish=True)
    stage.serve(0)
    stage.lose(40)
    assert not only(stage.serve(40)).post.publish


def test_quiet_hours_silence_the_channel_and_not_those_who_follow_it() -> None:
    stage = opened(update(0), publish=True, quiet_hours=ALL_DAY)
    card = only(stage.serve(0)).post
    assert (card.loud, card.publish) == ((), True)


def test_a_maintenance_is_never_loud_but_may_be_news() -> None:
    work = incident("a", update(0, "scheduled"), kind=Kind.MAINTENANCE, impact="maintenance")
    stage = opened(told=work, publish=True)
    card = only(stage.serve(0)).post
    assert (card.loud, card.publish) == ((), True)


def test_what_was_open_before_the_channel_subscribed_is_not_published() -> None:
    stage = opened(update(0), since=5, due=5, origin=Origin.LATE, publish=True)
    assert not only(stage.serve(5)).post.publish


def test_what_is_over_when_it_is_first_told_is_not_published() -> None:
    stage = opened(update(0), update(5, "resolved"), seen=6, publish=True)
    assert not only(stage.serve(6)).post.publish


def test_what_is_told_very_late_is_not_published() -> None:
    stage = opened(update(0), publish=True)
    assert not only(stage.serve(OVERNIGHT)).post.publish


def test_what_a_mute_held_back_is_published_at_its_end_if_it_is_news_then() -> None:
    for end, is_news in ((60, True), (OVERNIGHT, False)):
        stage = opened(update(0), publish=True)
        stage.mute(-1, end)
        assert stage.serve(1) == []
        assert only(stage.serve(end)).post.publish is is_news


def test_a_test_is_not_published() -> None:
    stage = opened(update(0), origin=Origin.TEST, publish=True)
    stage.record = replace(stage.record, tier=Tier.TEST)
    card = only(stage.serve(0)).post
    assert card.loud
    assert not card.publish


def test_whether_it_is_published_is_no_part_of_what_an_edit_compares() -> None:
    message = Message(Tone.RED, "Words")
    plain = Post("card", PostKind.CARD, message)
    assert plain.digest == Post("card", PostKind.CARD, message, publish=True, closes=True).digest
