"""The judge of a history: compares what people see in each channel with what they should."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from bot.domain.delivery import Delivery, Post, PostKind, nonce, plan
from bot.domain.record import MarkKind, Record
from bot.domain.scene import CARD_KEY, LOUD_ONCE_IN
from bot.domain.subscription import Channel, Subscription
from bot.domain.thread import (
    NOTICE_KEY,
    NOTICE_TOO_OLD,
    REFUSED_AT_LAST,
    REMINDER_PREFIX,
    UNFOLLOWED,
    compose,
)
from tests.fakes.chat import Shown
from tests.properties.platform import Platform, Sending
from tests.properties.upstream import PAGE
from tests.properties.world import World


@dataclass(frozen=True, slots=True)
class Case:
    """One channel at the end of a history. *doubts* is how many of its sends had an unknown outcome."""

    channel: Channel
    subscription: Subscription
    platform: Platform
    deliveries: Mapping[str, Delivery]
    records: Mapping[str, Record]
    visible: list[Shown]
    sendings: list[Sending]
    excused: set[str]
    doubts: int
    now: datetime

    @property
    def spare(self) -> int:
        """How many messages may be there twice."""
        return 0 if self.platform.deduplicates else self.doubts


async def violations(world: World) -> list[str]:
    """Return every way in which a channel of *world* is not as it should be."""
    found = []
    for channel in world.channels:
        case = await _case(world, channel)
        rules = (disagreements, absences, secrets, strays, repetitions, disorder, noise, intrusions)
        found += [f"{channel.platform} {channel.id}: {fault}" for rule in rules for fault in rule(case)]
    return found


def disagreements(case: Case) -> Iterator[str]:
    """The channel equals `compose`: the words of every message that is there, and none is missing."""
    for key, delivery in case.deliveries.items():
        if delivery.conclusion in (UNFOLLOWED, REFUSED_AT_LAST):
            continue
        thread = compose(case.records[key], case.subscription, delivery, PAGE.url, case.now)
        if plan(thread, delivery, case.channel) is not None:
            yield f"{key} is not settled"
        for post in thread.posts:
            receipt = delivery.receipt(post.key)
            if receipt is not None and not case.platform.knows(receipt.reference.id, post.message):
                yield f"{key} {post.key} says something else"


def absences(case: Case) -> Iterator[str]:
    """Nobody who follows an open incident is left without its card, once lost cards had time to return."""
    for key, delivery in case.deliveries.items():
        card = delivery.receipt(CARD_KEY)
        held_back = delivery.conclusion is not None or delivery.muted is not None
        if card and card.dead and case.records[key].is_open and not held_back:
            yield f"{key} has no card"


def secrets(case: Case) -> Iterator[str]:
    """Each change is told in the channel, unless its notice was refused or became too old."""
    excuses = (NOTICE_TOO_OLD, REFUSED_AT_LAST)
    for key in (one.key for one in case.records.values() if one.notice):
        delivery = case.deliveries.get(key)
        if delivery is None or not (delivery.receipts or delivery.conclusion in excuses):
            yield f"{key} was never told"


def strays(case: Case) -> Iterator[str]:
    """Every message is one the bot knows of, but for repetitions after an unknown outcome."""
    found = _strays(case)
    if case.platform.deduplicates:
        found = [one for one in found if not _is_orphan(case, one)]
    if len(found) > case.spare:
        yield f"unknown messages {[one.post.key for one in found]}, doubts {case.doubts}"


def repetitions(case: Case) -> Iterator[str]:
    """Each update is shown by exactly one message, but for repetitions after an unknown outcome."""
    strays = _strays(case)
    for key, delivery in case.deliveries.items():
        for update, _ in case.records[key].seen:
            count = sum(update in one.post.shows for one in case.visible)
            spare = min(case.doubts, sum(update in one.post.shows for one in strays))
            if count > 1 + spare:
                yield f"{key} {update} is shown {count} times"
            if count == 0 and delivery.conclusion is None and update not in case.excused:
                yield f"{key} {update} is not shown"


def _strays(case: Case) -> list[Shown]:
    known = _known(case)
    return [one for one in case.visible if one.reference.id not in known and not _is_reminder(one.post.key)]


def _known(case: Case) -> set[str]:
    return {receipt.reference.id for one in case.deliveries.values() for receipt in one.receipts}


def _is_orphan(case: Case, shown: Shown) -> bool:
    """Return whether its outcome stayed unknown for ever: something kept it from being tried once more."""
    for key, delivery in case.deliveries.items():
        number = _generation(case, shown.nonce, shown.post, key)
        if number is not None:
            tried = (one for one in delivery.receipts if one.key == shown.post.key and one.reference.id)
            return case.doubts > 0 and all(one.generation < number for one in tried)
    return False


def disorder(case: Case) -> Iterator[str]:
    """The card comes first, and no message shows an update that is older than an earlier one's."""
    for key, sendings in _by_incident(case).items():
        if key not in case.records:
            yield f"nobody would send {sendings[0].post.key} under this nonce"
            continue
        if case.records[key].notice:
            continue
        refused = any(not one.reference.id for one in case.deliveries[key].receipts[:1])
        if sendings[0].post.kind is not PostKind.CARD and not refused:
            yield f"{key} begins with {sendings[0].post.key}"
        place = {update: number for number, (update, _) in enumerate(case.records[key].seen)}
        latest, told = -1, ""
        for one in sendings:
            if one.post.kind is PostKind.CARD or not one.post.shows or one.post.key == told:
                continue
            if min(place[update] for update in one.post.shows) <= latest:
                yield f"{key} {one.post.key} comes after what is newer"
            latest, told = max(place[update] for update in one.post.shows), one.post.key


