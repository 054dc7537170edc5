"""What the core needs of the outside, and the two ways the outside fails.

Exception
|- Unreadable   the status page could not be read; nothing is known to have changed
`- Refused      a chat platform did not (surely) accept a message
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from bot.domain.delivery import Delivery, Post, Reference, Scope, Verdict
from bot.domain.health import Headline, Health
from bot.domain.record import Known, Record
from bot.domain.status import Endpoint, Snapshot
from bot.domain.subscription import Channel, Mute, Settings, Subscription
from bot.domain.transitions import Change

__all__ = [
    "Chat",
    "Claim",
    "Clock",
    "Headline",
    "Health",
    "Reading",
    "Refused",
    "Settlement",
    "StatusSource",
    "Store",
    "Unreadable",
    "Validator",
]


class Unreadable(Exception):
    """The page gave no usable answer. *reason* is for people, *retry_after* is what the page asked for.

    *refused* is True when the page answered and would not give the document (an HTTP status of 400
    to 599, or a redirect), so that another document may be worth a look.
    """

    def __init__(self, reason: str, *, retry_after: timedelta | None = None, refused: bool = False) -> None:
        super().__init__(reason)
        self.reason = reason
        self.retry_after = retry_after
        self.refused = refused


class Refused(Exception):
    """A platform's refusal, with what it means.

    *code* is the platform's own word or the name of the failure. *reason* and *cure* are sentences
    for the people of the channel. *retry_after* is a floor, None if the platform named none.
    *unknown* is True when the message may have been accepted all the same.
    """

    def __init__(
        self,
        verdict: Verdict,
        scope: Scope,
        code: str,
        reason: str,
        *,
        cure: str = "",
        retry_after: timedelta | None = None,
        unknown: bool = False,
    ) -> None:
        super().__init__(f"{code}: {reason}")
        self.verdict = verdict
        self.scope = scope
        self.code = code
        self.reason = reason
        self.cure = cure
        self.retry_after = retry_after
        self.unknown = unknown


@dataclass(frozen=True, slots=True)
class Validator:
    """What lets the page say "not changed": the entity tag of an accepted answer."""

    etag: str


@dataclass(frozen=True, slots=True)
class Reading:
    """One answer of the page.

    *snapshot* is None when the page said that nothing changed since *validator*. *stale* is True when
    a cache answered with something older than it should be, so that a second look is worth while.
    *body* is the accepted document as bytes, empty when nothing changed.
    """

    snapshot: Snapshot | None
    validator: Validator | None = None
    stale: bool = False
    body: bytes = b""


class StatusSource(Protocol):
    """The status page."""

    async def read(self, endpoint: Endpoint, validator: Validator | None) -> Reading:
        """Return one reading of *endpoint*. Raises `Unreadable`, and nothing else."""

    async def headlines(self) -> tuple[Headline, ...]:
        """Return the page's feed, newest first: the fallback for answers. Raises `Unreadable`."""


class Chat(Protocol):
    """A chat platform. Both methods raise `Refused`, and nothing else."""

    async def send(self, channel: Channel, post: Post, nonce: str, parent: Reference | None) -> Reference:
        """Make *post* appear, below *parent* if given; a platform that can, recognises a repeated *nonce*."""

    async def edit(self, channel: Channel, reference: Reference, post: Post) -> None: ...


class Clock(Protocol):
    """The time."""

    def now(self) -> datetime:
        """Return the present moment, aware and in UTC."""


@dataclass(frozen=True, slots=True)
class Claim:
    """A delivery that is ours until the lease runs out, with all that planning needs.

    *token* fences the result: it is refused once somebody else holds the delivery. *version* tells
    whether the delivery was woken again in the meantime.
    """

    delivery: Delivery
    subscription: Subscription
    record: Record
    page_url: str
    token: str
    version: int


