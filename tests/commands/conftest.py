"""The world of the command tests: empty, at midday, and its page was read once."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.commands.world import World
from tests.fakes.clock import SetClock
from tests.stores import empty_store


@pytest.fixture
async def empty_world() -> AsyncIterator[World]:
    """A world whose page was never read."""
    async with empty_store() as store:
        yield World(store, SetClock())


@pytest.fixture
async def world(empty_world: World) -> World:
    """A world whose page says that all is well."""
    await empty_world.page_says()
    await empty_world.page_lists()
    return empty_world
