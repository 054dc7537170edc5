"""A page whose incidents go on as told, channels that subscribe, and couriers who serve them."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

from bot.courier import Courier
from bot.domain.delivery import Delivery, Scope, Verdict
from bot.domain.message import plain_lines
from bot.domain.status import Incident
from bot.domain.subscription import Channel, Settings, Subscription
from bot.domain.transitions import absorb
from bot.ports import Chat, Refused, Settlement
from storage.store import SqlStore
from tests.domain.builders import OLD, incident, listing, update
from tests.fakes.chat import FakeChat, Shown
from tests.fakes.clock import MIDDAY, SetClock
from tests.stores import subscribe_beyond_the_limit

KEY = "incident1"
CURB = "curb"
RADIO = "radio"
"""The two platforms."""


def seconds(number: float) -> timedelta:
    return timedelta(seconds=number)


def refusal(verdict: Verdict, scope: Scope = Scope.POST, **details: Any) -> Refused:
    """Return a refusal with a code, a reason and a cure that a test can find again."""
    return Refused(verdict, scope, "code_word", "the reason", cure="The cure.", **details)


def words(shown: Shown) -> str:
    return "\n".join(plain_lines(shown.post.message))


@dataclass(slots=True)
class Scene:
    """All that a courier works with. *results* are what the couriers wrote, in order."""

    store: SqlStore
    clock: SetClock = field(default_factory=SetClock)
    curb: FakeChat = field(default_factory=FakeChat)
    radio: FakeChat = field(default_factory=FakeChat)
    results: asyncio.Queue[Settlement] = field(default_factory=asyncio.Queue)
    incidents: dict[str, Incident] = field(default_factory=dict)

    def courier(self, **options: Any) -> Courier:
        """Return a courier; *options* are its own, or a `Chat` in the place of a platform's."""
        chats: dict[str, Chat] = {name: options.pop(name, getattr(self, name)) for name in (CURB, RADIO)}
        return Courier(self.store, chats, self.clock, on_settled=self.results.put_nowait, **options)

    async def subscribe(
        self, number: int = 1, *, workspace: str = "home", platform: str = CURB, **settings: Any
    ) -> Channel:
        """Let one more channel follow everything, unless *settings* say otherwise."""
        channel = Channel(platform, workspace, f"channel{number}")
        chosen, now = Settings(**settings), self.clock.now()
        if await self.store.subscribe(channel, chosen, "somebody", now) is None:
            await subscribe_beyond_the_limit(self.store, channel, chosen, now)
        return channel

    async def news(self, body: str = "", *, key: str = KEY, status: str = "investigating") -> None:
        """Let the page write an update of the incident *key*, and take it in."""
        former = self.incidents[key].updates if key in self.incidents else ()
        fresh = update(self._minute, status, body=body, identity=f"{key}-{len(former)}")
        self.incidents[key] = incident(key, *former, fresh)
        await self.read()

    async def rewritten(self, body: str, *, key: str = KEY) -> None:
        """Let the page change the words of the incident's newest update, and take it in."""
        *former, newest = self.incidents[key].updates
        self.incidents[key] = incident(key, *former, replace(newest, body=body))
        await self.read()

    async def read(self) -> None:
        """Read the page now."""
        snapshot = listing(self._minute, *self.incidents.values(), OLD)
        change = absorb(await self.store.known(), snapshot, self.clock.now())
        await self.store.record(change, (), self.clock.now())

    async def delivery(self, channel: Channel, key: str = KEY) -> Delivery:
        """Return what the store holds of one incident in one channel."""
        return (await self.store.deliveries(channel, [key]))[key]

    async def subscription(self, channel: Channel) -> Subscription:
        """Return what the store holds of a channel's subscription."""
        found = await self.store.subscription(channel)
        assert found is not None
        return found

    async def written(self, count: int = 1) -> list[Settlement]:
        """Wait for *count* more results to be written, and return them."""
        return [await self.results.get() for _ in range(count)]

    async def wait_for_next_due(self) -> timedelta:
        """Set the clock to when something is due again; returns how long that was."""
        due_at = await self.store.next_due()
        assert due_at is not None
        waited = due_at - self.clock.now()
        self.clock.set(due_at)
        return waited

    @property
    def _minute(self) -> float:
        return (self.clock.now() - MIDDAY) / timedelta(minutes=1)


async def at_rest() -> None:
    """Wait until nothing but the test itself is under way."""
    while others := asyncio.all_tasks() - {asyncio.current_task()}:
        await asyncio.wait(others)
