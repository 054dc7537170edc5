"""Why words or settings do not fit, each with its cure; nothing but words is here."""

from __future__ import annotations

import difflib
from collections.abc import Collection, Mapping, Sequence
from datetime import time, timedelta

from bot.domain.words import cut, duration, names

SHOWN_CHARS = 60
"""How much of what somebody typed is repeated to them."""

NAMES_SHOWN = 8

EXAMPLES = {
    "components": "components=claude.ai",
    "impact": "impact=major",
    "maintenance": "maintenance=off",
    "style": "style=card",
    "mention": "mention=nobody",
    "mention-from": "mention-from=major",
    "quiet": "quiet=22:00-07:00",
    "zone": "zone=Europe/Berlin",
    "critical": "critical=off",
    "echo": "echo=off",
    "reminder": "reminder=2h",
}
"""Every setting that each channel has, by the name people type, with a value that is right."""

PUBLISH = "publish"
"""The name of the setting that only channels have which others can follow."""


class Unfit(Exception):
    """Something typed or chosen does not fit, and *problem* says why.

    *nearest* is what may have been meant, a setting with its value, or empty. Whoever catches this knows
    the command that belongs before it. *setting* is the name that the problem begins with, as people type
    it, or empty.
    """

    def __init__(self, problem: str, nearest: str = "", *, setting: str = "") -> None:
        super().__init__(f"{setting} {problem}" if setting else problem)
        self.nearest = nearest
        self.setting = setting
        self._words = problem

    @property
    def problem(self) -> str:
        """Why it does not fit, with the name of the setting that people type."""
        return str(self)

    def called(self, names: Mapping[str, str]) -> str:
        """Return why it does not fit where settings have other *names*."""
        return f"{names[self.setting]} {self._words}" if self.setting in names else self.problem


def shown(text: str) -> str:
    """Return what somebody typed, in one short line and in quotes."""
    return f"“{cut(' '.join(printable(text).split()), SHOWN_CHARS)}”"


def printable(text: str) -> str:
    """Return *text* without the characters that show nothing and may do harm: controls, lone surrogates."""
    return "".join(one for one in text if one.isprintable() or one.isspace())


def near(word: str, options: Collection[str], cutoff: float = 0.6) -> str | None:
    """Return the option that comes nearest to *word*, None if none is near."""
    by_fold = {option.casefold(): option for option in options}
    found = difflib.get_close_matches(word.casefold(), by_fold, n=1, cutoff=cutoff)
    return by_fold[found[0]] if found else None


def no_choice(name: str, value: str, options: Sequence[str]) -> Unfit:
    """The setting takes one of some words."""
    nearest = near(value, options)
    example = f"{name}={nearest}" if nearest else EXAMPLES.get(name, f"{name}={options[0]}")
    problem = f"is one of {', '.join(options)}; {shown(value)} is none of them."
    return Unfit(problem, example, setting=name)


def no_component(name: str, found: Sequence[str], *, is_near: bool) -> Unfit:
    """No component, or more than one, has that name; *found* are names, near or (if not *is_near*) all."""
    if not found:
        return Unfit("I do not know the page's components yet: try again in a minute.")
    if is_near:
        nearest = f'components="{found[0]}"' if " " in found[0] else f"components={found[0]}"
        return Unfit(f"{shown(name)} is not the name of one component; near it: {names(found)}.", nearest)
    rest = "" if len(found) <= NAMES_SHOWN else ", …"
    return Unfit(f"{shown(name)} is no component. There are {', '.join(found[:NAMES_SHOWN])}{rest}")


def too_many_components(count: int, most: int) -> Unfit:
    """More components than one setting takes."""
    words = f"takes at most {most}, and these are {count}: name the ones that matter, or choose all."
    return Unfit(words, "components=all", setting="components")


def no_target(target: str) -> Unfit:
    """Whom to mention is not an id or a word."""
    return Unfit(f"{shown(target)} cannot be mentioned: give one group, role or word.", EXAMPLES["mention"])


def nobody_to_mention(impact: str) -> Unfit:
    """An impact to mention from, but nobody to mention."""
    return Unfit(
        "Nobody is mentioned in this channel yet: say whom along with it.", f"mention=… mention-from={impact}"
    )


