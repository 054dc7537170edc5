"""What becomes of a delivery when a platform accepted, refused, lost or never answered a step."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from hashlib import blake2b

from bot.domain.delivery import Attempt, Delivery, Edit, PostKind, Receipt, Reference, Send, Step
from bot.domain.subscription import Style

BACKOFF_SECONDS = (2, 5, 15, 45, 120, 300, 600, 900)


def sent(delivery: Delivery, step: Send, reference: Reference, now: datetime, style: Style) -> Delivery:
    """Return the delivery after *step* was accepted as *reference*.

    A lost card that is sent anew may be one that an earlier attempt brought back already, with the
    words of then. And it settles nothing of what is unknown: that may be what comes after the card.
    """
    again = delivery.receipt(step.post.key) is not None
    receipt = replace(
        _receipt(step, reference, now),
        digest=None if again or delivery.unknown else step.post.digest,
        loud=step.post.loud,
        possible_duplicate=delivery.unknown,
    )
    noted = replace(delivery, style=delivery.style or style, failures=0, conclusion=None)
    noted = _with_receipt(noted.noting(Attempt(now, "send", step.post.key, "ok")), receipt)
    return noted if again else certain(noted)


def edited(delivery: Delivery, step: Edit, now: datetime) -> Delivery:
    """Return the delivery after *step* was accepted; what the post shows and says now counts as told."""
    noted = delivery.noting(Attempt(now, "edit", step.post.key, "ok"))
    return replace(_rewritten(noted, step, edited_at=now), failures=0, conclusion=None)


def unsure(delivery: Delivery, step: Step) -> Delivery:
    """Return the delivery after an attempt of *step* that may have been accepted without our knowing."""
    if isinstance(step, Send):
        return replace(delivery, unknown=True)
    return _with_unsure_words(delivery, {step.post.key})


def certain(delivery: Delivery) -> Delivery:
    """Return the delivery once nothing it still has to send can be the attempt of unknown outcome.

    That attempt may have been an edit, too, so that every message is made to say its words again.
    """
    if not delivery.unknown:
        return delivery
    everything = {receipt.key for receipt in delivery.receipts}
    return replace(_with_unsure_words(delivery, everything), unknown=False)


def found_dead(delivery: Delivery, step: Step, now: datetime) -> Delivery:
    """Return the delivery after the platform said that the message of *step* is gone.

    A reply that finds no parent tells that the card's thread is gone, so that the next one stands in
    the channel itself; the card may still be there. A post without a parent was accepted once and
    deleted since.
    """
    if isinstance(step, Send) and step.parent is None:
        return _with_receipt(delivery, _never_shown(step, now))
    gone = step.reference if isinstance(step, Edit) else step.parent

    def without(receipt: Receipt) -> Receipt:
        if receipt.reference != gone:
            return receipt
        return replace(receipt, dead=True) if isinstance(step, Edit) else _without_thread(receipt)

    return replace(delivery, receipts=tuple(map(without, delivery.receipts)))


def given_up(delivery: Delivery, step: Step, now: datetime) -> Delivery:
    """Return the delivery after it is settled that *step* can never be taken with these words.

    What the post tells counts as told, so that it is not tried for ever; a card follows the rule
    for lost cards, under the nonce it had: an attempt of unknown outcome may have been accepted.
    """
    if isinstance(step, Edit):
        return _rewritten(delivery, step, edited_at=None)
    return _with_receipt(delivery, replace(_never_shown(step, now), generation=step.generation - 1))


def held(delivery: Delivery, step: Step, now: datetime, why: str) -> Delivery:
    """Return the delivery that waits, untried, for the reason *why*.

    Only the first wait is noted, and a refusal of its own says more than that.
    """
    if delivery.trace and delivery.trace[-1].outcome != "ok":
        return delivery
    word = "send" if isinstance(step, Send) else "edit"
    return delivery.noting(Attempt(now, word, step.post.key, "held", why))


def backoff(failures: int, seed: int) -> timedelta:
    """Return how long to wait after *failures* refusals in a row (1 or more), a quarter either way by *seed*.

    Full jitter is not wanted: the first tries must stay inside the time a platform remembers nonces.
    """
    seconds = BACKOFF_SECONDS[min(failures, len(BACKOFF_SECONDS)) - 1]
    spread = blake2b(f"{seed}:{failures}".encode(), digest_size=2).digest()
    return timedelta(seconds=seconds * (0.75 + int.from_bytes(spread) / 65535 / 2))


def _receipt(step: Send, reference: Reference, now: datetime) -> Receipt:
    post = step.post
    return Receipt(
        key=post.key,
        kind=post.kind,
        reference=reference,
        digest=post.digest,
        sent_at=now,
        shows=post.shows,
        says=post.says,
        generation=step.generation,
    )


def _never_shown(step: Send, now: datetime) -> Receipt:
    return replace(_receipt(step, Reference(""), now), digest=None, dead=True)


def _without_thread(receipt: Receipt) -> Receipt:
    return replace(receipt, reference=replace(receipt.reference, thread=None))


def _with_receipt(delivery: Delivery, receipt: Receipt) -> Delivery:
    """Return the delivery with one more receipt. Those that tell nothing (reminders) make room for it."""
    kept = (one for one in delivery.receipts if one.kind is PostKind.CARD or one.shows or one.says)
    return replace(delivery, receipts=(*kept, receipt))


def _rewritten(delivery: Delivery, step: Edit, *, edited_at: datetime | None) -> Delivery:
    """Return the delivery with the words of *step* in its receipt; *edited_at* None: they are not there."""
    post = step.post

    def rewritten(receipt: Receipt) -> Receipt:
        if receipt.key != post.key or receipt.dead:
            return receipt
        told = replace(receipt, digest=post.digest, shows=post.shows, says=post.says)
        return replace(told, edited_at=edited_at or receipt.edited_at)

    return replace(delivery, receipts=tuple(map(rewritten, delivery.receipts)))


def _with_unsure_words(delivery: Delivery, keys: set[str]) -> Delivery:
    """Return the delivery without the digests of *keys*, so that the next plans edit those posts."""
    receipts = (replace(one, digest=None) if one.key in keys else one for one in delivery.receipts)
    return replace(delivery, receipts=tuple(receipts))
