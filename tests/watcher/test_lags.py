"""How long after its publication an update was seen: told once, and not of what is history."""

from __future__ import annotations

from datetime import timedelta

from tests.factories import incident, minute, update
from tests.watcher.conftest import Scene

FIRST = update(at=minute(0.5), identifier="first")


async def test_a_new_update_is_told_once_with_the_time_since_its_publication(scene: Scene) -> None:
    await scene.tick()
    scene.show(incident(updates=[FIRST]), at=1)
    polls = [await scene.tick(after=35), await scene.tick()]
    scene.show(incident(updates=[FIRST, update(at=minute(1), identifier="second")]), at=2)
    polls.append(await scene.tick())

    assert [[lag.total_seconds() for lag in poll.lags] for poll in polls] == [[15], [], [5]]


async def test_what_the_page_dates_back_is_no_lag(scene: Scene) -> None:
    await scene.tick()
    old = update(at=minute(0) - timedelta(days=12), identifier="old")
    early = update(at=minute(2), identifier="of a clock that is ahead")
    scene.show(incident(updates=[old, early]), at=1)
    assert (await scene.tick()).lags == ()


async def test_what_happened_before_we_ever_watched_is_no_lag(scene: Scene) -> None:
    scene.show(incident(updates=[FIRST]), at=1)
    assert (await scene.tick(after=120)).lags == ()
