"""Where one history after another is played: a loop that is always the same, and an emptied database."""

from __future__ import annotations

import asyncio
import selectors
import threading
from collections.abc import Callable, Coroutine
from contextlib import suppress
from contextvars import Context
from functools import partial
from queue import Empty, SimpleQueue
from typing import Any, Self, TypeVar, TypeVarTuple

from sqlalchemy.ext.asyncio import AsyncConnection

from storage.opening import open_store
from storage.store import SqlStore
from storage.tables import METADATA

Result = TypeVar("Result")
Arguments = TypeVarTuple("Arguments")


class Patience(selectors.SelectSelector):
    """Waits for the word of another thread instead of for sockets: there are none here."""

    def __init__(self) -> None:
        super().__init__()
        self.words: SimpleQueue[Callable[[], object]] = SimpleQueue()

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        """Take one word if nothing else can go on (then *timeout* is not 0)."""
        if timeout is None or timeout > 0:
            with suppress(Empty):
                self.words.get(timeout=timeout)()
        return []


class PatientLoop(asyncio.SelectorEventLoop):
    """Hears what the database's thread has to say only when nothing else can go on.

    The database has one connection, so that at most one such word is under way; without this the
    moment it arrives would decide who goes first.
    """

    def __init__(self) -> None:
        self._patience = Patience()
        self._home = threading.get_ident()
        super().__init__(self._patience)

    def call_soon_threadsafe(
        self, callback: Callable[[*Arguments], object], *args: *Arguments, context: Context | None = None
    ) -> asyncio.Handle:
        """Keep the word of another thread until it is asked for."""
        if threading.get_ident() == self._home:
            return self.call_soon(callback, *args, context=context)
        self._patience.words.put(partial(self.call_soon, callback, *args, context=context))
        return asyncio.Handle(callback, args, self, context)


class Arena:
    """Plays in one database, emptied each time: what was made ready for its statements is kept."""

    def __enter__(self) -> Self:
        self._runner = asyncio.Runner(loop_factory=PatientLoop)
        self._store = self._runner.run(open_store("sqlite://"))
        return self

    def __exit__(self, *_: object) -> None:
        self._runner.run(self._store.close())
        self._runner.close()

    def play(self, life: Callable[[SqlStore], Coroutine[Any, Any, Result]]) -> Result:
        """Return what *life* comes to in an empty store."""
        self._runner.run(self._store.database.write(_emptied))
        return self._runner.run(life(self._store))


async def _emptied(connection: AsyncConnection) -> None:
    for table in reversed(METADATA.sorted_tables):
        await connection.execute(table.delete())
