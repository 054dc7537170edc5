"""Servers come, go, and have outages; only those that removed the bot are forgotten, after a while."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from typing import cast

import pytest

from adapters.discord.client import Client
from adapters.discord.guilds import Guilds
from bot.domain.subscription import Channel, Settings
from bot.ports import Store
from storage.store import SqlStore
from tests.discord.failing_stores import Broken, Hanging
from tests.discord.gateway_bot import Setting, eventually, gateway_bot, impatient
from tests.fakes.clock import MIDDAY, SetClock
from tests.fakes.discord.gateway import Gateway as StandInGateway
from tests.fakes.discord.guild_data import unavailable
from tests.fakes.discord.places import GUILD, OTHER_GUILD, OTHER_TEXT, TEXT, Guild
from tests.stores import empty_store

HERE, THERE = Channel("discord", GUILD, TEXT), Channel("discord", OTHER_GUILD, OTHER_TEXT)
FAR_GUILD = str(1 << 22)
"""A server of the second shard of two."""
FAR = Channel("discord", FAR_GUILD, TEXT)
WEEK = timedelta(days=7)


@pytest.fixture
async def store() -> AsyncIterator[SqlStore]:
    """A store in which a channel of each server is subscribed."""
    async with empty_store() as opened:
        for channel in (HERE, THERE, FAR):
            await opened.subscribe(channel, Settings(), "somebody", MIDDAY)
        yield opened


async def kept(store: SqlStore, now: datetime) -> set[str]:
    """Return the servers whose settings are still there once retention went over all at *now*."""
    while await store.forget(now):
        pass
    return {
        channel.workspace for channel in (HERE, THERE, FAR) if await store.subscription(channel) is not None
    }


@asynccontextmanager
async def two_shards(store: SqlStore) -> AsyncIterator[Setting]:
    """A bot in three servers, of which the third is on another shard."""
    async with gateway_bot(store, before=far_too, shards=2) as on:
        await noted(on)
        yield on


def far_too(gateway: StandInGateway) -> None:
    gateway.standin.guilds[FAR_GUILD] = Guild(FAR_GUILD, "Far")


async def noted(on: Setting) -> None:
    """Wait until the bot is connected and has told the store."""
    await on.up()
    await eventually(lambda: not cast(Client, on.heard.clients[-1]).is_new)


async def test_every_server_that_discord_names_is_kept(store: SqlStore) -> None:
    async with two_shards(store):
        assert await kept(store, MIDDAY + 2 * WEEK) == {GUILD, OTHER_GUILD, FAR_GUILD}


async def test_a_server_that_is_left_is_forgotten_after_seven_days(store: SqlStore) -> None:
    async with two_shards(store) as on:
        await on.gateway.dispatch("GUILD_DELETE", {"id": GUILD})
        await eventually(lambda: len(on.heard.clients[0].guilds) == 2)
    now = on.clock.now()
    assert GUILD in await kept(store, now + WEEK - timedelta(hours=1))
    assert await kept(store, now + WEEK) == {OTHER_GUILD, FAR_GUILD}


async def test_a_server_that_takes_the_bot_back_keeps_everything(store: SqlStore) -> None:
    async with two_shards(store) as on:
        guild = on.discord.guilds[GUILD]
        await on.gateway.dispatch("GUILD_DELETE", {"id": GUILD})
        await on.gateway.dispatch("GUILD_CREATE", on.gateway.guild_json(guild, joined=True))
        await eventually(lambda: len(on.heard.clients[0].guilds) == 3)
    assert GUILD in await kept(store, on.clock.now() + 2 * WEEK)


async def test_an_outage_of_a_server_touches_nothing(store: SqlStore) -> None:
    """GUILD_DELETE with `unavailable`: Discord is ill, nobody removed the bot."""
    async with two_shards(store) as on:
        await on.gateway.dispatch("GUILD_DELETE", {"id": GUILD, "unavailable": True})
        await eventually(lambda: any(guild.unavailable for guild in on.heard.clients[0].guilds))
        await begun_anew(on)
    assert await kept(store, on.clock.now() + 2 * WEEK) == {GUILD, OTHER_GUILD, FAR_GUILD}


async def test_a_server_that_is_out_when_the_bot_starts_is_not_gone(store: SqlStore) -> None:
    """READY names it, and no GUILD_CREATE follows."""

    def out(gateway: StandInGateway) -> None:
        far_too(gateway)
        gateway.standin.guilds[GUILD].unavailable = True

    async with gateway_bot(store, before=out, shards=2) as on:
        await noted(on)
    assert GUILD in await kept(store, on.clock.now() + 2 * WEEK)


@pytest.mark.parametrize("fresh", [False, True], ids=["same client", "fresh client"])
@pytest.mark.parametrize("gone", [GUILD, FAR_GUILD])
async def test_a_server_that_removed_the_bot_while_it_was_away_is_noticed(
    store: SqlStore, gone: str, fresh: bool
) -> None:
    """No event tells of it: what READY does not name any more has left."""
    async with two_shards(store) as on:
        del on.discord.guilds[gone]
        if fresh:
            await on.discord.stop()
            await eventually(lambda: on.bot.trouble is not None)
            on.gateway.forget_sessions()
            await on.discord.start()
            await noted(on)
        else:
            await begun_anew(on)
    assert await kept(store, on.clock.now() + WEEK) == {GUILD, OTHER_GUILD, FAR_GUILD} - {gone}


@pytest.mark.parametrize("outage", [False, True], ids=["there", "there with an outage"])
async def test_a_server_that_ready_did_not_name_and_that_comes_later_is_kept(
    store: SqlStore, outage: bool
) -> None:
    """GUILD_CREATE with `unavailable`, which does not look like an invitation."""
    async with two_shards(store) as on:
        guild = on.discord.guilds.pop(GUILD)
        await begun_anew(on)
        await eventually(lambda: on.bot._guilds._noted == {int(OTHER_GUILD), int(FAR_GUILD)})
        told = on.gateway.guild_json(guild)
        await on.gateway.dispatch("GUILD_CREATE", unavailable(GUILD) if outage else told)
        await eventually(lambda: len(on.heard.clients[0].guilds) == 3)
    assert await kept(store, on.clock.now() + 2 * WEEK) == {GUILD, OTHER_GUILD, FAR_GUILD}


async def test_a_server_that_is_known_to_be_there_costs_no_write(store: SqlStore) -> None:
    """Discord says so after every outage, and of each server when a session begins."""
    counting = Broken(store, fails=0)
    async with gateway_bot(cast(Store, counting)) as on:
        await noted(on)
        for _ in range(5):
            await on.gateway.dispatch("GUILD_DELETE", unavailable(GUILD))
            await on.gateway.dispatch("GUILD_CREATE", on.gateway.guild_json(on.discord.guilds[GUILD]))
        await on.gateway.dispatch("GUILD_DELETE", {"id": OTHER_GUILD})
        await eventually(lambda: "left" in counting.called)
    assert "joined" not in counting.called


async def test_a_database_that_hangs_holds_up_neither_the_pulse_nor_the_end(store: SqlStore) -> None:
    hanging = Hanging(store)
    async with gateway_bot(cast(Store, hanging), interval=0.2) as on:
        await on.up()
        await asyncio.wait_for(hanging.asked.wait(), 5)
        on.gateway.acknowledges = False
        (first,) = on.gateway.open
        await on.gateway.until(first.over.is_set, "the end of a dead connection")
        on.gateway.acknowledges = True
        await on.gateway.until_resumed(1)
        await on.up()
    assert hanging.times == 1


async def test_a_database_that_hung_is_told_once_it_answers(store: SqlStore) -> None:
    hanging = Hanging(store)
    async with gateway_bot(cast(Store, hanging), impatient(database=0.05)) as on:
        del on.discord.guilds[GUILD]
        await asyncio.wait_for(hanging.asked.wait(), 5)
        hanging.hangs = False
        await eventually(lambda: hanging.times >= 2)
        await noted(on)
    assert await kept(store, on.clock.now() + WEEK) == {OTHER_GUILD}


async def begun_anew(on: Setting) -> None:
    """Let every session be lost, so that new ones name all servers again."""
    before = len(on.gateway.identified)
    await on.gateway.invalidate(resumable=False)
    await on.gateway.until_identified(before + 2)
    await noted(on)


async def test_while_a_shard_is_away_its_servers_are_not_gone(store: SqlStore) -> None:
    """The truth is whole only once every shard has named its servers."""
    async with two_shards(store) as on:
        on.gateway.unready = {1}
        await on.gateway.invalidate(resumable=False)
        await on.gateway.until_identified(4)
        await eventually(lambda: len(on.heard.clients[0].guilds) == 2)
        client = cast(Client, on.heard.clients[0])
        await eventually(lambda: client.up == {0} and not client.changed.is_set())
        for _ in range(200):
            await asyncio.sleep(0)
        assert not on.bot.connected
        assert client.is_new
        assert await kept(store, MIDDAY + 2 * WEEK) == {GUILD, OTHER_GUILD, FAR_GUILD}


async def test_a_truth_that_could_not_be_written_is_told_and_not_lost(
    store: SqlStore, caplog: pytest.LogCaptureFixture
) -> None:
    guilds = Guilds(cast(Store, Broken(store, "present", fails=2)), SetClock())
    assert not await guilds.reconcile(lambda: [1])
    assert not await guilds.reconcile(lambda: [1])
    assert await guilds.reconcile(lambda: [int(GUILD)])
    assert caplog.text.count("could not be noted (OSError") == 1
    assert "secret" not in caplog.text
    assert await kept(store, MIDDAY + 2 * WEEK) == {GUILD}


async def test_a_removal_that_could_not_be_written_is_made_up_for(store: SqlStore) -> None:
    broken = Broken(store, "left", fails=1)
    async with gateway_bot(cast(Store, broken)) as on:
        await noted(on)
        del on.discord.guilds[GUILD]
        await on.gateway.dispatch("GUILD_DELETE", {"id": GUILD})
        await eventually(lambda: broken.called.count("present") == 2)
    assert broken.called.count("left") == 1
    assert GUILD not in await kept(store, on.clock.now() + WEEK)
