"""What refusals teach one process of how fast workspaces are, shared with all others through the database.

A pause that Slack asks one process for is known to the others within four seconds, and for the minute after
one within a second, and the rate with it; both outlive a restart. Processes that deliver at the same time
share each rate evenly. Not shared is when a channel got its last message: where two incidents reach one
channel in the same second, Slack may ask for a pause.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Protocol

from adapters.slack.pace import Pace
from bot.domain.limit import Learnt, Limit
from bot.failures import kind_and_place
from bot.ports import Clock
from bot.steady import SteadyClock
from bot.underway import Underway

log = logging.getLogger(__name__)

APART = timedelta(seconds=1)
"""Between two writes of one process: of what it is told in a second each lane's last word is enough."""

LISTENS_EVERY = timedelta(seconds=4)
"""Between two looks at what others learnt, while nobody learns anything."""

ATTENTIVE = timedelta(minutes=1)
"""So long after something was learnt others are listened to with each tick."""

Lane = tuple[str, str]
"""A workspace and a method."""


class Memory(Protocol):
    """The part of the store that is needed here: see `bot.ports.Store`."""

    async def learn(self, limits: Sequence[Limit], now: datetime) -> None: ...

    async def learnt(self, since: datetime | None, now: datetime) -> Learnt: ...


class Limits:
    """Tells others what *pace* learns, and *pace* what others learnt. To be ticked every second."""

    def __init__(self, pace: Pace, memory: Memory, clock: Clock) -> None:
        self._pace = pace
        self._memory = memory
        self._clock = clock
        self._steady = SteadyClock(clock)
        self._untold: set[Lane] = set()
        self._told_at: datetime | None = None
        self._seen: dict[Lane, datetime] = {}
        self._since: datetime | None = None
        self._listen_at: datetime | None = None
        self._attentive_until: datetime | None = None
        self._underway = Underway()

    def note(self, workspace: str, method: str) -> None:
        """Have others told of what the pace learnt just now: at once, or with the next tick."""
        self._untold.add((workspace, method))
        self._attentive_until = self._steady.now() + ATTENTIVE
        if self._told_at is None or self._steady.now() - self._told_at >= APART:
            self._told_at = self._steady.now()
            _ = self._underway.start(self._tell_soon())

    async def tick(self) -> None:
        """Tell and be told. Raises what the store does."""
        await self._tell()
        now = self._steady.now()
        is_attentive = self._attentive_until is not None and now < self._attentive_until
        if is_attentive or self._listen_at is None or now >= self._listen_at:
            await self._listen()
            self._listen_at = now + LISTENS_EVERY

    async def _listen(self) -> None:
        """Be told what others learnt, and how many they are."""
        learnt = await self._memory.learnt(self._since, self._clock.now())
        self._pace.share(learnt.couriers)
        for at, limit in learnt.limits:
            lane = (limit.workspace, limit.method)
            if self._seen.get(lane) != at:
                self._attentive_until = self._steady.now() + ATTENTIVE
                if lane not in self._untold:
                    self._pace.told(limit)
            self._seen[lane] = self._since = at

    async def finish(self) -> None:
        """Wait until what is being told is told."""
        await self._underway.finish()

    async def _tell_soon(self) -> None:
        try:
            await self._tell()
        except Exception as error:  # noqa: BLE001  a store may raise anything; the next tick tries again
            log.warning("limits not shared error=%s", kind_and_place(error))

    async def _tell(self) -> None:
        """Write what others do not know yet; it stays untold until it is written."""
        lanes = sorted(self._untold)
        if not lanes:
            return
        self._untold.clear()
        try:
            await self._memory.learn([self._pace.learnt(*lane) for lane in lanes], self._clock.now())
        except BaseException:
            self._untold.update(lanes)
            raise
