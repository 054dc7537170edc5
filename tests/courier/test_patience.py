"""A refusal that should pass and does not: after hours people are told; an outage is none."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from bot.courier import Courier
from bot.domain.delivery import Post, Reference, Scope, Verdict
from bot.domain.message import plain_lines
from bot.domain.subscription import Channel, State
from bot.ports import Refused
from bot.step import PATIENCE
from tests.courier.scene import Scene, refusal, seconds, words
from tests.fakes.chat import FakeChat

HOUR = timedelta(hours=1)
UNKNOWN = refusal(Verdict.RETRY)
OUTAGE = Refused(Verdict.RETRY, Scope.PLATFORM, "not_connected", "Nobody is there.")
REASON = "code_word: the reason The cure."

Rule = Callable[[Channel, Post], Refused | None]


class Picky:
    """A `Chat` that refuses what *rule* refuses, and passes everything else on to *chat*."""

    def __init__(self, chat: FakeChat, rule: Rule) -> None:
        self.chat = chat
        self.rule = rule
        self.refusals = 0

    async def send(self, channel: Channel, post: Post, nonce: str, parent: Reference | None) -> Reference:
        self._look(channel, post)
        return await self.chat.send(channel, post, nonce, parent)

    async def edit(self, channel: Channel, reference: Reference, post: Post) -> None:
        self._look(channel, post)
        await self.chat.edit(channel, reference, post)

    def _look(self, channel: Channel, post: Post) -> None:
        if refused := self.rule(channel, post):
            self.refusals += 1
            raise refused


async def live(scene: Scene, courier: Courier, span: timedelta) -> None:
    """Serve all that becomes due within *span*, each when it does."""
    until = scene.clock.now() + span
    await courier.run_dry()
    while (due := await scene.store.next_due()) is not None and due <= until:
        scene.clock.set(due)
        await courier.run_dry()
    scene.clock.set(until)


async def test_a_refusal_that_does_not_pass_is_told_of_after_hours(scene: Scene) -> None:
    """In `settings` and in App Home, that is; the channel next door hears the news as ever."""
    here, other = await scene.subscribe(1), await scene.subscribe(2)
    picky = Picky(scene.curb, lambda channel, _: UNKNOWN if channel == here else None)
    courier = scene.courier(curb=picky)
    await scene.news()
    await live(scene, courier, PATIENCE - seconds(60))
    before = await scene.subscription(here)
    await live(scene, courier, timedelta(minutes=21))
    after = await scene.subscription(here)

    assert (before.state, before.pause_reason) == (State.ACTIVE, None)
    assert (after.state, after.pause_reason) == (State.PAUSED, REASON)
    assert (await scene.subscription(other)).state is State.ACTIVE
    assert len(scene.curb.top(other)) == 1


async def test_it_is_tried_on_by_itself_and_goes_on_with_nothing_lost(scene: Scene) -> None:
    here = await scene.subscribe()
    picky = Picky(scene.curb, lambda *_: UNKNOWN)
    courier = scene.courier(curb=picky)
    await scene.news("We are looking.")
    await live(scene, courier, PATIENCE + HOUR)
    await scene.news("We found it.", status="identified")
    await live(scene, courier, 24 * HOUR)
    paused, tries = await scene.subscription(here), picky.refusals
    picky.rule = lambda *_: None
    await live(scene, courier, HOUR)

    assert (paused.state, paused.pause_reason, tries < 24 * 5) == (State.PAUSED, REASON, True)
    assert (await scene.subscription(here)).state is State.ACTIVE
    (card,) = scene.curb.everything(here)
    assert "We found it." in words(card)


@pytest.mark.parametrize(
    "outage",
    [
        OUTAGE,
        refusal(Verdict.RETRY, Scope.WORKSPACE),
        refusal(Verdict.RETRY, Scope.POST, unknown=True),
        refusal(Verdict.RETRY, Scope.CHANNEL, unknown=True),
        refusal(Verdict.RETRY, Scope.POST, retry_after=seconds(300)),
        refusal(Verdict.RETRY, Scope.CHANNEL, retry_after=seconds(300)),
    ],
    ids=["not connected", "being moved", "HTTP 502", "no answer", "rate limit", "rate limit of a channel"],
)
async def test_an_outage_of_many_hours_pauses_nothing(scene: Scene, outage: Refused) -> None:
    here = await scene.subscribe()
    picky = Picky(scene.curb, lambda *_: outage)
    courier = scene.courier(curb=picky)
    await scene.news()
    for _ in range(12):
        await live(scene, courier, HOUR)
        assert (await scene.subscription(here)).state is State.ACTIVE
    picky.rule = lambda *_: None
    await live(scene, courier, timedelta(minutes=20))

    assert picky.refusals > 30
    assert len(scene.curb.everything(here)) == 1


async def test_the_patience_begins_anew_with_each_other_trouble(scene: Scene) -> None:
    """An outage before it is not added to it, and neither is another refusal."""
    here = await scene.subscribe()
    picky = Picky(scene.curb, lambda *_: UNKNOWN)
    courier = scene.courier(curb=picky)
    await scene.news()
    states = []
    for trouble in (OUTAGE, UNKNOWN) * 3:
        picky.rule = lambda *_, trouble=trouble: trouble
        await live(scene, courier, PATIENCE - HOUR)
        states.append((await scene.subscription(here)).state)

    assert states == [State.ACTIVE] * 6


async def test_a_few_refusals_with_a_long_time_in_between_are_not_enough(scene: Scene) -> None:
    """We may have been switched off for a day, and know nothing of it."""
    here = await scene.subscribe()
    courier = scene.courier(curb=Picky(scene.curb, lambda *_: UNKNOWN))
    await scene.news()
    for _ in range(5):
        await courier.run_dry()
        scene.clock.advance(24 * HOUR)
    await courier.run_dry()

    assert (await scene.subscription(here)).state is State.ACTIVE


async def test_one_message_that_alone_is_refused_holds_up_its_channel_once(scene: Scene) -> None:
    """From then on it is tried for itself, and the others come at once."""
    here = await scene.subscribe()
    picky = Picky(scene.curb, lambda _, post: UNKNOWN if "Cursed" in str(plain_lines(post.message)) else None)
    courier = scene.courier(curb=picky)
    await scene.news("Cursed words.", key="cursed")
    await live(scene, courier, PATIENCE + timedelta(minutes=20))
    held_up = (await scene.subscription(here)).state
    await scene.news("Other words.", key="other")
    await live(scene, courier, HOUR)
    first = len(scene.curb.everything(here))
    shown = []
    for number in range(20):
        await scene.news("More words.", key=f"other{number}")
        await courier.run_dry()
        shown.append(len(scene.curb.everything(here)))
        await live(scene, courier, HOUR)

    assert (held_up, first) == (State.PAUSED, 1)
    assert shown == list(range(2, 22))
    assert (await scene.subscription(here)).state is State.ACTIVE
