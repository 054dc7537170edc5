"""All that composing looks at, and what follows from it at once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.domain.delivery import Delivery, Receipt
from bot.domain.record import MarkKind, Record
from bot.domain.subscription import Settings, Style, Subscription

CARD_KEY = "card"

LOUD_ONCE_IN = timedelta(minutes=30)
"""Each kind of loud word comes at most once in this time, and a lost card is sent anew no more often."""

TOLD_WITHIN = timedelta(hours=24)
"""What closed longer ago is history and is not sent any more."""


@dataclass(frozen=True, slots=True)
class Scene:
    """One incident, the channel it may be shown in, what is shown there already, and the time."""

    record: Record
    subscription: Subscription
    delivery: Delivery
    page_url: str
    now: datetime

    @property
    def settings(self) -> Settings:
        return self.subscription.settings

    @property
    def style(self) -> Style:
        return self.delivery.style or self.settings.style

    @property
    def muted(self) -> bool:
        """True while the channel is muted, or this incident until it is over."""
        return (self.delivery.muted is not None and self.record.is_open) or self.mute_ends is not None

    @property
    def mute_ends(self) -> datetime | None:
        """When the channel's present mute ends; None where there is none."""
        mute = self.subscription.mute
        return mute.until if mute and mute.covers(self.now) else None

    @property
    def passed_in_silence(self) -> bool:
        """True when a mute covered all the time from its becoming due here to its end."""
        record, mute = self.record, self.subscription.mute
        if record.is_open or self.delivery.muted is not None:
            return not record.is_open
        ends = [mark.seen_at for mark in record.marks if mark.kind is MarkKind.RESOLVED]
        over = record.withdrawn_at or (ends[-1] if ends else None)
        return bool(mute and over and mute.covers(self.delivery.created_at) and mute.covers(over))

    @property
    def stale_from(self) -> datetime | None:
        """From when on it is too old to be sent: it is closed, and all of it happened long before."""
        return None if self.record.is_open else self.record.newest_at + TOLD_WITHIN

    @property
    def stale(self) -> bool:
        return self.stale_from is not None and self.now >= self.stale_from

    @property
    def card(self) -> Receipt | None:
        """The newest card, be it dead; None before the first."""
        return self.delivery.receipt(CARD_KEY)

    @property
    def card_lives(self) -> bool:
        """True when the card is there, or lost and to be sent anew now."""
        return self.card is not None and (not self.card.dead or self.lost_card_returns)

    @property
    def lost_card_returns(self) -> bool:
        """True when the card is lost and may be sent anew: silently, while open, and not too often."""
        due_at = self.lost_card_due
        return due_at is not None and due_at <= self.now

    @property
    def lost_card_due(self) -> datetime | None:
        """When a lost card may be sent anew, None where none is lost or this one stays so."""
        if self.card is None or not self.card.dead or not self.record.is_open:
            return None
        if self.delivery.muted is not None:
            return None
        rested = self.card.sent_at + LOUD_ONCE_IN
        return max(rested, self.mute_ends or rested)
