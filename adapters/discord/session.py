"""One client's life: logged in, connected, watched, and ended without a trace."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field

from adapters.discord import pulse
from adapters.discord.client import Client
from adapters.discord.guilds import Guilds
from adapters.discord.trouble import Lost, Waits
from bot.failures import kind_and_place

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Pace:
    """How long things may take, in seconds.

    *login*: until Discord has said who we are; where it answers 5xx, discord.py asks for 25 s.
    *handshake*: from one step of connecting to the next. *steady*: how long a connection must have
    lasted to count as good. *closing*: for each of the two steps of ending. *database*: for one write.
    """

    login: float = 40
    handshake: float = 30
    steady: float = 10
    closing: float = 0.9
    database: float = 10
    waits: Waits = field(default_factory=Waits)


class Session:
    """Keeps one client connected for as long as that can be done without a new one.

    *on_up* is called whenever every shard is connected after one was not. *ready* runs once, in the
    background, when that is so for the first time; what it raises is logged. *has_lasted* once every shard
    was connected for a while.
    """

    def __init__(
        self,
        client: Client,
        guilds: Guilds,
        pace: Pace,
        on_up: Callable[[], None],
        ready: Callable[[], Awaitable[None]],
    ) -> None:
        self.client = client
        self._guilds = guilds
        self._pace = pace
        self._on_up = on_up
        self._ready = ready
        self._tasks: list[asyncio.Task[None]] = []
        self._reconciling: asyncio.Task[None] | None = None
        self._was_up = False
        self._up_since: float | None = None
        self.has_lasted = False

    async def run(self, token: str) -> None:
        """Connect, and stay so; raises what ended it, always. Nothing is left when it is over, within 2 s."""
        try:
            async with asyncio.timeout(self._pace.login):
                await self.client.login(token)
            self.client.progress_at = asyncio.get_running_loop().time()
            self._tasks += map(asyncio.create_task, (self.client.connect(reconnect=False), self._watch()))
            done, _ = await asyncio.wait(self._tasks, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()
            raise Lost  # discord.py returns where it failed to resume
        finally:
            await self._end()

    async def _watch(self) -> None:
        """Look after the connections until one of them cannot be had. Raises what is in the way."""
        while self.client.obstacle is None:
            pulse.cut_dead(self.client)
            self._note_state()
            with suppress(TimeoutError):
                async with asyncio.timeout(min(pulse.period(self.client), self._pace.handshake / 4)):
                    await self.client.changed.wait()
            self.client.changed.clear()
        raise self.client.obstacle

    def _note_state(self) -> None:
        """Act on what the shards came to. Raises `TimeoutError` where one of them gets no further."""
        now = asyncio.get_running_loop().time()
        if self._up_since is not None and now - self._up_since >= self._pace.steady:
            self.has_lasted = True
        if not self.client.is_up:
            self._up_since = None
            if now - self.client.progress_at > self._pace.handshake:
                raise TimeoutError
            return
        if self._up_since is None:
            self._up_since = now
            self._on_up()
            if not self._was_up:
                self._was_up = True
                self._tasks.append(asyncio.create_task(self._run_ready()))
        if self.client.is_new and (self._reconciling is None or self._reconciling.done()):
            self.client.is_new = False
            self._reconciling = asyncio.create_task(self._reconcile())

    async def _reconcile(self) -> None:
        """Tell which servers there are; apart from the watch, which a database must not hold up."""
        noted = await self._guilds.reconcile(self._servers)
        self.client.is_new = self.client.is_new or not noted

    def _servers(self) -> list[int] | None:
        """Return the servers of all shards, None while one of them has not named its own."""
        return [guild.id for guild in self.client.guilds] if self.client.is_up else None

    async def _run_ready(self) -> None:
        try:
            await self._ready()
        except Exception as error:  # noqa: BLE001  people are heard all the same
            log.error("what follows connecting to Discord failed (%s)", kind_and_place(error))

    async def _end(self) -> None:
        """Let go of everything, whatever hangs. The library must not resume meanwhile, so it stops first."""
        await self._stop_tasks()
        for step in (self._say_goodbye, self.client.close):
            with suppress(Exception):
                async with asyncio.timeout(self._pace.closing):
                    await step()
            if self._reconciling is not None:
                self._reconciling.cancel()  # it had the time of a goodbye to end by itself
        pulse.stop_threads(self.client)

    async def _stop_tasks(self) -> None:
        """Cancel until it helps: while it resumes, discord.py takes being cancelled for one more failure."""
        pending = set(self._tasks)
        while pending:
            for task in pending:
                task.cancel()
            _, pending = await asyncio.wait(pending, timeout=0.05)
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _say_goodbye(self) -> None:
        """Note what happened last, and close the connections so that their sessions stay."""
        await pulse.say_goodbye(self.client)
        await self._guilds.settled()
