"""The commands about a channel's subscription and its settings."""

from __future__ import annotations

from bot.commands import replies
from bot.commands.caller import Caller, Reply
from bot.commands.changes import Changes, applied
from bot.commands.command import (
    ChangeSettings,
    Choosing,
    ListSubscriptions,
    ShowSettings,
    Subscribe,
    Unsubscribe,
)
from bot.commands.context import Context
from bot.commands.noticing import notice_record, replied
from bot.commands.problems import Unfit, nobody_follows
from bot.commands.spelling import called
from bot.domain.matching import match
from bot.domain.naming import short_names
from bot.domain.notice import Notice, NoticeKind
from bot.domain.record import Known
from bot.domain.subscription import Settings, State, Subscription


async def choose(context: Context, command: Choosing, caller: Caller) -> Reply:
    """Show or change subscriptions; settings that do not fit change nothing."""
    try:
        match command:
            case Subscribe():
                return await _subscribe(context, command, caller)
            case Unsubscribe():
                return await _unsubscribe(context, caller)
            case ShowSettings():
                return await _show(context, caller)
            case ChangeSettings():
                return await _change(context, command, caller)
            case ListSubscriptions():
                return await _list(context, caller)
    except Unfit as unfit:
        verb = "subscribe" if isinstance(command, Subscribe) else "settings"
        nearest = f"{verb} {unfit.nearest}" if unfit.nearest else ""
        return Reply(replies.misunderstood(caller, called(caller, unfit), nearest))


async def _subscribe(context: Context, command: Subscribe, caller: Caller) -> Reply:
    known, before = await context.store.known(), await context.subscription(caller.channel)
    if before is not None:
        settings = _applied(caller, before.settings, command.changes, known)
        return await _subscribe_again(context, caller, before, settings, known)
    now, anew = context.now, Settings(style=caller.default_style)
    settings = _applied(caller, anew, command.changes, known)
    told = _notice(NoticeKind.SUBSCRIBED, caller.user, None, settings, known)
    notice = notice_record(told, caller, now)
    after = await context.store.subscribe(caller.channel, settings, caller.user, now, notice=notice)
    if after is None:
        return Reply(replies.too_many_channels(caller))
    confirmed = replies.subscribed(after, short_names(known), _open_count(known, settings), now)
    return replied(confirmed, notice)


def _applied(caller: Caller, settings: Settings, changes: Changes, known: Known) -> Settings:
    """Return *settings* after *changes*. Raises `Unfit`, also where there is nobody to publish to."""
    if changes.publish and not caller.publishes:
        raise nobody_follows()
    return applied(settings, changes, known)


async def _subscribe_again(
    context: Context, caller: Caller, before: Subscription, settings: Settings, known: Known
) -> Reply:
    """Apply what is new, and revive what was paused."""
    names, now = short_names(known), context.now
    paused = before.state is State.PAUSED
    if settings == before.settings and not paused:
        return Reply(replies.subscribed_already(before, before, names, now))
    kind = NoticeKind.RESUMED if paused else NoticeKind.CHANGED
    notice = notice_record(_notice(kind, caller.user, before.settings, settings, known), caller, now)
    after = await context.store.subscribe(caller.channel, settings, caller.user, now, notice=notice)
    if after is None:
        return Reply(replies.too_many_channels(caller))
    return replied(replies.subscribed_already(before, after, names, now), notice)


def _notice(kind: NoticeKind, actor: str, before: Settings | None, after: Settings, known: Known) -> Notice:
    """Return what tells the channel of its settings, with the names of the components that are in them."""
    chosen = after.components | (before.components if before else frozenset())
    names = tuple(sorted((one, name) for one, name in short_names(known).items() if one in chosen))
    return Notice(kind, actor, before, after, names)


def _open_count(known: Known, settings: Settings) -> int:
    """Return how many open incidents the channel will be shown at once."""
    return sum(record.is_open and match(settings, record).wanted for record in known.records.values())


async def _unsubscribe(context: Context, caller: Caller) -> Reply:
    now = context.now
    notice = notice_record(Notice(NoticeKind.UNSUBSCRIBED, caller.user), caller, now)
    if not await context.store.unsubscribe(caller.channel, caller.user, now, notice=notice):
        return Reply(replies.nothing_to_end())
    return replied(replies.unsubscribed(caller), notice)


async def _show(context: Context, caller: Caller) -> Reply:
    subscription = await context.subscription(caller.channel)
    if subscription is None:
        return Reply(replies.not_subscribed(caller))
    names = short_names(await context.store.known())
    return Reply(replies.settings_shown(caller, subscription, names, context.now))


async def _change(context: Context, command: ChangeSettings, caller: Caller) -> Reply:
    before = await context.subscription(caller.channel)
    if before is None:
        return Reply(replies.not_subscribed(caller))
    known, now = await context.store.known(), context.now
    settings = _applied(caller, before.settings, command.changes, known)
    if settings == before.settings:
        return Reply(replies.settings_unchanged())
    told = _notice(NoticeKind.CHANGED, caller.user, before.settings, settings, known)
    notice = notice_record(told, caller, now)
    if await context.store.change_settings(caller.channel, settings, caller.user, now, notice=notice) is None:
        return Reply(replies.not_subscribed(caller))
    return replied(replies.settings_changed(before.settings, settings, short_names(known)), notice)


async def _list(context: Context, caller: Caller) -> Reply:
    channel = caller.channel
    subscriptions = await context.store.subscriptions(channel.platform, channel.workspace)
    names = short_names(await context.store.known())
    return Reply(replies.listed(caller, subscriptions, names, context.now))
