"""The settings of a channel as a form; its words are Slack's side of `bot.domain.settings_words`.

https://docs.slack.dev/surfaces/modals
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from adapters.slack.blocks import blocks_of
from adapters.slack.inputs import Choice, field, menu, option, plain, several, tick
from adapters.slack.text import cut, mrkdwn
from adapters.slack.typed import WORDS
from bot.domain.message import Message, Named, NamedKind, Strong, Text, When
from bot.domain.naming import listed, short_name
from bot.domain.record import Known
from bot.domain.sendable import units
from bot.domain.settings_words import IMPACT_LINES, STYLE_LINES
from bot.domain.subscription import Mention, QuietHours, Settings, State, Subscription
from bot.domain.words import duration

Json = dict[str, Any]

CALLBACK: Final = "settings_form"
ZONE: Final = "zone"

TITLE_UNITS = 24
"""https://docs.slack.dev/reference/views/modal-views"""

MOST_CHOSEN = 100
MOST_OFFERED = 10_000
VALUE_UNITS = 150
"""https://docs.slack.dev/reference/block-kit/block-elements/multi-select-menu-element, …/option-object"""

NOBODY: Final = "nobody"
GROUP: Final = "group"
MENTIONS: tuple[Choice, ...] = (
    (NOBODY, "Nobody"),
    ("here", "@here: who is active in the channel"),
    ("channel", "@channel: everybody in the channel"),
    (GROUP, "The user group below"),
)

NO_REMINDER: Final = "off"
REMINDERS = (30, 60, 120, 240, 480, 1440)
"""Minutes."""

SUBSCRIBE: Final = Strong("/claudestatus subscribe")

USUAL_HOURS = ("22:00", "07:00")
"""What is proposed to a channel without quiet hours; it holds only once they are switched on."""


def settings_form(
    channel: str,
    subscription: Subscription | None,
    default: Settings,
    known: Known,
    metadata: str,
    *,
    now: datetime,
) -> Json:
    """Return the form for *channel*; *default* is what holds where it is not subscribed (None).

    *metadata* comes back with the form, and is sealed.
    """
    settings = subscription.settings if subscription else default
    return {
        "type": "modal",
        "callback_id": CALLBACK,
        "private_metadata": metadata,
        "title": plain("Alert settings", TITLE_UNITS),
        "submit": plain("Save" if subscription else "Turn on", TITLE_UNITS),
        "close": plain("Cancel", TITLE_UNITS),
        "blocks": [
            _words(_about(channel, subscription)),
            *_mute(subscription, now),
            *_fields(settings, known),
        ],
    }


def _fields(settings: Settings, known: Known) -> list[Json]:
    """Return the fields, with what holds chosen in them."""
    return [
        _components(settings, known),
        field("impact", "Least impact", menu(tuple(IMPACT_LINES.items()), settings.least_impact)),
        _switch("maintenance", "Maintenance", "Tell of scheduled work", on=settings.maintenance),
        field("style", "Style", menu([(one.value, STYLE_LINES[one]) for one in STYLE_LINES], settings.style)),
        *_mention(settings.mention),
        *_quiet_hours(settings.quiet_hours),
        _switch(
            "echo",
            "End in the channel too",
            "Say the end of an incident in the channel, not in its thread alone",
            on=settings.echo,
        ),
        field("reminder", "Reminder while an incident is open", _reminder(settings.reminder)),
    ]


def told(message: Message) -> Json:
    """Return *message* as what stands in the place of a form that was handed in."""
    return {
        "type": "modal",
        "title": plain("Alert settings", TITLE_UNITS),
        "close": plain("Close", TITLE_UNITS),
        "blocks": blocks_of(message),
    }


def _words(text: Text) -> Json:
    words = {"type": "mrkdwn", "text": cut(mrkdwn(text, private=True), 3000), "verbatim": True}
    return {"type": "section", "text": words}


