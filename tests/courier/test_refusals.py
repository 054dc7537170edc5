"""What a platform refuses: each verdict, how far it reaches, and what the row says of it."""

from __future__ import annotations

import pytest

from bot.domain.delivery import Post, Reference, Scope, Verdict
from bot.domain.subscription import Channel, State
from bot.domain.thread import TOO_OLD
from bot.ports import NotYet
from tests.courier.scene import RADIO, Scene, refusal, seconds, words
from tests.fakes.chat import Fate

HOUR = 3600


class Broken:
    """A `Chat` with an error of its own: it raises what no `Chat` may."""

    async def send(self, channel: Channel, post: Post, nonce: str, parent: Reference | None) -> Reference:
        raise LookupError("not our day")

    async def edit(self, channel: Channel, reference: Reference, post: Post) -> None:
        raise LookupError("not our day")


async def test_a_step_to_be_retried_is_put_off_and_taken_later(scene: Scene) -> None:
    here, courier = await scene.subscribe(), scene.courier()
    scene.curb.script(refusal(Verdict.RETRY))
    await scene.news()
    claims = await courier.run_dry()
    refused = await scene.delivery(here)
    waited = await scene.wait_for_next_due()
    await courier.run_dry()

    assert (claims, refused.failures, refused.unknown, refused.trace[-1].outcome) == (1, 1, False, "retry")
    assert seconds(1.5) <= waited <= seconds(2.5)
    assert len(scene.curb.top(here)) == 1
    assert (await scene.delivery(here)).failures == 0


async def test_the_pause_grows_with_each_refusal_up_to_a_quarter_of_an_hour(scene: Scene) -> None:
    here, courier = await scene.subscribe(), scene.courier()
    scene.curb.script(*[refusal(Verdict.RETRY)] * 9)
    await scene.news()
    waits = []
    for _ in range(9):
        await courier.run_dry()
        waits.append((await scene.wait_for_next_due()).total_seconds())

    for wait, base in zip(waits, (2, 5, 15, 45, 120, 300, 600, 900, 900), strict=True):
        assert base * 0.75 <= wait <= base * 1.25
    assert (await scene.delivery(here)).failures == 9


async def test_a_named_pause_is_a_floor_and_no_failure(scene: Scene) -> None:
    here, courier = await scene.subscribe(), scene.courier()
    scene.curb.script(refusal(Verdict.RETRY, Scope.CHANNEL, retry_after=seconds(7)))
    await scene.news()
    await courier.run_dry()
    scene.clock.advance(seconds(6.9))
    early = await courier.run_dry()
    scene.clock.advance(seconds(0.1))
    await courier.run_dry()

    assert early == 0
    assert [call.op for call in scene.curb.calls] == ["send", "send"]
    assert [attempt.outcome for attempt in (await scene.delivery(here)).trace] == ["retry", "ok"]


async def test_what_has_to_wait_for_its_turn_is_no_refusal(scene: Scene) -> None:
    """It is put off for just that long, and the trace says once why it waits."""
    here, courier = await scene.subscribe(), scene.courier()
    scene.curb.script(NotYet(seconds(3)), NotYet(seconds(2)))
    await scene.news()
    await courier.run_dry()
    waits = [await scene.wait_for_next_due()]
    await courier.run_dry()
    waits.append(await scene.wait_for_next_due())
    await courier.run_dry()

    assert waits == [seconds(3), seconds(2)]
    delivery = await scene.delivery(here)
    assert [attempt.outcome for attempt in delivery.trace] == ["held", "ok"]
    assert delivery.failures == 0
    assert len(scene.curb.top(here)) == 1


async def test_a_rate_limit_counts_as_no_failure(scene: Scene) -> None:
    here, courier = await scene.subscribe(), scene.courier()
    scene.curb.script(*[refusal(Verdict.RETRY, Scope.CHANNEL, retry_after=seconds(5))] * 3)
    await scene.news()
    for _ in range(3):
        await courier.run_dry()
        assert await scene.wait_for_next_due() == seconds(5)

    assert (await scene.delivery(here)).failures == 0


async def test_a_named_pause_without_length_lasts_a_second(scene: Scene) -> None:
    await scene.subscribe()
    scene.curb.script(refusal(Verdict.RETRY, retry_after=seconds(0)))
    await scene.news()

    assert await scene.courier().run_dry() == 1
    assert await scene.wait_for_next_due() == seconds(1)


