"""How a subscribed channel stands with its platform: one line of `check`."""

from __future__ import annotations

from bot.domain.subscription import State, Subscription
from bot.finding import Finding
from bot.ports import Store

RECENT = 20
"""How many of the newest incidents are looked at for refusals."""


async def channel_finding(store: Store, subscription: Subscription, platform: str) -> Finding:
    """Tell whether the channel is served, and if not, what was refused there last.

    *platform* is its name as people write it.
    """
    subject = f"{platform} channel {subscription.channel.id}"
    if subscription.state is State.PAUSED:
        words = f"is paused. {subscription.pause_reason or f'{platform} refused the last message.'}"
        return Finding(good=False, subject=subject, words=words)
    refusal = await _last_refusal(store, subscription)
    if refusal is not None:
        return Finding(good=False, subject=subject, words=f"the last message was refused. {refusal}")
    return Finding(good=True, subject=subject, words="is subscribed, nothing was refused there last")


async def _last_refusal(store: Store, subscription: Subscription) -> str | None:
    """Return what the newest delivery that is failing was told, None where none is."""
    keys = [record.key for record in await store.history(RECENT)]
    deliveries = await store.deliveries(subscription.channel, keys)
    for key in keys:
        delivery = deliveries.get(key)
        if delivery is not None and delivery.failures and delivery.trace:
            return delivery.trace[-1].detail
    return None
