"""What the core needs of the outside."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from bot.domain.claim import Claim, Settlement
from bot.domain.delivery import Post, Reference
from bot.domain.health import Headline, Health
from bot.domain.status import Endpoint, Snapshot
from bot.domain.subscription import Channel
from bot.failures import NotYet, Refused, Unreadable
from bot.store import Store

__all__ = [
    "Chat",
    "Claim",
    "Clock",
    "Headline",
    "Health",
    "NotYet",
    "Reading",
    "Refused",
    "Settlement",
    "StatusSource",
    "Store",
    "Unreadable",
    "Validator",
]


@dataclass(frozen=True, slots=True)
class Validator:
    """What lets the page say "not changed": the entity tag of an accepted answer."""

    etag: str


@dataclass(frozen=True, slots=True)
class Reading:
    """One answer of the page.

    *snapshot* is None when the page said that nothing changed since *validator*. *stale* is True when
    a cache answered with something older than it should be, so that a second look is worth while.
    *body* is the accepted document as bytes, empty when nothing changed. *given_at* is when it was
    given by the page's clock, None where the page does not say.
    """

    snapshot: Snapshot | None
    validator: Validator | None = None
    stale: bool = False
    body: bytes = b""
    given_at: datetime | None = None


class StatusSource(Protocol):
    """The status page."""

    async def read(self, endpoint: Endpoint, validator: Validator | None) -> Reading:
        """Return one reading of *endpoint*. Raises `Unreadable`, and nothing else."""

    async def headlines(self) -> tuple[Headline, ...]:
        """Return the page's feed, newest first: the fallback for answers. Raises `Unreadable`."""


class Chat(Protocol):
    """A chat platform. Both methods raise `Refused` or `NotYet`, and nothing else."""

    async def send(self, channel: Channel, post: Post, nonce: str, parent: Reference | None) -> Reference:
        """Make *post* appear, below *parent* if given; a platform that can, recognises a repeated *nonce*."""

    async def edit(self, channel: Channel, reference: Reference, post: Post) -> None: ...


class Clock(Protocol):
    """The time."""

    def now(self) -> datetime:
        """Return the present moment, aware and in UTC."""
