"""A channel's settings in words, each with how it is typed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from bot.domain.message import Named, NamedKind, Strong, Text
from bot.domain.subscription import Mention, QuietHours, Settings, Style
from bot.domain.words import duration, names

Names = Mapping[str, str]
"""The short names of components by their ids; one that it lacks has left the page."""

IMPACT_LINES = {
    "none": "none, so every incident is told",
    "minor": "minor",
    "major": "major",
    "critical": "critical",
}

STYLE_LINES = {
    Style.THREAD: "thread: a card that is kept up to date, its history in the thread below",
    Style.CARD: "card: one card that is kept up to date",
    Style.POST: "post: a card, and a post of its own for each update",
}


ECHO = "End in the channel too"


@dataclass(frozen=True, slots=True)
class Row:
    """One setting: its *name*, what holds in *words*, and how it is *typed*."""

    name: str
    words: Text
    typed: str


def rows(
    settings: Settings, components: Names, *, publishes: bool = False, idle: bool = True
) -> tuple[Row, ...]:
    """Return every setting in words; whether it *publishes* only where a channel can.

    *idle*: also the settings that the chosen style makes nothing of.
    """
    echo = Row(ECHO, (_echo_words(settings),), "echo=on|off")
    publish = Row("Publish", (_publish_words(publish=settings.publish),), "publish=on|off")
    return (
        Row("Components", (component_words(settings, components),), "components=claude.ai,api|all"),
        Row("Least impact", (IMPACT_LINES[settings.least_impact],), "impact=none|minor|major|critical"),
        Row("Maintenance", (_told(told=settings.maintenance),), "maintenance=on|off"),
        Row("Style", (STYLE_LINES[settings.style],), "style=thread|card|post"),
        Row("Mention", mention_words(settings.mention), "mention=…|nobody mention-from=major"),
        Row("Quiet hours", (quiet_words(settings.quiet_hours),), _quiet_typed(settings.quiet_hours)),
        *([echo] if idle or settings.style is Style.THREAD else []),
        Row("Reminder", (_reminder_words(settings),), "reminder=2h|off"),
        *([publish] if publishes else []),
    )


def differences(before: Settings, after: Settings, components: Names) -> tuple[Text, ...]:
    """Return a line for each setting that differs: what held, and what holds now."""
    former, present = (rows(one, components, publishes=True) for one in (before, after))
    return tuple(
        (Strong(new.name), ": ", *new.words, " (was: ", *old.words, ")")
        for old, new in zip(former, present, strict=True)
        if old.words != new.words and not (new.name == ECHO and before.echo is after.echo)
    )


def summary(settings: Settings, components: Names) -> str:
    """Return in one line what is told."""
    what = "all components" if not settings.components else component_words(settings, components)
    impact = "any impact" if settings.least_impact == "none" else f"{settings.least_impact} impact or worse"
    return (
        f"{what}, {impact}, {'with' if settings.maintenance else 'without'} maintenance, as {settings.style}"
    )


def component_words(settings: Settings, components: Names) -> str:
    """Return the chosen components by their names."""
    if not settings.components:
        return "all"
    return names(sorted(_component_word(one, components) for one in settings.components))


def _component_word(component_id: str, components: Names) -> str:
    return components.get(component_id) or f"{component_id} (no longer on the status page)"


def mention_words(mention: Mention | None) -> Text:
    """Return who is called, and from which impact on."""
    if mention is None:
        return ("nobody",)
    whom = mention.target if mention.calls_everybody else Named(NamedKind.GROUP, mention.target)
    if mention.least_impact == "none":
        return (whom, ", when an incident starts or worsens")
    return (whom, f", from {mention.least_impact} impact on")


def quiet_words(quiet: QuietHours | None) -> str:
    """Return when it is quiet, in which zone, and what breaks it."""
    if quiet is None:
        return "off"
    hours = "all day" if quiet.start == quiet.end else f"{quiet.start:%H:%M} to {quiet.end:%H:%M}"
    breaks = "only critical incidents are loud" if quiet.critical_breaks else "nothing is loud"
    return f"{hours}, {quiet.zone}; {breaks} then"


def _quiet_typed(quiet: QuietHours | None) -> str:
    if quiet is None:
        return "quiet=22:00-07:00 zone=Europe/Berlin"
    return f"quiet=22:00-07:00|off critical={'off' if quiet.critical_breaks else 'on'}"


def _told(*, told: bool) -> str:
    return "on, scheduled work is told" if told else "off, scheduled work is not told"


def _echo_words(settings: Settings) -> str:
    """Return where the end is said: outside of threads everything is said in the channel itself."""
    if settings.style is not Style.THREAD:
        switch = "on" if settings.echo else "off"
        return f"{switch}, of no effect with style {settings.style}: the end is said in the channel itself"
    if settings.echo:
        return "on, the end of an incident is also said in the channel"
    return "off, the end stays in the thread"


def _publish_words(*, publish: bool) -> str:
    return (
        "on, the card of a new incident also goes to those who follow this channel"
        if publish
        else "off, cards stay in this channel"
    )


def _reminder_words(settings: Settings) -> str:
    if settings.reminder is None:
        return "off"
    return f"every {duration(settings.reminder)} while an incident is open"