def no_zone(text: str, nearest: str | None) -> Unfit:
    """The time zone is not one."""
    problem = f"{shown(text)} is no time zone; they are named like Europe/Berlin."
    return Unfit(problem, f"zone={nearest}" if nearest else EXAMPLES["zone"])


def no_zone_given(start: time, end: time) -> Unfit:
    """Quiet hours are set for the first time, without a time zone."""
    hours = f"quiet={start:%H:%M}-{end:%H:%M}"
    return Unfit("Quiet hours need the time zone they are meant in.", f"{hours} {EXAMPLES['zone']}")


def no_quiet_hours(name: str, zone: str | None) -> Unfit:
    """A property of quiet hours, without any."""
    where = f"zone={zone}" if zone else EXAMPLES["zone"]
    problem = "belongs to quiet hours, and this channel has none yet."
    return Unfit(problem, f"{EXAMPLES['quiet']} {where}", setting=name)


def unfit_reminder(least: timedelta, most: timedelta) -> Unfit:
    """Reminders would be a flood, or never come."""
    return Unfit(
        f"A reminder comes every {duration(least)} at the most often, and every {duration(most)} at least.",
        EXAMPLES["reminder"],
    )


def unfit_mute(least: timedelta, most: timedelta) -> Unfit:
    """A mute of no time, or of far too much."""
    return Unfit(f"A mute lasts {duration(least)} to {duration(most)}, so that it always has an end.")


def no_length(name: str, value: str) -> Unfit:
    """A length of time that cannot be read."""
    return Unfit(f"{shown(value)} is no length of time; it is written like 90m or 2h.", EXAMPLES[name])


def no_hours(value: str) -> Unfit:
    """Quiet hours that cannot be read."""
    return Unfit(
        f"{shown(value)} are no hours; they are written like 22:00-07:00, or off.", EXAMPLES["quiet"]
    )


def no_setting(name: str) -> Unfit:
    """A setting of that name does not exist."""
    nearest = near(name, EXAMPLES)
    if nearest:
        return Unfit(f"{shown(name)} is no setting.", EXAMPLES[nearest])
    return Unfit(f"{shown(name)} is no setting. There are {', '.join(EXAMPLES)}.")


def no_value(name: str) -> Unfit:
    """A setting without its value."""
    return Unfit("lacks its value.", EXAMPLES.get(name, f"{name}=on"), setting=name)


def nobody_follows() -> Unfit:
    """A channel is to publish that nobody can follow."""
    return Unfit("Only a channel that others can follow publishes, and this one is none.")


def given_twice(name: str) -> Unfit:
    """The same setting twice: which one counts?"""
    return Unfit("is given twice: keep one of them.", setting=name)


def loose_words(text: str) -> Unfit:
    """Words among settings that belong to none."""
    return Unfit(
        f"I do not know what to do with {shown(text)}: each setting is a name and a value.", "impact=major"
    )


def no_privacy(text: str) -> str:
    """Words behind `privacy` that it does not know."""
    return f"privacy takes export or delete, and {shown(text)} is neither."


def too_long(most: int) -> str:
    """The text is longer than any command."""
    return f"That is too long to be a command: keep it under {most} characters."


def settings_without_command() -> str:
    """Settings, but no command that would change them."""
    return "That looks like a setting, and lacks the command before it."


def endless_mute() -> str:
    """A mute without a length."""
    return "A mute always has an end: say how long it lasts."


def no_mute_length(text: str) -> str:
    """A mute whose length cannot be read."""
    return f"{shown(text)} is no length of time; say how long the mute lasts, like 90m, 2h or 1d."


def stop_is_two_things() -> str:
    """To stop could mean a while, or for good."""
    return "Do you mean unsubscribe (for good) or mute (for a while)?"


def ends_everything(verb: str) -> str:
    """Unsubscribing from a part: that is a setting."""
    return f"{verb} ends all alerts of this channel. For fewer, name the components to keep."


def takes_nothing(verb: str) -> str:
    """Words behind a command that takes none."""
    return f"{verb} takes nothing behind it, and nothing was done."
