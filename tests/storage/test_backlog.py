"""How much waits on which platform, and whether somebody rang."""

from __future__ import annotations

import pytest
from sqlalchemy.engine import make_url

from bot.domain.queue import Queue, Waiting
from bot.domain.subscription import Settings
from storage.errors import StorageError
from storage.opening import open_store
from storage.store import SqlStore
from tests.factories import minute
from tests.storage.factories import channel, record, show_all, taken, told


async def test_nothing_waits_where_nothing_is_due(store: SqlStore) -> None:
    await store.subscribe(channel(), Settings(), "somebody", minute(-60))
    assert await store.queue(minute(0)) == Queue()


async def test_what_is_due_is_counted_by_platform_with_the_age_of_the_oldest(store: SqlStore) -> None:
    for number, platform in ((1, "slack"), (2, "slack"), (3, "discord")):
        await store.subscribe(channel(number, platform=platform), Settings(), "somebody", minute(-60))
    await told(store, record("first"), now=minute(1))
    await told(store, record("second"), now=minute(2))
    queue = await store.queue(minute(3))
    assert queue == Queue({"slack": Waiting(4, minute(1)), "discord": Waiting(2, minute(1))})
    assert await store.queue(minute(0.5)) == Queue()


async def test_what_somebody_works_on_waits_and_what_is_shown_does_not(store: SqlStore) -> None:
    await store.subscribe(channel(), Settings(), "somebody", minute(-60))
    await told(store, record(), now=minute(1))
    await taken(store, minute(1), limit=1)
    assert (await store.queue(minute(1))).waiting["terminal"].count == 1


async def test_what_is_shown_waits_no_more(store: SqlStore) -> None:
    await store.subscribe(channel(), Settings(), "somebody", minute(-60))
    await told(store, record())
    await show_all(store)
    assert await store.queue(minute(5)) == Queue()


async def test_nobody_rang_at_first_and_the_last_ring_counts(store: SqlStore, other: SqlStore) -> None:
    assert await store.rung() is None
    await store.ring(minute(2))
    await other.ring(minute(1))
    assert await store.rung() == minute(1)


async def test_a_server_that_can_only_be_read_is_told_with_the_cure(emptied_schema: str) -> None:
    """A standby that was not promoted, or a server whose disk is full and that somebody closed for writes."""
    url = make_url(emptied_schema)
    options = f"{url.query['options']} -cdefault_transaction_read_only=on"
    closed = url.update_query_dict({"options": options}).render_as_string(hide_password=False)
    store = await open_store(closed)
    with pytest.raises(StorageError, match=r"can only be read: let DATABASE_URL name .* not a replica"):
        await store.queue(minute(0))
    await store.close()
    store = await open_store(emptied_schema)
    assert await store.queue(minute(0)) == Queue()
    await store.close()
