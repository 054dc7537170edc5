"""What is said about mutes."""

from __future__ import annotations

from bot.commands.caller import Caller
from bot.commands.replies import say
from bot.commands.spelling import typed
from bot.domain.message import Line, Message, When
from bot.domain.record import Record
from bot.domain.subscription import Mute


def muted(caller: Caller, mute: Mute) -> Message:
    """Confirm a mute and its end."""
    until = Line(("Until ", When(mute.until), " nothing new is posted; what is here is kept up to date."))
    after = Line(("What was missed is told silently then. To end it now: ", typed(caller, "unmute")))
    return say("Alerts in this channel are muted", until, after)


def unmuted() -> Message:
    """Confirm that a mute ended."""
    return say("Alerts in this channel are no longer muted")


def not_muted() -> Message:
    """Say that no mute is running."""
    return say("This channel is not muted", Line(("There is nothing to end.",)))


def incident_muted(record: Record | None) -> Message:
    """Confirm that one incident is muted; None where its name is not at hand."""
    name = f": {record.incident.name}" if record else ""
    line = Line(("Nothing new is posted about it until it is over; its card is kept up to date.",))
    return say(f"Muted here{name}", line)


def incident_over(record: Record) -> Message:
    """Say that there is nothing left to mute."""
    return say(f"This is over: {record.incident.name}", Line(("There is nothing to mute any more.",)))


def incident_not_here(caller: Caller) -> Message:
    """Say that this channel is not told of that incident; the whole channel can be muted instead."""
    line = Line(("To mute the whole channel for a while: ", typed(caller, "mute 2h")))
    return say("This channel is not told of that incident", line)
