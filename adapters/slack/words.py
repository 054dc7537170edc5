"""What is said about Slack itself; what is said about Claude and its alerts comes from the core."""

from __future__ import annotations

from adapters.slack.request import Place, Request
from bot.domain.message import Line, Link, Message, Named, NamedKind, Strong, Text, Tone

NO_LIST: Text = ("Your alerts cannot be looked up at the moment. Press Refresh in a minute.",)

DIRECT = (
    "This is a direct message: I can post in it only if it is the one between you and me. "
    "A channel is the better place, and it may be a private one of your own."
)

GROUP = (
    "This is a group message: Slack lets me post only if I am one of its people. "
    "If it refuses, I will tell you; a channel always works."
)

OWN_LIST = "The channels that you subscribed yourself are in my App Home."

SHARED = (
    "People of other organisations are in this channel: they see the alerts, and cannot change the settings."
)

HELP = Strong("/claudestatus help")


def say(title: str, *lines: Text) -> Message:
    """Return a message in the neutral mood."""
    return Message(Tone.BLUE, title, tuple(Line(line) for line in lines))


def broken(page_url: str) -> Message:
    """Say that our own memory is away; the page can be read all the same."""
    line = Line(("Nothing can be looked up or changed here at the moment. Try again in a minute.",))
    return Message(Tone.GREY, "I cannot reach my memory", (line,), Link("Status page", page_url))


def only_for_you(command: str) -> Message:
    """Say aloud that this answer is not given aloud."""
    return say(
        "That is only for you", ("Type ", Strong(f"/claudestatus {command}"), ": nobody else sees it.")
    )


def in_doubt() -> Message:
    """Say that Slack did not answer who somebody is."""
    return say("Slack did not tell who you are", ("Nothing was changed. Try again in a minute.",))


def not_installed() -> Message:
    """Say that requests from this workspace are none of ours."""
    return say(
        "This app is not installed in your workspace",
        ("Nothing was looked up or changed. One of your admins can add it.",),
    )


def out_of_date() -> Message:
    """Say that a button, a form or a shortcut is none of ours any more."""
    return say("This is out of date", ("Nothing was changed. What I can do now: ", HELP))


def form_broken() -> Message:
    """Say that a form lost what it was about."""
    return say(
        "This form cannot be read any more",
        ("Nothing was changed. Open it again: ", Strong("/claudestatus settings")),
    )


def form_not_opened(why: str) -> Message:
    """Say that Slack did not open the form, and *why*."""
    return say(
        "Slack did not open the form",
        (f"{why} Press the button again, or type ", Strong("/claudestatus settings impact=major"), "."),
    )


def shared_by(user: str) -> Text:
    """Say whose answer this is that stands in the channel."""
    return ("Shared by ", Named(NamedKind.PERSON, user))


def place_note(request: Request) -> Line | None:
    """Say what a subscription means in this kind of conversation, None where that goes without saying."""
    if request.place is Place.DIRECT:
        return Line((DIRECT,))
    if request.place is Place.GROUP:
        return Line((GROUP,))
    return Line((SHARED,)) if request.is_shared else None
