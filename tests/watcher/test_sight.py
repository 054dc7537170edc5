"""Failures: what is known stays, the page is left alone for a while, the old and the foreign are refused."""

from __future__ import annotations

import sqlite3
from datetime import timedelta
from pathlib import Path

import pytest

from adapters.statuspage.client import open_status_page
from bot.domain.status import Endpoint
from bot.watcher import Watcher
from storage.errors import StorageError
from storage.opening import open_store
from tests.factories import (
    components,
    encode,
    entry,
    feed,
    incident,
    incidents_document,
    minute,
    page,
    summary,
    update,
)
from tests.fakes.clock import SetClock
from tests.fakes.page import Answer, Raw, fake_page
from tests.watcher.conftest import Scene

OPEN = incident(updates=[update(at=minute(1))])


@pytest.mark.parametrize(
    "fault",
    [
        pytest.param(Answer(503), id="an error"),
        pytest.param(Answer(302, (("Location", "https://elsewhere.example.com/"),)), id="a redirect"),
        pytest.param(Answer(200, body=b"<html>Welcome to our network</html>"), id="a captive portal"),
        pytest.param(Answer(200, body=b"{}"), id="an empty object"),
        pytest.param(Answer(200, body=b""), id="nothing"),
        pytest.param(Answer(200, body=encode(summary(parts=[]))), id="no components"),
        pytest.param(Raw(b"HTTP/1.1 200 OK\r\nContent-Length: 9999\r\n\r\n{"), id="half an answer"),
    ],
)
async def test_no_broken_answer_changes_what_is_known(scene: Scene, fault: Answer | Raw) -> None:
    scene.show(OPEN, at=1, chat="major_outage")
    await scene.tick()
    before = await scene.store.known()
    scene.page.fault = fault
    for _ in range(4):
        assert (await scene.tick(after=200)).result == "unreadable"

    assert await scene.store.known() == before
    assert scene.watcher.health.is_blind


async def test_three_failures_make_us_blind_and_one_good_poll_makes_us_see(scene: Scene) -> None:
    await scene.tick()
    scene.page.fault = Answer(500)
    for count in (1, 2, 3):
        await scene.tick(after=130)
        assert (scene.watcher.health.failures, scene.watcher.health.is_blind) == (count, count == 3)
    assert "500" in scene.watcher.health.reason
    scene.page.fault = None
    await scene.tick(after=130)

    assert await scene.store.health() == scene.watcher.health
    assert (scene.watcher.health.failures, scene.watcher.health.is_blind) == (0, False)


async def test_the_page_is_left_alone_longer_after_each_failure_up_to_two_minutes(scene: Scene) -> None:
    scene.page.fault = Answer(500)
    waits = []
    for _ in range(7):
        await scene.tick(after=200)
        assert scene.watcher.next_try is not None
        waits.append((scene.watcher.next_try - scene.clock.now()).total_seconds())

    assert waits == [0, 20, 40, 80, 120, 120, 120]


async def test_a_tick_before_the_next_try_asks_nothing(scene: Scene) -> None:
    scene.page.fault = Answer(429, (("Retry-After", "45"),))
    await scene.tick()
    waiting = [(await scene.tick(after=10)).result for _ in range(4)]
    asked = len(scene.page.requests)
    after = (await scene.tick(after=10)).result

    assert (waiting, asked, after) == (["waiting"] * 4, 1, "unreadable")


async def test_a_page_that_asks_for_a_long_pause_gets_it_up_to_a_quarter_of_an_hour(scene: Scene) -> None:
    scene.page.fault = Answer(503, (("Retry-After", "86400"),))
    await scene.tick()

    assert scene.watcher.next_try == scene.clock.now() + timedelta(minutes=15)


async def test_the_feed_is_read_where_the_page_refuses_and_makes_nothing_due(scene: Scene) -> None:
    scene.page.show(Endpoint.ATOM, feed(entry(("Investigating", "Trouble."), name="Chat trouble")))
    scene.page.script(Endpoint.SUMMARY, Answer(403))
    poll = await scene.tick()

    (headline,) = (await scene.store.health()).headlines
    assert (poll.result, poll.due, scene.rings) == ("unreadable", 0, [])
    assert (headline.name, headline.status) == ("Chat trouble", "investigating")
    assert (await scene.store.known()).records == {}


async def test_an_older_snapshot_moves_nothing_back(scene: Scene) -> None:
    told = [update(at=minute(1)), update("monitoring", "Better.", at=minute(2))]
    scene.show(incident(updates=told), at=2)
    await scene.tick()
    before = await scene.store.known()
    scene.show(incident(updates=told[:1]), at=1, chat="major_outage")
    poll = await scene.tick()

    assert poll.transitions == 0
    assert await scene.store.known() == before


async def test_after_an_older_snapshot_the_page_is_not_asked_whether_that_one_changed(scene: Scene) -> None:
    scene.show(at=2)
    await scene.tick()
    newest = scene.page.asked(Endpoint.SUMMARY)[-1]
    scene.show(at=1)
    await scene.tick()
    await scene.tick()
    tags = [request.headers.get("if-none-match") for request in scene.page.asked(Endpoint.SUMMARY)]

    assert newest.status == 200
    assert tags[1] == tags[2]


async def test_another_page_at_the_same_address_is_refused_with_the_cure(scene: Scene) -> None:
    await scene.tick()
    other = {**summary(OPEN, updated_at=minute(3)), "page": page(minute(3), id="anotherpage1")}
    scene.page.show(Endpoint.SUMMARY, other)
    poll = await scene.tick()

    assert (poll.result, poll.due) == ("unreadable", 0)
    assert "DATABASE_URL" in scene.watcher.health.reason


async def test_two_updates_at_once_become_due_together(scene: Scene) -> None:
    scene.show(OPEN, at=1)
    await scene.tick()
    told = [update(at=minute(1)), update("identified", at=minute(2)), update("monitoring", at=minute(2.5))]
    scene.show(incident(updates=told), at=3)
    poll = await scene.tick()

    record = (await scene.store.known()).records["incident0001"]
    assert [one.status for one in record.incident.updates] == ["investigating", "identified", "monitoring"]
    assert poll.due == 1


async def test_a_write_that_failed_is_found_again_by_the_next_poll(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'bot.db'}"
    store = await open_store(url)
    clock = SetClock(minute(0))
    async with fake_page() as shown, open_status_page(shown.url) as source:
        watcher = Watcher(source, store, clock)
        shown.show(Endpoint.SUMMARY, summary())
        shown.show(Endpoint.INCIDENTS, incidents_document())
        await watcher.tick()
        shown.show(Endpoint.SUMMARY, summary(OPEN, parts=components(), updated_at=minute(1)))
        with sqlite3.connect(tmp_path / "bot.db") as other:
            other.execute("ALTER TABLE delivery RENAME TO away")
        with pytest.raises(StorageError):
            await watcher.tick()
        with sqlite3.connect(tmp_path / "bot.db") as other:
            other.execute("ALTER TABLE away RENAME TO delivery")
        clock.advance(timedelta(seconds=10))
        await watcher.tick()

        assert "incident0001" in (await store.known()).records
    await store.close()
