"""What one process learns of Slack's limits: every other one is told, and it outlives a restart."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.duty import COURIER
from bot.domain.limit import Limit
from storage.store import SqlStore
from storage.tables import learnt_limit
from tests.factories import START

PAUSE = timedelta(seconds=30)
LEASE = timedelta(seconds=20)
NONE = timedelta()


def limit(
    rate: float = 2.5, pause: timedelta = PAUSE, *, workspace: str = "T1", method: str = "post"
) -> Limit:
    return Limit(workspace, method, rate, pause)


async def known(store: SqlStore) -> list[Limit]:
    """Return what a process that starts reads; what is left of a pause is rounded up to seconds."""
    read = (await store.learnt(None, START)).limits
    return [
        Limit(one.workspace, one.method, one.rate, timedelta(seconds=-(-one.pause.total_seconds() // 1)))
        for _, one in read
    ]


async def test_what_is_learnt_is_read_by_another_process(store: SqlStore, other: SqlStore) -> None:
    await store.learn([limit(), limit(5.0, method="edit"), limit(1.0, workspace="T2")], START)
    assert sorted(await known(other), key=lambda one: one.rate) == [
        limit(1.0, workspace="T2"),
        limit(),
        limit(5.0, method="edit"),
    ]


async def test_the_newest_rate_holds_and_the_longest_pause(store: SqlStore) -> None:
    await store.learn([limit(2.5, PAUSE)], START)
    await store.learn([limit(1.25, timedelta(seconds=1))], START)
    assert await known(store) == [limit(1.25, PAUSE)]


async def test_what_was_read_is_not_read_again_for_long(store: SqlStore) -> None:
    await store.learn([limit()], START)
    ((at, _),) = (await store.learnt(None, START)).limits
    assert (await store.learnt(at + timedelta(minutes=1), START)).limits == ()


async def test_a_rate_of_long_ago_is_not_believed_and_in_the_end_forgotten(store: SqlStore) -> None:
    await store.learn([limit()], START)

    async def age(db: AsyncConnection) -> None:
        await db.execute(learnt_limit.update().values(learnt_at=START - timedelta(days=900)))

    await store.database.write(age)
    assert await known(store) == []
    assert await store.forget(START) == 1


async def test_couriers_are_counted_while_they_live(store: SqlStore) -> None:
    assert (await store.learnt(None, START)).couriers == 1
    duties = [f"{COURIER}{name}" for name in ("one", "two", "three")]
    fences = [(await store.lead([duty], duty, START, LEASE))[duty] for duty in duties]
    await store.lead(["watch"], "four", START, LEASE)
    assert (await store.learnt(None, START)).couriers == 3
    await store.give_up(f"{COURIER}two", fences[1])
    assert (await store.learnt(None, START)).couriers == 2
