"""Identifying: how often a new session with Discord's gateway may be begun, whatever goes wrong.

Who begins more than a thousand a day loses the token and every session:
https://docs.discord.com/developers/events/gateway#session-start-limit-object. So we stop far below that, over
all restarts, which the database counts. To resume a session costs nothing.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta
from typing import Final, Protocol

from bot.failures import kind_and_place
from bot.ports import Clock, Store

Limits = Sequence[tuple[timedelta, int]]

BUDGET: Final = "discord identify"

CONCURRENCY: Final = (timedelta(seconds=5), 1)
"""Discord's own: https://docs.discord.com/developers/events/gateway#sharding-max-concurrency."""

STARTS: Final = ((timedelta(minutes=1), 3), (timedelta(minutes=10), 8))
"""Starts of the whole bot, each of which begins a session for every shard. They spread what the hour has, so
that a minute of "invalid session" or a fast crash loop costs minutes without commands."""

SESSIONS: Final = ((timedelta(hours=1), 20), (timedelta(days=1), 200))
"""Sessions, however many shards begin them. So one start in an hour serves up to 20 shards, two serve 10;
what is beyond waits for the hour to pass, and more than 20 shards never come up together. Discord recommends
that many from some 20,000 servers on."""

LOGIN_BUDGET: Final = "discord login"

LOGINS: Final = ((timedelta(minutes=1), 20),)
"""More than one process ever asks for; a program started every second does not pass it on to Discord."""

DEADLINE: Final = 10.0

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


class Uncounted(Exception):
    """The database could not be asked. *reason* names the failure without its own words."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Turns:
    """Gives one turn to identify at a time. *sleep* waits some seconds.

    The database has *deadline* seconds to say whether there is a turn.
    """

    def __init__(
        self,
        store: Store,
        clock: Clock,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        *,
        deadline: float = DEADLINE,
    ) -> None:
        self._deadline = deadline
        self._store = store
        self._clock = clock
        self._sleep = sleep

    async def log_in(self) -> None:
        """Take a turn to log in, so that Discord is not bothered while the database cannot be used.

        Raises `Spent` and `Uncounted`.
        """
        wait = await self._spend(LOGIN_BUDGET, LOGINS)
        if wait:
            raise Spent("it was logged in too often", self._clock.now() + wait)

    async def take(self, starts: SessionStarts | None, shards: int = 1) -> None:
        """Take a turn, after waiting for it up to `PATIENCE`. Raises `Spent` and `Uncounted`.

        *starts* is what Discord says; None where it did not, our own limits are far stricter. *shards* is
        how many there are in all.
        """
        now = self._clock.now()
        if starts is not None and starts.remaining <= 0:
            raise Spent("Discord allows no new session", now + timedelta(milliseconds=starts.reset_after))
        while wait := await self._spend(BUDGET, limits(shards)):
            if wait > PATIENCE:
                raise Spent("too many sessions were begun", self._clock.now() + wait)
            await self._sleep(wait.total_seconds())

    async def _spend(self, budget: str, limited: Limits) -> timedelta:
        try:
            async with asyncio.timeout(self._deadline):
                return await self._store.spend(budget, self._clock.now(), limited)
        except TimeoutError:
            raise Uncounted("no answer in time") from None
        except Exception as error:  # a store may raise anything, and its words may hold a secret
            raise Uncounted(kind_and_place(error)) from error


def limits(shards: int) -> Limits:
    """Return how many sessions a bot of so many *shards* may begin within each span."""
    return (CONCURRENCY, *((span, count * shards) for span, count in STARTS), *SESSIONS)
