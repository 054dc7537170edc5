"""A paused channel on its way back: when it is tried, and what it hears."""

from __future__ import annotations

from bot.domain.delivery import Scope, Verdict
from bot.domain.subscription import State
from bot.ports import NotYet
from tests.courier.scene import Scene, refusal, seconds, words

TEN_MINUTES = 600


async def test_a_paused_channel_is_tried_again_and_goes_on_when_it_is_accepted(scene: Scene) -> None:
    here, courier = await scene.subscribe(), scene.courier()
    scene.curb.script(refusal(Verdict.PAUSE, Scope.CHANNEL), refusal(Verdict.PAUSE, Scope.CHANNEL))
    await scene.news("We are looking.")
    await courier.run_dry()
    scene.clock.advance(seconds(TEN_MINUTES - 1))
    early = await courier.run_dry()
    scene.clock.advance(seconds(1))
    second = await courier.run_dry()
    state = (await scene.subscription(here)).state
    await scene.news("We found it.", status="identified")
    again_early = await courier.run_dry()
    scene.clock.advance(seconds(TEN_MINUTES))
    await courier.run_dry()

    assert (early, second, state, again_early) == (0, 1, State.PAUSED, 0)
    resumed = await scene.subscription(here)
    assert (resumed.state, resumed.pause_reason) == (State.ACTIVE, None)
    (card,) = scene.curb.everything(here)
    assert "We found it." in words(card)


async def test_an_incident_that_begins_in_a_paused_channel_is_tried_there_once(scene: Scene) -> None:
    here, courier = await scene.subscribe(), scene.courier()
    scene.curb.script(*[refusal(Verdict.PAUSE, Scope.CHANNEL)] * 2)
    await scene.news(key="older")
    await courier.run_dry()
    await scene.news(key="newer")
    tried = await courier.run_dry()
    await scene.news("We found it.", key="newer", status="identified")
    again = await courier.run_dry()

    assert (tried, again) == (1, 0)
    assert (await scene.delivery(here, "newer")).trace[-1].outcome == "pause"
    assert await scene.wait_for_next_due() == seconds(TEN_MINUTES)


async def test_a_channel_whose_cause_is_gone_hears_of_a_new_incident_at_once(scene: Scene) -> None:
    here, courier = await scene.subscribe(), scene.courier()
    scene.curb.script(refusal(Verdict.PAUSE, Scope.CHANNEL))
    await scene.news(key="older")
    await courier.run_dry()
    scene.curb.calls.clear()
    await scene.news(key="newer")
    await courier.run_dry()

    assert (await scene.subscription(here)).state is State.ACTIVE
    assert [(await scene.delivery(here, key)).trace[-1].outcome for key in ("newer", "older")] == ["ok"] * 2


async def test_what_waits_in_a_paused_channel_for_its_turn_is_not_put_off_to_the_next_try(
    scene: Scene,
) -> None:
    here, courier = await scene.subscribe(), scene.courier()
    scene.curb.script(refusal(Verdict.PAUSE, Scope.CHANNEL), NotYet(seconds(3)))
    await scene.news(key="older")
    await courier.run_dry()
    await scene.news(key="newer")
    await courier.run_dry()

    assert await scene.wait_for_next_due() == seconds(3)
    await courier.run_dry()
    assert (await scene.subscription(here)).state is State.ACTIVE
