"""The commands about a channel's subscription and its settings."""

from __future__ import annotations

from bot.commands import replies
from bot.commands.caller import Caller, Reply
from bot.commands.changes import applied
from bot.commands.command import (
    ChangeSettings,
    Choosing,
    ListSubscriptions,
    ShowSettings,
    Subscribe,
    Unsubscribe,
)
from bot.commands.context import Context
from bot.commands.problems import Unfit
from bot.commands.settings_words import Components
from bot.domain.record import Known
from bot.domain.subscription import Settings, State, Subscription, match


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
        return Reply(replies.misunderstood(caller, unfit.problem, nearest))


async def _subscribe(context: Context, command: Subscribe, caller: Caller) -> Reply:
    known, before = await context.store.known(), await context.subscription(caller.channel)
    if before is not None:
        settings = applied(before.settings, command.changes, known)
        return await _subscribe_again(context, caller, before, settings, known.components)
    settings = applied(Settings(style=caller.default_style), command.changes, known)
    after = await context.store.subscribe(caller.channel, settings, caller.user, context.now)
    confirmed = replies.subscribed(after, known.components, _open_count(known, settings), context.now)
    return Reply(confirmed, replies.subscribed_announcement(settings, known.components))


async def _subscribe_again(
    context: Context, caller: Caller, before: Subscription, settings: Settings, components: Components
) -> Reply:
    """Apply what is new, and revive what was paused."""
    after = before
    changed = settings != before.settings
    if changed or before.state is State.PAUSED:
        after = await context.store.subscribe(caller.channel, settings, caller.user, context.now)
    already = replies.subscribed_already(before, after, components, context.now)
    announce = replies.settings_changed(before.settings, settings, components) if changed else None
    return Reply(already, announce)


def _open_count(known: Known, settings: Settings) -> int:
    """Return how many open incidents the channel will be shown at once."""
    return sum(record.is_open and match(settings, record).wanted for record in known.records.values())


async def _unsubscribe(context: Context, caller: Caller) -> Reply:
    if not await context.store.unsubscribe(caller.channel, caller.user, context.now):
        return Reply(replies.nothing_to_end())
    return Reply(replies.unsubscribed(caller), replies.unsubscribed_announcement())


async def _show(context: Context, caller: Caller) -> Reply:
    subscription = await context.subscription(caller.channel)
    if subscription is None:
        return Reply(replies.not_subscribed(caller))
    known = await context.store.known()
    return Reply(replies.settings_shown(caller, subscription, known.components, context.now))


async def _change(context: Context, command: ChangeSettings, caller: Caller) -> Reply:
    before = await context.subscription(caller.channel)
    if before is None:
        return Reply(replies.not_subscribed(caller))
    known = await context.store.known()
    settings = applied(before.settings, command.changes, known)
    if settings == before.settings:
        return Reply(replies.settings_unchanged())
    if await context.store.change_settings(caller.channel, settings, caller.user, context.now) is None:
        return Reply(replies.not_subscribed(caller))
    changed = replies.settings_changed(before.settings, settings, known.components)
    return Reply(changed, changed)


async def _list(context: Context, caller: Caller) -> Reply:
    channel = caller.channel
    subscriptions = await context.store.subscriptions(channel.platform, channel.workspace)
    known = await context.store.known()
    return Reply(replies.listed(subscriptions, known.components, context.now))
