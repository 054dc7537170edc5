"""Couriers of a platform that one process alone sends to, and one that stood still with claims in hand."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from bot.courier import FRESH, LEASE, Courier
from bot.domain.delivery import Post, Reference
from bot.domain.duty import Duty
from bot.domain.subscription import Channel
from bot.leading import LEASE as OF_LEADS
from bot.leading import Lead
from tests.courier.doors import Doors
from tests.courier.scene import CURB, RADIO, Scene, at_rest, seconds
from tests.fakes.chat import FakeChat
from tests.stores import empty_store


@pytest.fixture
async def scene() -> AsyncIterator[Scene]:
    """A page that was read once and said nothing, and nobody who follows it."""
    async with empty_store() as store:
        made = Scene(store)
        await made.read()
        yield made


def elapsed(scene: Scene) -> float:
    return scene.clock.now().timestamp()


def sender(scene: Scene, owner: str, **chats: object) -> tuple[Courier, Lead]:
    """Return a courier of a process that may send to curb when it leads, and to radio always."""
    lead = Lead(scene.store, Duty.DISCORD, owner, scene.clock, elapsed=lambda: elapsed(scene))
    return scene.courier(owner=owner, leads={CURB: lead}, **chats), lead


async def test_one_of_two_sends_where_one_alone_may_and_both_where_all_may(scene: Scene) -> None:
    for number in range(6):
        await scene.subscribe(number, platform=(CURB, RADIO)[number % 2])
    await scene.news()
    (one, lead), (two, other) = sender(scene, "one"), sender(scene, "two")
    await lead.keep()
    await other.keep()
    assert await two.run_dry() == 3
    assert (len(scene.curb.calls), len(scene.radio.calls)) == (0, 3)
    assert await one.run_dry() == 3
    assert (len(scene.curb.calls), len(scene.radio.calls)) == (3, 3)


async def test_a_sender_that_is_gone_is_followed_by_the_other(scene: Scene) -> None:
    here = await scene.subscribe()
    (_, lead), (two, other) = sender(scene, "one"), sender(scene, "two")
    await lead.keep()
    await scene.news()
    await other.keep()
    assert await two.run_dry() == 0
    scene.clock.advance(OF_LEADS)
    await other.keep()
    assert await two.run_dry() == 1
    assert len(scene.curb.top(here)) == 1


async def test_what_is_in_flight_when_the_lead_is_lost_is_settled_and_nothing_new_begun(scene: Scene) -> None:
    channels = [await scene.subscribe(number) for number in range(3)]
    doors = Doors(scene.curb, *channels)
    one, lead = sender(scene, "one", curb=doors)
    await lead.keep()
    await scene.news()
    await one.tick()
    await doors.knocked(3)
    lead.lost()
    await scene.news("More.", status="identified")
    doors.open(*channels)
    await at_rest()

    assert [len(scene.curb.top(channel)) for channel in channels] == [1] * 3
    assert [len((await scene.delivery(channel)).receipts) for channel in channels] == [1] * 3
    assert (await one.tick(), len(scene.curb.calls)) == (0, 3)


class Losing:
    """Loses the *lead* with the first message: a `Chat` in front of *chat*."""

    def __init__(self, chat: FakeChat, lead: Lead) -> None:
        self._chat = chat
        self._lead = lead
        self.edit = chat.edit

    async def send(self, channel: Channel, post: Post, nonce: str, parent: Reference | None) -> Reference:
        """Send, and lose the lead."""
        self._lead.lost()
        return await self._chat.send(channel, post, nonce, parent)


async def test_what_was_claimed_and_not_begun_when_the_lead_is_lost_goes_back_untouched(scene: Scene) -> None:
    channels = [await scene.subscribe(number) for number in range(3)]
    lead = Lead(scene.store, Duty.DISCORD, "one", scene.clock, elapsed=lambda: elapsed(scene))
    one = scene.courier(owner="one", leads={CURB: lead}, curb=Losing(scene.curb, lead))
    two, other = sender(scene, "two")
    await lead.keep()
    await scene.news()
    assert await one.tick() == 3
    await at_rest()
    assert len(scene.curb.calls) == 1
    await scene.store.release_all()
    scene.clock.advance(OF_LEADS)
    await other.keep()
    await two.run_dry()

    assert [len(scene.curb.top(channel)) for channel in channels] == [1] * 3
    assert not any(call.repeated for call in scene.curb.calls)
    for channel in channels:
        assert not (await scene.delivery(channel)).unknown


class Frozen:
    """A store whose claims come back only after the process stood still for *length*."""

    def __init__(self, scene: Scene, length: float) -> None:
        self._scene = scene
        self._length = length

    def __getattr__(self, name: str) -> object:
        return getattr(self._scene.store, name)

    async def claim(self, *given: object) -> object:
        """Claim, and stand still."""
        claims = await self._scene.store.claim(*given)  # type: ignore[arg-type]
        self._scene.clock.advance(seconds(self._length))
        return claims


@pytest.mark.parametrize(("length", "sent"), [(1.0, 1), (LEASE.total_seconds() + 1, 0)])
async def test_a_courier_that_stood_still_longer_than_its_lease_sends_nothing_of_what_it_claimed(
    scene: Scene, length: float, sent: int
) -> None:
    here = await scene.subscribe()
    await scene.news()
    frozen = Frozen(scene, length)
    courier = Courier(frozen, {CURB: scene.curb}, scene.clock)  # type: ignore[arg-type]
    assert await courier.tick() == 1
    await at_rest()
    assert len(scene.curb.top(here)) == sent
    await scene.courier(owner="another").run_dry()
    assert [call.op for call in scene.curb.calls].count("send") == 1


def test_a_claim_is_taken_over_within_a_minute_and_has_time_to_end() -> None:
    assert seconds(20) <= FRESH <= LEASE - seconds(20)
    assert seconds(60) > LEASE + seconds(10)
