"""A Discord, a page with an incident, channels that follow it, and the real chat in between."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from adapters.discord.chat import DiscordChat
from adapters.discord.endpoints import Endpoints, pointed_at
from adapters.discord.rest import Rest
from bot.courier import Courier
from bot.domain.subscription import Channel, Settings, Style
from bot.ports import Chat
from tests.courier.scene import Scene
from tests.fakes.discord.ledger import Message
from tests.fakes.discord.places import GUILD, GUILD_TEXT, TEXT, TOKEN, Place
from tests.fakes.discord.standin import DiscordStandIn, discord_stand_in
from tests.stores import empty_store, subscribe_alike, subscribe_beyond_the_limit

DEADLINE = timedelta(seconds=30)
"""No test waits for it, one that wants to gives a shorter one."""

HERE = Channel("discord", GUILD, TEXT)

CREATE = "POST /channels/{channel_id}/messages"
EDIT = "PATCH /channels/{channel_id}/messages/{message_id}"
START = "POST /channels/{channel_id}/messages/{message_id}/threads"
CROSSPOST = "POST /channels/{channel_id}/messages/{message_id}/crosspost"
MODIFY = "PATCH /channels/{channel_id}"
LOGIN = "GET /users/@me"


@dataclass(slots=True)
class DiscordScene:
    """All of it, on one clock: that of *world*."""

    discord: DiscordStandIn
    rest: Rest
    chat: DiscordChat
    world: Scene
    numbers: itertools.count[int] = field(default_factory=lambda: itertools.count(1))

    @property
    def now(self) -> datetime:
        return self.world.clock.now()

    def courier(self, **options: Any) -> Courier:
        """Return a courier whose platforms are Discord and those of the world."""
        chats: dict[str, Chat] = {"discord": self.chat, "curb": self.world.curb}
        return Courier(
            self.world.store, chats, self.world.clock, on_settled=self.world.results.put_nowait, **options
        )

    def place(self, kind: int = GUILD_TEXT) -> Channel:
        """Return one more channel of the usual server."""
        number = next(self.numbers)
        made = self.discord.guilds[GUILD].add(Place(f"{320000000000000000 + number}", GUILD, "c", kind))
        return Channel("discord", GUILD, made.id)

    async def subscribe(self, channel: Channel | None = None, **settings: Any) -> Channel:
        """Let *channel*, or one more of the usual server, follow everything, with threads."""
        found = channel or self.place()
        chosen = Settings(**{"style": Style.THREAD, **settings})
        if await self.world.store.subscribe(found, chosen, "somebody", self.now) is None:
            await subscribe_beyond_the_limit(self.world.store, found, chosen, self.now)
        return found

    async def subscribe_many(self, count: int, **settings: Any) -> list[Channel]:
        """Let so many more channels of the usual server follow everything, with threads."""
        first, others = await self.subscribe(**settings), [self.place() for _ in range(count - 1)]
        await subscribe_alike(self.world.store, first, others)
        return [first, *others]

    def shown(self, channel: Channel) -> list[Message]:
        """Return what stands in *channel* itself."""
        return self.discord.ledger.messages(channel.id)

    def below(self, message: Message) -> list[Message]:
        """Return what stands in the thread of *message*."""
        return self.discord.ledger.messages(message.id)

    async def go_on(self, courier: Courier) -> None:
        """Serve what is due; if something will be due again, set the clock to that and serve it, too."""
        await courier.run_dry()
        due_at = await self.world.store.next_due()
        if due_at is not None:
            self.world.clock.set(max(due_at, self.now))
            await courier.run_dry()

    def restart(self) -> None:
        """Replace the chat by that of a new process, which remembers nothing."""
        self.chat = DiscordChat(self.rest, self.world.clock)


async def until(condition: Callable[[], object]) -> None:
    """Let the others go on until *condition* holds."""
    async with asyncio.timeout(10):
        while not condition():
            await others()


async def others() -> None:
    """Let every other task take a step."""
    await asyncio.sleep(0)


@asynccontextmanager
async def discord_scene(*, deadline: timedelta = DEADLINE) -> AsyncIterator[DiscordScene]:
    """Return a scene in which the page was read once and nobody follows it.

    Nothing that was sent or answered may contradict Discord's API description.
    """
    async with empty_store() as store:
        world = Scene(store)
        await world.read()
        async with discord_stand_in(clock=world.clock) as standin:
            with pointed_at(Endpoints(standin.api_url)):
                rest = Rest(TOKEN, world.clock, deadline=deadline)
                try:
                    yield DiscordScene(standin, rest, DiscordChat(rest, world.clock), world)
                finally:
                    standin.heal()
                    await rest.close()
        assert not standin.problems