@pytest.mark.parametrize(
    ("scope", "asked"),
    [
        (Scope.POST, [True, True, True, True]),
        (Scope.CHANNEL, [False, True, True, True]),
        (Scope.WORKSPACE, [False, False, True, True]),
        (Scope.PLATFORM, [False, False, False, True]),
    ],
)
async def test_a_pause_holds_up_its_own_scope_and_nothing_beyond(
    scene: Scene, scope: Scope, asked: list[bool]
) -> None:
    """Asked are: the channel refused (of another incident), its neighbour, another workspace and platform."""
    first = await scene.subscribe(1)
    places = [await scene.subscribe(2), await scene.subscribe(3, workspace="away")]
    places.append(await scene.subscribe(4, platform=RADIO))
    scene.curb.script(refusal(Verdict.RETRY, scope, retry_after=seconds(30)))
    await scene.news(key="older")
    scene.clock.advance(seconds(1))
    await scene.news(key="newer")
    await scene.courier(in_flight=1).run_dry()

    told = [bool((await scene.delivery(first, "newer")).receipts)]
    told += [bool((await scene.delivery(place, "older")).receipts) for place in places]
    assert told == asked
    assert not (await scene.delivery(first, "older")).receipts


async def test_what_waits_for_anothers_pause_says_so_and_is_sent_after_it(scene: Scene) -> None:
    await scene.subscribe(1)
    other, courier = await scene.subscribe(2), scene.courier(in_flight=1)
    scene.curb.script(refusal(Verdict.RETRY, Scope.WORKSPACE, retry_after=seconds(30)))
    await scene.news()
    await courier.run_dry()
    (waiting,) = (await scene.delivery(other)).trace
    waited = await scene.wait_for_next_due()
    await courier.run_dry()

    assert (waiting.outcome, waiting.detail) == ("held", "the platform asked for a pause")
    assert waited == seconds(30)
    assert len(scene.curb.top(other)) == 1


async def test_what_waits_for_a_pause_notes_it_once(scene: Scene) -> None:
    await scene.subscribe(1)
    other, courier = await scene.subscribe(2), scene.courier(in_flight=1)
    scene.curb.script(refusal(Verdict.RETRY, Scope.WORKSPACE, retry_after=seconds(300)))
    for status in ("investigating", "identified", "monitoring"):
        await scene.news(status=status)
        await courier.run_dry()
        scene.clock.advance(seconds(60))

    assert [attempt.outcome for attempt in (await scene.delivery(other)).trace] == ["held"]


async def test_a_message_that_is_gone_is_sent_anew_under_another_nonce_after_a_while(scene: Scene) -> None:
    here, courier = await scene.subscribe(), scene.courier()
    await scene.news("Wierd errors.")
    await courier.run_dry()
    (first,) = scene.curb.everything(here)
    scene.curb.delete(first.reference)
    scene.clock.advance(seconds(60))
    await scene.rewritten("Weird errors.")
    await courier.run_dry()
    lost = await scene.delivery(here)
    waited = await scene.wait_for_next_due()
    await courier.run_dry()

    (second,) = scene.curb.everything(here)
    assert (lost.receipts[-1].dead, lost.trace[-1].outcome) == (True, "resend")
    assert waited == seconds(29 * 60)
    assert second.nonce != first.nonce
    assert "Weird errors." in words(second)


async def test_a_channel_that_refuses_for_good_is_paused_with_reason_and_cure(scene: Scene) -> None:
    here, other = await scene.subscribe(1), await scene.subscribe(2)
    scene.curb.script(refusal(Verdict.PAUSE, Scope.CHANNEL))
    await scene.news()
    await scene.courier().run_dry()

    paused = await scene.subscription(here)
    assert (paused.state, paused.pause_reason) == (State.PAUSED, "code_word: the reason The cure.")
    assert (await scene.subscription(other)).state is State.ACTIVE
    assert len(scene.curb.top(other)) == 1
    assert (await scene.delivery(here)).trace[-1].detail == paused.pause_reason


async def test_a_dropped_reply_counts_as_told_and_holds_up_nothing(scene: Scene) -> None:
    here, courier = await scene.subscribe(), scene.courier()
    await scene.news("We are looking.")
    await courier.run_dry()
    scene.curb.script(refusal(Verdict.DROP))
    await scene.news("Unspeakable.", status="identified")
    await courier.run_dry()
    dropped = await scene.delivery(here)
    await scene.news("Better now.", status="monitoring")
    await courier.run_dry()

    (card,) = scene.curb.top(here)
    assert (dropped.receipts[-1].dead, dropped.unknown) == (True, False)
    assert ("drop", "code_word: the reason The cure.") in [
        (attempt.outcome, attempt.detail) for attempt in dropped.trace
    ]
    assert ["Better now." in words(reply) for reply in card.replies] == [True]


