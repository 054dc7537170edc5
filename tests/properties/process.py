"""A process that serves deliveries and may die at any of its effects."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta
from typing import TypeVar, cast

from bot.courier import Courier
from bot.domain.delivery import Post, Reference
from bot.domain.subscription import Channel
from bot.ports import Chat, Claim, Clock, Refused, Settlement, Store
from storage.store import SqlStore
from tests.fakes.chat import Crash
from tests.properties.flaws import Flaw, made_up
from tests.properties.platform import MOST_CALLS, Endless, Platform

Result = TypeVar("Result")


class Process:
    """A courier whose every effect goes through here; after its death none does any more.

    *dies* is asked after each effect, with its name, whether the process dies there.
    *flaw* is what the courier does wrong.
    """

    def __init__(
        self,
        name: str,
        store: SqlStore,
        platforms: Mapping[str, Platform],
        clock: Clock,
        dies: Callable[[str], bool],
        flaw: Flaw,
        in_flight: int,
    ) -> None:
        self.flaw = flaw
        self.dead = False
        self._store = store
        self._platforms = platforms
        self._dies = dies
        self._unwritten: dict[tuple[Channel, str], Channel] = {}
        self._claims = 0
        self._open = 0
        self._idle = asyncio.Event()
        chats = {platform: Line(self, one) for platform, one in platforms.items()}
        self._courier = Courier(cast(Store, self), chats, clock, owner=name, in_flight=in_flight)

    async def serve(self) -> None:
        """Serve until nothing is due, or until death."""
        self._claims = 0
        with suppress(Crash):
            await self._courier.run_dry()
        while self._open:
            self._idle.clear()
            await self._idle.wait()

    async def claim(
        self, owner: str, platforms: Collection[str], limit: int, now: datetime, lease: timedelta
    ) -> list[Claim]:
        """Claim, unless the process dies before or after."""
        self._claims += 1
        if self._claims > MOST_CALLS:
            raise Endless(f"{owner} claims without end")
        claims = await self.living("claim", lambda: self._store.claim(owner, platforms, limit, now, lease))
        return [self.flaw.claim(one) for one in claims]

    async def settle(self, settlements: Sequence[Settlement], now: datetime) -> Sequence[Settlement]:
        """Write results, unless the process dies before or after."""
        results = [self.flaw.result(one) for one in settlements]
        held = await self.living("settle", lambda: self._store.settle(results, now))
        for one in settlements:
            for receipt in one.delivery.receipts:
                self._unwritten.pop((one.claim.subscription.channel, receipt.reference.id), None)
        return held

    async def living(self, name: str, effect: Callable[[], Awaitable[Result]]) -> Result:
        """Return what *effect* comes to; raises `Crash` if the process is dead before or after it."""
        with self._counted():
            if self.dead:
                raise Crash
            try:
                result = await effect()
            except Crash:
                self.die()
                raise
            if self._dies(name):
                self.die()
            if self.dead:
                raise Crash
            return result

    def die(self) -> None:
        """Die: what was accepted and not written down by now is in doubt."""
        if not self.dead:
            self.dead = True
            for channel in self._unwritten.values():
                self._platforms[channel.platform].doubts[channel] += 1

    def note_acceptance(self, channel: Channel, reference: Reference) -> None:
        """Remember that a message for *channel* was accepted and is not written down yet."""
        self._unwritten[channel, reference.id] = channel
        if self.dead:
            self._platforms[channel.platform].doubts[channel] += 1

    @contextmanager
    def _counted(self) -> Iterator[None]:
        self._open += 1
        try:
            yield
        finally:
            self._open -= 1
            if not self._open:
                self._idle.set()


class Line:
    """The way from a process to a platform."""

    def __init__(self, process: Process, platform: Chat) -> None:
        self._process = process
        self._platform = platform

    async def send(self, channel: Channel, post: Post, nonce: str, parent: Reference | None) -> Reference:
        """Send, if the process lives, and come back if it still does."""

        async def accepted() -> Reference:
            used = self._process.flaw.nonce(nonce)
            reference = await self._platform.send(channel, post, used, parent)
            self._process.note_acceptance(channel, reference)
            return reference

        try:
            return await self._process.living("send", accepted)
        except Refused as refusal:
            if self._process.flaw.send_is_believed(refusal):
                return made_up()
            raise

    async def edit(self, channel: Channel, reference: Reference, post: Post) -> None:
        """Edit, if the process lives, and come back if it still does."""
        try:
            await self._process.living("edit", lambda: self._platform.edit(channel, reference, post))
        except Refused as refusal:
            if not self._process.flaw.edit_is_believed(refusal):
                raise
