"""Stores that fail: one whose database is away, one that takes its time."""

from __future__ import annotations

import asyncio
from typing import Any

from bot.ports import Store
from storage.errors import StorageError

WORDS = "The database failed (connection refused): check that its server runs."


class BrokenStore:
    """Fails whatever is asked of it, in these *words*."""

    def __init__(self, store: Store, words: str = WORDS) -> None:
        self._store = store
        self._words = words

    def __getattr__(self, name: str) -> Any:
        assert hasattr(self._store, name)

        async def fail(*_: Any, **__: Any) -> Any:
            raise StorageError(self._words)

        return fail


class SlowStore:
    """Answers nothing until it may go on. *asked* are the names of what it was asked for."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self.asked: list[str] = []
        self._may_go_on = asyncio.Event()

    def go_on(self) -> None:
        """Answer from now on."""
        self._may_go_on.set()

    def __getattr__(self, name: str) -> Any:
        method = getattr(self._store, name)

        async def wait(*given: Any, **named: Any) -> Any:
            self.asked.append(name)
            await self._may_go_on.wait()
            return await method(*given, **named)

        return wait