async def test_a_dropped_card_is_not_tried_again_at_once(scene: Scene) -> None:
    here, courier = await scene.subscribe(), scene.courier()
    scene.curb.script(refusal(Verdict.DROP))
    await scene.news()
    await courier.run_dry()

    assert len(scene.curb.calls) == 1
    assert (await scene.delivery(here)).trace[-1].outcome == "drop"
    assert await scene.wait_for_next_due() == seconds(30 * 60)


async def test_a_dropped_edit_is_not_tried_again_with_the_same_words(scene: Scene) -> None:
    await scene.subscribe()
    courier = scene.courier()
    await scene.news("Wierd errors.")
    await courier.run_dry()
    scene.curb.script(refusal(Verdict.DROP))
    await scene.rewritten("Weird errors.")
    await courier.run_dry()
    scene.clock.advance(seconds(HOUR))

    assert await courier.run_dry() == 0
    assert [call.op for call in scene.curb.calls] == ["send", "edit"]


@pytest.mark.parametrize("deduplicates", [True, False])
async def test_an_unknown_outcome_is_tried_again_under_the_same_nonce_and_marked(
    scene: Scene, deduplicates: bool
) -> None:
    here, courier = await scene.subscribe(), scene.courier()
    scene.curb.deduplicates = deduplicates
    scene.curb.script(Fate.LOSE_ANSWER)
    await scene.news()
    await courier.run_dry()
    unsure = await scene.delivery(here)
    await scene.wait_for_next_due()
    await courier.run_dry()

    sure = await scene.delivery(here)
    first, second = (call for call in scene.curb.calls if call.op == "send")
    assert (unsure.unknown, unsure.trace[-1].outcome, unsure.failures) == (True, "unknown", 1)
    assert first.nonce == second.nonce
    assert len(scene.curb.everything(here)) == (1 if deduplicates else 2)
    assert (sure.unknown, sure.receipts[0].possible_duplicate) == (False, True)


async def test_an_error_of_our_own_is_put_off_as_unknown_under_its_name(scene: Scene) -> None:
    here, courier = await scene.subscribe(), scene.courier(curb=Broken())
    await scene.news()
    await courier.run_dry()

    delivery = await scene.delivery(here)
    (attempt,) = delivery.trace
    assert (delivery.unknown, delivery.failures, attempt.outcome) == (True, 1, "unknown")
    assert attempt.detail.startswith("LookupError: ")
    assert seconds(1.5) <= await scene.wait_for_next_due() <= seconds(2.5)


async def test_an_error_of_our_own_on_one_platform_stops_no_other(scene: Scene) -> None:
    await scene.subscribe(1)
    other = await scene.subscribe(2, platform=RADIO)
    await scene.news()
    await scene.courier(curb=Broken()).run_dry()

    assert len(scene.radio.top(other)) == 1


@pytest.mark.parametrize("verdict", Verdict)
@pytest.mark.parametrize("scope", Scope)
async def test_every_row_that_is_not_delivered_says_why(scene: Scene, verdict: Verdict, scope: Scope) -> None:
    refused = [await scene.subscribe(number) for number in range(3)]
    pause = seconds(20) if verdict is Verdict.RETRY else None
    scene.curb.script(*[refusal(verdict, scope, retry_after=pause)] * 3)
    await scene.news()
    await scene.courier(in_flight=1).run_dry()

    deliveries = [await scene.delivery(channel) for channel in refused]
    assert not any(scene.curb.everything(channel) for channel in refused)
    assert {bool(one.trace and one.trace[-1].detail) for one in deliveries} == {True}
    assert {one.trace[-1].outcome for one in deliveries} <= {verdict.value, "held"}


async def test_a_card_that_was_refused_until_all_was_long_over_says_so(scene: Scene) -> None:
    here, courier = await scene.subscribe(), scene.courier()
    scene.curb.script(refusal(Verdict.RETRY, Scope.CHANNEL, retry_after=seconds(30 * HOUR)))
    await scene.news()
    await courier.run_dry()
    await scene.news(status="resolved")
    scene.clock.advance(seconds(31 * HOUR))
    await courier.run_dry()

    assert ((await scene.delivery(here)).conclusion, scene.curb.everything(here)) == (TOO_OLD, [])
    assert await scene.store.next_due() is None
