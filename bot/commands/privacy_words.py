"""What is said about what is kept of a workspace, how it is handed out, and how it is deleted."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from bot.commands.caller import Caller
from bot.commands.replies import say
from bot.commands.spelling import typed
from bot.domain.kept import MOST_VERSIONS, Kept
from bot.domain.message import Block, Button, Line, Listing, Message, Text, When
from bot.domain.words import duration

REST: Final = timedelta(days=90)
"""How long what is over is kept; a test holds it to what the memory does."""

ERASE: Final = "erase"
"""The action of the button that deletes; its value is when it was offered, in seconds since 1970."""

NO_WORDS: Line = Line(("Nothing that people write is kept, and nobody's name.",))

FOR_EVER: Final = "This cannot be undone."
CARDS: Final = "Cards that were posted stay as they are, and are not kept up to date."


def shown(caller: Caller, kept: Kept) -> Message:
    """Say what is kept, for how long, and how to get or delete it."""
    ways = Listing(
        (
            (typed(caller, "privacy export"), ": all of it, as JSON; deliveries are counted in it"),
            (typed(caller, "privacy delete"), ": deletes all of it; asks once more before"),
        )
    )
    blocks: tuple[Block, ...] = (_listing(kept), NO_WORDS, ways, *_leaving(caller))
    return say(f"What I keep about this {caller.workspace}", *blocks)


def _listing(kept: Kept) -> Listing:
    """Return a line for each kind of thing, with how many there are and how long they stay."""
    tally, rest = kept.tally, duration(REST)
    channels = f"{_channels(kept)} ({tally.ended} unsubscribed): ids, settings, and the id of who subscribed"
    versions = f"{_counted(tally.changes, 'change')} of settings, each with the id of who made it"
    messages = _counted(tally.messages, "message")
    told = f"{_counted(tally.deliveries, 'delivery', 'deliveries')}, with the ids of {messages}"
    return Listing(
        (
            *_installation(kept),
            (f"{channels}. Until {rest} after the end.",),
            (f"{versions}. Until {rest} after the next one, and {MOST_VERSIONS} of a channel at most.",),
            (f"{told}. Until {rest} after the incident.",),
        )
    )


def _installation(kept: Kept) -> tuple[Text, ...]:
    """Return the line about how the app came here, if it was installed from here."""
    one = kept.installation
    if one is None:
        return ()
    who = ", and the id of who installed it" if one.installed_by else ""
    words = f": its token and scopes{who}. While it lasts."
    return (("This app's installation of ", When(one.installed_at), words),)


def exported(caller: Caller, kept: Kept) -> Message:
    """Say what the document holds that comes along."""
    line = Line((f"{_channels(kept)}, as JSON. Only you see it.",))
    return say(f"All that I keep about this {caller.workspace}", line)


def asked(caller: Caller, kept: Kept, now: datetime) -> Message:
    """Ask whether everything is to be deleted; where there is nothing, nothing is asked."""
    if not _is_anything_to_delete(kept):
        return nothing_kept(caller)
    lines = (
        Line((f"{_channels(kept)}: no more alerts, and no settings, changes and deliveries. {FOR_EVER}",)),
        *_installer(kept, "The id of who installed this app goes, too; the app stays."),
        Line((f"{CARDS} To close off those of a channel first: ", typed(caller, "unsubscribe"), " in it.")),
    )
    do_it = (Line(("To do it: ", typed(caller, "privacy delete confirmed"))),) if caller.types else ()
    button = Button(ERASE, "Delete everything", str(int(now.timestamp())))
    title = f"Delete everything that I keep about this {caller.workspace}?"
    return say(title, *lines, *do_it, *_leaving(caller), buttons=(button,))


def deleted(caller: Caller, before: Kept) -> Message:
    """Confirm it: what there was *before* is gone."""
    if not _is_anything_to_delete(before):
        return nothing_kept(caller)
    lines = (
        Line((f"{_channels(before)}, with all settings, changes and deliveries.",)),
        *_installer(before, "The id of who installed this app is gone, too."),
        Line((CARDS,)),
    )
    return say(f"Everything about this {caller.workspace} was deleted", *lines, *_leaving(caller))


def nothing_kept(caller: Caller) -> Message:
    """Say that there is nothing to hand out or to delete."""
    return say(f"No channel of this {caller.workspace} is remembered", *_leaving(caller))


def asked_long_ago(caller: Caller) -> Message:
    """Say that the button is too old to mean what is kept now."""
    line = Line(("Nothing was deleted. Ask again: ", typed(caller, "privacy delete")))
    return say("This button is out of date", line)


def _leaving(caller: Caller) -> tuple[Line, ...]:
    return (Line((caller.leaving,)),) if caller.leaving else ()


def _is_anything_to_delete(kept: Kept) -> bool:
    """Return whether there is; an installation itself is deleted by removing the app."""
    return bool(kept.tally.channels or _installer(kept, ""))


def _installer(kept: Kept, words: str) -> tuple[Line, ...]:
    return (Line((words,)),) if kept.installation and kept.installation.installed_by else ()


def _channels(kept: Kept) -> str:
    return _counted(kept.tally.channels, "channel")


def _counted(count: int, word: str, words: str = "") -> str:
    return f"{count} {word}" if count == 1 else f"{count} {words or f'{word}s'}"
