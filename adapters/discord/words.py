"""What is said about Discord itself; what is said about Claude and its alerts comes from the core."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from math import ceil

from adapters.discord.request import Request
from bot.domain.message import Line, Link, Message, Named, NamedKind, Strong, Text, Tone

STATUS = Strong("/claudestatus")

NOTHING = "Nothing was changed."
EDIT = "(Edit Channel → Permissions → Advanced permissions)"
MENTION_ALL = "“Mention @everyone, @here, and All Roles”"
"""As Discord's own settings call them: https://support.discord.com/hc/en-us/articles/206029707"""


def say(title: str, *lines: Text) -> Message:
    """Return a message in the neutral mood."""
    return Message(Tone.BLUE, title, tuple(Line(line) for line in lines))


def broken(page_url: str) -> Message:
    """Say that our own memory is away; the page can be read all the same."""
    line = Line(("Nothing can be looked up or changed here at the moment. Try again in a minute.",))
    return Message(Tone.GREY, "I cannot reach my memory", (line,), Link("Status page", page_url))


def out_of_date() -> Message:
    """Say that a button, a menu, a form or a command is none of ours any more."""
    return say("This is out of date", ("Nothing was changed. How Claude is: ", STATUS))


def not_joined() -> Message:
    """Say that the bot is not in the server; the invite stands below."""
    return say(
        "I am not in this server",
        ("Somebody brought my commands here, but only a member can post alerts. ", NOTHING),
        ("Whoever has Manage Server adds me with the button below; then try again.",),
    )


def no_place() -> Message:
    """Say that a channel of this kind holds no messages."""
    return say(
        "Channels of this kind hold no messages that I could send",
        (NOTHING, " Use a text channel, a thread or a post in a forum."),
    )


def permissions_missing(request: Request, missing: Sequence[str]) -> Message:
    """Name what the bot lacks in the request's channel, and where it is granted."""
    one = "one permission" if len(missing) == 1 else f"{len(missing)} permissions"
    where = "the channel above this thread" if request.is_thread else "this channel"
    place = Named(NamedKind.CHANNEL, request.channel)
    return say(
        f"I lack {one} in this channel",
        ("Missing in ", place, ": ", Strong(", ".join(missing)), ". ", NOTHING),
        (f"Open the settings of {where} ", EDIT, ", add me or my role, allow them and try again."),
    )


def role_not_mentionable(name: str) -> Message:
    """Say that mentioning this role would call nobody, and what mends it."""
    return say(
        "That role cannot be mentioned by me",
        ("Nobody in ", Strong(name), " would be notified. ", NOTHING),
        ("Either let everybody: Server Settings → Roles → the role → “Allow anyone to @mention this role”.",),
        ("Or let me: this channel's settings ", EDIT, f", where I need {MENTION_ALL}."),
    )


def everybody_not_mentionable(word: str) -> Message:
    """Say that @here and @everyone call nobody without a permission."""
    return say(
        f"@{word} would call nobody",
        (f"I lack {MENTION_ALL} in this channel. ", NOTHING),
        ("Allow it in the channel's settings ", EDIT, " and try again."),
    )


def not_yours_to_call(name: str) -> Message:
    """Say that somebody may not call *name* themselves, so that we do not do it for them."""
    return say(
        "You may not mention them yourself",
        ("To let me call ", Strong(name), f", you need {MENTION_ALL} in this channel. ", NOTHING),
        ("Ask somebody who has it, or choose a role that everybody may mention.",),
    )


def may_not_speak(permission: str) -> Message:
    """Say that somebody may not write in this channel, so that we do not do it for them."""
    lacking = ("You may not write here yourself: you lack ", Strong(permission), ".")
    return say("This answer is not shared", lacking)


def shared_already() -> Message:
    """Say that an answer was shared before."""
    return say("This answer was shared already", ("For the present one: ", STATUS))


def shared_just_now(wait: timedelta) -> Message:
    """Say that an answer was shared in this channel just now."""
    line = (f"Try again in {max(1, ceil(wait.total_seconds()))} s if it does not say what you want to show.",)
    return say("An answer was shared in this channel just now", line)


def no_threads_here() -> Message:
    """Say that a style needs what messages of this channel cannot have."""
    return say(
        "Messages here cannot have threads",
        ("In a thread or a voice channel each update is a message of its own. ", NOTHING),
        ("Choose the style card or post.",),
    )


def nothing_to_echo() -> Message:
    """Say that the end of an incident is told in the channel anyway."""
    return say(
        "The end is said in the channel anyway",
        ("It can only be left to a thread where the style is thread and messages can have one. ", NOTHING),
    )


def publishes_nothing() -> Message:
    """Say that only announcement channels can be followed."""
    return say(
        "This is no announcement channel",
        ("Only announcement channels can be followed by other servers. ", NOTHING),
    )


def two_mutes() -> str:
    """Say that a mute is for a while or for one incident."""
    return "An incident is muted until it is over: give either a length or an incident."


def shared_by(user: str) -> Line:
    """Say whose answer this is that stands in the channel."""
    return Line(("Shared by ", Named(NamedKind.PERSON, user)))
