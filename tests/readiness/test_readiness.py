"""Why a process is not ready: in words, soon enough, and only what is its own business."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import timedelta

import pytest

from bot.domain.health import Health
from bot.glance import Glances
from bot.ports import Store
from bot.readiness import DATABASE_AWAY, Link, Readiness
from storage.store import SqlStore
from tests.fakes.broken_store import BrokenStore, SlowStore
from tests.fakes.clock import MIDDAY, SetClock
from tests.stores import empty_store

POLL = timedelta(seconds=10)


@dataclass(slots=True)
class Wire:
    """A connection that is as a test wants it."""

    connected: bool = True
    ours: bool = True
    trouble: str | None = None
    link: Link = field(init=False)

    def __post_init__(self) -> None:
        self.link = Link(
            "wire", "The wire", lambda: self.connected, lambda: self.ours, trouble=lambda: self.trouble
        )


@pytest.fixture
async def store() -> AsyncIterator[SqlStore]:
    async with empty_store() as opened:
        await opened.set_health(Health(read_at=MIDDAY))
        yield opened


@pytest.fixture
def clock() -> SetClock:
    return SetClock()


def judge(store: Store, clock: SetClock, *wires: Wire, poll_every: timedelta = POLL) -> Readiness:
    return Readiness(Glances(store, clock), clock, poll_every, [wire.link for wire in wires])


async def test_a_process_that_does_all_it_is_there_for_is_ready(store: SqlStore, clock: SetClock) -> None:
    assert await judge(store, clock, Wire()).reasons() == []


async def test_a_page_that_was_never_read_is_a_reason(clock: SetClock) -> None:
    async with empty_store() as store:
        assert await judge(store, clock).reasons() == ["The status page was not read yet."]


async def test_a_page_that_gave_no_answer_for_three_polls_is_a_reason(
    store: SqlStore, clock: SetClock
) -> None:
    await store.set_health(Health(MIDDAY, failing_since=MIDDAY, failures=2, reason="no answer"))
    assert await judge(store, clock).reasons() == []
    await store.set_health(Health(MIDDAY, failing_since=MIDDAY, failures=3, reason="no answer"))
    assert await judge(store, clock).reasons() == [
        "The status page cannot be read since 2026-05-04 12:00:00 UTC: no answer."
    ]


@pytest.mark.parametrize(("poll_seconds", "oldest"), [(10, 60), (300, 900)])
async def test_a_page_that_nobody_reads_is_a_reason_after_a_minute_or_three_polls(
    store: SqlStore, clock: SetClock, poll_seconds: float, oldest: float
) -> None:
    readiness = judge(store, clock, poll_every=timedelta(seconds=poll_seconds))
    clock.advance(timedelta(seconds=oldest))
    assert await readiness.reasons() == []
    clock.advance(timedelta(seconds=1))
    assert await readiness.reasons() == ["Nobody has read the status page since 2026-05-04 12:00:00 UTC."]


async def test_a_memory_that_fails_is_the_reason_and_no_other_is_guessed(
    store: SqlStore, clock: SetClock
) -> None:
    clock.advance(timedelta(hours=1))
    assert await judge(BrokenStore(store), clock).reasons() == [DATABASE_AWAY]


async def test_a_memory_that_hangs_is_asked_once_and_is_no_reason_any_more_when_it_answers(
    store: SqlStore, clock: SetClock
) -> None:
    slow = SlowStore(store)
    readiness = Readiness(Glances(slow, clock, patience=timedelta(0)), clock, POLL)
    told = [await readiness.reasons() for _ in range(3)]
    asked = list(slow.asked)
    slow.go_on()
    while await readiness.reasons():
        clock.advance(timedelta(milliseconds=1))
    assert told == [[DATABASE_AWAY]] * 3
    assert asked == ["health"]


async def test_an_answer_of_the_memory_is_good_for_a_second(store: SqlStore, clock: SetClock) -> None:
    readiness = judge(store, clock)
    assert await readiness.reasons() == []
    await store.set_health(Health())
    clock.advance(timedelta(milliseconds=900))
    assert await readiness.reasons() == []
    clock.advance(timedelta(milliseconds=100))
    assert await readiness.reasons() != []


async def test_a_reconnect_is_no_reason_and_a_lost_connection_is_one_within_a_minute(
    store: SqlStore, clock: SetClock
) -> None:
    wire = Wire(connected=False, trouble="the token is refused.")
    readiness = judge(store, clock, wire)
    readiness.look()
    clock.advance(timedelta(seconds=30))
    assert await readiness.reasons() == []
    clock.advance(timedelta(seconds=1))
    assert await readiness.reasons() == [
        "The wire is not connected since 2026-05-04 12:00:00 UTC: the token is refused."
    ]
    wire.connected = True
    assert await readiness.reasons() == []


async def test_connections_that_come_and_go_are_no_lasting_loss(store: SqlStore, clock: SetClock) -> None:
    wire = Wire(connected=False)
    readiness = judge(store, clock, wire)
    for _ in range(4):
        wire.connected = not wire.connected
        readiness.look()
        clock.advance(timedelta(seconds=14))
    assert await readiness.reasons() == []


async def test_a_connection_that_another_process_has_to_keep_is_none_of_ours(
    store: SqlStore, clock: SetClock
) -> None:
    wire = Wire(connected=False, ours=False)
    readiness = judge(store, clock, wire)
    readiness.look()
    clock.advance(timedelta(seconds=50))
    assert await readiness.reasons() == []
    wire.ours = True  # it was just taken over, and has the time that any connection has
    assert await readiness.reasons() == []


async def test_what_only_a_person_can_mend_is_a_reason_at_once(store: SqlStore, clock: SetClock) -> None:
    words = "Discord refuses the token. Set DISCORD_BOT_TOKEN."
    readiness = Readiness(Glances(store, clock), clock, POLL, obstacles=[lambda: None, lambda: words])
    assert await readiness.reasons() == [words]
