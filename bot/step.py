"""What there is to do for a claim, its next step or none, and what a refusal of it leads to."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from bot.domain.delivery import Attempt, Delivery, Send, Step, Thread, Verdict, plan
from bot.domain.outcomes import backoff, certain, found_dead, given_up, unsure
from bot.domain.subscription import State
from bot.domain.thread import REFUSED_AT_LAST, compose
from bot.ports import Claim, Refused, Settlement

LEAST_PAUSE = timedelta(seconds=1)
"""A platform that asks for a pause of no length would be asked again without end."""


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
            return _retried(claim, delivery, refusal, now)
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
