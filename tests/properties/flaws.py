"""Mistakes a mirror could make, planted between the courier and the world, to see that they are found."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import count

from bot.domain.delivery import Delivery, Reference, Verdict
from bot.domain.subscription import State
from bot.ports import Claim, Refused, Settlement

COUNT = count()


def _same_claim(claim: Claim) -> Claim:
    return claim


def _same_result(result: Settlement) -> Settlement:
    return result


def _same_nonce(nonce: str) -> str:
    return nonce


def _no_refusal_is_ignored(_: Refused) -> bool:
    return False


@dataclass(frozen=True, slots=True)
class Flaw:
    """How what passes between a courier and the world is spoilt. Without arguments nothing is.

    *send_is_believed* and *edit_is_believed* say which refusals are taken for success.
    """

    claim: Callable[[Claim], Claim] = _same_claim
    result: Callable[[Settlement], Settlement] = _same_result
    nonce: Callable[[str], str] = _same_nonce
    send_is_believed: Callable[[Refused], bool] = _no_refusal_is_ignored
    edit_is_believed: Callable[[Refused], bool] = _no_refusal_is_ignored


def made_up() -> Reference:
    """Return the reference of no message."""
    return Reference(f"nowhere{next(COUNT)}")


def _claimed(change: Callable[[Delivery], Delivery]) -> Callable[[Claim], Claim]:
    return lambda claim: replace(claim, delivery=change(claim.delivery))


def _settled(change: Callable[[Delivery], Delivery]) -> Callable[[Settlement], Settlement]:
    return lambda result: replace(result, delivery=change(result.delivery))


def _unknown_is_forgotten(delivery: Delivery) -> Delivery:
    return replace(delivery, unknown=False)


def _generation_is_forgotten(delivery: Delivery) -> Delivery:
    receipts = (replace(one, generation=-1 if one.dead else 0) for one in delivery.receipts)
    return replace(delivery, receipts=tuple(receipts))


def _loudness_is_forgotten(delivery: Delivery) -> Delivery:
    return replace(delivery, receipts=tuple(replace(one, loud=()) for one in delivery.receipts))


def _receipts_are_forgotten(delivery: Delivery) -> Delivery:
    return replace(delivery, receipts=delivery.receipts[-1:])


def _is_keyed_by_the_newest(claim: Claim) -> Claim:
    newest_first = replace(claim.record, seen=claim.record.seen[::-1])
    latest = max((seen for _, seen in claim.record.seen), default=claim.record.first_seen_at)
    at_once = tuple((update, latest) for update, _ in newest_first.seen)
    return replace(claim, record=replace(newest_first, seen=at_once))


def _mute_is_ignored(claim: Claim) -> Claim:
    return replace(claim, subscription=replace(claim.subscription, mute=None))


def _end_is_ignored(claim: Claim) -> Claim:
    if claim.subscription.state is not State.ENDED:
        return claim
    return replace(claim, subscription=replace(claim.subscription, state=State.ACTIVE))


def _wait_is_forgotten(result: Settlement) -> Settlement:
    waits = result.due_at is not None and result.delivery.failures > result.claim.delivery.failures
    return replace(result, due_at=None) if waits else result


def _notice_is_lost(claim: Claim) -> Claim:
    if claim.subscription.state is not State.ENDED:
        return claim
    return replace(claim, record=replace(claim.record, notice=None))


FLAWS = {
    "every try has a nonce of its own": Flaw(nonce=lambda nonce: f"{nonce[:16]}{next(COUNT)}"),
    "a receipt is written before the message is accepted": Flaw(
        send_is_believed=lambda refusal: refusal.verdict is Verdict.RETRY
    ),
    "an edit is written down before it is accepted": Flaw(
        edit_is_believed=lambda refusal: refusal.verdict is Verdict.RETRY
    ),
    "a deleted message is taken for alive": Flaw(
        edit_is_believed=lambda refusal: refusal.verdict is Verdict.RESEND
    ),
    "an unknown outcome is taken for none": Flaw(
        claim=_claimed(_unknown_is_forgotten), result=_settled(_unknown_is_forgotten)
    ),
    "a lost card comes back under its old nonce": Flaw(result=_settled(_generation_is_forgotten)),
    "only the last receipt is kept": Flaw(result=_settled(_receipts_are_forgotten)),
    "a loud word is not remembered": Flaw(claim=_claimed(_loudness_is_forgotten)),
    "a post is keyed by its newest update": Flaw(claim=_is_keyed_by_the_newest),
    "a mute is ignored": Flaw(claim=_mute_is_ignored),
    "an unsubscribed channel is still told": Flaw(claim=_end_is_ignored),
    "an end is not announced": Flaw(claim=_notice_is_lost),
    "what failed is not tried again": Flaw(result=_wait_is_forgotten),
}
