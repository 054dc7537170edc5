"""A small world for commands: store, clock and page, and a courier with its platform."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from adapters.statuspage.parse import parse as parse_page
from bot.commands import Caller, Command, Desk, Reply, parse
from bot.courier import Courier
from bot.domain.health import Health
from bot.domain.message import Message, plain_lines
from bot.domain.status import Endpoint, Snapshot
from bot.domain.subscription import Channel, Settings, Subscription
from bot.domain.transitions import absorb
from storage.store import SqlStore
from tests.factories import PAGE_URL, Document, encode, incidents_document, summary
from tests.fakes.chat import FakeChat
from tests.fakes.clock import SetClock

HERE = Channel("console", "home", "general")
OWNER = Caller(HERE, "ann", may_configure=True, may_list=True)
GUEST = Caller(HERE, "guest")


@dataclass
class World:
    """Everything a command may touch, and the means to let time and the page go on."""

    store: SqlStore
    clock: SetClock
    chat: FakeChat = field(default_factory=FakeChat)

    def __post_init__(self) -> None:
        self.desk = Desk(self.store, self.clock, PAGE_URL)
        self.courier = Courier(self.store, {"console": self.chat}, self.clock)

    async def do(self, said: str | Command, caller: Caller = OWNER) -> Reply:
        """Do what was typed or chosen, and return the reply."""
        return await self.desk.handle(parse(said) if isinstance(said, str) else said, caller)

    async def lines(self, said: str | Command, caller: Caller = OWNER) -> list[str]:
        """Do what was typed or chosen, and return the reply as plain lines."""
        return plain_lines((await self.do(said, caller)).message)

    async def page_says(self, *incidents: Document, parts: Sequence[Document] | None = None) -> None:
        """Read the page's summary now, with these open incidents."""
        await self._read(Endpoint.SUMMARY, summary(*incidents, parts=parts, updated_at=self.clock.now()))

    async def page_lists(self, *incidents: Document) -> None:
        """Read the page's list of incidents now."""
        await self._read(Endpoint.INCIDENTS, incidents_document(*incidents, updated_at=self.clock.now()))

    async def _read(self, endpoint: Endpoint, document: Document) -> None:
        snapshot = parse_page(endpoint, encode(document), PAGE_URL)
        assert isinstance(snapshot, Snapshot)
        now = self.clock.now()
        change = absorb(await self.store.known(), snapshot, now)
        await self.store.record(change, (), now)
        await self.store.set_health(Health(read_at=now))

    async def blind_since(self, moment: datetime) -> None:
        """Let reading the page have failed since *moment*, too often to be sure of anything."""
        health = replace(await self.store.health(), failing_since=moment, failures=3, reason="no route to it")
        await self.store.set_health(health)

    async def subscription(self) -> Subscription:
        """Return what the store holds of this channel."""
        found = await self.store.subscription(HERE)
        assert found is not None
        return found

    async def settings(self) -> Settings:
        """Return the settings the store holds of this channel."""
        return (await self.subscription()).settings


def told(message: Message | None) -> list[str]:
    """Return what the channel is told as plain lines; there must be something."""
    assert message is not None
    return plain_lines(message)
