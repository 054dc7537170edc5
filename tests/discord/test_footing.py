"""Connections that Discord ends as soon as they are up are not replaced without a pause."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator

import pytest

from adapters.discord.footing import Footing
from storage.store import SqlStore
from tests.discord.gateway_bot import eventually, gateway_bot, impatient
from tests.fakes.discord.gateway import INVALID, RECONNECT
from tests.stores import empty_store


@pytest.fixture
async def store() -> AsyncIterator[SqlStore]:
    async with empty_store() as opened:
        yield opened


def test_pauses_grow_while_connections_are_short(caplog: pytest.LogCaptureFixture) -> None:
    footing = Footing(steady=10)
    pauses = []
    for start in range(0, 70, 10):
        footing.rise(0, start)
        pauses.append(footing.lose(0, start + 9))
    assert pauses == [1, 2, 4, 8, 16, 30, 30]
    assert [record.levelno for record in caplog.records] == [logging.WARNING]


def test_a_connection_that_lasts_puts_an_end_to_it() -> None:
    footing = Footing(steady=10)
    footing.rise(0, 0)
    assert footing.lose(0, 5) == 1
    footing.rise(0, 6)
    assert footing.lose(0, 16) == 0
    footing.rise(0, 17)
    assert footing.lose(0, 18) == 1


def test_each_shard_stands_by_itself() -> None:
    footing = Footing(steady=10)
    for shard in (0, 1):
        footing.rise(shard, 0)
    assert (footing.lose(0, 1), footing.lose(1, 20)) == (1, 0)
    for _ in range(3):
        footing.lose(0, 21)
    assert (footing.stumbles(0), footing.stumbles(1)) == (4, 1)
    assert not footing.up


async def test_told_to_reconnect_after_each_resume_it_takes_its_time(
    store: SqlStore, caplog: pytest.LogCaptureFixture
) -> None:
    """Op 7. The session is kept, and a new one is not begun."""
    async with gateway_bot(store, impatient(steady=10)) as on:
        await on.up()
        on.gateway.welcomes = {"RESUMED": {"op": RECONNECT, "d": None}}
        await on.gateway.say({"op": RECONNECT, "d": None})
        await on.gateway.until_resumed(8)
        assert on.slept[:8] == [1, 2, 4, 8, 16, 30, 30, 30]
        assert len(on.gateway.identified) == 1
        assert caplog.text.count("Discord ends each connection within seconds") == 1
        on.gateway.welcomes = {}
        await on.up()


async def test_an_invalid_session_after_each_start_leaves_most_of_the_hour(store: SqlStore) -> None:
    async with gateway_bot(store, impatient(steady=10)) as on:
        await on.up()
        on.gateway.welcomes = {"READY": {"op": INVALID, "d": False}}
        began = on.clock.now()
        await on.gateway.say({"op": INVALID, "d": False})
        await eventually(lambda: (on.clock.now() - began).total_seconds() >= 95)
        on.gateway.welcomes = {}
        await on.up()
        assert (on.clock.now() - began).total_seconds() < 95 + 120
        assert len(on.gateway.identified) <= 8