def noise(case: Case) -> Iterator[str]:
    """Each kind of loud word comes at most once in 30 minutes, as far as the bot can know of the former."""
    known = _known(case)
    for key, sendings in _by_incident(case).items():
        last: dict[MarkKind, Sending] = {}
        for one in sendings:
            for kind in one.post.loud:
                before = last.get(kind)
                if before and before.nonce != one.nonce and one.at - before.at < LOUD_ONCE_IN:
                    yield f"{key} {one.post.key} is loud ({kind}) too soon after {before.post.key}"
                if one.reference.id in known and case.platform.was_always_loud(one.nonce, kind):
                    last[kind] = one


def intrusions(case: Case) -> Iterator[str]:
    """Nothing new but a notice appears while the channel is muted or does not follow."""
    for one in case.sendings:
        if one.silenced and one.post.key != NOTICE_KEY:
            yield f"{one.post.key} appeared in a silenced channel"


def _by_incident(case: Case) -> dict[str, list[Sending]]:
    """Return the channel's sendings by the record their nonce belongs to, oldest first; '' for none."""
    found: dict[str, list[Sending]] = defaultdict(list)
    for one in case.sendings:
        keys = (key for key in case.deliveries if _generation(case, one.nonce, one.post, key) is not None)
        found[next(keys, "")].append(one)
    return found


def _generation(case: Case, used: str, post: Post, key: str) -> int | None:
    """Return which generation of *post*, of the record *key*, has *used* as its nonce; None if none has."""
    known = [one.generation for one in case.deliveries[key].receipts if one.key == post.key]
    numbers = range(max(known, default=0) + 2)
    return next((number for number in numbers if nonce(case.channel, key, post.key, number) == used), None)


def _is_reminder(key: str) -> bool:
    return key.startswith(REMINDER_PREFIX)


async def _case(world: World, channel: Channel) -> Case:
    subscription = await world.store.subscription(channel)
    assert subscription is not None
    records = {one.key: one for one in [*await world.records(), *world.notices.get(channel, [])]}
    platform = world.platforms[channel.platform]
    return Case(
        channel=channel,
        subscription=subscription,
        platform=platform,
        deliveries=await world.store.deliveries(channel, records),
        records=records,
        visible=platform.visible(channel),
        sendings=[one for one in platform.sendings if one.channel == channel],
        excused=platform.excused(channel),
        doubts=platform.doubts[channel],
        now=world.clock.now(),
    )
