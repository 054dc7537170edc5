"""Two couriers on one store: they share the work, and the channels cannot tell."""

from __future__ import annotations

import asyncio

from bot.domain.subscription import Channel
from tests.courier.doors import Doors
from tests.courier.scene import Scene, at_rest, words

Seen = list[tuple[str, list[str]]]


def seen(scene: Scene, channel: Channel) -> Seen:
    """Return what a channel shows: each message with its replies. Which incident comes first is chance."""
    return sorted((words(card), [words(reply) for reply in card.replies]) for card in scene.curb.top(channel))


async def story(scene: Scene, count: int) -> tuple[list[Channel], Seen]:
    """Let *count* couriers serve two incidents; return the channels and what the first shows."""
    channels = [await scene.subscribe(number) for number in range(12)]
    couriers = [scene.courier(owner=f"courier{number}", in_flight=4) for number in range(count)]
    for body, status in (("Looking.", "investigating"), ("Found.", "identified"), ("Over.", "resolved")):
        await scene.news(body, status=status)
        await scene.news(body, status=status, key="incident2")
        await asyncio.gather(*(courier.run_dry() for courier in couriers))
    return channels, seen(scene, channels[0])


async def test_two_couriers_never_serve_the_same_delivery_at_once(scene: Scene) -> None:
    channels = [await scene.subscribe(number) for number in range(10)]
    doors = Doors(scene.curb, *channels)
    couriers = [scene.courier(curb=doors, owner=owner, in_flight=6) for owner in ("one", "two")]
    await scene.news()
    claimed = await asyncio.gather(*(courier.tick() for courier in couriers))
    knocked = await doors.knocked(10)
    further = [await courier.tick() for courier in couriers]
    doors.open(*channels)
    await at_rest()

    assert (sum(claimed), max(claimed), further) == (10, 6, [0, 0])
    assert sorted(knocked) == sorted(channels)
    assert len(scene.curb.calls) == 10


async def test_each_of_two_couriers_takes_a_share(scene: Scene) -> None:
    for number in range(10):
        await scene.subscribe(number)
    await scene.news()
    couriers = [scene.courier(owner=owner, in_flight=2) for owner in ("one", "two")]
    shares = await asyncio.gather(*(courier.run_dry() for courier in couriers))

    assert sum(shares) == 10
    assert min(shares) > 0


async def test_two_couriers_leave_the_same_messages_as_one(scene: Scene, unread: Scene) -> None:
    await unread.read()
    channels, by_one = await story(scene, 1)
    same_channels, by_two = await story(unread, 2)

    assert channels == same_channels
    assert [[len(replies) for _, replies in seen(scene, channel)] for channel in channels] == [[2, 2]] * 12
    assert [seen(scene, channel) for channel in channels] == [by_one] * 12
    assert [seen(unread, channel) for channel in channels] == [by_two] * 12
    assert by_one == by_two


async def test_no_receipt_of_two_couriers_is_in_doubt(scene: Scene) -> None:
    channels, _ = await story(scene, 2)

    for channel in channels:
        for key in ("incident1", "incident2"):
            delivery = await scene.delivery(channel, key)
            assert not delivery.unknown
            assert not any(receipt.possible_duplicate for receipt in delivery.receipts)
    assert not any(call.repeated for call in scene.curb.calls)
