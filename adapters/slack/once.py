"""The layer below both ways in: what Slack sends twice is handled once.

Slack repeats what it does not see acknowledged, and may repeat what it did:
https://docs.slack.dev/apis/events-api/#retries. The keys are kept in the database, so that it holds
over restarts and between processes.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from enum import Enum, auto
from http import HTTPStatus

from slack_bolt.response import BoltResponse

from adapters.slack.keys import Keys, Memory, Patience
from bot.ports import Clock

__all__ = ["Memory", "Once", "Passed", "Patience"]

RECENT = 10_000
"""How many keys a process knows without the database: those of some thousand requests."""


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

    def __init__(
        self, memory: Memory, clock: Clock, patience: Patience | None = None, *, recent: int = RECENT
    ) -> None:
        self._keys = Keys(memory, clock, patience or Patience())
        self._running: set[str] = set()
        self._recent = recent
        self._handled: dict[str, None] = {}

    async def handle(
        self, keys: Sequence[str], work: Callable[[], Awaitable[BoltResponse]], *, comes_again: bool = True
    ) -> BoltResponse | Passed:
        """Return the answer of *work*, or why it was not done: one of *keys* was given before.

        What never *comes_again* (a command, a click) is handled also where the database does not say:
        somebody waits for an answer, if only that nothing can be remembered now.

        Where *work* raises or answers with a status of 500 or more, the keys are forgotten, and so the
        next delivery of the same thing is handled. What *work* raises is raised.
        """
        if not self._handled.keys().isdisjoint(keys):
            return Passed.REPEATED
        if not (self._running.isdisjoint(keys) and self._keys.are_settled(keys)):
            return Passed.RUNNING
        self._running.update(keys)
        try:
            first = not keys or await self._keys.are_new(keys, comes_again=comes_again)
            if first is None and comes_again:
                return Passed.UNKNOWN
            return Passed.REPEATED if first is False else await self._do(keys, work)
        finally:
            self._running.difference_update(keys)

    async def _do(self, keys: Sequence[str], work: Callable[[], Awaitable[BoltResponse]]) -> BoltResponse:
        handled = False
        try:
            answer = await work()
            handled = answer.status < HTTPStatus.INTERNAL_SERVER_ERROR
            return answer
        finally:
            if handled:
                self._note(keys)
            else:
                await self._keys.forget(keys)

    def _note(self, keys: Sequence[str]) -> None:
        """Know *keys* without the database, and the oldest no more: what other processes do is not in it."""
        self._handled.update(dict.fromkeys(keys))
        while len(self._handled) > self._recent:
            del self._handled[next(iter(self._handled))]
