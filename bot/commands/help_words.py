"""What can be typed, for those who may."""

from __future__ import annotations

from bot.commands.caller import Caller
from bot.commands.replies import say, typed
from bot.domain.message import Block, Listing, Message, Strong, Text

ASKING = (("history", "the last ten incidents"), ("uptime", "how much of the time it worked"))

READING = (("settings", "what this channel hears, and how"), ("why", "why incidents were told here, or not"))

CONFIGURING = (
    ("subscribe", "alert this channel"),
    ("unsubscribe", "no more alerts here"),
    ("settings impact=major", "change a setting"),
    ("mute 2h", "silence for a while"),
    ("unmute", "end the silence"),
    ("test", "send a test alert"),
)

LISTING = (("list", "all subscribed channels of this workspace"),)


def helped(caller: Caller) -> Message:
    """Return a line for each command that this caller may use."""
    ask: tuple[Text, ...] = (
        (Strong(caller.asks_with), ": is Claude down?"),
        (Strong(f"{caller.asks_with} claude.ai"), ": one component"),
    )
    blocks: list[Block] = [Listing((*ask, *_lines(caller, ASKING)), heading="Claude's status")]
    configuring = CONFIGURING if caller.may_configure else ()
    blocks.append(Listing(_lines(caller, (*READING, *configuring)), heading="Alerts in this channel"))
    if caller.may_list:
        blocks.append(Listing(_lines(caller, LISTING), heading="Workspace"))
    return say("What you can type here", *blocks)


def _lines(caller: Caller, commands: tuple[tuple[str, str], ...]) -> tuple[Text, ...]:
    """Return the lines of *commands*; settings are not spelled where nobody types them."""
    fit = [(word, what) for word, what in commands if caller.types or "=" not in word]
    return tuple((typed(caller, word), f": {what}") for word, what in fit)
