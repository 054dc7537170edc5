"""The layer below both ways in: what Slack sends twice is handled once.

Slack repeats what it does not see acknowledged, and may repeat what it did:
https://docs.slack.dev/apis/events-api/#retries. The keys are kept in the database, so that it holds
over restarts and between processes.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta
from enum import Enum, auto
from http import HTTPStatus
from typing import Protocol

from slack_bolt.response import BoltResponse

from bot.ports import Clock

log = logging.getLogger(__name__)

PATIENCE = timedelta(seconds=0.7)
"""How long the database may take to know a key. Slack waits 3 s in all, and a command takes up to 2."""

FORGETTING = timedelta(seconds=0.5)


class Memory(Protocol):
    """The part of `bot.ports.Store` that is needed here."""

    async def first_time(self, key: str, now: datetime) -> bool: ...

    async def not_yet(self, key: str) -> None: ...


class Passed(Enum):
    """Why something was not handled.

    REPEATED was handled before: acknowledge it. RUNNING is being handled at this moment, and UNKNOWN
    could not be looked up: acknowledge neither, so that Slack sends it again if it must.
    """

    REPEATED = auto()
    RUNNING = auto()
    UNKNOWN = auto()


class Once:
    """Handles what was not handled before."""

    def __init__(self, memory: Memory, clock: Clock, patience: timedelta = PATIENCE) -> None:
        self._memory = memory
        self._clock = clock
        self._patience = patience
        self._running: set[str] = set()

    async def handle(
        self, keys: Sequence[str], work: Callable[[], Awaitable[BoltResponse]], *, comes_again: bool = True
    ) -> BoltResponse | Passed:
        """Return the answer of *work*, or why it was not done: one of *keys* was given before.

        What never *comes_again* (a command, a click) is handled also where the database does not say:
        somebody waits for an answer, if only that nothing can be remembered now.

        Where *work* raises or answers with a status of 500 or more, the keys are forgotten, and so the
        next delivery of the same thing is handled. What *work* raises is raised.
        """
        if not self._running.isdisjoint(keys):
            return Passed.RUNNING
        self._running.update(keys)
        try:
            first = await self._is_first(keys)
            if first is None:
                return Passed.UNKNOWN if comes_again else await work()
            return await self._do(keys, work) if first else Passed.REPEATED
        finally:
            self._running.difference_update(keys)

    async def _do(self, keys: Sequence[str], work: Callable[[], Awaitable[BoltResponse]]) -> BoltResponse:
        handled = False
        try:
            answer = await work()
            handled = answer.status < HTTPStatus.INTERNAL_SERVER_ERROR
            return answer
        finally:
            if not handled:
                await self._forget(keys)

    async def _is_first(self, keys: Sequence[str]) -> bool | None:
        """Return whether all *keys* are new, None where the database does not say."""
        now = self._clock.now()
        try:
            async with asyncio.timeout(self._patience.total_seconds()):
                for key in keys:
                    if not await self._memory.first_time(key, now):
                        return False
                return True
        except asyncio.CancelledError:
            await self._forget(keys)
            raise
        except Exception as error:  # noqa: BLE001  whatever ails the database, Slack is told to try again
            log.warning("no database to look a request of Slack up in (%s)", type(error).__name__)
        await self._forget(keys)  # a write that outlived our patience would turn the next try away
        return None

    async def _forget(self, keys: Sequence[str]) -> None:
        try:
            async with asyncio.timeout(FORGETTING.total_seconds()):
                for key in keys:
                    await self._memory.not_yet(key)
        except Exception as error:  # noqa: BLE001  the failure that led here is the one to tell of
            log.debug("a key was not forgotten (%s)", type(error).__name__)