@dataclass(frozen=True, slots=True)
class Settlement:
    """The result of one claim.

    *due_at* is when to look again, None for never (until woken). *pause* is the reason for which the
    subscription is to be paused, None to leave it as it is; *resume* makes a paused one active again.
    """

    claim: Claim
    delivery: Delivery
    due_at: datetime | None
    pause: str | None = None
    resume: bool = False


class Store(Protocol):
    """The memory. Every write is one transaction; every time is aware and in UTC."""

    async def known(self) -> Known:
        """Return the present knowledge: every open record and the newest closed ones."""

    async def records_by_official_id(self, ids: Collection[str]) -> dict[str, Record]:
        """Return the records, however old, that the page knows under *ids*, by our key."""

    async def record(self, change: Change, readings: Sequence[tuple[Endpoint, bytes]], now: datetime) -> int:
        """Write new knowledge, the bodies it came from, and each delivery it makes due, in one transaction.

        For every record in `change.woken`: a delivery is made (or found) for each subscription that
        wants it, and every delivery of it becomes due. Returns how many deliveries became due.
        """

    async def health(self) -> Health: ...

    async def set_health(self, health: Health) -> None: ...

    async def claim(
        self, owner: str, platforms: Collection[str], limit: int, now: datetime, lease: timedelta
    ) -> list[Claim]:
        """Take up to *limit* due deliveries on *platforms* of subscriptions that may be served.

        Due deliveries come in the order: new cards, then the rest, each oldest first. A paused
        subscription's deliveries are due only when its next try is. A delivery whose former lease
        ran out without a result comes with `unknown` set.
        """

    async def settle(self, settlements: Sequence[Settlement], now: datetime) -> int:
        """Write results, in one transaction; a fenced one changes nothing. Returns how many counted."""

    async def release_all(self) -> int:
        """Void every lease (SQLite at start: no other process can hold one). Returns how many were held."""

    async def next_due(self) -> datetime | None:
        """Return when the next delivery is due, None when none is."""

    async def subscription(self, channel: Channel) -> Subscription | None:
        """Return the subscription of *channel*, ended or not, None if there never was one."""

    async def subscribe(
        self, channel: Channel, settings: Settings, actor: str, now: datetime
    ) -> Subscription:
        """Make or revive the subscription and a delivery for each open incident it wants."""

    async def unsubscribe(self, channel: Channel, actor: str, now: datetime) -> bool:
        """End the subscription and wake its deliveries; False if there was none to end."""

    async def change_settings(
        self, channel: Channel, settings: Settings, actor: str, now: datetime
    ) -> Subscription | None:
        """Write *settings* as a new version; None if the channel is not subscribed."""

    async def mute(self, channel: Channel, mute: Mute | None, now: datetime) -> Subscription | None:
        """Set or, with None, end the channel's mute now; wakes its deliveries. None if not subscribed."""

    async def mute_incident(self, channel: Channel, key: str, now: datetime) -> bool:
        """Mute one incident here until it is over; False if the channel has no delivery for it."""

    async def subscriptions(self, platform: str, workspace: str) -> list[Subscription]:
        """Return the subscriptions of a workspace that have not ended."""

    async def settings_at(self, channel: Channel, moment: datetime) -> Settings | None:
        """Return the settings that held at *moment*, None if the channel was not subscribed then."""

    async def test(self, channel: Channel, record: Record, now: datetime) -> bool:
        """Write a test's record and its only delivery; False if the channel is not subscribed."""

    async def history(self, limit: int) -> list[Record]:
        """Return the newest incidents (no tests, no maintenances), newest first by opening."""

    async def records_since(self, moment: datetime) -> list[Record]:
        """Return the incidents that were open at any time since *moment*, oldest first (no tests)."""

    async def deliveries(self, channel: Channel, keys: Collection[str]) -> dict[str, Delivery]:
        """Return the deliveries of *channel* for the records *keys*, by record key."""

    async def covered_since(self) -> datetime | None:
        """Return when the oldest incident we remember opened, None while there is none."""

    async def forget(self, now: datetime) -> int:
        """Delete one small batch of what retention no longer keeps; returns how many rows went."""
