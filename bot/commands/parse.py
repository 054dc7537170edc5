"""What people type behind the slash command, understood: text in, a command out, whatever the text."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from bot.commands import problems
from bot.commands.command import (
    Ask,
    ChangeSettings,
    Command,
    Help,
    History,
    ListSubscriptions,
    Misunderstood,
    Mute,
    Privacy,
    ShowSettings,
    Subscribe,
    Test,
    Unmute,
    Unsubscribe,
    Uptime,
    Why,
)
from bot.commands.lengths import read_length
from bot.commands.settings_text import read_changes

MOST_CHARS = 1000

SLASH_WORDS = frozenset({"/claudestatus", "claudestatus", "/claudealerts", "claudealerts"})


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


QUESTIONS = _words("is are was were has have does do did am can could")

LEADING = QUESTIONS | _words(
    "hey hi hello please what what's whats how how's hows where tell show check see me my if whether it it's"
    " its the a an any there of about on with for in just status state anyone everyone someone you"
)
TRAILING = _words(
    "down up ok okay fine good bad working work works broken dead alive offline online available unavailable"
    " slow being acting weird lagging laggy failing responding loading reachable really very so back yet guys"
    " people now right again still today currently there it me us you everyone anyone everybody else for or"
    " not having outage outages issue issues problem problems trouble doing going on just status"
)
"""Words around a component's name in a question; inside a name they are left alone."""

WHOLE = frozenset({"", "claude", "anthropic", "everything", "all", "anything"})
"""What is left of a question about no component in particular."""

STRAIGHT = str.maketrans("“”„‟«»＂‘’‚‛＇", '"""""""' + "'''''")


def parse(text: str) -> Command:
    """Return what *text* asks for. Never raises: what cannot be understood is a command, too."""
    if len(text) > MOST_CHARS:
        return Misunderstood(tidy(text[:MOST_CHARS]), problems.too_long(MOST_CHARS))
    said = tidy(text)
    if said == "?":
        return Help()
    said = said.rstrip("?!. ")
    verb, _, rest = said.partition(" ")
    reader = _VERBS.get(verb.casefold())
    try:
        return reader(verb.casefold(), rest) if reader else _asked(said)
    except problems.Unfit as unfit:
        command = verb.casefold() if reader else "settings"
        nearest = f"{command} {unfit.nearest}" if unfit.nearest else ""
        return Misunderstood(said, unfit.problem, nearest)


def tidy(text: str) -> str:
    """Return *text* in one line with straight quotes, and without the slash command it may begin with."""
    words = problems.printable(text).translate(STRAIGHT).split()
    while words and words[0].casefold() in SLASH_WORDS:
        del words[0]
    return " ".join(words)


def _asked(said: str) -> Command:
    """Return the question that words are which begin with no command."""
    if re.match(r"[\w-]+\s*=", said):
        read_changes(said, names_first=False)
        return Misunderstood(said, problems.settings_without_command(), f"settings {said}")
    subject = _subject(said)
    return Ask(None if subject.casefold() in WHOLE else subject)


def _subject(said: str) -> str:
    """Return what a question is about, without the words around it."""
    words = said.split()
    while words and words[0].casefold() in LEADING:
        del words[0]
    while words and words[-1].casefold().rstrip("?!.,") in TRAILING:
        del words[-1]
    return " ".join(words).strip("\"' ,")


def _status(_: str, rest: str) -> Command:
    return _asked(rest)


def _subscribe(_: str, rest: str) -> Command:
    first, _, others = rest.partition(" ")
    names = others if first.casefold() in {"to", "for"} else rest
    return Subscribe(read_changes(names, names_first=True))


def _unsubscribe(verb: str, rest: str) -> Command:
    if rest:
        nearest = "settings components=claude.ai"
        return Misunderstood(f"{verb} {rest}", problems.ends_everything(verb), nearest)
    return Unsubscribe()


def _settings(_: str, rest: str) -> Command:
    return ChangeSettings(read_changes(rest, names_first=False)) if rest else ShowSettings()


def _mute(verb: str, rest: str) -> Command:
    length = read_length(rest.casefold().removeprefix("for "))
    if length is not None:
        return Mute(length)
    problem = problems.no_mute_length(rest) if rest else problems.endless_mute()
    return Misunderstood(f"{verb} {rest}".strip(), problem, "mute 2h")


def _stop(verb: str, rest: str) -> Command:
    return Misunderstood(f"{verb} {rest}".strip(), problems.stop_is_two_things(), "mute 2h")


def _privacy(verb: str, rest: str) -> Command:
    command = _ABOUT_PRIVACY.get(rest.casefold())
    return command or Misunderstood(f"{verb} {rest}", problems.no_privacy(rest), verb)


def _alone(command: Command) -> Callable[[str, str], Command]:
    """Return the reader of a command that takes nothing behind it: more words may mean something else."""

    def read(verb: str, rest: str) -> Command:
        if not rest:
            return command
        if rest.split(maxsplit=1)[0].casefold() in QUESTIONS:
            return _asked(rest)
        return Misunderstood(f"{verb} {rest}", problems.takes_nothing(verb), verb)

    return read


def _whatever(command: Command) -> Callable[[str, str], Command]:
    """Return the reader of a command that only shows something, whatever stands behind it."""
    return lambda _verb, _rest: command


_ABOUT_PRIVACY: Mapping[str, Command] = {
    "": Privacy(),
    "show": Privacy(),
    "export": Privacy("export"),
    "delete": Privacy("delete"),
    "delete confirmed": Privacy("confirmed"),
}

_VERBS: Mapping[str, Callable[[str, str], Command]] = {
    "help": _whatever(Help()),
    "history": _whatever(History()),
    "incidents": _whatever(History()),
    "uptime": _whatever(Uptime()),
    "status": _status,
    "now": _status,
    "subscribe": _subscribe,
    "follow": _subscribe,
    "unsubscribe": _unsubscribe,
    "unfollow": _unsubscribe,
    "settings": _settings,
    "set": _settings,
    "mute": _mute,
    "pause": _mute,
    "snooze": _mute,
    "silence": _mute,
    "unmute": _alone(Unmute()),
    "resume": _alone(Unmute()),
    "stop": _stop,
    "test": _alone(Test()),
    "why": _alone(Why()),
    "list": _alone(ListSubscriptions()),
    "privacy": _privacy,
}
