"""What the desk says back."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from bot.commands.caller import Caller
from bot.commands.problems import shown
from bot.commands.spelling import advised, all_commands, typed
from bot.domain.message import (
    Block,
    Button,
    Inline,
    Line,
    Listing,
    Message,
    Named,
    NamedKind,
    Strong,
    Text,
    Tone,
    When,
)
from bot.domain.notice_words import SETTINGS
from bot.domain.settings_words import Names, differences, rows, summary
from bot.domain.subscription import MOST_SUBSCRIPTIONS, Settings, State, Subscription
from bot.domain.words import cut

SUBSCRIPTIONS_LISTED = MOST_SUBSCRIPTIONS

LISTED_WHOLE = 15
"""Of more channels each line is short, so that all of them find room in one message."""

SUMMARY_CHARS, SHORT_CHARS = 300, 40

SUBSCRIBE = Button("subscribe", "Alert this channel")
TEST = Button("test", "Send a test")


def say(title: str, *blocks: Block, footer: Text = (), buttons: tuple[Button, ...] = ()) -> Message:
    """Return a message in the neutral mood: the colours of alerts would speak of Claude."""
    return Message(Tone.BLUE, title, blocks, footer=footer, buttons=buttons)


def not_allowed(who: str) -> Message:
    """Say who may, to somebody who may not."""
    return say(f"This is for {who}", Line(("Nothing was changed. Ask one of them.",)))


def misunderstood(caller: Caller, problem: str, nearest: str) -> Message:
    """Say what does not fit, and what was probably meant."""
    cure = advised(caller, nearest) if nearest else all_commands(caller)
    return say(problem, *([Line(cure)] if cure else []))


def unknown_word(caller: Caller, text: str, near: Sequence[Strong], components: Sequence[str]) -> Message:
    """Say that *text* is nothing we know; what is *near* it, or else which *components* there are."""
    title = f"{shown(text)} is neither a component nor a command"
    if near:
        line: list[str | Strong] = ["Did you mean "]
        for index, one in enumerate(near):
            line += [" or " if index else "", one]
        return say(title, Line((*line, "?")))
    some = (f"Components: {', '.join(components)}. ",) if components else ()
    cure = (*some, *all_commands(caller))
    return say(title, *([Line(cure)] if cure else []))


def not_subscribed(caller: Caller) -> Message:
    """Say that there is nothing here to change or show, and how to begin, or who may."""
    title = "This channel gets no alerts"
    if not caller.may_configure:
        return say(title, Line((f"They are turned on by {caller.who_configures}.",)))
    return say(title, Line(("Begin with ", typed(caller, "subscribe"), ".")), buttons=(SUBSCRIBE,))


def subscribed(subscription: Subscription, components: Names, open_count: int, now: datetime) -> Message:
    """Confirm a new subscription: what will be told, and what is open right now."""
    blocks: list[Block] = [Line((f"Told here: {summary(subscription.settings, components)}.",))]
    if open_count:
        what = "One incident is open" if open_count == 1 else f"{open_count} incidents are open"
        blocks.append(Line((f"{what} and will be shown here at once.",)))
    blocks.extend(_mute_line(subscription, now))
    return say("This channel is alerted from now on", *blocks, buttons=(TEST, SETTINGS))


def too_many_channels(caller: Caller) -> Message:
    """Say that no more channels of the workspace can be subscribed, and how to make room."""
    title = f"{MOST_SUBSCRIPTIONS} channels of this {caller.workspace} are subscribed, and no more can be"
    end = ("Nothing was changed. To make room, type ", typed(caller, "unsubscribe"), " in one of them.")
    asked = () if caller.may_list else (f", which is for {caller.who_lists}",)
    return say(title, Line(end), Line(("Which they are: ", typed(caller, "list"), *asked)))


def subscribed_already(
    before: Subscription, after: Subscription, components: Names, now: datetime
) -> Message:
    """Say that it was subscribed before, and what changed all the same."""
    changed = differences(before.settings, after.settings, components)
    blocks: list[Block] = []
    if before.state is State.PAUSED:
        blocks.append(Line(("It was paused and is tried again now. ", before.pause_reason or "")))
    blocks.append(Listing(changed) if changed else Line(("The settings stay as they are.",)))
    blocks.extend(_mute_line(after, now))
    return say("This channel was subscribed already", *blocks, buttons=(TEST, SETTINGS))


def unsubscribed(caller: Caller) -> Message:
    """Confirm the end."""
    line = Line(
        ("Open cards say so once and are not kept up to date. To begin again: ", typed(caller, "subscribe"))
    )
    return say("This channel is alerted no more", line)


def nothing_to_end() -> Message:
    """Say that there was no subscription."""
    return say("This channel gets no alerts", Line(("There is nothing to end.",)))


def settings_changed(before: Settings, after: Settings, components: Names) -> Message:
    """Confirm a change."""
    changed = differences(before, after, components)
    blocks = (Listing(changed),) if changed else ()  # half a minute is a change, and reads the same
    return say("The alert settings of this channel were changed", *blocks, buttons=(SETTINGS,))


def settings_unchanged() -> Message:
    """Say that what was asked for held already."""
    return say("The settings were so already", Line(("Nothing was changed.",)))


def settings_shown(caller: Caller, subscription: Subscription, components: Names, now: datetime) -> Message:
    """Show every setting, what stands in the way, and how to change it."""
    hinted = caller.may_configure and caller.types
    lines: list[Text] = [
        (Strong(row.name), ": ", *row.words, f" · {row.typed}" if hinted else "")
        for row in rows(subscription.settings, components, publishes=caller.publishes, idle=caller.types)
    ]
    if hinted and caller.mentions:
        lines.append((f"mention= takes {caller.mentions}",))
    blocks: list[Block] = [*_pause_lines(caller, subscription), *_mute_line(subscription, now)]
    since = Line(("Subscribed since ", When(subscription.since), "."))
    return say("Alerts in this channel", *blocks, Listing(tuple(lines)), since, footer=_how_to_change(caller))


def _how_to_change(caller: Caller) -> Text:
    if not caller.may_configure:
        return (f"The settings are changed by {caller.who_configures}.",)
    if not caller.types:
        return ()
    return ("Change them like this: ", typed(caller, "settings impact=major"))


def _pause_lines(caller: Caller, subscription: Subscription) -> list[Block]:
    if subscription.state is not State.PAUSED:
        return []
    reason = subscription.pause_reason or "The platform refused our messages."
    return [
        Line((Strong("Paused"), f": {reason}")),
        Line(("It is tried again by itself now and then; to try at once: ", typed(caller, "subscribe"))),
    ]


def _mute_line(subscription: Subscription, now: datetime) -> list[Block]:
    mute = subscription.mute
    if mute is None or not mute.covers(now):
        return []
    return [Line((Strong("Muted"), " until ", When(mute.until), "."))]


def listed(
    caller: Caller, subscriptions: Sequence[Subscription], components: Names, now: datetime
) -> Message:
    """Show all subscriptions of the caller's workspace."""
    if not subscriptions:
        return say(f"No channel of this {caller.workspace} is subscribed")
    most = SUMMARY_CHARS if len(subscriptions) <= LISTED_WHOLE else SHORT_CHARS
    shown_here = subscriptions[:SUBSCRIPTIONS_LISTED]
    lines: list[Text] = [_listed_line(one, components, now, most) for one in shown_here]
    if len(subscriptions) > SUBSCRIPTIONS_LISTED:
        lines.append((f"and {len(subscriptions) - SUBSCRIPTIONS_LISTED} more",))
    count = "One channel is" if len(subscriptions) == 1 else f"{len(subscriptions)} channels are"
    return say(f"{count} subscribed here", Listing(tuple(lines)))


def _listed_line(subscription: Subscription, components: Names, now: datetime, most: int) -> Text:
    """Return the line of one channel, with at most *most* characters of what it is told."""
    line: list[Inline] = [Named(NamedKind.CHANNEL, subscription.channel.id)]
    line.append(f": {cut(summary(subscription.settings, components), most)}")
    if subscription.state is State.PAUSED:
        line.append(f" · paused: {subscription.pause_reason}")
    if subscription.mute and subscription.mute.covers(now):
        line += [" · muted until ", When(subscription.mute.until)]
    return tuple(line)
