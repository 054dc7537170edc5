"""Identifying: how often a new session with Discord's gateway may be begun, whatever goes wrong.

Who begins more than a thousand a day loses the token and every session:
https://docs.discord.com/developers/events/gateway#session-start-limit-object. So we stop far below that, over
all restarts, which the database counts. To resume a session costs nothing.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Final, Protocol

from bot.ports import Clock, Store

BUDGET: Final = "discord identify"

LIMITS: Final = ((timedelta(seconds=5), 1), (timedelta(hours=1), 20), (timedelta(days=1), 200))
"""The first is Discord's own: https://docs.discord.com/developers/events/gateway#sharding-max-concurrency.
A bot that is large enough for several shards begins one session for each; the others do for twenty of them.
"""

PATIENCE: Final = timedelta(seconds=15)
"""A connection that is open already may wait so long for its turn; Discord would close it in the end."""


class SessionStarts(Protocol):
    """What Discord says of the sessions that may still be begun: `discord.SessionStartLimits`.

    *reset_after* is how many milliseconds it is until there are all again.
    """

    remaining: int
    reset_after: int


class Spent(Exception):
    """No session may be begun before *until*. *reason* is a clause for the log, "because …"."""

    def __init__(self, reason: str, until: datetime) -> None:
        super().__init__(f"{reason} until {until:%Y-%m-%d %H:%M} UTC")
        self.reason = reason
        self.until = until


class Turns:
    """Gives one turn to identify at a time. *sleep* waits some seconds."""

    def __init__(
        self, store: Store, clock: Clock, sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    ) -> None:
        self._store = store
        self._clock = clock
        self._sleep = sleep

    async def take(self, starts: SessionStarts | None) -> None:
        """Take a turn, after waiting for it up to `PATIENCE`. Raises `Spent`, and whatever a store can.

        *starts* is what Discord says; None where it did not, our own limits are far stricter.
        """
        now = self._clock.now()
        if starts is not None and starts.remaining <= 0:
            raise Spent("Discord allows no new session", now + timedelta(milliseconds=starts.reset_after))
        while wait := await self._store.spend(BUDGET, self._clock.now(), LIMITS):
            if wait > PATIENCE:
                raise Spent("too many sessions were begun", self._clock.now() + wait)
            await self._sleep(wait.total_seconds())
