"""One incident's way into one channel: what the channel already shows, and the next step."""

from __future__ import annotations

import base64
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from hashlib import blake2b

from bot.domain.message import Message, digest
from bot.domain.record import MarkKind
from bot.domain.subscription import Channel, Style

TRACE_LENGTH = 30
"""How many attempts a delivery remembers; older ones make room."""

NONCE_CHARS = 24
"""Discord takes at most 25: https://discord.com/developers/docs/resources/message#create-message."""


class Verdict(StrEnum):
    """What a platform's refusal means for us."""

    RETRY = "retry"
    RESEND = "resend"
    PAUSE = "pause"
    DROP = "drop"


class Scope(StrEnum):
    """How far a refusal reaches."""

    POST = "post"
    CHANNEL = "channel"
    WORKSPACE = "workspace"
    PLATFORM = "platform"


class Origin(StrEnum):
    """Why a delivery exists.

    NEWS happened, the channel came LATE to it, somebody asked for a TEST, or changed the subscription.
    """

    NEWS = "news"
    LATE = "late"
    TEST = "test"
    NOTICE = "notice"


class PostKind(StrEnum):
    """The place of a post: the CARD is edited in place, a REPLY belongs to it, a POST stands alone."""

    CARD = "card"
    REPLY = "reply"
    POST = "post"


@dataclass(frozen=True, slots=True)
class Reference:
    """Where a platform keeps a message: its *id*, and the *thread* replies to it go to (None: no thread)."""

    id: str
    thread: str | None = None


@dataclass(frozen=True, slots=True)
class Post:
    """One message a channel should show.

    *shows* are update ids, *says* mark ids: both count as told once the post is there. *loud* are
    the kinds of loud word it speaks (empty: silent), *echo* whether a reply also appears in the
    channel, *mention* whom it calls, *publish* whether a card also goes to those who follow the
    channel from elsewhere. Those four are decided at the first send only, so they are no part of what
    an edit compares. Neither is *closes*: the incident of this reply is over, nothing more is expected.
    """

    key: str
    kind: PostKind
    message: Message
    shows: tuple[str, ...] = ()
    says: tuple[str, ...] = ()
    loud: tuple[MarkKind, ...] = ()
    echo: bool = False
    mention: str | None = None
    publish: bool = False
    closes: bool = False

    @property
    def digest(self) -> str:
        return digest(self.message)


@dataclass(frozen=True, slots=True)
class Receipt:
    """What a channel is known to show of one post.

    *digest* is None when the words are not known for sure (a repeated nonce may return old ones).
    *generation* rises when the message was found *dead* (deleted, or not editable any more); below
    the one that was tried, it tells that this one was never seen to be accepted.
    """

    key: str
    kind: PostKind
    reference: Reference
    digest: str | None
    sent_at: datetime
    shows: tuple[str, ...] = ()
    says: tuple[str, ...] = ()
    loud: tuple[MarkKind, ...] = ()
    generation: int = 0
    edited_at: datetime | None = None
    dead: bool = False
    possible_duplicate: bool = False


@dataclass(frozen=True, slots=True)
class Attempt:
    """One line of a delivery's trace: what was tried, and what came of it."""

    at: datetime
    step: str
    key: str
    outcome: str
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Delivery:
    """The row that keeps one channel in agreement with one incident.

    *style* is frozen at the first receipt, None before it. *muted* is when somebody muted this
    incident here. *failures* counts refusals since the last success. *unknown* is True while an
    earlier attempt may have been accepted without our knowing. *conclusion* says why nothing is
    (any more) to be sent, None while something may be.
    """

    id: int
    subscription_id: int
    record_key: str
    origin: Origin
    created_at: datetime
    style: Style | None = None
    receipts: tuple[Receipt, ...] = ()
    muted: datetime | None = None
    failures: int = 0
    unknown: bool = False
    conclusion: str | None = None
    trace: tuple[Attempt, ...] = ()

    def receipt(self, key: str) -> Receipt | None:
        """Return the newest receipt of the post *key*, None if it was never sent."""
        return next((one for one in reversed(self.receipts) if one.key == key), None)

    def noting(self, attempt: Attempt) -> Delivery:
        """Return the delivery with *attempt* at the end of its trace."""
        return replace(self, trace=(*self.trace, attempt)[-TRACE_LENGTH:])


@dataclass(frozen=True, slots=True)
class Thread:
    """What a channel should show of one incident.

    *due_at* is when the clock alone will change that, None if it never will. *conclusion* says why
    nothing is to be sent, None where that needs no saying.
    """

    posts: tuple[Post, ...]
    due_at: datetime | None = None
    conclusion: str | None = None


@dataclass(frozen=True, slots=True)
class Send:
    """Step: make the post appear, below *parent* if it is a reply."""

    post: Post
    nonce: str
    generation: int = 0
    parent: Reference | None = None


@dataclass(frozen=True, slots=True)
class Edit:
    """Step: make the message say what the post says now."""

    post: Post
    reference: Reference


Step = Send | Edit


def nonce(channel: Channel, record_key: str, post_key: str, generation: int) -> str:
    """Return the key under which a platform may recognise a repeated send, at most 25 characters."""
    place = (channel.platform, channel.workspace, channel.id)
    identity = "\x1f".join((*place, record_key, post_key, str(generation)))
    hashed = blake2b(identity.encode("utf-8", "surrogatepass"), digest_size=15).digest()
    return base64.b32encode(hashed).decode()[:NONCE_CHARS]


def plan(thread: Thread, delivery: Delivery, channel: Channel) -> Step | None:
    """Return the next step towards *thread*, None when the channel already shows it.

    What is missing comes first, in order, so that news never waits behind an edit; then the first
    message that differs.
    """
    for post in thread.posts:
        receipt = delivery.receipt(post.key)
        if receipt is None or (receipt.dead and post.kind is PostKind.CARD):
            generation = receipt.generation + 1 if receipt else 0
            fresh = nonce(channel, delivery.record_key, post.key, generation)
            return Send(post, fresh, generation, _parent(post, delivery))
    for post in thread.posts:
        receipt = delivery.receipt(post.key)
        if receipt and not receipt.dead and _differs(receipt, post):
            return Edit(post, receipt.reference)
    return None


def _differs(receipt: Receipt, post: Post) -> bool:
    """Return whether the message says something else than *post*, or does not count for all it tells."""
    return (receipt.digest, receipt.shows, receipt.says) != (post.digest, post.shows, post.says)


def _parent(post: Post, delivery: Delivery) -> Reference | None:
    """Return the card a reply belongs to, None for what stands in the channel itself."""
    if post.kind is not PostKind.REPLY:
        return None
    cards = [one.reference for one in delivery.receipts if one.kind is PostKind.CARD]
    return cards[-1] if cards and cards[-1].thread else None
