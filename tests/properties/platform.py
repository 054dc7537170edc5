"""The chat platforms of a history: fake chats in bad weather, with a ledger of every message they took."""

from __future__ import annotations

from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from bot.domain.delivery import Post, Reference, Scope, Verdict
from bot.domain.message import Message
from bot.domain.record import MarkKind
from bot.domain.subscription import Channel
from bot.ports import Refused
from tests.fakes.chat import FakeChat, Fate, Shown
from tests.fakes.clock import SetClock

MOST_CALLS = 3000
"""A run of the couriers that asks more often than this never ends."""


class Endless(BaseException):
    """The couriers go round in circles."""


@dataclass(frozen=True, slots=True)
class Sending:
    """One message that appeared: *silenced* is True where none should have."""

    at: datetime
    channel: Channel
    post: Post
    nonce: str
    reference: Reference
    silenced: bool


class Platform:
    """A fake chat of one kind. *storm* is how likely a call goes wrong, 0 to 1.

    *meanwhile* is what may happen elsewhere while a call is under way.
    """

    def __init__(
        self, name: str, random: Random, clock: SetClock, meanwhile: Callable[[], Awaitable[None]]
    ) -> None:
        self.name = name
        self.storm = 0.0
        self.chat = FakeChat(deduplicates=name == "discord")
        self.sendings: list[Sending] = []
        self.silenced: set[Channel] = set()
        self.frozen: set[str] = set()
        self.dropped: set[str] = set()
        self.refused: dict[Channel, set[str]] = {}
        self.doubts: Counter[Channel] = Counter()
        self.calls = 0
        self._random = random
        self._clock = clock
        self._meanwhile = meanwhile

    @property
    def deduplicates(self) -> bool:
        return self.chat.deduplicates

    async def send(self, channel: Channel, post: Post, nonce: str, parent: Reference | None) -> Reference:
        """Pass a message on to the fake chat, or let something go wrong."""
        await self._meanwhile()
        fate = self._fate()
        self.chat.script(fate)
        before = len(self.chat.calls)
        try:
            return await self.chat.send(channel, post, nonce, parent)
        except Refused as refusal:
            self._note_refusal(channel, post, refusal)
            raise
        finally:
            self._note_sending(channel, post, nonce, before)
            if fate in (Fate.LOSE_ANSWER, Fate.CRASH_AFTER):
                self.doubts[channel] += 1

    async def edit(self, channel: Channel, reference: Reference, post: Post) -> None:
        """Pass an edit on; some messages are beyond editing, and stay so."""
        await self._meanwhile()
        fate = self._fate()
        if reference.id in self.frozen or self._random.random() < self.storm * 0.05:
            self.frozen.add(reference.id)
            fate = Refused(Verdict.RESEND, Scope.POST, "edit_window_closed", "too late to edit it")
        self.chat.script(fate)
        try:
            await self.chat.edit(channel, reference, post)
        except Refused as refusal:
            self._note_refusal(channel, post, refusal)
            if refusal.verdict is Verdict.DROP:
                self.dropped.add(reference.id)
            raise
        self.dropped.discard(reference.id)

    def visible(self, channel: Channel) -> list[Shown]:
        """Return what people see and the bot can still change, in the order it appeared."""
        shown = [one for one in self.chat.everything(channel) if one.reference.id not in self.frozen]
        return sorted(shown, key=lambda one: int(one.reference.id[1:]))

    def delete_one(self, channel: Channel) -> None:
        """Let people delete a message, if there is any."""
        if shown := self.visible(channel):
            self.chat.delete(self._random.choice(shown).reference)

    def excused(self, channel: Channel) -> set[str]:
        """Return the updates that need not be visible: refused for good, or in messages that are lost."""
        lost = [one for one in self.sendings if one.channel == channel and self.is_lost(one.reference.id)]
        shown = {shown for one in lost for shown in self._present(one.reference.id).post.shows}
        return self.refused.get(channel, set()) | shown

    def is_lost(self, identity: str) -> bool:
        """Return whether people deleted that message, or the platform lets nobody edit it."""
        return identity in self.frozen or self._present(identity).deleted

    def was_always_loud(self, nonce: str, kind: MarkKind) -> bool:
        """Return whether every try of that message was loud: of two that differ the bot knows the last."""
        return all(kind in call.post.loud for call in self.chat.calls if call.nonce == nonce)

    def knows(self, identity: str, message: Message) -> bool:
        """Return whether that message says *message*, or had this very edit refused for good."""
        return identity in self.dropped or self._words(identity) == message

    def _words(self, identity: str) -> Message | None:
        found = (call.shown for call in self.chat.calls if call.shown and call.shown.reference.id == identity)
        return next((shown.post.message for shown in found), None)

    def _present(self, identity: str) -> Shown:
        return next(
            call.shown for call in self.chat.calls if call.shown and call.shown.reference.id == identity
        )

    def _note_refusal(self, channel: Channel, post: Post, refusal: Refused) -> None:
        if refusal.verdict in (Verdict.DROP, Verdict.RESEND):
            self.refused.setdefault(channel, set()).update(post.shows)

    def _note_sending(self, channel: Channel, post: Post, nonce: str, before: int) -> None:
        """Write down the message that this call made; others may have written in between."""
        for call in self.chat.calls[before:]:
            mine = call.op == "send" and call.nonce == nonce and call.channel == channel
            if mine and call.shown and not call.repeated:
                silenced = channel in self.silenced
                reference = call.shown.reference
                self.sendings.append(Sending(self._clock.now(), channel, post, nonce, reference, silenced))

    def _fate(self) -> Fate | Refused:
        self.calls += 1
        if self.calls > MOST_CALLS:
            raise Endless(f"{self.name} is asked without end")
        if self._random.random() >= self.storm:
            return Fate.ACCEPT
        fates: list[Fate | Refused] = [
            Fate.LOSE_ANSWER,
            Fate.LOSE_ANSWER,
            Fate.CRASH_BEFORE,
            Fate.CRASH_AFTER,
            Fate.CRASH_AFTER,
            _refusal(Verdict.RETRY, Scope.POST),
            _refusal(Verdict.RETRY, Scope.POST, unknown=True),
            _refusal(Verdict.RETRY, Scope.CHANNEL, pause=30),
            _refusal(Verdict.RETRY, Scope.WORKSPACE, pause=5),
            _refusal(Verdict.RETRY, Scope.PLATFORM, pause=0),
            _refusal(Verdict.DROP, Scope.POST),
            _refusal(Verdict.PAUSE, Scope.CHANNEL),
        ]
        return self._random.choice(fates)


def _refusal(verdict: Verdict, scope: Scope, *, pause: int | None = None, unknown: bool = False) -> Refused:
    after = None if pause is None else timedelta(seconds=pause)
    return Refused(verdict, scope, "refused", "the platform would not", retry_after=after, unknown=unknown)
