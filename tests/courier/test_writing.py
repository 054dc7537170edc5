"""Results that cannot be written wait, and nothing new is begun; those that come too late are refused."""

from __future__ import annotations

import pytest

from bot.courier import LEASE
from storage.errors import StorageError
from tests.courier.conftest import Breaking
from tests.courier.doors import Doors
from tests.courier.scene import Scene, at_rest, seconds
from tests.fakes.chat import Fate


async def test_a_result_that_cannot_be_written_is_kept_and_written_later(
    scene_on_file: Scene, broken_store: Breaking
) -> None:
    scene = scene_on_file
    here = await scene.subscribe()
    doors = Doors(scene.curb, here)
    courier = scene.courier(curb=doors)
    await scene.news()
    await courier.tick()
    await doors.knocked()
    with broken_store():
        doors.open(here)
        await at_rest()
    unwritten = await scene.delivery(here)
    await courier.run_dry()

    assert unwritten.receipts == ()
    assert [receipt.possible_duplicate for receipt in (await scene.delivery(here)).receipts] == [False]
    assert [call.op for call in scene.curb.calls] == ["send"]


async def test_nothing_new_is_begun_while_results_wait_to_be_written(
    scene_on_file: Scene, broken_store: Breaking
) -> None:
    scene = scene_on_file
    here = await scene.subscribe(1)
    doors = Doors(scene.curb, here)
    courier = scene.courier(curb=doors)
    await scene.news()
    await courier.tick()
    await doors.knocked()
    other = await scene.subscribe(2)
    with broken_store():
        doors.open(here)
        await at_rest()
        with pytest.raises(StorageError, match="delivery"):
            await courier.tick()
        await at_rest()
        begun = len(scene.curb.calls)
    await courier.run_dry()

    assert begun == 1
    assert [len(scene.curb.top(channel)) for channel in (here, other)] == [1, 1]


async def test_a_store_that_cannot_be_asked_fails_the_tick_and_is_asked_again_by_the_next(
    scene_on_file: Scene, broken_store: Breaking
) -> None:
    scene = scene_on_file
    here, courier = await scene.subscribe(), scene.courier()
    await scene.news()
    with broken_store(), pytest.raises(Exception, match="delivery"):
        await courier.tick()
    await courier.run_dry()

    assert len(scene.curb.top(here)) == 1


async def test_a_result_that_comes_after_another_courier_took_over_changes_nothing(scene: Scene) -> None:
    here = await scene.subscribe()
    doors = Doors(scene.curb, here)
    await scene.news()
    await scene.courier(curb=doors, owner="slow").tick()
    await doors.knocked()
    scene.clock.advance(LEASE)
    await scene.courier(owner="quick").run_dry()
    taken_over, told = await scene.delivery(here), scene.results.qsize()
    doors.open(here)
    await at_rest()

    assert taken_over.receipts[0].possible_duplicate
    assert await scene.delivery(here) == taken_over
    assert scene.results.qsize() == told
    assert len(scene.curb.everything(here)) == 1


async def test_a_lease_that_has_not_run_out_is_respected(scene: Scene) -> None:
    here = await scene.subscribe()
    doors = Doors(scene.curb, here)
    await scene.news()
    await scene.courier(curb=doors, owner="slow").tick()
    await doors.knocked()
    scene.clock.advance(LEASE - seconds(1))

    assert await scene.courier(owner="quick").run_dry() == 0
    doors.open(here)
    await at_rest()


async def test_a_refusal_that_cannot_be_written_is_kept_as_well(
    scene_on_file: Scene, broken_store: Breaking
) -> None:
    scene = scene_on_file
    here = await scene.subscribe()
    doors = Doors(scene.curb, here)
    courier = scene.courier(curb=doors)
    scene.curb.script(Fate.LOSE_ANSWER)
    await scene.news()
    await courier.tick()
    await doors.knocked()
    with broken_store():
        doors.open(here)
        await at_rest()
    await courier.run_dry()

    delivery = await scene.delivery(here)
    assert (delivery.unknown, [one.outcome for one in delivery.trace]) == (True, ["unknown"])
