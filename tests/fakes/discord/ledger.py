"""What Discord accepted: the only word on what people see."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from tests.fakes.discord.routes import known

Json = dict[str, Any]


@dataclass(slots=True)
class Message:
    """A message as a channel shows it now.

    *edits* are the (content, embeds) it had before, oldest first. *thread* is the id of the thread
    started from it. *body* is the request that made it, *nonce* the one it came with. *ephemeral* ones are
    seen by one person alone and belong to no channel's history.
    """

    id: str
    channel: str
    author: str
    content: str
    embeds: list[Json]
    components: list[Json]
    made_at: datetime
    flags: int = 0
    nonce: str | None = None
    enforced: bool = False
    allowed_mentions: Json | None = None
    edits: list[tuple[str, list[Json]]] = field(default_factory=list)
    edited_at: datetime | None = None
    thread: str | None = None
    published: bool = False
    deleted: bool = False
    ephemeral: bool = False
    body: Json = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Call:
    """One request. *path* is without `/api/v10`; *status* and *answer* are None where none was sent.

    *accepted* tells whether it was performed, whatever was answered.
    """

    at: datetime
    method: str
    path: str
    route: str
    token: str | None
    headers: Json
    body: Any
    answer: Any
    status: int | None
    accepted: bool


@dataclass(slots=True)
class Ledger:
    """Everything, in the order it was accepted."""

    all_messages: list[Message] = field(default_factory=list)
    calls: list[Call] = field(default_factory=list)

    def messages(self, channel: str) -> list[Message]:
        """Return what people read in *channel* (or thread) now, oldest first."""
        shown = (one for one in self.all_messages if one.channel == channel)
        return [one for one in shown if not one.deleted and not one.ephemeral]

    def find(self, channel: str, identity: str) -> Message | None:
        """Return the message of *channel*, None if there is none (any more)."""
        return next((one for one in self.messages(channel) if one.id == identity), None)

    def ephemerals(self) -> list[Message]:
        """Return what one person alone saw, oldest first."""
        return [one for one in self.all_messages if one.ephemeral]

    def calls_of(self, route: str) -> list[Call]:
        """Return the calls of a route, as in "POST /channels/{channel_id}/messages", oldest first.

        Raises `ValueError` for a route that the bot does not use: see `routes`.
        """
        known(route)
        return [call for call in self.calls if call.route == route]
