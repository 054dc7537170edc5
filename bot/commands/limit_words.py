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


def too_much(found: TooMuch, page_url: str) -> Message:
    """Say which limit was reached, and when to try again; the page can be read all the same."""
    page = Link("Status page", page_url)
    match found.whose:
        case Whose.PERSON:
            rule = f"One person may {DOES[found.kind]} {_rate(found)}."
            return _said("One moment, please", f"{rule} {_again(found.wait)}", page)
        case Whose.WORKSPACE:
            rule = f"I answer everybody here together {_rate(found)}."
            return _said("Many people here ask me at the moment", f"{rule} {_again(found.wait)}", page)
        case Whose.OUTSIDERS:
            rule = f"I answer guests and people of other workspaces here together {_rate(found)}."
            return _said("Many people here ask me at the moment", f"{rule} {_again(found.wait)}", page)
        case Whose.TOLD:
            rule = f"Each change is told in it, and that at most {_rate(found)}."
            return _said("This channel was changed often just now", f"{rule} {_again(found.wait)}", None)
        case Whose.CHANNEL:
            rule = f"It can be changed at most {_rate(found)}."
            return _said("This channel was changed often just now", f"{rule} {_again(found.wait)}", None)
        case Whose.EXPORT:
            rule = f"One can be had every {duration(found.limit.span)}."
            return _said("There was an export just now", f"{rule} {_again(found.wait)}", None)


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
