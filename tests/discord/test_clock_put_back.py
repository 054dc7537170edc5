"""A machine's clock that was wrong and is put right silences nobody."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.ports import NotYet, Refused
from tests.contracts.chat import card
from tests.discord.scene import CREATE, HERE, DiscordScene, discord_scene
from tests.fakes.discord.faults import error, limited

HOUR = timedelta(hours=1)
SECOND = timedelta(seconds=1)


async def send(scene: DiscordScene, key: str) -> timedelta | None:
    """Return how long a card has to wait, None if it was sent."""
    try:
        await scene.chat.send(HERE, card(), key, None)
    except NotYet as early:
        return early.wait
    except Refused as refused:
        return refused.retry_after
    return None


async def test_turns_taken_before_are_not_waited_for() -> None:
    async with discord_scene() as scene:
        scene.discord.bucketed = True
        channels = [scene.place() for _ in range(20)]
        scene.world.clock.advance(HOUR)
        for number in range(60):
            try:
                await scene.chat.send(channels[number % 20], card(), f"n{number}", None)
            except NotYet:
                continue
        for number in range(6):
            await send(scene, f"m{number}")
        scene.world.clock.advance(-HOUR)
        scene.discord.buckets.windows.clear()
        waits = [await send(scene, f"m{number}") or timedelta(0) for number in range(6)]
        assert max(waits) <= 10 * SECOND
        scene.world.clock.advance(15 * SECOND)
        assert (await send(scene, "late") or timedelta(0)) <= SECOND


async def test_an_old_message_is_edited_again_after_its_minute() -> None:
    async with discord_scene() as scene:
        made = await scene.chat.send(HERE, card(), "n1", None)
        scene.world.clock.advance(5 * HOUR)
        await scene.chat.edit(HERE, made, card("Second"))
        scene.world.clock.advance(-HOUR)
        with pytest.raises(NotYet) as caught:
            await scene.chat.edit(HERE, made, card("Third"))
        assert caught.value.wait == timedelta(minutes=1)
        scene.world.clock.advance(caught.value.wait)
        await scene.chat.edit(HERE, made, card("Third"))


async def test_a_pause_discord_asked_for_is_not_longer_for_it() -> None:
    async with discord_scene() as scene:
        scene.discord.fail(CREATE, limited(40, scope="global"))
        assert await send(scene, "n1") == 40 * SECOND
        scene.world.clock.advance(-HOUR)
        assert await send(scene, "n1") == 40 * SECOND
        scene.world.clock.advance(40 * SECOND)
        assert await send(scene, "n1") is None


async def test_a_token_is_looked_at_again_after_its_minute() -> None:
    async with discord_scene() as scene:
        scene.discord.fail(CREATE, error(401, 0))
        await send(scene, "n1")
        scene.world.clock.advance(-HOUR)
        assert await send(scene, "n1") is not None
        scene.world.clock.advance(timedelta(minutes=1))
        assert await send(scene, "n1") is None
        assert scene.rest.refused is None
