"""What a notice says: what was done, and by whom."""

from __future__ import annotations

from bot.domain.message import Block, Button, Line, Listing, Message, Named, NamedKind, Text, Tone, When
from bot.domain.notice import Notice, NoticeKind
from bot.domain.settings_words import differences, summary

SETTINGS = Button("settings", "Settings")

TITLES = {
    NoticeKind.SUBSCRIBED: "Alerts about Claude's status are on in this channel",
    NoticeKind.RESUMED: "Alerts in this channel were paused and are tried again",
    NoticeKind.CHANGED: "The alert settings of this channel were changed",
    NoticeKind.UNSUBSCRIBED: "Alerts about Claude's status are off in this channel",
    NoticeKind.MUTED: "Alerts in this channel are muted",
    NoticeKind.UNMUTED: "Alerts in this channel are no longer muted",
    NoticeKind.INCIDENT_MUTED: "Muted here",
}

DEEDS = {
    NoticeKind.SUBSCRIBED: " turned them on.",
    NoticeKind.RESUMED: " asked to try again.",
    NoticeKind.CHANGED: " changed them.",
    NoticeKind.UNSUBSCRIBED: " turned them off. Open cards say so once and are not kept up to date.",
    NoticeKind.MUTED: " muted them.",
    NoticeKind.UNMUTED: " ended the mute.",
    NoticeKind.INCIDENT_MUTED: (
        " muted this incident. Nothing new is posted about it until it is over; its card is kept up to date."
    ),
}
"""What comes behind the name of who did it, where no more is known."""


def notice_message(notice: Notice) -> Message:
    """Return the words of *notice*, in the neutral mood: the colours of alerts would speak of Claude."""
    title = TITLES[notice.kind]
    if notice.incident:
        title = f"{title}: {notice.incident}"
    deed = Line((Named(NamedKind.PERSON, notice.actor), *_deed(notice)))
    buttons = (SETTINGS,) if notice.after else ()
    return Message(Tone.BLUE, title, (deed, *_changed(notice)), buttons=buttons)


def _deed(notice: Notice) -> Text:
    if notice.kind is NoticeKind.SUBSCRIBED and notice.after:
        return (f" turned them on. Told here: {summary(notice.after, dict(notice.names))}.",)
    if notice.kind is NoticeKind.MUTED and notice.until:
        return (" muted them until ", When(notice.until), ". What is missed is told silently then.")
    return (DEEDS[notice.kind],)


def _changed(notice: Notice) -> tuple[Block, ...]:
    """Return a line for each setting that differs, where settings were changed."""
    if notice.before is None or notice.after is None:
        return ()
    changed = differences(notice.before, notice.after, dict(notice.names))
    return (Listing(changed),) if changed else ()
