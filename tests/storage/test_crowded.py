"""Many who wait for one lock: they are sent away soon, and the leads of their process never wait for them."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import psycopg
import pytest

from bot.domain.duty import Duty
from bot.domain.subscription import Settings
from storage.errors import StorageError
from storage.opening import open_store
from storage.statements import FAN_OUT
from tests.factories import START
from tests.program.process import until
from tests.storage.factories import channel

LEASE = timedelta(seconds=20)
MORE_THAN_THERE_ARE = 12


async def test_who_waits_for_a_long_fan_out_is_told_to_try_again_and_costs_no_lead(
    emptied_schema: str,
) -> None:
    store = await open_store(emptied_schema)
    fences = await store.lead([Duty.WATCH, Duty.GATEWAY], "one", START, LEASE)
    with psycopg.connect(emptied_schema) as fan_out:
        fan_out.execute("SELECT pg_advisory_xact_lock(%s)", [FAN_OUT])
        asking = [
            asyncio.create_task(store.subscribe(channel(number), Settings(), "somebody", START))
            for number in range(MORE_THAN_THERE_ARE)
        ]
        await until(lambda: all_connections_wait(fan_out))
        async with asyncio.timeout(1):
            assert await store.lead([Duty.WATCH, Duty.GATEWAY], "one", START, LEASE) == fences
            await store.give_up(Duty.WATCH, fences[Duty.WATCH])
        with pytest.raises(StorageError, match="try again in a minute"):
            await asking[0]
    outcomes = await asyncio.gather(*asking, return_exceptions=True)
    await store.close()
    assert {type(one) for one in outcomes if isinstance(one, Exception)} == {StorageError}


def all_connections_wait(connection: psycopg.Connection) -> bool:
    """Return whether as many wait for the lock as may at once."""
    waiting = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"
    found = connection.execute(waiting).fetchone()
    return found is not None and found[0] >= 10
