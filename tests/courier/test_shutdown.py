"""The end of a process: what is in flight is finished, and what cannot be is of unknown outcome."""

from __future__ import annotations

from datetime import timedelta

from bot.courier import Courier
from bot.domain.subscription import Channel
from tests.courier.conftest import Breaking
from tests.courier.doors import Doors
from tests.courier.scene import Scene, at_rest, seconds

NO_TIME = timedelta()
AMPLE = seconds(60)
"""Never waited for: what is in flight ends long before."""


async def stuck(scene: Scene) -> tuple[Channel, Doors, Courier]:
    """Return a channel, its shut door, and a courier who stands before it with a new card."""
    here = await scene.subscribe()
    doors = Doors(scene.curb, here)
    courier = scene.courier(curb=doors)
    await scene.news("We are looking.")
    await courier.tick()
    await doors.knocked()
    return here, doors, courier


async def test_draining_finishes_and_records_what_is_in_flight(scene: Scene) -> None:
    here, doors, courier = await stuck(scene)
    doors.open(here)

    assert await courier.drain(AMPLE)
    assert len((await scene.delivery(here)).receipts) == 1
    assert await scene.store.release_all() == 0


async def test_draining_begins_nothing_new_not_even_the_next_step(scene: Scene) -> None:
    here, doors, courier = await stuck(scene)
    other = await scene.subscribe(2)
    await scene.news("We found it.", status="identified")
    doors.open(here)
    drained = await courier.drain(AMPLE)
    claimed = await courier.tick()
    await at_rest()

    assert (drained, claimed) == (True, 0)
    assert [call.channel for call in scene.curb.calls] == [here]
    assert scene.curb.everything(other) == []
    assert await scene.store.next_due() is not None


async def test_an_idle_courier_is_drained_at_once(scene: Scene) -> None:
    assert await scene.courier().drain(NO_TIME)


async def test_draining_tells_when_something_hangs_beyond_its_limit(scene: Scene) -> None:
    here, doors, courier = await stuck(scene)
    drained = await courier.drain(NO_TIME)
    doors.open(here)
    await at_rest()

    assert not drained


async def test_draining_tells_when_a_result_could_not_be_written(
    scene_on_file: Scene, broken_store: Breaking
) -> None:
    here, doors, courier = await stuck(scene_on_file)
    with broken_store():
        doors.open(here)
        assert not await courier.drain(AMPLE)
    assert await scene_on_file.store.release_all() == 1


async def test_what_is_left_behind_is_sent_again_under_its_nonce_and_shown_once(scene: Scene) -> None:
    """The former process lives on in its last call here; a new one has taken over by then."""
    here, doors, courier = await stuck(scene)
    assert not await courier.drain(NO_TIME)
    released = await scene.store.release_all()
    unsure = await scene.delivery(here)
    await scene.courier().run_dry()
    doors.open(here)
    await at_rest()

    first, second = (call for call in scene.curb.calls if call.op == "send")
    assert (released, unsure.unknown) == (1, True)
    assert (first.nonce, second.repeated) == (second.nonce, True)
    assert len(scene.curb.everything(here)) == 1
    assert (await scene.delivery(here)).receipts[0].possible_duplicate
