"""What is read when: the summary at each poll, the full lists by the clock and on a hint."""

from __future__ import annotations

from bot.domain.status import Endpoint
from tests.factories import incident, minute, summary, update
from tests.fakes.page import Answer
from tests.watcher.conftest import Scene


async def test_the_first_poll_reads_all_three_documents(scene: Scene) -> None:
    poll = await scene.tick()

    assert poll.result == "read"
    assert [request.path for request in scene.page.requests] == [
        Endpoint.SUMMARY,
        Endpoint.INCIDENTS,
        Endpoint.MAINTENANCES,
    ]


async def test_an_unchanged_poll_asks_for_the_summary_alone_and_by_its_tag(scene: Scene) -> None:
    await scene.tick()
    before = len(scene.page.requests)
    poll = await scene.tick()

    (request,) = scene.page.requests[before:]
    assert (poll.result, poll.due) == ("unchanged", 0)
    assert (request.path, request.status) == (Endpoint.SUMMARY, 304)


async def test_the_full_list_is_read_each_minute_and_maintenances_every_five(scene: Scene) -> None:
    await scene.tick()
    for _ in range(60):
        await scene.tick()

    assert scene.asked(Endpoint.SUMMARY) == 61
    assert scene.asked(Endpoint.INCIDENTS) == 11
    assert scene.asked(Endpoint.MAINTENANCES) == 3


async def test_a_summary_that_changed_makes_the_full_list_be_read_at_once(scene: Scene) -> None:
    await scene.tick()
    scene.show(incident(updates=[update(at=minute(1))]), at=1)
    await scene.tick()

    assert scene.asked(Endpoint.INCIDENTS) == 2


async def test_a_summary_in_which_only_the_pages_time_changed_is_no_reason_to_read_more(scene: Scene) -> None:
    await scene.tick()
    scene.page.show(Endpoint.SUMMARY, summary(updated_at=minute(1)))
    poll = await scene.tick()

    assert (poll.result, scene.asked(Endpoint.INCIDENTS)) == ("unchanged", 1)


async def test_an_incident_that_left_the_summary_is_looked_up_before_anything_is_said(scene: Scene) -> None:
    begun = update(at=minute(1))
    scene.show(incident(updates=[begun]), at=1)
    await scene.tick()
    over = incident(updates=[begun, update("resolved", "All is well.", at=minute(2))])
    scene.show(at=2, closed=(over,))
    await scene.tick()

    record = (await scene.store.known()).records["incident0001"]
    assert record.incident.status == "resolved"
    assert scene.asked(Endpoint.INCIDENTS) == 2


async def test_a_stale_answer_gets_a_second_look_one_second_later(scene: Scene) -> None:
    await scene.tick()
    scene.page.age = 25
    await scene.tick()

    assert scene.pauses == [1.0]
    assert scene.asked(Endpoint.SUMMARY) == 3


async def test_what_the_second_look_brings_is_told_in_the_same_poll(scene: Scene) -> None:
    await scene.tick()
    stale = scene.page.respond(Endpoint.SUMMARY, {})
    assert isinstance(stale, Answer)
    fresh = [field for field in stale.headers if field[0] != "Age"]
    old = Answer(200, (*fresh, ("Age", "25")), stale.body)
    scene.show(incident(updates=[update(at=minute(1))]), at=1)
    scene.page.script(Endpoint.SUMMARY, old)
    poll = await scene.tick()

    assert scene.pauses == [1.0]
    assert poll.due == 1


async def test_a_list_that_could_not_be_read_is_tried_again_at_the_next_poll(scene: Scene) -> None:
    await scene.tick()
    scene.show(incident(updates=[update(at=minute(1))]), at=1)
    scene.page.script(Endpoint.INCIDENTS, Answer(503))
    poll = await scene.tick()
    await scene.tick()

    assert (poll.result, poll.due) == ("read", 1)
    assert [one.status for one in scene.page.asked(Endpoint.INCIDENTS)] == [200, 503, 200]
    assert scene.watcher.health.failures == 0
