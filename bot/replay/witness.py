"""The channel a recording is played in, and its clock."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from bot.domain.delivery import Post, PostKind, Reference
from bot.domain.subscription import Channel

CHANNEL = Channel("terminal", "local", "replay")


class RecordingClock:
    """Shows the moment the recording has reached."""

    def __init__(self, moment: datetime) -> None:
        self._moment = moment

    def now(self) -> datetime:
        return self._moment

    def reach(self, moment: datetime) -> None:
        """Show *moment* from now on, unless it is past already."""
        self._moment = max(self._moment, moment)


@dataclass(frozen=True, slots=True)
class Note:
    """One thing that appeared in the channel: a new message, or the new words (*edit*) of one.

    *parent* is the card that a new message was sent below, None where it stands alone.
    """

    moment: datetime
    post: Post
    reference: Reference
    parent: Reference | None = None
    edit: bool = False


@dataclass(frozen=True, slots=True)
class Shown:
    """A message as the channel shows it now: whether it was sent *loud*, and when it was last *edited*."""

    reference: Reference
    post: Post
    loud: bool
    sent: datetime
    edited: datetime | None = None


@dataclass(frozen=True, slots=True)
class Tally:
    """How many messages and edits appeared; *replies* are all messages but cards."""

    cards: int = 0
    edits: int = 0
    replies: int = 0
    loud: int = 0

    def with_note(self, note: Note) -> Tally:
        """Return the tally after *note*."""
        if note.edit:
            return replace(self, edits=self.edits + 1)
        card = note.post.kind is PostKind.CARD
        return replace(
            self,
            cards=self.cards + card,
            replies=self.replies + (not card),
            loud=self.loud + bool(note.post.loud),
        )


class Witness:
    """A `Chat` that accepts everything and notes it. A message's reference is its nonce."""

    def __init__(self, clock: RecordingClock) -> None:
        self._clock = clock
        self._notes: list[Note] = []
        self._shown: dict[str, Shown] = {}
        self.tally = Tally()

    async def send(self, channel: Channel, post: Post, nonce: str, parent: Reference | None) -> Reference:
        """Note a new message."""
        del channel
        thread = nonce if post.kind is PostKind.CARD else parent.thread if parent else None
        reference = Reference(nonce, thread)
        now = self._clock.now()
        self._note(Note(now, post, reference, parent))
        self._shown[nonce] = Shown(reference, post, bool(post.loud), now)
        return reference

    async def edit(self, channel: Channel, reference: Reference, post: Post) -> None:
        """Note the new words of a message."""
        del channel
        now = self._clock.now()
        self._note(Note(now, post, reference, edit=True))
        self._shown[reference.id] = replace(self._shown[reference.id], post=post, edited=now)

    def take(self) -> list[Note]:
        """Return what was noted since the last time, in order."""
        taken, self._notes = self._notes, []
        return taken

    def shown(self) -> list[Shown]:
        """Return the messages the channel shows now, in the order in which they were sent."""
        return list(self._shown.values())

    def _note(self, note: Note) -> None:
        self._notes.append(note)
        self.tally = self.tally.with_note(note)
