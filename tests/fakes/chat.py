"""A chat platform in memory: channels one can look at, and failures one can choose."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import Enum, auto

from bot.domain.delivery import Post, PostKind, Reference, Scope, Verdict
from bot.domain.subscription import Channel
from bot.ports import NotYet, Refused


class Crash(BaseException):
    """The process died here: no `except Exception` of the program may see it."""


class Fate(Enum):
    """What becomes of a call; a `Refused` or `NotYet` in its place is raised with nothing done."""

    ACCEPT = auto()
    LOSE_ANSWER = auto()
    CRASH_BEFORE = auto()
    CRASH_AFTER = auto()


class Orphans(Enum):
    """What becomes of a reply to a card that people deleted."""

    REFUSED = auto()
    IN_CHANNEL = auto()
    IN_THREAD = auto()


@dataclass(slots=True)
class Shown:
    """A message as people see it now, with the replies below it."""

    channel: Channel
    reference: Reference
    nonce: str
    post: Post
    replies: list[Shown] = field(default_factory=list)
    edits: int = 0
    deleted: bool = False


@dataclass(frozen=True, slots=True)
class Call:
    """One line of the ledger. *shown* is the message it made or changed, None where it did neither.

    *repeated* is True for a nonce that was recognised: nothing new was shown.
    """

    op: str
    channel: Channel
    post: Post
    nonce: str | None
    fate: Fate | Refused | NotYet
    shown: Shown | None = None
    repeated: bool = False


class FakeChat:
    """A `Chat` whose every call lets others run before and after the platform acts, as a network does."""

    def __init__(self, *, deduplicates: bool = True, orphans: Orphans = Orphans.REFUSED) -> None:
        """*deduplicates*: a repeated nonce gives the first message. *orphans*: replies to deleted cards."""
        self.deduplicates = deduplicates
        self.orphans = orphans
        self.calls: list[Call] = []
        self._fates: deque[Fate | Refused | NotYet] = deque()
        self._messages: dict[str, Shown] = {}
        self._channels: dict[Channel, list[Shown]] = {}
        self._nonces: dict[str, Shown] = {}

    async def send(self, channel: Channel, post: Post, nonce: str, parent: Reference | None) -> Reference:
        """Show *post*, unless its fate or its parent forbids it."""
        fate = await self._request("send", channel, post, nonce)
        shown = self._nonces.get(nonce) if self.deduplicates else None
        repeated = shown is not None
        try:
            if shown is None:
                shown = self._show(channel, post, nonce, self._card(channel, parent))
            elif shown.deleted:  # https://github.com/discord/discord-api-docs/issues/6647
                raise _gone("unknown_message")
        except Refused as refusal:
            self.calls.append(Call("send", channel, post, nonce, refusal))
            raise
        self.calls.append(Call("send", channel, post, nonce, fate, shown, repeated))
        await _answer(fate)
        return shown.reference

    async def edit(self, channel: Channel, reference: Reference, post: Post) -> None:
        """Change the words of *reference*, unless its fate forbids it or the message is gone."""
        fate = await self._request("edit", channel, post, None)
        shown = self._messages.get(reference.id)
        if shown is None or shown.deleted or shown.channel != channel:
            refusal = _gone("message_not_found")
            self.calls.append(Call("edit", channel, post, None, refusal))
            raise refusal
        shown.post = post
        shown.edits += 1
        self.calls.append(Call("edit", channel, post, None, fate, shown))
        await _answer(fate)

    def script(self, *fates: Fate | Refused | NotYet) -> None:
        """Choose the fates of the next calls, in order; after them every call is accepted."""
        self._fates.extend(fates)

    def top(self, channel: Channel) -> list[Shown]:
        """Return the messages standing in *channel* itself, oldest first.

        A deleted card is among them, marked as such, while replies stand below it.
        """
        return [shown for shown in self._channels.get(channel, []) if not shown.deleted or shown.replies]

    def everything(self, channel: Channel) -> list[Shown]:
        """Return all that *channel* shows, each message before its replies, also below deleted cards."""
        return [shown for shown in self._walk(channel) if not shown.deleted]

    def delete(self, reference: Reference) -> None:
        """Delete a message, as people do; its replies stay."""
        self._messages[reference.id].deleted = True

    def forget_nonces(self) -> None:
        """Let the time pass in which the platform recognises a repeated nonce."""
        self._nonces.clear()

    def _walk(self, channel: Channel) -> Iterator[Shown]:
        for shown in self._channels.get(channel, []):
            yield shown
            yield from shown.replies

    async def _request(
        self, op: str, channel: Channel, post: Post, nonce: str | None
    ) -> Fate | Refused | NotYet:
        """Return what becomes of the call, unless it ends before the platform acts."""
        await asyncio.sleep(0)
        fate = self._fates.popleft() if self._fates else Fate.ACCEPT
        if not isinstance(fate, Fate) or fate is Fate.CRASH_BEFORE:
            self.calls.append(Call(op, channel, post, nonce, fate))
            raise Crash if isinstance(fate, Fate) else fate
        return fate

    def _show(self, channel: Channel, post: Post, nonce: str, card: Shown | None) -> Shown:
        identity = f"m{len(self._messages) + 1}"
        thread = card.reference.id if card else None
        thread = identity if post.kind is PostKind.CARD else thread
        shown = Shown(channel, Reference(identity, thread), nonce, post)
        self._messages[identity] = self._nonces[nonce] = shown
        (card.replies if card else self._channels.setdefault(channel, [])).append(shown)
        return shown

    def _card(self, channel: Channel, parent: Reference | None) -> Shown | None:
        """Return the card to reply to, None for a message that stands in the channel itself."""
        if parent is None:
            return None
        card = self._messages.get(parent.thread or parent.id)
        if card is None or card.channel != channel or (card.deleted and self.orphans is Orphans.REFUSED):
            raise _gone("thread_not_found")
        return None if card.deleted and self.orphans is Orphans.IN_CHANNEL else card


async def _answer(fate: Fate | Refused | NotYet) -> None:
    await asyncio.sleep(0)
    if fate is Fate.CRASH_AFTER:
        raise Crash
    if fate is Fate.LOSE_ANSWER:
        reason = "the connection was lost before the platform answered"
        raise Refused(Verdict.RETRY, Scope.POST, "connection_lost", reason, unknown=True)


def _gone(code: str) -> Refused:
    return Refused(Verdict.RESEND, Scope.POST, code, "the message is gone")
