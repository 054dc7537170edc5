"""The gateway: connected, or soon again, with everything that connections to Discord are known to do."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest

from storage.store import SqlStore
from tests.discord.gateway_bot import Setting, eventually, gateway_bot
from tests.fakes.discord.places import APPLICATION, MEMBER, TEXT, user
from tests.stores import empty_store

SOMETHING = {"guild_id": "200000000000000200", "channel_id": TEXT, "last_pin_timestamp": None}
"""An event that discord.py knows and that nobody here cares for: CHANNEL_PINS_UPDATE."""


@pytest.fixture
async def store() -> AsyncIterator[SqlStore]:
    async with empty_store() as opened:
        yield opened


def ask(number: int) -> dict[str, object]:
    """Return a ping: an interaction that nobody handles."""
    return {
        "id": str(number),
        "type": 1,
        "token": "interaction-token",
        "application_id": APPLICATION,
        "version": 1,
        "user": user(MEMBER, "carol"),
        "channel_id": TEXT,
        "entitlements": [],
        "authorizing_integration_owners": {},
        "attachment_size_limit": 1,
    }


async def test_it_asks_for_servers_and_nothing_else(store: SqlStore) -> None:
    """Intents: GUILDS alone; frames come as one zlib stream."""
    async with gateway_bot(store) as on:
        await on.up()
        (identified,) = on.gateway.identified
        assert (identified.intents, identified.compressed) == (1, True)
        await eventually(lambda: on.heard.ready == 1)
        assert on.bot.trouble is None
        assert on.bot.silence is not None
        presence = on.gateway.open[0].received[-1]["d"].get("presence")
        assert presence is None


async def test_nothing_is_kept_of_what_passes(store: SqlStore) -> None:
    async with gateway_bot(store) as on:
        await on.up()
        client = on.heard.clients[0]
        assert client._connection.max_messages is None
        assert client._connection.member_cache_flags.value == 0
        mentions: Any = client.allowed_mentions
        assert mentions.to_dict() == {"parse": []}
        assert not client._enable_debug_events


async def test_what_was_missed_is_replayed_when_the_session_is_resumed(store: SqlStore) -> None:
    async with gateway_bot(store) as on:
        await on.up()
        await on.gateway.dispatch("INTERACTION_CREATE", ask(1))
        on.gateway.cut()
        await on.gateway.dispatch("INTERACTION_CREATE", ask(2))
        await on.gateway.until_resumed(1)
        await eventually(lambda: len(on.heard.interactions) == 2)
        await on.gateway.dispatch("INTERACTION_CREATE", ask(3))
        await eventually(lambda: len(on.heard.interactions) == 3)
        assert len(on.gateway.identified) == 1
        assert on.heard.ready <= 1


async def test_a_session_that_is_resumed_with_nothing_missed_goes_on(store: SqlStore) -> None:
    async with gateway_bot(store) as on:
        await on.up()
        for times in (1, 2, 3):
            await on.gateway.close(4000)
            await on.gateway.until_resumed(times)
            await on.up()
        await on.gateway.dispatch("INTERACTION_CREATE", ask(1))
        await eventually(lambda: on.heard.interactions == ["INTERACTION_CREATE"])
        assert len(on.gateway.identified) == 1
        assert on.bot.trouble is None


async def test_a_session_that_is_not_known_any_more_is_begun_anew(store: SqlStore) -> None:
    """RESUME is answered with op 9, `d: false`."""
    async with gateway_bot(store) as on:
        await on.up()
        on.gateway.forget_sessions()
        on.gateway.cut()
        await on.gateway.until_identified(2)
        await on.up()
        assert on.gateway.resumed == []
        assert len(on.heard.clients) == 1
        await on.gateway.dispatch("INTERACTION_CREATE", ask(1))
        await eventually(lambda: on.heard.interactions == ["INTERACTION_CREATE"])


async def test_told_to_reconnect_it_resumes(store: SqlStore) -> None:
    """Op 7."""
    async with gateway_bot(store) as on:
        await on.up()
        await on.gateway.say({"op": 7, "d": None})
        await on.gateway.until_resumed(1)
        await on.up()
        assert on.gateway.connections[0].closed_with == 4000


@pytest.mark.parametrize("resumable", [True, False])
async def test_an_invalid_session_is_resumed_where_it_can_be(store: SqlStore, resumable: bool) -> None:
    """Op 9: `d` tells."""
    async with gateway_bot(store) as on:
        await on.up()
        await on.gateway.invalidate(resumable=resumable)
        if resumable:
            await on.gateway.until_resumed(1)
        else:
            await on.gateway.until_identified(2)
        await on.up()
        assert len(on.gateway.identified) == (1 if resumable else 2)
        assert len(on.heard.clients) == 1


async def test_a_new_session_waits_its_five_seconds(store: SqlStore) -> None:
    """One IDENTIFY in them: https://docs.discord.com/developers/events/gateway#sharding-max-concurrency."""
    async with gateway_bot(store) as on:
        await on.up()
        await on.gateway.invalidate(resumable=False)
        await on.gateway.until_identified(2)
        first, second = on.gateway.identified
        assert (second.at - first.at).total_seconds() >= 5


