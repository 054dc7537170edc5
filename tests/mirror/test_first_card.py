"""The card that opens a thread: when there is one, and when it is loud."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.domain.delivery import Origin, PostKind
from bot.domain.record import MarkKind, Tier
from bot.domain.thread import MUTED, MUTED_THROUGHOUT, TOO_OLD
from tests.domain.builders import at, maintenance, update
from tests.mirror.stage import OVERNIGHT, Stage, keys, loud, only, opened

START = [MarkKind.START]


def closed() -> Stage:
    return opened(update(0), update(20, "resolved"), seen=30)


def test_news_opens_with_one_loud_card_that_tells_everything() -> None:
    stage = opened(update(0), update(1, "identified"), seen=2)
    (card,) = stage.thread(2).posts
    assert (card.key, card.kind) == ("card", PostKind.CARD)
    assert (card.shows, card.says) == (("u0", "u1"), ("start",))
    assert loud(stage.serve(2)) == START


def test_a_channel_that_shows_its_card_is_at_rest() -> None:
    stage = opened(update(0))
    assert keys(stage.serve(0)) == ["send card"]
    assert stage.thread(500).due_at is None
    assert stage.serve(500) == []


def test_a_channel_that_came_late_gets_the_open_incident_once_and_silently() -> None:
    stage = opened(update(0), since=10, due=10, origin=Origin.LATE)
    assert keys(steps := stage.serve(10)) == ["send card"]
    assert loud(steps) == []
    assert stage.serve(11) == []


def test_what_all_happened_before_the_channel_subscribed_is_silent() -> None:
    assert loud(opened(update(0), since=1).serve(2)) == []


def test_a_start_is_loud_by_its_newest_word() -> None:
    """An incident that still moves is news to a channel that never heard of it."""
    assert loud(opened(update(-600), update(5), seen=6, since=1).serve(6)) == START


def test_an_incident_first_seen_closed_gets_one_silent_card() -> None:
    stage = closed()
    assert keys(steps := stage.serve(30)) == ["send card"]
    assert loud(steps) == []
    assert set(only(steps).post.says) == {"start", "resolved:1"}
    assert stage.serve(31) == []


@pytest.mark.parametrize(
    ("minute", "keys_sent", "conclusion"),
    [(20 + OVERNIGHT - 0.1, ["card"], None), (20 + OVERNIGHT, [], TOO_OLD)],
)
def test_what_is_over_is_told_for_24_hours(
    minute: float, keys_sent: list[str], conclusion: str | None
) -> None:
    thread = closed().thread(minute)
    assert [post.key for post in thread.posts] == keys_sent
    assert thread.conclusion == conclusion


def test_what_is_open_is_told_however_old() -> None:
    stage = opened(update(-20 * OVERNIGHT, "monitoring"), since=-21 * OVERNIGHT, seen=0)
    assert keys(steps := stage.serve(0)) == ["send card"]
    assert loud(steps) == []


@pytest.mark.parametrize(("minute", "spoken"), [(360, START), (360.1, [])])
def test_a_start_is_news_for_six_hours(minute: float, spoken: list[MarkKind]) -> None:
    assert loud(opened(update(0)).serve(minute)) == spoken


def test_an_incident_whose_start_nobody_saw_opens_silently() -> None:
    stage = opened(update(0))
    stage.record = replace(stage.record, marks=())
    assert loud(stage.serve(0)) == []


def test_a_maintenance_opens_silently() -> None:
    assert loud(opened(told=maintenance("m", update(0, "scheduled"))).serve(0)) == []


def test_an_incident_with_the_impact_maintenance_opens_silently() -> None:
    assert loud(opened(update(0), impact="maintenance").serve(0)) == []


def trial() -> Stage:
    stage = opened(update(0), origin=Origin.TEST)
    stage.record = replace(stage.record, tier=Tier.TEST, official_id=None)
    return stage


def test_a_test_is_loud_even_in_a_channel_that_subscribed_after_it_began() -> None:
    stage = trial()
    stage.subscription = replace(stage.subscription, since=at(0))
    assert loud(stage.serve(0)) == START


def test_a_test_that_is_over_long_ago_is_still_answered() -> None:
    stage = trial()
    stage.tell(5, update(5, "resolved"))
    thread = stage.thread(2 * OVERNIGHT)
    assert [post.key for post in thread.posts] == ["card"]
    assert thread.conclusion is None


def test_a_muted_channel_gets_its_card_when_the_mute_ends_and_silently() -> None:
    stage = opened(update(0))
    stage.mute(-5, 30)
    held = stage.thread(0)
    assert (held.posts, held.due_at, held.conclusion) == ((), at(30), MUTED)
    assert keys(steps := stage.serve(30)) == ["send card"]
    assert loud(steps) == []


def test_an_incident_muted_before_its_card_shows_nothing_and_waits_for_no_clock() -> None:
    stage = opened(update(0))
    stage.mute_incident(0)
    assert (stage.thread(1).posts, stage.thread(1).due_at) == ((), None)
    stage.tell(9, update(9, "resolved"))
    assert stage.thread(9).conclusion == MUTED_THROUGHOUT
