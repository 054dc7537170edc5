"""Keys of what Slack sent, looked up and forgotten many at a time.

A transaction of its own for each key would make a burst of requests wait for each other, longer than
Slack waits. So all that come while the database is at work are its next transaction, together.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from bot.ports import Clock

log = logging.getLogger(__name__)


class Memory(Protocol):
    """The part of `bot.ports.Store` that is needed here."""

    async def first_times(self, keys: Collection[str], now: datetime) -> frozenset[str]: ...

    async def not_yet(self, *keys: str) -> None: ...


@dataclass(frozen=True, slots=True)
class Patience:
    """How long the database may take, in seconds. Slack waits 3 s in all, and a command takes up to 2.

    *begin*: until it begins with a key, *end*: longer, once it began; *forget*: until it forgot one.
    *stuck*: until the next are tried beside those it still has.
    """

    begin: float = 0.7
    end: float = 1.0
    forget: float = 0.5
    stuck: float = 5.0


@dataclass(slots=True, eq=False)
class _Slip:
    """The *keys* of one request and the *answer* about them, which is cancelled where nobody waits for it."""

    keys: tuple[str, ...]
    answer: asyncio.Future[bool | None]
    comes_again: bool = True
    begun: bool = False


class Keys:
    """Knows which keys are new, as far as the database says so."""

    def __init__(self, memory: Memory, clock: Clock, patience: Patience) -> None:
        self._memory = memory
        self._clock = clock
        self._patience = patience
        self._asked: list[_Slip] = []
        self._gone: list[_Slip] = []
        self._unsettled: set[str] = set()
        self._asking: set[asyncio.Task[None]] = set()
        self._writer: asyncio.Task[None] | None = None

    def are_settled(self, keys: Sequence[str]) -> bool:
        """Return False while one of *keys* may be in the database and is yet to be forgotten."""
        return self._unsettled.isdisjoint(keys)

    async def are_new(self, keys: Sequence[str], *, comes_again: bool) -> bool | None:
        """Return whether all *keys* are new, None where the database does not say.

        After None, what *comes_again* is forgotten if it was written all the same; the rest is handled
        without an answer, and may be remembered.
        """
        slip = _Slip(tuple(keys), asyncio.get_running_loop().create_future(), comes_again)
        self._asked.append(slip)
        _ = self._wake()
        try:
            await asyncio.wait({slip.answer}, timeout=self._patience.begin)
            if slip.begun and comes_again:
                await asyncio.wait({slip.answer}, timeout=self._patience.end)
        except asyncio.CancelledError:
            self._leave(slip)
            await asyncio.wait({self._wake()}, timeout=self._patience.forget)
            raise
        if slip.answer.done():
            return slip.answer.result()
        if comes_again or not slip.begun:
            self._leave(slip)
        return None

    async def forget(self, keys: Sequence[str]) -> None:
        """Forget *keys*; they are not settled before that."""
        await asyncio.wait({self._take_back(keys).answer}, timeout=self._patience.forget)

    def _leave(self, slip: _Slip) -> None:
        """Wait no more: what was not begun is withdrawn, what is under way is taken back by its outcome."""
        if slip.answer.cancel():
            self._unsettled.update(slip.keys if slip.begun else ())
        elif slip.answer.result():
            self._take_back(slip.keys)

    def _take_back(self, keys: Collection[str]) -> _Slip:
        slip = _Slip(tuple(keys), asyncio.get_running_loop().create_future())
        self._unsettled.update(keys)
        self._gone.append(slip)
        _ = self._wake()
        return slip

    def _wake(self) -> asyncio.Task[None]:
        if self._writer is None or self._writer.done():
            self._writer = asyncio.create_task(self._write())
        return self._writer

    async def _write(self) -> None:
        while self._gone or self._asked:
            await self._forget_all()  # first: who asks for a key again means it to be forgotten
            await self._ask_all()

    async def _forget_all(self) -> None:
        if not self._gone:
            return
        slips, self._gone = self._gone, []
        keys = [key for slip in slips for key in slip.keys]
        try:
            async with asyncio.timeout(self._patience.stuck):
                await self._memory.not_yet(*keys)
        except Exception as error:  # noqa: BLE001  the failure that led here is the one to tell of
            log.debug("%d keys were not forgotten (%s)", len(keys), type(error).__name__)
        self._unsettled.difference_update(keys)
        for slip in slips:
            slip.answer.set_result(None)

    async def _ask_all(self) -> None:
        """Look up all who wait; those the database is stuck with are left to it, and hold up no others."""
        waiting, self._asked = self._asked, []
        batch = [slip for slip in waiting if not slip.answer.cancelled()]
        if len(batch) < len(waiting):
            log.warning("%d requests of Slack were not looked up in time", len(waiting) - len(batch))
        if not batch:
            return
        for slip in batch:
            slip.begun = True
        task = asyncio.create_task(self._ask(batch))
        self._asking.add(task)
        task.add_done_callback(self._asking.discard)
        await asyncio.wait({task}, timeout=self._patience.stuck)

    async def _ask(self, batch: Sequence[_Slip]) -> None:
        keys = [key for slip in batch for key in slip.keys]
        new: frozenset[str] | None = None
        try:
            new = await self._memory.first_times(keys, self._clock.now())
        except Exception as error:  # noqa: BLE001  whatever ails the database, Slack is told to try again
            failed = type(error).__name__
            log.warning("no database to look %d requests of Slack up in (%s)", len(batch), failed)
        for slip in batch:
            self._settle(slip, new)

    def _settle(self, slip: _Slip, new: frozenset[str] | None) -> None:
        """Answer *slip*; where nobody acts on the answer, take back what was written, or may have been."""
        left = slip.answer.cancelled()
        if not left:
            slip.answer.set_result(None if new is None else new.issuperset(slip.keys))
        written = slip.keys if new is None else new.intersection(slip.keys)
        self._unsettled.difference_update(slip.keys)
        if written and (left or (new is None and slip.comes_again)):
            self._take_back(written)
