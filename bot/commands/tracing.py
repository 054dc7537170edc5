"""The command that explains: why the last incidents were told here, or were not."""

from __future__ import annotations

from bot.commands import replies, trace_words
from bot.commands.caller import Caller, Reply
from bot.commands.context import Context
from bot.commands.finding import Finding
from bot.domain.naming import short_names

INCIDENTS_TRACED = 5


async def explain(context: Context, caller: Caller) -> Reply:
    """Return the trace of the last incidents for the caller's channel, also after its subscription ended."""
    store, channel = context.store, caller.channel
    subscription = await store.subscription(channel)
    if subscription is None:
        return Reply(replies.not_subscribed(caller))
    records = await store.history(INCIDENTS_TRACED)
    deliveries = await store.deliveries(channel, [record.key for record in records])
    findings = []
    for record in records:
        settings = await store.settings_at(channel, record.first_seen_at)
        findings.append(Finding(record, subscription, settings, deliveries.get(record.key)))
    names = short_names(await store.known())
    return Reply(trace_words.traced(findings, names, context.now))
