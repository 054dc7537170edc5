"""What is known of one incident's way into one channel, or past it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from bot.domain.delivery import Attempt, Delivery, Receipt
from bot.domain.matching import match
from bot.domain.record import MarkKind, Record
from bot.domain.subscription import Settings, State, Subscription

OLD_AFTER = timedelta(hours=24)
"""What had closed longer ago when it was first seen is told to nobody."""


class Cause(StrEnum):
    """Why there is no delivery; the settings that can refuse an incident have their own names."""

    HISTORY = "history"
    UNSUBSCRIBED = "unsubscribed"
    IMPACT = "impact"
    COMPONENTS = "components"
    MAINTENANCE = "maintenance"
    BEFORE = "before"
    OLD = "old"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Finding:
    """One incident for one channel. *settings* held when it was first seen, None: not subscribed then.

    *delivery* is None where the incident was never due here, or so long ago that it is forgotten.
    """

    record: Record
    subscription: Subscription
    settings: Settings | None
    delivery: Delivery | None

    @property
    def shown(self) -> tuple[Receipt, ...]:
        """The receipts of messages that the platform took, also those that were deleted since."""
        return tuple(one for one in self.delivery.receipts if one.reference.id) if self.delivery else ()

    @property
    def given_up(self) -> int:
        """How many posts were refused for good."""
        return len(self.delivery.receipts) - len(self.shown) if self.delivery else 0

    @property
    def trouble(self) -> Attempt | None:
        """The last attempt if it did not succeed."""
        last = self.delivery.trace[-1:] if self.delivery else ()
        return last[0] if last and last[0].outcome != "ok" else None


def cause(finding: Finding) -> Cause:
    """Return why an incident without a delivery was not told."""
    record, settings = finding.record, finding.settings
    over_when_seen = any(
        mark.kind is MarkKind.RESOLVED and mark.seen_at == record.first_seen_at for mark in record.marks
    )
    if over_when_seen and record.told_since is None:
        return Cause.HISTORY
    if settings is None:
        return Cause.UNKNOWN if _was_subscribed(finding) else Cause.UNSUBSCRIBED
    refused = match(settings, record).setting
    if refused is not None:
        return Cause(refused)
    if over_when_seen and record.told_since and finding.subscription.since > record.told_since:
        return Cause.BEFORE
    if over_when_seen and record.first_seen_at - record.newest_at >= OLD_AFTER:
        return Cause.OLD
    return Cause.UNKNOWN


def _was_subscribed(finding: Finding) -> bool:
    """Return whether the channel followed when it was first seen, with settings that are forgotten."""
    subscription = finding.subscription
    return subscription.state is not State.ENDED and subscription.since <= finding.record.first_seen_at
