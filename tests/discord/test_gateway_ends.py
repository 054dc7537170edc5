"""The gateway's bot ends at once, begins again, and does not hang where Discord gets no further."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from storage.store import SqlStore
from tests.discord.gateway_bot import eventually, gateway_bot, impatient
from tests.fakes.discord.gateway import Gateway as StandInGateway
from tests.stores import empty_store


@pytest.fixture
async def store() -> AsyncIterator[SqlStore]:
    async with empty_store() as opened:
        yield opened


@pytest.mark.parametrize("state", ["connected", "deaf", "no hello", "not ready", "resuming", "down"])
async def test_told_to_stop_it_ends_at_once_whatever_discord_does(store: SqlStore, state: str) -> None:
    """Nothing is left of it (the setting looks), and its session may be resumed: no code 1000."""

    async def prepare(gateway: StandInGateway) -> None:
        gateway.greets = state != "no hello"
        gateway.unready = {0} if state == "not ready" else set()
        if state == "down":
            await gateway.standin.stop()

    async with gateway_bot(store, before=prepare) as on:
        if state == "down":
            await eventually(lambda: on.bot.trouble is not None)
        elif state in {"connected", "deaf", "resuming"}:
            await on.up()
        else:
            await on.gateway.until(lambda: len(on.gateway.connections) == 1)
        if state == "deaf":
            on.gateway.open[0].transport.pause_reading()
        elif state == "resuming":
            on.gateway.greets = False
            on.gateway.cut()
            await on.gateway.until(lambda: len(on.gateway.connections) == 2)
    assert {one.closed_with for one in on.gateway.connections} <= {4000, 1006, None}
    if state in {"connected", "not ready"}:
        await eventually(lambda: on.gateway.connections[0].closed_with == 4000)


async def test_it_may_be_run_again_after_its_end(store: SqlStore) -> None:
    async with gateway_bot(store) as on:
        await on.up()
        on.running.cancel()
        await asyncio.gather(on.running, return_exceptions=True)
        assert not on.bot.connected
        again = asyncio.create_task(on.bot.run())
        await on.gateway.until_identified(2)
        await on.up()
        again.cancel()
        await asyncio.gather(again, return_exceptions=True)


@pytest.mark.parametrize("state", ["no hello", "not ready"])
async def test_a_handshake_that_gets_no_further_is_begun_again(store: SqlStore, state: str) -> None:
    def prepare(gateway: StandInGateway) -> None:
        gateway.greets = state != "no hello"
        gateway.unready = {0} if state == "not ready" else set()

    async with gateway_bot(store, impatient(handshake=0.2), before=prepare) as on:
        await eventually(lambda: on.bot.trouble is not None)
        assert "no answer in time" in str(on.bot.trouble)
        on.gateway.greets, on.gateway.unready = True, set()
        await on.up()
        assert len(on.heard.clients) >= 2
