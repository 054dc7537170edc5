"""What there is to do for a claim, its next step or none, and what a refusal of it leads to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import takewhile

from bot.domain.delivery import Attempt, Delivery, Scope, Send, Step, Thread, Verdict, plan
from bot.domain.outcomes import backoff, certain, found_dead, given_up, unsure
from bot.domain.subscription import State
from bot.domain.thread import REFUSED_AT_LAST, compose
from bot.ports import Claim, Refused, Settlement

LEAST_PAUSE = timedelta(seconds=1)
"""A platform that asks for a pause of no length would be asked again without end."""

PATIENCE = timedelta(hours=3)
TRIES = 12
"""How long, and how often in a row, one and the same refusal is met before people are told of it."""


def look(claim: Claim, delivery: Delivery, now: datetime) -> tuple[Delivery, Thread, Step | None]:
    """Return what the channel should show, and the next step there.

    When nothing is left to do, now or later, what an attempt of unknown outcome may have done is
    made good.
    """
    channel = claim.subscription.channel
    thread = compose(claim.record, claim.subscription, delivery, claim.page_url, now)
    step = plan(thread, delivery, channel)
    if step is None and delivery.unknown and thread.conclusion is None and thread.due_at is None:
        delivery = certain(delivery)
        step = plan(thread, delivery, channel)
    return delivery, thread, step


def settled(claim: Claim, delivery: Delivery, thread: Thread) -> Settlement:
    """Return the result of a look that found nothing to do; the clock alone may make it due again."""
    return Settlement(claim, replace(delivery, conclusion=thread.conclusion), thread.due_at)


def name(step: Step | None) -> str:
    """Return the word for *step* in traces and logs; without one it was composing that failed."""
    if step is None:
        return "compose"
    return "send" if isinstance(step, Send) else "edit"


def refused(claim: Claim, step: Step | None, refusal: Refused, now: datetime) -> Settlement:
    """Return what *refusal* of *step* (None: of composing it) makes of the delivery, by its verdict."""
    detail = " ".join(filter(None, (f"{refusal.code}: {refusal.reason}", refusal.cure)))
    outcome = "unknown" if refusal.unknown else refusal.verdict.value
    delivery = claim.delivery.noting(Attempt(now, name(step), step.post.key if step else "", outcome, detail))
    if refusal.unknown and step is not None:
        delivery = unsure(delivery, step)
    if step is None:
        return _retried(claim, delivery, refusal, now)
    match refusal.verdict:
        case Verdict.RETRY:
            retried = _retried(claim, delivery, refusal, now)
            return replace(retried, pause=detail) if _is_for_good(delivery, refusal) else retried
        case Verdict.RESEND:
            return Settlement(claim, found_dead(delivery, step, now), now)
        case Verdict.DROP:
            return Settlement(claim, given_up(delivery, step, now), now)
        case Verdict.PAUSE:
            failed = replace(delivery, failures=delivery.failures + 1)
            if claim.subscription.state is State.ENDED:  # which no pause would hold back
                return Settlement(claim, replace(failed, conclusion=REFUSED_AT_LAST), None)
            return Settlement(claim, failed, now, pause=detail)


def _retried(claim: Claim, delivery: Delivery, refusal: Refused, now: datetime) -> Settlement:
    """Return the delivery put off. A rate limit is a pause for breath, not a failure."""
    if refusal.retry_after is not None:
        return Settlement(claim, delivery, now + max(refusal.retry_after, LEAST_PAUSE))
    failures = delivery.failures + 1
    return Settlement(claim, replace(delivery, failures=failures), now + backoff(failures, delivery.id))


def _is_for_good(delivery: Delivery, refusal: Refused) -> bool:
    """Return whether *refusal*, the last of the trace, has just been met for longer than we are patient.

    It would pass by itself, it was thought; where it does not, the pause makes it be seen. It counts
    if it is the channel's own and definite: no outage, no rate limit, nothing of unknown outcome.
    Only the attempt that exceeds the patience pauses, so that a message which alone is refused holds
    up the others of its channel once, and not each time it is tried.
    """
    if refusal.unknown or refusal.retry_after is not None or refusal.scope not in (Scope.POST, Scope.CHANNEL):
        return False
    alike = (delivery.trace[-1].outcome, delivery.trace[-1].detail)
    run = list(takewhile(lambda one: (one.outcome, one.detail) == alike, reversed(delivery.trace)))
    return _is_long(run) and not _is_long(run[1:])


def _is_long(run: Sequence[Attempt]) -> bool:
    """Return whether the attempts of *run*, newest first, are many and lie far enough apart."""
    return len(run) >= TRIES and run[0].at - run[-1].at >= PATIENCE
