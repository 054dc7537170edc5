"""Where one history after another is played: a loop on which nothing is left to chance, and empty stores."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any, Self, TypeVar

from storage.store import SqlStore
from tests.stores import empty_store

Result = TypeVar("Result")


class Arena:
    """Plays histories. No thread and no socket has a say in one, so its seed alone decides what happens."""

    def __enter__(self) -> Self:
        self._runner = asyncio.Runner()
        return self

    def __exit__(self, *_: object) -> None:
        self._runner.close()

    def play(self, life: Callable[[SqlStore], Coroutine[Any, Any, Result]]) -> Result:
        """Return what *life* comes to in an empty store."""

        async def in_empty_store() -> Result:
            async with empty_store() as store:
                return await life(store)

        return self._runner.run(in_empty_store())
