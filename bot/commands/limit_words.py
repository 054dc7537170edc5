"""What is said where somebody asks for more than may be asked: why, and when to try again."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from math import ceil

from bot.commands.limits import Kind, TooMuch, Whose
from bot.commands.replies import say
from bot.domain.message import Line, Link, Message
from bot.domain.words import duration

DOES = {Kind.COMMAND: "ask", Kind.PRESS: "press"}

BUSY = "Many people here ask me at the moment"
CHANGED = "This channel was changed often just now"
SAID = {
    Whose.PERSON: ("One moment, please", "One person may {does} {rate}."),
    Whose.WORKSPACE: (BUSY, "I answer everybody here together {rate}."),
    Whose.OUTSIDERS: (BUSY, "I answer guests and people of other workspaces here together {rate}."),
    Whose.TOLD: (CHANGED, "Each change is told in it, and that at most {rate}."),
    Whose.CHANNEL: (CHANGED, "It can be changed at most {rate}."),
    Whose.EXPORT: ("There was an export just now", "One can be had every {span}."),
}
"""What is said of each limit: a title and the rule."""

ASKING = frozenset({Whose.PERSON, Whose.WORKSPACE, Whose.OUTSIDERS})
"""The limits of who asks: the page answers them meanwhile."""


def too_much(found: TooMuch, page_url: str) -> Message:
    """Say which limit was reached, and when to try again; the page can be read all the same."""
    title, rule = SAID[found.whose]
    said = rule.format(does=DOES[found.kind], rate=_rate(found), span=duration(found.limit.span))
    page = Link("Status page", page_url) if found.whose in ASKING else None
    return _said(title, f"{said} {_again(found.wait)}", page)


def _said(title: str, words: str, page: Link | None) -> Message:
    return replace(say(title, Line((f"{words} Nothing was changed.",))), link=page)


def _rate(found: TooMuch) -> str:
    return f"{found.limit.most} times in {duration(found.limit.span)}"


def _again(wait: timedelta) -> str:
    """Say when: never too early, as whoever tries then is to be served."""
    return f"Try again in {_rounded_up(wait)}."


def _rounded_up(wait: timedelta) -> str:
    seconds = max(1, ceil(wait.total_seconds()))
    return duration(timedelta(seconds=seconds if seconds < 60 else 60 * ceil(seconds / 60)))
