"""Stores that fail, for the tests of what the gateway tells them."""

from __future__ import annotations

import asyncio
from typing import Any

from storage.store import SqlStore


class Hanging:
    """A store that takes no truth, and does not say so, for as long as it *hangs*."""

    def __init__(self, store: SqlStore) -> None:
        self._store = store
        self.hangs = True
        self.times = 0
        self.asked = asyncio.Event()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)

    async def present(self, *given: Any) -> None:
        self.times += 1
        self.asked.set()
        if self.hangs:
            await asyncio.Event().wait()
        await self._store.present(*given)


class Broken:
    """A store of which some methods fail, so often as they are told."""

    def __init__(self, store: SqlStore, *names: str, fails: int) -> None:
        self._store = store
        self._names = names
        self._fails = fails
        self.called: list[str] = []

    def __getattr__(self, name: str) -> Any:
        self.called.append(name)
        if name in self._names and self._fails:
            self._fails -= 1
            return self._fail
        return getattr(self._store, name)

    async def _fail(self, *_given: Any) -> None:
        raise OSError("password=secret")
