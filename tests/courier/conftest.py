"""A scene, and one on a file that a second connection can get at."""

from __future__ import annotations

import sqlite3
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from pathlib import Path

import pytest

from storage.opening import open_store
from tests.courier.scene import Scene
from tests.stores import empty_store

Breaking = Callable[[], AbstractContextManager[None]]


@pytest.fixture
async def scene() -> AsyncIterator[Scene]:
    """A page that was read once and said nothing, and nobody who follows it."""
    async with empty_store() as store:
        made = Scene(store)
        await made.read()
        yield made


@pytest.fixture
async def unread() -> AsyncIterator[Scene]:
    """A scene in which the page was never read."""
    async with empty_store() as store:
        yield Scene(store)


@pytest.fixture
async def scene_on_file(tmp_path: Path) -> AsyncIterator[Scene]:
    """The same, kept in a file."""
    store = await open_store(f"sqlite:///{tmp_path / 'bot.db'}")
    made = Scene(store)
    await made.read()
    yield made
    await store.close()


@pytest.fixture
def broken_store(tmp_path: Path) -> Breaking:
    """What makes the store of `scene_on_file` fail for as long as one is inside."""

    @contextmanager
    def broken() -> Iterator[None]:
        _execute(tmp_path / "bot.db", "ALTER TABLE delivery RENAME TO away")
        yield
        _execute(tmp_path / "bot.db", "ALTER TABLE away RENAME TO delivery")

    return broken


def _execute(path: Path, statement: str) -> None:
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute(statement)
