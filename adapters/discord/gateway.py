"""Discord's gateway: keeps a client connected, whatever becomes of the one before.

https://docs.discord.com/developers/events/gateway. discord.py resumes sessions by itself; where it cannot,
or was never connected, a fresh client tries again. What is wrong here ends nothing else.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable

import discord

from adapters.discord import pulse
from adapters.discord.client import make_client
from adapters.discord.guilds import Guilds
from adapters.discord.identify import Turns
from adapters.discord.session import Pace, Session
from adapters.discord.trouble import Trouble
from bot.ports import Clock, Store

log = logging.getLogger(__name__)

Attach = Callable[[discord.Client], Callable[[], Awaitable[None]]]
"""Lets a fresh client hear what people say; returns what is to be done once it is connected."""

ENDPOINT_SET = (
    "an Interactions Endpoint URL is set in https://discord.com/developers/applications under General "
    "Information, and Discord sends everything there. Clear it"
)
"""https://docs.discord.com/developers/interactions/receiving-and-responding#receiving-an-interaction"""

STALE = 120.0
"""Seconds without any frame after which nobody should believe in a connection; heartbeats are 41 s apart."""


class Gateway:
    """Hears what Discord sends to the bot of *token*.

    *store* is told which servers the bot is in, and counts the sessions that are begun.
    """

    def __init__(
        self,
        token: str,
        store: Store,
        clock: Clock,
        attach: Attach,
        *,
        pace: Pace | None = None,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._token = token
        self._clock = clock
        self._attach = attach
        self._pace = pace or Pace()
        self._sleep = sleep
        self._turns = Turns(store, clock, sleep, deadline=self._pace.database)
        self._guilds = Guilds(store, clock, deadline=self._pace.database)
        self._trouble = Trouble(self._pace.waits)
        self._session: Session | None = None
        self._has_warned = False

    @property
    def connected(self) -> bool:
        """True while commands reach us, on every shard."""
        silence = self.silence
        is_up = self._session is not None and self._session.client.is_up
        return is_up and silence is not None and silence <= STALE

    @property
    def silence(self) -> float | None:
        """Seconds since Discord last said anything, None while there is no connection."""
        return pulse.silence(self._session.client) if self._session else None

    @property
    def trouble(self) -> str | None:
        """What is wrong and what helps, None while nothing is."""
        return self._trouble.words

    @property
    def is_cut_off(self) -> bool:
        """True while Discord cannot be reached from here, though it may be from elsewhere.

        False where a token, or a budget of sessions, keeps out every process alike.
        """
        return self._trouble.is_ours

    async def run(self) -> None:
        """Keep connected until cancelled; raises nothing else. It may be run again after its end.

        Ends within 2 s, whatever the other side does. A token that is refused is tried again now and then.
        """
        while True:
            wait = await self._one_client()
            if wait is None:
                await asyncio.Event().wait()
            else:
                await self._sleep(wait)

    async def _one_client(self) -> float | None:
        """Use one client for as long as it lasts; return how long to wait then, None for ever."""
        try:
            await self._turns.log_in()
            self._session = self._begun()
            await self._session.run(self._token)
        except Exception as error:  # noqa: BLE001  whatever ends a client, there will be another
            if self._session is not None and self._session.has_lasted:
                self._trouble.over()
            return self._trouble.met(error, self._clock.now())
        finally:
            self._session = None
        return 0.0

    def _begun(self) -> Session:
        client = make_client(self._turns, self._guilds, steady=self._pace.steady, sleep=self._sleep)
        return Session(client, self._guilds, self._pace, self._connected, self._attach(client))

    def _connected(self) -> None:
        if self._session is not None:
            client = self._session.client
            self._trouble.connected(len(client.guilds))
            self._warn_of_endpoint(client)

    def _warn_of_endpoint(self, client: discord.Client) -> None:
        """Say once that Discord sends what people say elsewhere, if so."""
        application = client.application
        if application is None or application.interactions_endpoint_url is None or self._has_warned:
            return
        self._has_warned = True
        log.error("commands do not reach this program: %s", ENDPOINT_SET)
