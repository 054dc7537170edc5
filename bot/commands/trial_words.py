"""What a test alert says, and what is said about it."""

from __future__ import annotations

from datetime import datetime, timedelta

from bot.commands.caller import Caller
from bot.commands.replies import say
from bot.commands.spelling import typed
from bot.domain.message import Block, Line, Message, Strong, When
from bot.domain.settings_words import Names, mention_words, quiet_words, summary
from bot.domain.subscription import Settings, State, Subscription
from bot.domain.words import duration

NAME = "Test alert: nothing is broken"


def body(settings: Settings, components: Names) -> str:
    """Return the text of the test's only update."""
    return (
        "Somebody in this channel asked for a test. It came the way every alert comes, so alerts will, too. "
        f"This channel is told of: {summary(settings, components)}."
    )


def too_soon(ago: timedelta, wait: timedelta) -> Message:
    """Say that the last test is too young for another."""
    return say(
        "This channel was tested just now",
        Line(
            (f"The last test was asked for {duration(ago)} ago. The next can be {duration(wait)} after it.",)
        ),
    )


def queued(
    caller: Caller,
    subscription: Subscription,
    impact: str,
    now: datetime,
    *,
    quiet: bool,
    recent: datetime | None,
) -> Message:
    """Say what will be seen, or why it will not.

    *quiet* is whether quiet hours silence it; *recent* is the last test if that is why it calls nobody.
    """
    blocks: list[Block] = [Line((f"It is shown as an incident of {impact} impact and is over at once.",))]
    if subscription.settings.publish:
        blocks.append(Line(("Nobody who follows this channel sees it: a test is not published.",)))
    mute = subscription.mute
    if subscription.state is State.PAUSED:
        reason = subscription.pause_reason or "The platform refused our messages."
        blocks.append(Line((Strong("Paused"), f": {reason} If the test gets through, the pause is over.")))
    if mute and mute.covers(now):
        blocks.append(Line((Strong("Muted"), " until ", When(mute.until), ": it comes then, silently.")))
    elif recent is not None:
        ago = duration(now - recent)
        blocks.append(Line((f"It calls nobody this time: the last test was {ago} ago.",)))
    elif quiet:
        hours = quiet_words(subscription.settings.quiet_hours)
        blocks.append(Line((f"Quiet hours ({hours}): it comes silently and mentions nobody.",)))
    else:
        blocks.append(Line(("Mentions: ", *mention_words(subscription.settings.mention), ".")))
    blocks.append(Line(("If it does not appear, the reason is here: ", typed(caller, "settings"))))
    return say("A test alert is on its way to this channel", *blocks)
