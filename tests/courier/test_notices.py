"""Notices on their way: retried, paused and resumed like every delivery."""

from __future__ import annotations

from datetime import timedelta
from itertools import count
from typing import Any

from bot.domain.delivery import Delivery, Scope, Verdict
from bot.domain.notice import Notice, NoticeKind
from bot.domain.record import Record, Tier
from bot.domain.status import Incident
from bot.domain.subscription import Channel, Settings, State
from bot.domain.thread import NOTICE_TOO_OLD, REFUSED_AT_LAST
from tests.courier.scene import Scene, refusal, seconds, words
from tests.fakes.chat import Fate

NUMBERS = count(1)
DETAIL = "code_word: the reason The cure."


def notice(scene: Scene, kind: NoticeKind = NoticeKind.CHANGED) -> Record:
    """Return a notice with a key of its own, of now."""
    key, now = f"notice{next(NUMBERS)}", scene.clock.now()
    incident = Incident(key, "", "notice", "none", now, resolved_at=now)
    return Record(key, Tier.NOTICE, None, incident, now, "none", notice=Notice(kind, "ann"))


async def changed(
    scene: Scene, channel: Channel, kind: NoticeKind = NoticeKind.CHANGED, **fields: Any
) -> Record:
    """Change settings of *channel*, and tell it so."""
    told, now = notice(scene, kind), scene.clock.now()
    await scene.store.change_settings(channel, Settings(**fields), "ann", now, notice=told)
    return told


async def ended(scene: Scene, channel: Channel) -> Record:
    """Unsubscribe *channel*, and tell it so."""
    told = notice(scene, NoticeKind.UNSUBSCRIBED)
    assert await scene.store.unsubscribe(channel, "ann", scene.clock.now(), notice=told)
    return told


async def delivered(scene: Scene, channel: Channel, told: Record) -> Delivery:
    return await scene.delivery(channel, told.key)


async def test_a_notice_is_sent_once_and_never_touched_again(scene: Scene) -> None:
    here, courier = await scene.subscribe(), scene.courier()
    await changed(scene, here, least_impact="major")
    await courier.run_dry()
    await changed(scene, here, NoticeKind.MUTED)
    await courier.run_dry()
    assert [words(one).splitlines()[0] for one in scene.curb.top(here)] == [
        "🔵 The alert settings of this channel were changed",
        "🔵 Alerts in this channel are muted",
    ]
    assert await scene.store.next_due() is None


async def test_a_notice_that_is_refused_pauses_the_channel_with_reason_and_cure(scene: Scene) -> None:
    here = await scene.subscribe()
    told = await changed(scene, here)
    scene.curb.script(refusal(Verdict.PAUSE, Scope.CHANNEL))
    await scene.courier().run_dry()
    paused = await scene.subscription(here)
    assert (paused.state, paused.pause_reason) == (State.PAUSED, DETAIL)
    assert (await delivered(scene, here, told)).trace[-1].detail == DETAIL


async def test_a_notice_that_waited_for_the_end_of_a_pause_ends_it(scene: Scene) -> None:
    here, courier = await scene.subscribe(), scene.courier()
    await changed(scene, here)
    scene.curb.script(refusal(Verdict.PAUSE, Scope.CHANNEL))
    await courier.run_dry()
    scene.clock.advance(timedelta(hours=1))
    await courier.run_dry()
    assert (await scene.subscription(here)).state is State.ACTIVE
    assert len(scene.curb.top(here)) == 1


async def test_a_change_in_a_paused_channel_is_tried_at_once_and_alone(scene: Scene) -> None:
    """Somebody is there who wants to know; what else waits is not spent on a channel that is gone."""
    here, courier = await scene.subscribe(), scene.courier()
    await scene.news("We are looking.")
    scene.curb.script(*[refusal(Verdict.PAUSE, Scope.CHANNEL)] * 2)
    await courier.run_dry()
    scene.clock.advance(seconds(60))
    told = await changed(scene, here)
    assert await courier.run_dry() == 1
    assert (await delivered(scene, here, told)).trace[-1].outcome == "pause"
    scene.clock.advance(seconds(60))
    await changed(scene, here)
    await courier.run_dry()
    assert (await scene.subscription(here)).state is State.ACTIVE
    assert len(scene.curb.top(here)) == 3


