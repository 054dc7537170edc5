"""Leads: what only one of all processes does at a time, and how each knows in time that it is not the one."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta

from bot.failures import kind_and_place
from bot.ports import Clock, Store

log = logging.getLogger(__name__)

LEASE = timedelta(seconds=20)
"""For how long the database keeps others away: so long nobody acts after the one who does was killed."""

RENEWED_AFTER = timedelta(seconds=5)

LOOKED_AFTER = timedelta(seconds=2.5)
"""So often who stands by asks whether it is free."""

MARGIN = timedelta(seconds=5)
"""So much earlier than the database we take a lead for lost: what was just begun has that time to end."""

PATIENCE = timedelta(seconds=5)
"""How long a database is waited for; what it did all the same is found at the next look."""

LEAVING = timedelta(seconds=1)
"""How long giving up may take at the program's end."""

OFFERED_FOR = timedelta(seconds=8)
"""So long a lead that is offered is free for others: whoever stands by looks twice in that time."""

OFFERS_APART = timedelta(minutes=1)
"""At least so long a lead is kept before it is offered, and between two offers: where nobody fares better,
it goes round slowly."""


def elapsed() -> float:
    """Return seconds that nobody can set, counted also while the machine sleeps, where it counts them."""
    return time.clock_gettime(getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC))


Fences = dict[str, str]
"""What the database says when it is asked for duties: the fence of each that is ours."""


class Lead:
    """This process's part in one *duty*: to have it, or to stand by until it is free.

    Whether it is ours is decided without the database, by a deadline earlier than the database's that
    only a renewal moves: who could not renew, as the database was away or the process stood still, stops
    before another may begin.
    """

    def __init__(
        self,
        store: Store,
        duty: str,
        owner: str,
        clock: Clock,
        *,
        lease: timedelta = LEASE,
        leaving: timedelta = LEAVING,
        elapsed: Callable[[], float] = elapsed,
    ) -> None:
        """*owner* is like that of no other process. *elapsed* counts seconds and is never put back."""
        self.duty = duty
        self._store = store
        self._owner = owner
        self._clock = clock
        self._lease = lease
        self._leaving = leaving
        self._elapsed = elapsed
        self._fence: str | None = None
        self._until = self._ask_at = self._offer_at = 0.0
        self._asking: asyncio.Task[Fences] | None = None
        self._left = False

    @property
    def fence(self) -> str | None:
        """What our writes are fenced by, None while we may not act. Another acted meanwhile if it changed."""
        return self._fence if self._elapsed() < self._until else None

    @property
    def held(self) -> bool:
        """True while we may act."""
        return self.fence is not None

    @property
    def granted(self) -> str | None:
        """The last fence we had, also after its time, until the database says that another has the lead."""
        return self._fence

    @property
    def is_due(self) -> bool:
        """True when it is time to ask for it. A database that hangs need not be asked twice."""
        return not self._left and not self._is_asking and self._elapsed() >= self._ask_at

    async def keep(self, *others: Lead) -> None:
        """Take the lead if it is free, and renew it in time; to be called every second.

        *others* of the same process are asked for together with it. Raises what the store does, and
        `TimeoutError` where it takes too long.
        """
        due = [one for one in (self, *others) if one.is_due]
        if due:
            await self._ask(due, self._lease)

    async def offer(self) -> None:
        """Let whoever stands by take it within some seconds, because we have it and can do nothing with it.

        Where nobody takes it we have it as before, under the same fence, and have lost nothing: until
        the next look both may act. So this is for duties whose writes are fenced, or that two may do for
        a moment. It does nothing where we took it, or offered it, just now. Raises as `keep` does.
        """
        if not self.held or self._is_asking or self._elapsed() < self._offer_at:
            return
        log.info("lead offered duty=%s", self.duty)
        self._offer_at = self._elapsed() + OFFERS_APART.total_seconds()
        await self._ask([self], timedelta(0))
        self._ask_at = self._elapsed() + OFFERED_FOR.total_seconds()

    def lost(self) -> None:
        """Take note that another has it: a write was refused."""
        self._fence = None

    async def give_up(self) -> None:
        """Let another have it at once, and never take it again. Raises nothing: the lease ends by itself."""
        self._left = True
        fence, self._fence = self._fence, None
        if self._asking is not None and self._is_asking:  # it may take the lead as late as now
            with suppress(Exception):
                fence = (await _answer(self._asking, self._leaving)).get(self.duty, fence)
        if fence is None:
            return
        try:
            async with asyncio.timeout(self._leaving.total_seconds()):
                await self._store.give_up(self.duty, fence)
        except Exception as error:  # noqa: BLE001  a store may raise anything, and the program ends anyhow
            log.warning("lead not given up duty=%s error=%s", self.duty, kind_and_place(error))

    @property
    def _is_asking(self) -> bool:
        return self._asking is not None and not self._asking.done()

    async def _ask(self, leads: Sequence[Lead], lease: timedelta) -> None:
        """Ask for all of *leads* at once, and let each note what comes of it."""
        asked_at = self._elapsed()
        duties = [one.duty for one in leads]
        asking = asyncio.create_task(self._store.lead(duties, self._owner, self._clock.now(), lease))
        asking.add_done_callback(_seen)
        for one in leads:
            one.asks(asking)
        fences = await _answer(asking, PATIENCE)
        for one in leads:
            one.note(fences.get(one.duty), asked_at)

    def asks(self, asking: asyncio.Task[Fences]) -> None:
        """Take note that the database is being asked."""
        self._asking = asking

    def note(self, fence: str | None, asked_at: float) -> None:
        """Take *fence* for ours until the lease, counted from before we asked, has nearly ended."""
        if self._left:
            return
        if fence != self._fence:
            log.info("%s duty=%s", "lead taken" if fence else "lead lost", self.duty)
            self._offer_at = asked_at + OFFERS_APART.total_seconds()
        self._fence = fence
        self._until = asked_at + (self._lease - MARGIN).total_seconds()
        self._ask_at = asked_at + (RENEWED_AFTER if fence else LOOKED_AFTER).total_seconds()


@dataclass(frozen=True, slots=True)
class Leads:
    """What one process may lead, each None where its roles do not ask for it, and all where it works alone.

    *watch* reads the page, *discord* sends to Discord, *gateway* hears Discord. *courier* is nobody
    else's: by it the others know that this process delivers, too.
    """

    watch: Lead | None = None
    discord: Lead | None = None
    gateway: Lead | None = None
    courier: Lead | None = None

    @property
    def all(self) -> list[Lead]:
        """Those there are."""
        return [one for one in (self.watch, self.discord, self.gateway, self.courier) if one is not None]

    async def keep(self) -> None:
        """Keep all, with one question for those whose time it is."""
        if self.all:
            await self.all[0].keep(*self.all[1:])

    async def give_up(self) -> None:
        """Let others have everything at once."""
        await asyncio.gather(*(one.give_up() for one in self.all))


def _seen(asking: asyncio.Task[Fences]) -> None:
    """Look at what became of it: nobody may be waiting any more."""
    if not asking.cancelled():
        asking.exception()


async def _answer(asking: asyncio.Task[Fences], patience: timedelta) -> Fences:
    """Return what the database says. It goes on behind our back, so that nobody is left to guess."""
    async with asyncio.timeout(patience.total_seconds()):
        return await asyncio.shield(asking)
