"""What a channel shows of a notice: one post, once, whatever its settings say."""

from __future__ import annotations

from dataclasses import replace
from datetime import time
from typing import Any

import pytest

from bot.domain.delivery import Delivery, Origin, PostKind, Reference, Send
from bot.domain.notice import Notice, NoticeKind
from bot.domain.outcomes import unsure
from bot.domain.record import Record, Tier
from bot.domain.status import Incident
from bot.domain.subscription import Mention, Mute, QuietHours, Settings, State, Subscription
from bot.domain.thread import NOTICE_TOO_OLD
from tests.domain.builders import at
from tests.mirror.stage import CHANNEL, OVERNIGHT, Stage, keys, words

CHOSEN = Settings(
    components=frozenset({"nothing"}),
    least_impact="critical",
    maintenance=False,
    mention=Mention("here"),
    quiet_hours=QuietHours(time(0), time(0), "UTC"),
)
ON = Notice(NoticeKind.SUBSCRIBED, "ann", after=CHOSEN, names=(("nothing", "Nothing"),))


def noticed(notice: Notice = ON, **fields: Any) -> Stage:
    """Return the stage where *notice* was queued at minute 0; *fields* are the subscription's."""
    incident = Incident("n", "", "notice", "none", at(0), resolved_at=at(0))
    record = Record("n", Tier.NOTICE, None, incident, at(0), "none", notice=notice)
    subscription = Subscription(1, CHANNEL, CHOSEN, at(0), "ann")
    return Stage(record, replace(subscription, **fields), Delivery(7, 1, "n", Origin.NOTICE, at(0)))


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"mute": Mute(at(-5), at(600))},
        {"state": State.ENDED},
        {"state": State.PAUSED},
        {"since": at(5)},
    ],
    ids=["filtered and quiet", "muted", "ended", "paused", "begun anew since"],
)
def test_a_notice_is_one_silent_post_whatever_else_would_hold_it_back(fields: dict[str, Any]) -> None:
    stage = noticed(**fields)
    (step,) = stage.serve(1)
    assert isinstance(step, Send)
    assert (step.post.key, step.post.kind, step.parent) == ("notice", PostKind.POST, None)
    assert (step.post.loud, step.post.echo, step.post.mention) == ((), False, None)
    assert stage.delivery.conclusion is None


def test_a_notice_that_was_told_is_never_told_again_nor_edited() -> None:
    stage = noticed()
    stage.serve(1)
    stage.choose(components=frozenset())
    assert stage.record.notice is not None
    stage.record = replace(stage.record, notice=replace(stage.record.notice, actor="bob"))
    stage.delivery = unsure(stage.delivery, Send(stage.sends[0], "nonce"))
    for minute in (2, 60, 2 * OVERNIGHT):
        thread = stage.thread(minute)
        assert (thread.posts, thread.due_at, thread.conclusion) == ((), None, None)


def test_a_notice_of_yesterday_is_not_told_any_more() -> None:
    assert keys(noticed().serve(OVERNIGHT - 1)) == ["send notice"]
    stage = noticed()
    assert stage.serve(OVERNIGHT) == []
    assert stage.delivery.conclusion == NOTICE_TOO_OLD


def test_a_notice_that_was_refused_for_good_is_not_tried_again() -> None:
    stage = noticed()
    step = stage.step(1)
    assert step is not None
    stage.refuse(step, 1)
    assert stage.serve(2) == []


def test_a_notice_whose_channel_lost_it_is_not_sent_anew() -> None:
    stage = noticed()
    stage.serve(1)
    (receipt,) = stage.delivery.receipts
    stage.delivery = replace(stage.delivery, receipts=(replace(receipt, dead=True),))
    assert receipt.reference == Reference("message1", "thread1")
    assert stage.serve(60) == []


def test_components_are_named_as_they_were_called_then() -> None:
    before = replace(CHOSEN, components=frozenset({"old", "nothing"}))
    stage = noticed(replace(ON, kind=NoticeKind.CHANGED, before=before, names=(("nothing", "Nothing"),)))
    stage.serve(1)
    assert words(stage.sends[0]).splitlines()[2:] == [
        "  Components: Nothing (was: Nothing and old (no longer on the status page))"
    ]


@pytest.mark.parametrize("kind", NoticeKind)
def test_every_notice_names_who_did_it_first(kind: NoticeKind) -> None:
    """Also one that lacks what its kind goes with: a stored one may have been written by another version."""
    for notice in (replace(ON, kind=kind), Notice(kind, "ann")):
        stage = noticed(notice)
        stage.serve(1)
        assert words(stage.sends[0]).splitlines()[1].startswith("ann ")


@pytest.mark.parametrize(
    ("notice", "buttons"),
    [(ON, ["settings"]), (Notice(NoticeKind.UNSUBSCRIBED, "ann"), []), (Notice(NoticeKind.MUTED, "ann"), [])],
)
def test_settings_can_be_opened_from_what_tells_of_settings(notice: Notice, buttons: list[str]) -> None:
    stage = noticed(notice)
    stage.serve(1)
    assert [one.action for one in stage.sends[0].message.buttons] == buttons
