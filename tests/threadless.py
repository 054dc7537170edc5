"""SQLite in memory without the thread that aiosqlite has for it.

A statement in memory is done sooner than a thread can be told to do it. Whoever waits for one gives the other
tasks their turn all the same, as in the program, and goes on in the next round of the loop: so nothing but
the tasks themselves decides who goes first.
"""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable
from functools import partial
from typing import Any, cast

import aiosqlite
from aiosqlite.core import set_exception, set_result
from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncEngine


def make_threadless(engine: AsyncEngine, connect: Callable[[], sqlite3.Connection]) -> None:
    """Let *engine*, which has no connection yet, get those it needs from *connect*."""

    async def connected(*_: object, **_named: object) -> aiosqlite.Connection:
        connection = aiosqlite.Connection(connect, iter_chunk_size=64)
        connection._tx = cast(Any, Here())
        return await connection._connect()

    @event.listens_for(engine.sync_engine, "do_connect")
    def choose(_dialect: object, _record: object, _words: object, options: dict[str, Any]) -> None:
        options["async_creator_fn"] = connected


class Here:
    """Takes the jobs that aiosqlite puts into the queue of its thread, and does them."""

    def put_nowait(self, job: tuple[asyncio.Future[Any] | None, Callable[[], Any]]) -> None:
        """Do a job now, and let whoever waits for it know in the next round of the loop."""
        future, function = job
        if future is None:  # a connection is let go after its loop
            function()
            return
        try:
            told = partial(set_result, future, function())
        except Exception as problem:  # noqa: BLE001  whoever waits for it is told
            told = partial(set_exception, future, problem)
        future.get_loop().call_soon(told)
