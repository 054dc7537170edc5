"""What can be typed, for those who may."""

from __future__ import annotations

from bot.commands.caller import Caller
from bot.commands.replies import say
from bot.commands.spelling import asked, typed
from bot.domain.message import Block, Listing, Message, Strong, Text

ASKING = (("history", "the last ten incidents"), ("uptime", "how much of the time it worked"))

READING = (("settings", "what this channel hears, and how"), ("why", "why incidents were told here, or not"))

CHOOSING = (("settings", "what this channel hears, and how; change it there"), READING[1])
"""The same for those who choose settings instead of typing them."""

CONFIGURING = (
    ("subscribe", "alert this channel"),
    ("unsubscribe", "no more alerts here"),
    ("settings impact=major", "change a setting"),
    ("mute 2h", "silence for a while"),
    ("unmute", "end the silence"),
    ("test", "send a test alert"),
)


def helped(caller: Caller) -> Message:
    """Return a line for each command that this caller may use."""
    ask: tuple[Text, ...] = (
        (Strong(caller.asks_with), ": is Claude down?"),
        (asked(caller, "claude.ai"), ": one component"),
    )
    blocks: list[Block] = [Listing((*ask, *_lines(caller, ASKING)), heading="Claude's status")]
    blocks.append(Listing(_lines(caller, _alerts(caller)), heading="Alerts in this channel"))
    if caller.may_list:
        listing = (
            ("list", f"all subscribed channels of this {caller.workspace}"),
            ("privacy", "what I keep about it; hand it out or delete it"),
        )
        blocks.append(Listing(_lines(caller, listing), heading=caller.workspace.capitalize()))
    return say("What you can type here", *blocks, footer=(caller.unseen,) if caller.unseen else ())


def _alerts(caller: Caller) -> tuple[tuple[str, str], ...]:
    if not caller.may_configure:
        return READING
    return (*(READING if caller.types else CHOOSING), *CONFIGURING)


def _lines(caller: Caller, commands: tuple[tuple[str, str], ...]) -> tuple[Text, ...]:
    """Return the lines of *commands*; settings are not spelled where nobody types them."""
    fit = [(word, what) for word, what in commands if caller.types or "=" not in word]
    return tuple((typed(caller, word), f": {what}") for word, what in fit)
