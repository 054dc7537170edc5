"""How far behind we were: from published to seen, and from there to shown in a channel."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.domain.card import LAG_WORTH_TELLING
from bot.domain.claim import Settlement
from bot.domain.delivery import Delivery, Origin
from bot.domain.record import Known, Tier
from bot.domain.status import Endpoint
from bot.domain.subscription import State
from bot.domain.transitions import Change


@dataclass(frozen=True, slots=True)
class Lag:
    """How long after its publication, and after we saw it, an update was shown in a channel."""

    published: timedelta
    seen: timedelta


def seen_lags(before: Known, change: Change) -> Iterator[timedelta]:
    """Yield how long after publication each update that is new in *change* was seen.

    Not those that the page dates back, and none of the first list of incidents that we ever read: that
    is its history.
    """
    if Endpoint.INCIDENTS.value not in before.watermarks:
        return
    for record in change.records(change.written):
        old = before.records.get(record.key)
        seen = {update for update, _ in old.seen} if old else set()
        fresh = (one for one in record.incident.updates if one.id not in seen)
        lags = (record.seen_at(update.id) - update.created_at for update in fresh)
        yield from (lag for lag in lags if record.tier is Tier.OFFICIAL and _tells(lag))


def told_lags(settlement: Settlement) -> Iterator[Lag]:
    """Yield the lags of each update that the step of *settlement* made a channel show.

    None where lateness was wanted, or is the channel's own: one that came late, is paused, or was muted.
    """
    claim, trace = settlement.claim, settlement.delivery.trace
    if not trace or trace[-1].outcome != "ok" or trace == claim.delivery.trace or not _is_prompt(settlement):
        return
    for update in claim.record.incident.updates:
        if update.id in _shown(settlement.delivery) - _shown(claim.delivery):
            seen_at, told_at = claim.record.seen_at(update.id), trace[-1].at
            if not _was_muted(settlement, seen_at) and _tells(seen_at - update.created_at):
                yield Lag(told_at - update.created_at, told_at - seen_at)


def _tells(lag: timedelta) -> bool:
    """Return whether *lag* is one: the page dates updates back, by days, and its clock is not ours."""
    return timedelta(0) <= lag <= LAG_WORTH_TELLING


def _is_prompt(settlement: Settlement) -> bool:
    claim = settlement.claim
    official = claim.record.tier is Tier.OFFICIAL and claim.delivery.origin is Origin.NEWS
    return official and claim.subscription.state is State.ACTIVE


def _was_muted(settlement: Settlement, moment: datetime) -> bool:
    mute = settlement.claim.subscription.mute
    return mute is not None and mute.covers(moment)


def _shown(delivery: Delivery) -> frozenset[str]:
    return frozenset(update for receipt in delivery.receipts for update in receipt.shows)