@pytest.mark.parametrize("chatty", [False, True], ids=["silent", "chatty"])
async def test_a_connection_whose_heartbeats_are_not_answered_is_replaced(
    store: SqlStore, chatty: bool
) -> None:
    """However much else it says, and after two heartbeats, or three where the machine is slow."""
    async with gateway_bot(store, interval=0.2) as on:
        await on.up()
        on.gateway.acknowledges = False
        (first,) = on.gateway.open
        before = on.gateway.heartbeats
        for beat in (1, 2) if chatty else ():
            await on.gateway.until(lambda beat=beat: on.gateway.heartbeats >= before + beat)  # type: ignore[misc]
            await on.gateway.dispatch("CHANNEL_PINS_UPDATE", SOMETHING)
        await on.gateway.until(first.over.is_set, "the end of a dead connection")
        assert 1 <= on.gateway.heartbeats - before <= 4
        on.gateway.acknowledges = True
        await on.gateway.until_resumed(1)
        await on.up()
        assert len(on.gateway.identified) == 1


async def test_a_connection_that_answers_heartbeats_is_kept(store: SqlStore) -> None:
    async with gateway_bot(store, interval=0.2) as on:
        await on.up()
        await on.gateway.until(lambda: on.gateway.heartbeats >= 5)  # 0.8 s
        assert len(on.gateway.connections) == 1


@pytest.mark.parametrize("code", [1000, 4000, 4001, 4002, 4008, 4009])
async def test_a_close_code_that_says_so_is_followed_by_a_resume(store: SqlStore, code: int) -> None:
    """https://docs.discord.com/developers/topics/opcodes-and-status-codes#gateway-gateway-close-event-codes"""
    async with gateway_bot(store) as on:
        await on.up()
        await on.gateway.close(code)
        await on.gateway.until_resumed(1)
        await on.up()
        assert len(on.heard.clients) == 1


async def test_a_shard_that_is_turned_away_again_and_again_gets_a_fresh_client(store: SqlStore) -> None:
    """discord.py answers 4007, a number of ours that Discord does not know, with the same RESUME for ever."""
    async with gateway_bot(store) as on:
        await on.up()
        on.gateway.refuses = [4007] * 1000
        on.gateway.cut()
        await eventually(lambda: on.bot.trouble is not None)
        assert "closes the connection again and again" in str(on.bot.trouble)
        assert 900 < len(on.gateway.refuses) <= 996
        on.gateway.refuses = []
        await on.up()
        assert len(on.heard.clients) >= 2


async def test_a_gateway_that_went_away_is_connected_to_when_it_is_back(store: SqlStore) -> None:
    async with gateway_bot(store) as on:
        await on.up()
        await on.discord.stop()
        await eventually(lambda: on.bot.trouble is not None)
        assert not on.bot.connected
        assert on.bot.silence is None
        await on.discord.start()
        await on.up()
        await eventually(lambda: on.bot.trouble is None)
        await eventually(lambda: on.heard.ready == 2)


async def test_what_follows_connecting_may_fail_and_people_are_heard(
    store: SqlStore, caplog: pytest.LogCaptureFixture
) -> None:
    async with gateway_bot(store) as on:
        on.heard.fails = True
        await on.up()
        await eventually(lambda: "what follows connecting to Discord failed (ValueError" in caplog.text)
        await on.gateway.dispatch("INTERACTION_CREATE", ask(1))
        await eventually(lambda: on.heard.interactions == ["INTERACTION_CREATE"])


async def test_every_shard_that_discord_asks_for_is_connected(store: SqlStore) -> None:
    async with gateway_bot(store, shards=2) as on:
        await on.up()
        assert [(one.shard, one.shards) for one in on.gateway.identified] == [(0, 2), (1, 2)]
        first, second = on.gateway.identified
        assert (second.at - first.at).total_seconds() >= 5
        await eventually(lambda: on.heard.ready == 1)
        await on.gateway.dispatch("INTERACTION_CREATE", ask(1), shard=1)
        await eventually(lambda: on.heard.interactions == ["INTERACTION_CREATE"])
        await one_shard_is_lost(on)


async def one_shard_is_lost(on: Setting) -> None:
    """One of two: it resumes, the other is left alone."""
    lost = next(one for one in on.gateway.open if one.session is not None and one.session.shard == 1)
    lost.transport.abort()
    await on.gateway.until_resumed(1)
    await on.up()
    assert len(on.gateway.connections) == 3
    assert len(on.gateway.identified) == 2
