"""Places for events: a flood of them is handled a few at a time, and a command goes past it."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Limits:
    """How many events are handled *at_once*, how many may be there *in_all* with those that wait for it.

    What Slack sends may take *seconds*. Commands and clicks are not counted: a person waits for each.
    """

    at_once: int = 32
    in_all: int = 1000
    seconds: float = 10


class Full(Exception):
    """There is no place: Slack had better send it again, later."""


class Places:
    """Lets as many events in as *limits* say, and whatever is no event."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._free = asyncio.Semaphore(limits.at_once)
        self._inside = 0
        self._told = False

    @asynccontextmanager
    async def place(self, *, comes_again: bool, patience: float | None = None) -> AsyncIterator[None]:
        """Hold a place, waited for at most *patience* seconds, or as long as it takes. Raises `Full`."""
        if not comes_again:
            yield
            return
        if self._inside >= self._limits.in_all:
            raise self._full()
        self._inside += 1
        try:
            await self._wait(patience)
            try:
                yield
            finally:
                self._free.release()
        finally:
            self._inside -= 1
            self._told = self._told and self._inside > 0

    async def _wait(self, patience: float | None) -> None:
        try:
            async with asyncio.timeout(patience):
                await self._free.acquire()
        except TimeoutError as error:
            raise self._full() from error

    def _full(self) -> Full:
        """Return what is to be raised, and say it once for each flood."""
        if not self._told:
            log.warning("more events of Slack come than can be handled; some are left, and come again")
            self._told = True
        return Full()
