"""The servers the bot is in: what the store is told when it is added, removed, or has been away.

https://docs.discord.com/developers/events/gateway-events#guild-delete: a server that is unavailable has
an outage and is not gone. discord.py tells of that with events of its own, which nobody listens to here.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Collection

from bot.failures import kind_and_place
from bot.ports import Clock, Store

log = logging.getLogger(__name__)

PLATFORM = "discord"

DEADLINE = 10.0


class Guilds:
    """Keeps the store's idea of our servers right. One thing at a time, in the order it happened.

    What returns False could not be written: then `reconcile` is due. One write has *deadline* seconds: a
    database that hangs must not hold up what comes after it.
    """

    def __init__(self, store: Store, clock: Clock, *, deadline: float = DEADLINE) -> None:
        self._deadline = deadline
        self._store = store
        self._clock = clock
        self._turn = asyncio.Lock()
        self._has_told = False
        self._noted: set[int] = set()

    async def reconcile(self, present: Callable[[], Collection[int] | None]) -> bool:
        """Take what *present* returns for the whole truth; None says that nobody knows it now.

        It is asked when it is our turn, so that no server that was added or removed meanwhile is
        missed. Those with an outage are to be among them.
        """
        async with self._turn:
            there = present()
            if there is None:
                return False
            names = {str(one) for one in there}
            done = await self._write(self._store.present(PLATFORM, names, self._clock.now()))
            self._noted = set(there) if done else set()
            return done

    async def joined(self, guild: int) -> bool:
        """Note that the bot was added to a server."""
        async with self._turn:
            return await self._note(guild)

    async def available(self, guild: int) -> bool:
        """Note that the bot is in a server. Costs nothing where that is known: Discord says it often."""
        async with self._turn:
            return guild in self._noted or await self._note(guild)

    async def left(self, guild: int) -> bool:
        """Note that the bot was removed from a server; its settings are kept for a while."""
        async with self._turn:
            self._noted.discard(guild)
            return await self._write(self._store.left(PLATFORM, str(guild), self._clock.now()))

    async def settled(self) -> None:
        """Wait until all that happened so far is noted."""
        async with self._turn:
            pass

    async def _note(self, guild: int) -> bool:
        done = await self._write(self._store.joined(PLATFORM, str(guild)))
        if done:
            self._noted.add(guild)
        return done

    async def _write(self, write: Awaitable[None]) -> bool:
        try:
            async with asyncio.timeout(self._deadline):
                await write
        except Exception as error:  # noqa: BLE001  the gateway goes on without a database
            if not self._has_told:
                log.warning("which servers the bot is in could not be noted (%s)", kind_and_place(error))
            self._has_told = True
            return False
        self._has_told = False
        return True
