"""A memory of keys that counts its transactions, and is as slow as a test wants it to be."""

from __future__ import annotations

import asyncio
from collections.abc import Collection
from datetime import datetime


class SlowMemory:
    """Holds *keys*. While *gate* is closed whoever looks keys up waits; what is *failing* then fails.

    *looks* and *removals* are the transactions there were, each with its keys. As a real database does,
    it ends what it began, whether or not anybody still waits.
    """

    def __init__(self) -> None:
        self.keys: set[str] = set()
        self.looks: list[list[str]] = []
        self.removals: list[list[str]] = []
        self.gate = asyncio.Event()
        self.gate.set()
        self.began = asyncio.Event()
        self.failing = False
        self._under_way: set[asyncio.Task[frozenset[str]]] = set()

    async def first_times(self, keys: Collection[str], now: datetime) -> frozenset[str]:
        assert now.tzinfo
        self.looks.append(list(keys))
        self.began.set()
        task = asyncio.create_task(self._write(keys, self.gate))
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)
        return await asyncio.shield(task)

    async def _write(self, keys: Collection[str], gate: asyncio.Event) -> frozenset[str]:
        await gate.wait()
        if self.failing:
            raise OSError("no such host: database.internal")
        new = frozenset(keys) - self.keys
        self.keys |= new
        return new

    async def not_yet(self, *keys: str) -> None:
        self.removals.append(list(keys))
        self.keys.difference_update(keys)
