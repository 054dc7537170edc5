"""A delivery that somebody works on, and the result."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bot.domain.delivery import Delivery
from bot.domain.record import Record
from bot.domain.subscription import Subscription


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