def _about(channel: str, subscription: Subscription | None) -> Text:
    place = Named(NamedKind.CHANNEL, channel)
    if subscription is None:
        return (place, " gets no alerts yet. To save this form turns them on.")
    if subscription.state is State.PAUSED:
        reason = subscription.pause_reason or "Slack refused our messages."
        again = ("It is tried again by itself now and then; at once, after ", SUBSCRIBE, " there.")
        return (place, f" is paused: {reason}\n", *again)
    return ("Alerts in ", place, ". A change is posted there, with your name.")


def _mute(subscription: Subscription | None, now: datetime) -> list[Json]:
    mute = subscription.mute if subscription else None
    if mute is None or not mute.covers(now):
        return []
    return [_words((Strong("Muted"), " until ", When(mute.until), "."))]


def _components(settings: Settings, known: Known) -> Json:
    present = {one.component.id: short_name(one.component.name) for one in listed(known)}
    gone = {
        one: f"{one} (no longer on the status page)" for one in sorted(settings.components - present.keys())
    }
    choices = [one for one in {**present, **gone}.items() if 0 < units(one[0]) <= VALUE_UNITS]
    if not choices:
        return _words(("The page's components are not known yet. Open this form again in a minute.",))
    if len(settings.components) > MOST_CHOSEN:
        return _words(
            (f"{len(settings.components)} components are chosen, too many for a form. Type them instead.",)
        )
    element = several(choices[:MOST_OFFERED], settings.components, "All components")
    return field("components", "Components", element, "None chosen: all of them.", optional=True)


def _switch(name: str, label: str, words: str, *, on: bool) -> Json:
    return field(name, label, tick(words, ticked=on), optional=True)


def _mention(mention: Mention | None) -> list[Json]:
    target = mention.target if mention else None
    chosen = NOBODY if target is None else target if target in WORDS else GROUP
    group: Json = {
        "type": "plain_text_input",
        "placeholder": plain("S0123ABCD"),
        "max_length": VALUE_UNITS,
    }
    if target is not None and chosen == GROUP:
        group["initial_value"] = target
    least = mention.least_impact if mention else "none"
    hint = "Its id: open the group in Slack and choose Copy group ID."
    return [
        field("mention", "Mention when an incident starts or worsens", menu(MENTIONS, chosen)),
        field("group", "User group", group, hint, optional=True),
        field("mention_from", "Mention from which impact on", menu(_impacts(), least)),
    ]


def _impacts() -> tuple[Choice, ...]:
    return tuple((one, one if one != "none" else "any impact") for one in IMPACT_LINES)


def _quiet_hours(quiet: QuietHours | None) -> list[Json]:
    start, end = (f"{quiet.start:%H:%M}", f"{quiet.end:%H:%M}") if quiet else USUAL_HOURS
    zone: Json = {
        "type": "external_select",
        "placeholder": plain("Type a city"),
        "min_query_length": 2,
    }
    if quiet:
        zone["initial_option"] = option((quiet.zone, quiet.zone))
    breaks = quiet.critical_breaks if quiet else True
    words = "Mention nobody and echo nothing at these hours"
    return [
        _switch("quiet", "Quiet hours", words, on=quiet is not None),
        field("start", "From", {"type": "timepicker", "initial_time": start}, optional=True),
        field("end", "To", {"type": "timepicker", "initial_time": end}, optional=True),
        field("zone", "Time zone", zone, optional=True),
        _switch("critical", "Critical incidents", "They may break the quiet", on=breaks),
    ]


def _reminder(reminder: timedelta | None) -> Json:
    lengths: Mapping[int, timedelta] = {minutes: timedelta(minutes=minutes) for minutes in REMINDERS}
    present = int(reminder.total_seconds()) // 60 if reminder else None
    minutes = sorted({*lengths, *([present] if present else [])})
    choices = [(NO_REMINDER, "off"), *((str(one), _every(one)) for one in minutes)]
    return menu(choices, str(present) if present else NO_REMINDER)


def _every(minutes: int) -> str:
    return f"every {duration(timedelta(minutes=minutes))}"
