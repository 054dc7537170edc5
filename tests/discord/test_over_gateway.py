"""The conversation as it is in earnest: over the gateway, with clients that come and go."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass

import discord
import pytest

from adapters.discord.app import attach
from adapters.discord.endpoints import Endpoints, pointed_at
from adapters.discord.gateway import Gateway
from adapters.discord.sync import sync
from bot.commands import Desk
from bot.domain.subscription import Channel
from bot.underway import Underway
from storage.store import SqlStore
from tests.discord.gateway_bot import BRISK, Nap, ended, eventually
from tests.factories import PAGE_URL
from tests.fakes.clock import SetClock
from tests.fakes.discord.application_commands import ApplicationCommands
from tests.fakes.discord.gateway import Gateway as StandInGateway
from tests.fakes.discord.interactions import COMMAND, Interactions
from tests.fakes.discord.people import People, Somebody
from tests.fakes.discord.places import APPLICATION, GUILD, TEXT, TOKEN
from tests.fakes.discord.standin import DiscordStandIn
from tests.stores import empty_store

CALLBACK = "POST /interactions/{interaction_id}/{interaction_token}/callback"


@dataclass
class Earnest:
    """One bot with its commands, before a Discord with a gateway."""

    bot: Gateway
    store: SqlStore
    side: DiscordStandIn
    gateway: StandInGateway
    commands: ApplicationCommands
    people: People


@pytest.fixture
async def earnest() -> AsyncIterator[Earnest]:
    clock, underway = SetClock(), Underway()
    side = DiscordStandIn()
    gateway, interactions, commands = StandInGateway(side), Interactions(side), ApplicationCommands(side)

    async def settle() -> None:
        await eventually(lambda: [*interactions.by_token.values()][-1].answer is not None)
        await underway.finish()

    async with empty_store() as store:

        def connected(client: discord.Client) -> Callable[[], Awaitable[object]]:
            desk = Desk(store, clock, PAGE_URL)
            tree = attach(client, desk, store, clock, page_url=PAGE_URL, policy="members", underway=underway)
            return lambda: sync(tree, APPLICATION)

        people = People(side, interactions, lambda one: gateway.dispatch("INTERACTION_CREATE", one), settle)
        await side.start()
        with pointed_at(Endpoints(side.api_url, side.gateway_url)):
            bot = Gateway(TOKEN, store, clock, connected, pace=BRISK, sleep=Nap(clock))  # type: ignore[arg-type]
            running = asyncio.create_task(bot.run())
            await eventually(lambda: bot.connected and commands.writes == 1)
            yield Earnest(bot, store, side, gateway, commands, people)
            await ended(running)
        await side.stop()
    assert side.problems == []


async def test_a_channel_is_subscribed_through_the_panel(earnest: Earnest) -> None:
    panel = await earnest.people.types("claudealerts settings")
    await earnest.people.presses(panel.message, "panel_subscribe")
    await earnest.people.chooses(panel.message, "panel_impact", ["major"])
    found = await earnest.store.subscription(Channel("discord", GUILD, TEXT))
    assert found
    assert found.settings.least_impact == "major"


async def test_a_panel_works_with_the_next_client_and_nothing_is_registered_again(earnest: Earnest) -> None:
    panel = await earnest.people.types("claudealerts settings")
    earnest.gateway.forget_sessions()
    earnest.gateway.cut()
    await earnest.gateway.until_identified(2)
    await eventually(lambda: earnest.bot.connected)
    after = await earnest.people.presses(panel.message, "panel_subscribe")
    assert "panel_impact" in after.actions
    assert earnest.commands.writes == 1


async def test_what_is_replayed_after_a_resume_is_done_once(earnest: Earnest) -> None:
    """The second of the two comes behind another request, so that it was surely handled."""
    opened = earnest.people.interactions.begin(COMMAND, TEXT, GUILD)
    subscribe = {"name": "subscribe", "type": 1, "options": []}
    data = {"id": "1", "name": "claudealerts", "type": 1, "options": [subscribe]}
    payload = earnest.people.payload(opened, data, Somebody())
    await earnest.gateway.dispatch("INTERACTION_CREATE", payload)
    await earnest.people.settle()
    earnest.gateway.cut()
    await earnest.gateway.dispatch("INTERACTION_CREATE", payload)
    await earnest.gateway.until_resumed(1)
    await eventually(lambda: earnest.bot.connected)
    heard = await earnest.people.types("claudealerts settings")
    assert "panel_impact" in heard.actions
    assert len(earnest.side.ledger.calls_of(CALLBACK)) == 2
    assert len(opened.said) == 1
