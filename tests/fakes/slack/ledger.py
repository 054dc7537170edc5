"""What Slack accepted: the only word on what people see."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

Json = dict[str, Any]


@dataclass(slots=True)
class Message:
    """A message as a channel shows it now. *edits* are the (text, blocks) it had before, oldest first."""

    workspace: str
    channel: str
    ts: str
    author: str
    text: str
    blocks: list[Json]
    metadata: Json | None = None
    thread_ts: str | None = None
    broadcast: bool = False
    edits: list[tuple[str, list[Json]]] = field(default_factory=list)
    deleted: bool = False
    body: Json = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Shown:
    """A view that was opened, pushed, updated or published (*trigger_id* or *user* says for whom)."""

    method: str
    workspace: str
    view_id: str
    view: Json
    trigger_id: str | None = None
    user: str | None = None


@dataclass(frozen=True, slots=True)
class Response:
    """What was sent to a response_url, with the answer it got."""

    url: str
    body: Json
    status: int
    answer: str


@dataclass(frozen=True, slots=True)
class Call:
    """One request to the Web API. *answer* is None where the connection ended without one.

    *accepted* tells whether the method was performed, whatever was answered. *workspace* is that of the
    token, be it good or not (any more), None where there is none.
    """

    at: datetime
    method: str
    token: str | None
    body: Json
    answer: Json | None
    status: int
    accepted: bool
    workspace: str | None = None


@dataclass(slots=True)
class Ledger:
    """Everything, in the order it was accepted."""

    all_messages: list[Message] = field(default_factory=list)
    ephemerals: list[Message] = field(default_factory=list)
    views: list[Shown] = field(default_factory=list)
    responses: list[Response] = field(default_factory=list)
    calls: list[Call] = field(default_factory=list)

    def messages(self, channel: str) -> list[Message]:
        """Return all that *channel* holds and is not deleted, replies too, oldest first."""
        return [one for one in self.all_messages if one.channel == channel and not one.deleted]

    def top(self, channel: str) -> list[Message]:
        """Return what stands in *channel* itself: messages that are no replies, echoed replies not."""
        return [one for one in self.messages(channel) if one.thread_ts in (None, one.ts)]

    def in_channel(self, channel: str) -> list[Message]:
        """Return all that one reads in *channel* without opening a thread."""
        return [one for one in self.messages(channel) if one.thread_ts is None or one.broadcast]

    def replies(self, message: Message) -> list[Message]:
        """Return the replies below *message*, oldest first."""
        return [one for one in self.messages(message.channel) if one.thread_ts == message.ts]

    def find(self, channel: str, ts: str) -> Message | None:
        """Return the message *ts* of *channel*, None if there is none (any more)."""
        return next((one for one in self.messages(channel) if one.ts == ts), None)

    def home(self, user: str) -> Json | None:
        """Return the App Home that *user* sees, None before one was published."""
        return next((one.view for one in reversed(self.views) if one.user == user), None)

    def calls_of(self, method: str) -> list[Call]:
        """Return the calls of one method, oldest first."""
        return [call for call in self.calls if call.method == method]

    def counts(self) -> Counter[str]:
        """Return how often each method was called."""
        return Counter(call.method for call in self.calls)
