"""What there is to do for a claim: its next step, or what it means that there is none."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from bot.domain.delivery import Delivery, Send, Step, Thread, plan
from bot.domain.outcomes import certain
from bot.domain.thread import compose
from bot.ports import Claim, Settlement


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
