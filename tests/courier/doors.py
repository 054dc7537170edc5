"""A chat platform where a call waits for as long as the door of its channel is shut."""

from __future__ import annotations

import asyncio

from bot.domain.delivery import Post, Reference
from bot.domain.subscription import Channel
from tests.fakes.chat import FakeChat


class Doors:
    """A `Chat` in front of *chat*. *inside* counts calls under way, *most* how many that were at once."""

    def __init__(self, chat: FakeChat, *shut: Channel) -> None:
        self.inside = 0
        self.most = 0
        self._chat = chat
        self._doors = {channel: asyncio.Event() for channel in shut}
        self._knocks: asyncio.Queue[Channel] = asyncio.Queue()

    def open(self, *channels: Channel) -> None:
        """Let the calls for *channels* go on, those to come as well."""
        for channel in channels:
            self._doors[channel].set()

    async def knocked(self, count: int = 1) -> list[Channel]:
        """Wait for *count* more calls to stand at a shut door, and return whom they are for."""
        return [await self._knocks.get() for _ in range(count)]

    async def send(self, channel: Channel, post: Post, nonce: str, parent: Reference | None) -> Reference:
        """Send once the door is open."""
        await self._enter(channel)
        try:
            return await self._chat.send(channel, post, nonce, parent)
        finally:
            self.inside -= 1

    async def edit(self, channel: Channel, reference: Reference, post: Post) -> None:
        """Edit once the door is open."""
        await self._enter(channel)
        try:
            await self._chat.edit(channel, reference, post)
        finally:
            self.inside -= 1

    async def _enter(self, channel: Channel) -> None:
        self.inside += 1
        self.most = max(self.most, self.inside)
        door = self._doors.get(channel)
        if door is not None and not door.is_set():
            self._knocks.put_nowait(channel)
            await door.wait()