async def test_when_one_channel_is_well_again_what_was_refused_for_the_same_reason_is_tried(
    scene: Scene,
) -> None:
    """The token is good again, and somebody did something in one of the channels."""
    places = [await scene.subscribe(number) for number in (1, 2, 3)]
    away, courier = await scene.subscribe(4, workspace="away"), scene.courier()
    await scene.news("We are looking.")
    scene.curb.script(*[refusal(Verdict.PAUSE, Scope.WORKSPACE)] * 4)
    await courier.run_dry()
    scene.clock.advance(seconds(60))
    await changed(scene, places[0])
    await courier.run_dry()
    states = [(await scene.subscription(place)).state for place in (*places, away)]
    assert states == [State.ACTIVE] * 3 + [State.PAUSED]
    assert [len(scene.curb.everything(place)) for place in (*places, away)] == [2, 1, 1, 0]


async def test_a_notice_of_more_than_a_day_ago_is_dropped_with_the_reason(scene: Scene) -> None:
    here, courier = await scene.subscribe(), scene.courier()
    told = await changed(scene, here)
    scene.curb.script(*[refusal(Verdict.PAUSE, Scope.CHANNEL)] * 29)
    await courier.run_dry()
    for _ in range(29):
        await scene.wait_for_next_due()
        await courier.run_dry()
    assert (await delivered(scene, here, told)).conclusion == NOTICE_TOO_OLD
    assert scene.curb.everything(here) == []
    assert await scene.store.next_due() is None


async def test_the_end_is_told_although_the_subscription_is_no_more(scene: Scene) -> None:
    here, courier = await scene.subscribe(), scene.courier()
    await scene.news("We are looking.")
    await courier.run_dry()
    await ended(scene, here)
    await courier.run_dry()
    card, notice_ = scene.curb.top(here)
    assert words(card).splitlines()[-1] == "No longer followed here."
    assert words(notice_).splitlines()[0] == "🔵 Alerts about Claude's status are off in this channel"


async def test_an_end_that_cannot_be_told_is_not_tried_for_ever(scene: Scene) -> None:
    """No pause holds an ended subscription back: its card and its notice are given up when refused."""
    here, courier = await scene.subscribe(), scene.courier()
    await scene.news("We are looking.")
    await courier.run_dry()
    told = await ended(scene, here)
    scene.curb.script(*[refusal(Verdict.PAUSE, Scope.CHANNEL)] * 2)
    assert await courier.run_dry() == 2
    assert await scene.store.next_due() is None
    for refused in (await delivered(scene, here, told), await scene.delivery(here)):
        assert (refused.conclusion, refused.trace[-1].detail) == (REFUSED_AT_LAST, DETAIL)
    assert (await scene.subscription(here)).state is State.ENDED
    await scene.news("We found it.", status="identified")
    await courier.run_dry()
    assert len(scene.curb.calls) == 3


async def test_what_waited_in_a_paused_channel_is_told_before_its_end(scene: Scene) -> None:
    here, courier = await scene.subscribe(), scene.courier(in_flight=1)
    await changed(scene, here)
    scene.curb.script(refusal(Verdict.PAUSE, Scope.CHANNEL))
    await courier.run_dry()
    scene.clock.advance(seconds(60))
    await ended(scene, here)
    await courier.run_dry()
    assert [words(one).splitlines()[0] for one in scene.curb.top(here)] == [
        "🔵 The alert settings of this channel were changed",
        "🔵 Alerts about Claude's status are off in this channel",
    ]


async def test_an_unknown_outcome_is_tried_again_under_the_same_nonce(scene: Scene) -> None:
    here, courier = await scene.subscribe(), scene.courier()
    told = await changed(scene, here)
    scene.curb.deduplicates = False
    scene.curb.script(Fate.LOSE_ANSWER)
    await courier.run_dry()
    await scene.wait_for_next_due()
    await courier.run_dry()
    nonces = {call.nonce for call in scene.curb.calls}
    assert (len(scene.curb.calls), len(nonces)) == (2, 1)
    after = await delivered(scene, here, told)
    assert (after.unknown, after.receipts[0].possible_duplicate) == (False, True)
    assert len(scene.curb.top(here)) == 2  # at most one more for one unknown outcome
    assert await courier.run_dry() == 0
    assert await scene.store.next_due() is None


async def test_a_notice_takes_no_turn_from_an_alert(scene: Scene) -> None:
    here, courier = await scene.subscribe(), scene.courier(in_flight=1)
    await changed(scene, here)
    scene.clock.advance(seconds(1))
    await scene.news("We are looking.")
    await courier.run_dry()
    assert [(call.op, call.post.key) for call in scene.curb.calls] == [("send", "card"), ("send", "notice")]
