"""Nobody waits for anybody else: channels and platforms that hang, and many channels at once."""

from __future__ import annotations

from tests.courier.doors import Doors
from tests.courier.scene import RADIO, Scene, at_rest


async def test_a_channel_that_hangs_delays_no_other_channel_and_no_other_platform(scene: Scene) -> None:
    stuck = await scene.subscribe(1)
    others = [await scene.subscribe(number) for number in (2, 3)]
    far = await scene.subscribe(4, platform=RADIO)
    doors = Doors(scene.curb, stuck)
    courier = scene.courier(curb=doors)
    await scene.news()
    await courier.tick()
    await scene.written(3)

    assert [len(scene.curb.top(one)) for one in (*others, stuck)] == [1, 1, 0]
    assert len(scene.radio.top(far)) == 1
    doors.open(stuck)
    await at_rest()
    assert len(scene.curb.top(stuck)) == 1


async def test_news_reach_the_others_while_a_channel_hangs(scene: Scene) -> None:
    stuck, other = await scene.subscribe(1), await scene.subscribe(2)
    doors = Doors(scene.curb, stuck)
    courier = scene.courier(curb=doors)
    await scene.news()
    await courier.tick()
    await scene.written()
    await scene.news("We found it.", status="identified")
    await courier.tick()
    await scene.written(2)

    assert [len(card.replies) for card in scene.curb.top(other)] == [1]
    doors.open(stuck)
    await at_rest()


async def test_a_platform_whose_every_channel_hangs_takes_no_room_from_another(scene: Scene) -> None:
    stuck = [await scene.subscribe(number) for number in range(6)]
    far = [await scene.subscribe(number, platform=RADIO) for number in range(6)]
    doors = Doors(scene.curb, *stuck)
    courier = scene.courier(curb=doors, in_flight=3)
    await scene.news()
    await courier.tick()
    await doors.knocked(3)
    while not all(scene.radio.top(channel) for channel in far):
        await scene.written()
        await courier.tick()

    assert doors.inside == 3
    doors.open(*stuck)
    await courier.run_dry()
    assert [len(scene.curb.top(channel)) for channel in stuck] == [1] * 6


async def test_no_more_is_in_flight_than_allowed(scene: Scene) -> None:
    channels = [await scene.subscribe(number) for number in range(20)]
    doors = Doors(scene.curb, *channels)
    courier = scene.courier(curb=doors, in_flight=8)
    await scene.news()
    claimed = [await courier.tick() for _ in range(3)]
    await doors.knocked(8)
    doors.open(*channels)
    await courier.run_dry()

    assert (claimed, doors.most) == ([8, 0, 0], 8)
    assert [len(scene.curb.top(channel)) for channel in channels] == [1] * 20


async def test_freed_room_is_filled_without_waiting_for_the_next_tick(scene: Scene) -> None:
    channels = [await scene.subscribe(number) for number in range(30)]
    await scene.news()
    claimed = await scene.courier(in_flight=8).tick()
    await at_rest()

    assert claimed == 8
    assert [len(scene.curb.top(channel)) for channel in channels] == [1] * 30


async def test_three_hundred_channels_are_served_once_each(scene: Scene) -> None:
    platforms = ("curb", RADIO)
    channels = [
        await scene.subscribe(number, workspace=f"home{number % 7}", platform=platforms[number % 2])
        for number in range(300)
    ]
    doors = Doors(scene.curb)
    courier = scene.courier(curb=doors)
    await scene.news()
    while await courier.tick():
        await at_rest()

    chats = {"curb": scene.curb, RADIO: scene.radio}
    assert [len(chats[channel.platform].top(channel)) for channel in channels] == [1] * 300
    assert len(scene.curb.calls) + len(scene.radio.calls) == 300
    assert doors.most <= 100
    assert await scene.store.next_due() is None
