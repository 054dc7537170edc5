"""The word that an incident is still open."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.domain.delivery import Origin, PostKind
from bot.domain.record import Tier
from bot.domain.subscription import Style
from tests.domain.builders import at, maintenance, update
from tests.mirror.stage import Stage, keys, loud, only, opened, words

HOURLY = timedelta(hours=1)


def running(**settings: object) -> Stage:
    stage = opened(update(0), reminder=HOURLY, **settings)  # type: ignore[arg-type]  # settings of any type
    stage.serve(0)
    return stage


def test_an_open_incident_is_remembered_an_hour_after_its_last_word() -> None:
    stage = running()
    assert stage.thread(0).due_at == at(60)
    assert stage.serve(59.9) == []
    steps = stage.serve(60)
    assert len(keys(steps)) == 1
    assert words(only(steps).post).splitlines() == [
        "🟠 Still open: Trouble a",
        "Incident open since 4 May 2026 12:00 UTC, investigating.",
        "Nothing new since 12:00 UTC.",
        "Open on status.example.com: https://status.example.com/incidents/a",
    ]


def test_reminders_come_again_and_again_and_each_is_another_post() -> None:
    stage = running()
    sent = [only(stage.serve(minute)).post.key for minute in (60, 120, 180)]
    assert len(set(sent)) == 3
    assert stage.thread(180).due_at == at(240)


def test_after_a_downtime_there_is_one_reminder() -> None:
    assert len(running().serve(600)) == 1


def test_only_the_newest_reminder_is_remembered() -> None:
    """So that a week of them makes no row grow."""
    stage = running()
    for minute in range(60, 60 * 24 * 7, 60):
        stage.serve(minute)
    assert len(stage.delivery.receipts) == 2


def test_a_reminder_is_silent_and_below_the_card() -> None:
    steps = running().serve(60)
    assert loud(steps) == []
    assert only(steps).post.kind is PostKind.REPLY
    assert only(steps).parent is not None


def test_in_style_post_a_reminder_stands_alone() -> None:
    assert only(running(style=Style.POST).serve(60)).post.kind is PostKind.POST


def test_a_new_word_puts_the_reminder_off() -> None:
    stage = running()
    stage.tell(50, update(50))
    stage.serve(50)
    assert stage.thread(50).due_at == at(110)


def test_a_reminder_is_not_edited_when_the_incident_moves_on() -> None:
    stage = running()
    stage.serve(60)
    stage.tell(70, update(70, "monitoring"))
    assert keys(stage.serve(70)) == ["send update:u70", "edit card"]


def test_what_is_over_is_not_remembered() -> None:
    stage = running()
    stage.tell(5, update(5, "resolved"))
    stage.serve(5)
    assert (stage.thread(500).due_at, stage.serve(500)) == (None, [])


def test_a_reminder_waits_for_the_end_of_a_mute() -> None:
    stage = running()
    stage.mute(1, 90)
    assert stage.serve(60) == []
    assert stage.thread(60).due_at == at(90)
    assert len(stage.serve(90)) == 1


@pytest.mark.parametrize("change", ["off", "muted", "test"])
def test_nobody_is_reminded(change: str) -> None:
    """Neither where reminders are off, nor of a muted incident or a test."""
    stage = running()
    if change == "off":
        stage.choose(reminder=None)
    elif change == "muted":
        stage.mute_incident(1)
    else:
        stage.record = replace(stage.record, tier=Tier.TEST)
    thread = stage.thread(500)
    assert thread.due_at is None
    assert [post.key for post in thread.posts] == ["card"]


def test_nobody_is_reminded_of_a_maintenance() -> None:
    stage = opened(told=maintenance("m", update(0, "scheduled")), reminder=HOURLY, origin=Origin.LATE)
    stage.serve(0)
    assert stage.serve(500) == []


def test_a_lost_card_that_is_due_before_the_reminder_comes_first() -> None:
    stage = running()
    stage.lose(10)
    assert stage.thread(10).due_at == at(30)
    stage.serve(30)
    assert stage.thread(30).due_at == at(90)
