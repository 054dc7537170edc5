"""The world of the conversation tests: the page was read once and says that all is well."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.discord.world import World, discord_world
from tests.fakes.clock import SetClock
from tests.stores import empty_store


@pytest.fixture
async def unread_talk() -> AsyncIterator[World]:
    """A world that hands payloads to the client with no gateway in between, and whose page was never read."""
    async with empty_store() as store, discord_world(store, SetClock()) as world:
        yield world


@pytest.fixture
async def talk(unread_talk: World) -> World:
    """The same world once its page was read and said that all is well."""
    await unread_talk.page_says()
    await unread_talk.page_lists()
    return unread_talk
