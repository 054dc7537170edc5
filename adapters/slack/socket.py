"""Slack's Socket Mode: keeps one websocket open, whatever becomes of the one before.

https://docs.slack.dev/apis/events-api/using-socket-mode
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import partial

from aiohttp import ClientSession, ClientTimeout
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from adapters.slack.envelopes import Envelopes, Limits
from adapters.slack.inbound import Dispatch
from adapters.slack.once import Once
from adapters.slack.session import is_loopback, open_client
from adapters.slack.trouble import SWITCHED_OFF, TOO_MANY, Trouble, Waits
from adapters.slack.websocket import Connection, Pulse, Turned, open_connection

log = logging.getLogger(__name__)

SLACK_API = "https://slack.com/api/"


@dataclass(frozen=True, slots=True)
class Pace:
    """How fast everything goes, in seconds.

    *connect*: for one try to connect, hello included; *steady*: how long a connection must have lasted
    to be replaced at once; *drain*: for envelopes under way when we are told to stop.
    """

    connect: float = 10
    steady: float = 10
    drain: float = 0.8
    pulse: Pulse = field(default_factory=Pulse)
    waits: Waits = field(default_factory=Waits)
    limits: Limits = field(default_factory=Limits)


class SlackSocket:
    """Receives what Slack sends to the app of *app_token*, and acknowledges it.

    *base_url* is that of the Web API and ends in `/api/`, None for Slack's own.
    """

    def __init__(
        self, app_token: str, base_url: str | None, once: Once, dispatch: Dispatch, pace: Pace | None = None
    ) -> None:
        self._token = app_token
        self._base_url = base_url or SLACK_API
        self._pace = pace or Pace()
        self._trouble = Trouble(self._pace.waits)
        self._new_envelopes = partial(Envelopes, once, dispatch, self._pace.limits)
        self._envelopes = self._new_envelopes()
        self._serving: dict[Connection, asyncio.Task[None]] = {}
        self._newest: Connection | None = None

    @property
    def connected(self) -> bool:
        """True while commands reach us, over the newest connection or one that it is about to replace."""
        silence = self.silence
        return bool(self._serving) and silence is not None and silence <= self._pace.pulse.stale

    @property
    def silence(self) -> float | None:
        """Seconds since the last frame of any kind, None before the first."""
        if self._newest is None:
            return None
        latest = max(connection.last_frame_at for connection in (self._newest, *self._serving))
        return asyncio.get_running_loop().time() - latest

    async def run(self) -> None:
        """Keep connected until cancelled; raises nothing else. It may be run again after its end.

        Ends within 2 s, whatever the other side does; what is not acknowledged by then comes again.
        """
        self._envelopes = self._new_envelopes()  # those of the run before take nothing any more
        async with self._session() as (session, client):
            try:
                while True:
                    wait = await self._one_connection(session, client)
                    await asyncio.sleep(wait)
            finally:
                await self._envelopes.stop(self._pace.drain)
                await self._end(*self._serving.values())

    async def _one_connection(self, session: ClientSession, client: AsyncWebClient) -> float:
        """Connect, and when that connection is to be replaced return how long to wait with it.

        The connection before is served until the new one is there, and a little longer.
        """
        connection = await self._connect(session, client)
        for old in self._serving:
            old.retire()
        self._newest = connection
        task = self._serving[connection] = asyncio.create_task(connection.serve(self._envelopes.take))
        task.add_done_callback(lambda _: self._serving.pop(connection, None))
        await connection.leaving.wait()
        log.debug("a connection to Slack is to be replaced (%s)", connection.reason)
        if connection.reason in {SWITCHED_OFF, TOO_MANY}:
            return await self._give_way(connection.reason)
        if asyncio.get_running_loop().time() - connection.opened_at < self._pace.steady:
            return self._trouble.soon()
        self._trouble.over()
        return 0

    async def _connect(self, session: ClientSession, client: AsyncWebClient) -> Connection:
        """Return an open connection, however long that takes; each try has an address of its own."""
        while True:
            try:
                async with asyncio.timeout(self._pace.connect):
                    connection = await open_connection(session, await self._address(client), self._pace.pulse)
            except SlackApiError as error:
                wait = self._trouble.refused(error)
            except Turned as turned:
                wait = await self._give_way(turned.reason)
            except Exception as error:  # noqa: BLE001  whatever a network brings about is one failed try
                wait = self._trouble.failed(error)
            else:
                self._trouble.connected()
                return connection
            await asyncio.sleep(wait)

    async def _address(self, client: AsyncWebClient) -> str:
        """Return a fresh address. Raises `SlackApiError`, and whatever a network can bring about."""
        answer = await client.apps_connections_open(app_token=self._token)
        address = str(answer["url"])
        loopback = is_loopback(address) and is_loopback(self._base_url)
        if not address.startswith(("wss://", "ws://") if loopback else "wss://"):
            raise ConnectionError("the address is no wss:// one")
        return address

    async def _give_way(self, reason: str) -> float:
        """Close what must not stay open for *reason*, and return how long to wait."""
        if reason in {SWITCHED_OFF, TOO_MANY}:
            await self._end(*self._serving.values())
        return self._trouble.turned_away(reason)

    @staticmethod
    async def _end(*tasks: asyncio.Task[None]) -> None:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    @asynccontextmanager
    async def _session(self) -> AsyncIterator[tuple[ClientSession, AsyncWebClient]]:
        """Open what websockets are made with, and what addresses are asked for with."""
        async with (
            ClientSession(timeout=ClientTimeout(total=None)) as session,
            open_client(self._base_url) as client,
        ):
            yield session, client
