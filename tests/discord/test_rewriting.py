"""What comes late: a call that was given up never has the last word, and doubles nothing."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from adapters.discord.rewriting import LOOKS_AGAIN, SETTLES
from bot.domain.subscription import Channel, Style
from bot.ports import NotYet, Refused
from tests.contracts.chat import card
from tests.discord.scene import EDIT, HERE, DiscordScene, discord_scene, until
from tests.fakes.discord.faults import reset

SHORT = timedelta(milliseconds=100)
"""The deadline where a call is held up on its way."""


def hold_up(scene: DiscordScene) -> asyncio.Event:
    """Hold the next call up until what is returned is set."""
    gate = asyncio.Event()
    scene.discord.delays.append(gate)
    return gate


def words(scene: DiscordScene, channel: Channel) -> str:
    shown = scene.shown(channel)[0]
    return f"{shown.content}{shown.embeds}"


async def digests(scene: DiscordScene, channel: Channel) -> list[str | None]:
    return [receipt.digest for receipt in (await scene.world.delivery(channel)).receipts]


async def test_an_edit_that_arrives_late_does_not_overwrite_a_newer_one() -> None:
    async with discord_scene(deadline=SHORT) as scene:
        channel = await scene.subscribe(style=Style.CARD)
        courier = scene.courier()
        await scene.world.news("First words.")
        await courier.run_dry()
        scene.world.clock.advance(timedelta(minutes=1))
        gate = hold_up(scene)
        await scene.world.news("Second words.")
        await courier.run_dry()
        scene.world.clock.advance(timedelta(seconds=5))
        await scene.world.news("Over.", status="resolved")
        for _ in range(5):
            await scene.go_on(courier)
        assert "Resolved" not in words(scene, channel)
        assert (await digests(scene, channel))[0] is None
        gate.set()
        await until(lambda: not scene.rest.under_way)
        assert "Second words." in words(scene, channel)
        await scene.go_on(courier)
        assert "Resolved" in words(scene, channel)
        assert None not in await digests(scene, channel)
        assert len(scene.shown(channel)) == 2  # and the loud word of the end


async def test_a_message_that_is_being_edited_holds_up_no_other() -> None:
    async with discord_scene(deadline=SHORT) as scene:
        held, free = [await scene.chat.send(HERE, card(), key, None) for key in ("n1", "n2")]
        gate = hold_up(scene)
        with pytest.raises(Refused):
            await scene.chat.edit(HERE, held, card("Held up"))
        for _ in range(3):
            with pytest.raises(NotYet) as caught:
                await scene.chat.edit(HERE, held, card("Newer"))
            assert caught.value.wait == LOOKS_AGAIN
        await scene.chat.edit(HERE, free, card("Free"))
        gate.set()
        await until(lambda: not scene.rest.under_way)
        await scene.chat.edit(HERE, held, card("Newer"))
        assert ["Newer" in str(one.embeds) for one in scene.shown(HERE)] == [True, False]


async def test_after_an_edit_without_an_answer_one_more_follows_when_nothing_can_come_any_more() -> None:
    async with discord_scene() as scene:
        channel = await scene.subscribe(style=Style.CARD)
        courier = scene.courier()
        await scene.world.news("First words.")
        await courier.run_dry()
        (shown,) = scene.shown(channel)
        first = (shown.content, shown.embeds, shown.components)
        await scene.world.rewritten("Second words.")
        scene.discord.fail(EDIT, reset())
        await courier.run_dry()
        lost_at = scene.now
        await scene.go_on(courier)
        assert "Second words." in words(scene, channel)
        assert await digests(scene, channel) == [None]
        shown.content, shown.embeds, shown.components = first  # as if the lost one came only now
        while None in await digests(scene, channel):
            await scene.go_on(courier)
        assert "Second words." in words(scene, channel)
        assert scene.now - lost_at == SETTLES
        assert len(scene.discord.ledger.calls_of(EDIT)) == 3


async def test_an_edit_that_is_not_the_last_word_says_when_another_is() -> None:
    async with discord_scene() as scene:
        made = await scene.chat.send(HERE, card(), "n1", None)
        scene.discord.fail(EDIT, reset())
        with pytest.raises(Refused):
            await scene.chat.edit(HERE, made, card("Newer"))
        scene.world.clock.advance(timedelta(seconds=10))
        with pytest.raises(NotYet) as caught:
            await scene.chat.edit(HERE, made, card("Newer"))
        assert caught.value.wait == SETTLES - timedelta(seconds=10)
        scene.world.clock.advance(caught.value.wait)
        await scene.chat.edit(HERE, made, card("Newer"))


@pytest.mark.parametrize("edited", [False, True])
async def test_a_card_that_arrives_late_is_neither_doubled_nor_stale(*, edited: bool) -> None:
    """Its nonce is known: https://docs.discord.com/developers/resources/message#create-message."""
    async with discord_scene(deadline=SHORT) as scene:
        channel = await scene.subscribe(style=Style.CARD)
        courier = scene.courier()
        await scene.chat.send(HERE, card(), "logged-in", None)
        gate = hold_up(scene)
        await scene.world.news("First words.")
        await courier.run_dry()
        assert scene.rest.under_way == 1
        await scene.world.rewritten("Second words.")
        if edited:
            await scene.go_on(courier)
            assert "Second words." in words(scene, channel)
        gate.set()
        await until(lambda: not scene.rest.under_way)
        await scene.go_on(courier)
        assert "Second words." in words(scene, channel)
        delivery = await scene.world.delivery(channel)
        assert not delivery.unknown
        assert None not in await digests(scene, channel)
