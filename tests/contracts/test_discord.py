"""Discord keeps the contract, through discord.py and against the stand-in."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence

import pytest

from adapters.discord.chat import DiscordChat
from bot.domain.delivery import Post, Reference
from bot.domain.subscription import Channel
from bot.ports import Chat, NotYet
from tests.contracts.chat import ChatContract, ChatDriver, Failure, Seen
from tests.discord.scene import HERE, DiscordScene, discord_scene
from tests.fakes.clock import SetClock
from tests.fakes.discord.faults import error, reset
from tests.fakes.discord.ledger import Message
from tests.fakes.discord.places import OTHER_GUILD, OTHER_TEXT


class Patient:
    """A chat whose caller comes back when it is a call's turn, as the courier does: the clock goes on."""

    def __init__(self, chat: DiscordChat, clock: SetClock) -> None:
        self._chat = chat
        self._clock = clock

    async def send(self, channel: Channel, post: Post, nonce: str, parent: Reference | None) -> Reference:
        while True:
            try:
                return await self._chat.send(channel, post, nonce, parent)
            except NotYet as early:
                self._clock.advance(early.wait)

    async def edit(self, channel: Channel, reference: Reference, post: Post) -> None:
        while True:
            try:
                return await self._chat.edit(channel, reference, post)
            except NotYet as early:
                self._clock.advance(early.wait)


class DiscordDriver:
    """Drives a `DiscordChat` through discord.py; what is seen is what the stand-in accepted."""

    def __init__(self, scene: DiscordScene) -> None:
        self._scene = scene
        self.channel = HERE
        self.other_channel = Channel("discord", OTHER_GUILD, OTHER_TEXT)
        self.deduplicates = True
        self.deletes = True
        self.survives = True
        self.failures = frozenset(Failure)
        self.chat: Chat = self._chat()

    def seen(self, channel: Channel) -> Sequence[Seen]:
        below = self._scene.below
        return [
            Seen(words(message), tuple(Seen(words(one)) for one in below(message)))
            for message in self._scene.shown(channel)
        ]

    def delete(self, channel: Channel, reference: Reference) -> None:
        self._scene.discord.delete(channel.id, reference.id)

    def fail_next(self, failure: Failure) -> None:
        fault = error(503, 130000) if failure is Failure.BEFORE else reset(accepted=True)
        self._scene.discord.fail("*", fault, match=lambda path, _body: path.startswith("/channels"))

    def restart(self) -> None:
        self._scene.restart()
        self.chat = self._chat()

    def _chat(self) -> Chat:
        return Patient(self._scene.chat, self._scene.world.clock)


def words(message: Message) -> str:
    """Return all that people read of a message."""
    embeds = [f"{embed.get('title', '')}\n{embed.get('description', '')}" for embed in message.embeds]
    return "\n".join([message.content, *embeds])


class TestDiscord(ChatContract):
    """With no more of Discord than the usual: no failures, no rate limits."""

    @pytest.fixture
    async def driver(self) -> AsyncIterator[ChatDriver]:
        async with discord_scene() as scene:
            yield DiscordDriver(scene)
