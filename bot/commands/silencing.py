"""The commands that silence a channel or one incident, and end it."""

from __future__ import annotations

import re
from datetime import timedelta

from bot.commands import problems, replies, silence_words
from bot.commands.caller import Caller, Reply
from bot.commands.command import Mute as MuteCommand
from bot.commands.command import MuteIncident, Silencing, Unmute
from bot.commands.context import Context
from bot.commands.noticing import notice_record, replied
from bot.domain.delivery import Delivery, Origin
from bot.domain.notice import Notice, NoticeKind
from bot.domain.subscription import Channel, Mute

LEAST_MUTE = timedelta(minutes=1)
MOST_MUTE = timedelta(days=30)

KEY = re.compile(r"[A-Za-z0-9_-]{1,100}")
"""What record keys are made of: ours, and the page's ids."""

INCIDENT = frozenset({Origin.NEWS, Origin.LATE})
"""Why there are deliveries of incidents; a test or a notice is none."""


async def silence(context: Context, command: Silencing, caller: Caller) -> Reply:
    """Begin or end a silence in the caller's channel."""
    match command:
        case MuteCommand():
            return await _mute(context, command, caller)
        case Unmute():
            return await _unmute(context, caller)
        case MuteIncident():
            return await _mute_incident(context, command, caller)


async def _mute(context: Context, command: MuteCommand, caller: Caller) -> Reply:
    if not LEAST_MUTE <= command.length <= MOST_MUTE:
        problem = problems.unfit_mute(LEAST_MUTE, MOST_MUTE).problem
        return Reply(replies.misunderstood(caller, problem, "mute 2h"))
    subscription, now = await context.subscription(caller.channel), context.now
    if subscription is None:
        return Reply(replies.not_subscribed(caller))
    running = subscription.mute if subscription.mute and subscription.mute.covers(now) else None
    mute = Mute(running.began if running else now, now + command.length)
    notice = notice_record(Notice(NoticeKind.MUTED, caller.user, until=mute.until), caller, now)
    if await context.store.mute(caller.channel, mute, now, notice=notice) is None:
        return Reply(replies.not_subscribed(caller))
    return replied(silence_words.muted(caller, mute), notice)


async def _unmute(context: Context, caller: Caller) -> Reply:
    subscription, now = await context.subscription(caller.channel), context.now
    if subscription is None:
        return Reply(replies.not_subscribed(caller))
    if subscription.mute is None or not subscription.mute.covers(now):
        return Reply(silence_words.not_muted())
    notice = notice_record(Notice(NoticeKind.UNMUTED, caller.user), caller, now)
    if await context.store.mute(caller.channel, None, now, notice=notice) is None:
        return Reply(replies.not_subscribed(caller))
    return replied(silence_words.unmuted(), notice)


async def _mute_incident(context: Context, command: MuteIncident, caller: Caller) -> Reply:
    """Mute what a button names; the button may be old, and its value anything."""
    record = (await context.store.known()).records.get(command.key)
    if record is not None and not record.is_open:
        return Reply(silence_words.incident_over(record))
    shown = await _shown(context, caller.channel, command.key)
    if shown is None:
        return Reply(silence_words.incident_not_here(caller))
    if shown.muted is not None:
        return Reply(silence_words.incident_muted(record))
    name, now = record.incident.name if record else "", context.now
    notice = notice_record(Notice(NoticeKind.INCIDENT_MUTED, caller.user, incident=name), caller, now)
    if not await context.store.mute_incident(caller.channel, command.key, now, notice=notice):
        return Reply(silence_words.incident_not_here(caller))
    return replied(silence_words.incident_muted(record), notice)


async def _shown(context: Context, channel: Channel, key: str) -> Delivery | None:
    """Return the incident's delivery here, None if the channel is not told of it or *key* is no incident."""
    if not KEY.fullmatch(key):
        return None
    delivery = (await context.store.deliveries(channel, [key])).get(key)
    return delivery if delivery and delivery.origin in INCIDENT else None
