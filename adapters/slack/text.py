"""Slack's mrkdwn: what others wrote made inert and escaped exactly once, ours added, cut without breaking it.

mrkdwn is used where nothing else will do (the notification text, footers with a moment in them). It has
no escape for its formatting characters (a backslash is shown, quoting in code is a format itself), so
those of others are replaced by signs that look alike and mean nothing; characters of no width would do as
well, but go along whenever somebody copies a name out of a card. Wherever possible the words of others
go into `plain_text` and rich text elements instead, where nothing is markup and nothing is escaped.
https://docs.slack.dev/messaging/formatting-message-text
"""

from __future__ import annotations

import json
import re
from itertools import chain

from bot.domain.message import Inline, Link, Named, NamedKind, Strong, Text, When, WhenStyle
from bot.domain.sendable import clean, clusters, cut_atoms, units

DATE_FORMATS = {
    WhenStyle.MOMENT: "{date_short_pretty} at {time}",
    WhenStyle.CLOCK: "{time}",
    WhenStyle.DAY: "{date_short}",
}
"""https://docs.slack.dev/reference/block-kit/block-elements/date-element#date-format-strings"""

IDS = {
    NamedKind.PERSON: re.compile(r"[UW][A-Z0-9]{2,30}"),
    NamedKind.GROUP: re.compile(r"S[A-Z0-9]{2,30}"),
    NamedKind.CHANNEL: re.compile(r"[CDG][A-Z0-9]{2,30}"),
}
"""https://docs.slack.dev/reference/objects/conversation-object, …/user-object, …/usergroup-object"""

URL_UNITS = 1000
"""A third of what Slack takes: every address is one of ours.
https://docs.slack.dev/reference/block-kit/block-elements/button-element"""

_TOKENS = {NamedKind.PERSON: "<@{}>", NamedKind.GROUP: "<!subteam^{}>", NamedKind.CHANNEL: "<#{}>"}
_WEB = re.compile(r"https?://[A-Za-z0-9.:\[\]-]+(?:[/?#][!#-;=?-\[\]_a-z~%]*)?")
_LOOK_ALIKES = str.maketrans({"*": "∗", "~": "∼", "`": "ˋ"})
_ITALIC = re.compile(r"(?<![^\W_])_|_(?![^\W_])")
_EMOJI = re.compile(r":(?=[0-9_+'-]*[a-z])([a-z0-9_+'-]+):")
_QUOTE = re.compile(r"^([ \t]*)>", re.MULTILINE)
_MARKED = re.compile(r"(<[^<>]*>|&(?:amp|lt|gt);)")


def json_bytes(value: object) -> int:
    """Return how long *value* (without lone surrogates) is as JSON, in bytes."""
    return len(json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode())


def escape(text: str) -> str:
    """Escape the three characters with a meaning; everything else stays. To be done once, and last.

    https://docs.slack.dev/messaging/formatting-message-text#escaping
    """
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def inert(text: str) -> str:
    """Return words of others for mrkdwn: cleaned, without formatting of their own, and escaped."""
    text = _QUOTE.sub("\\1›", clean(text)).translate(_LOOK_ALIKES)
    return escape(_EMOJI.sub(r"∶\1∶", _ITALIC.sub("ˍ", text)))


def mrkdwn(text: Text, *, private: bool = False) -> str:
    """Return a run of words as mrkdwn, for `verbatim` text objects and texts sent with `parse: none`.

    Only a *private* text (ephemeral, or in a view) names a group by its token, which calls its members
    wherever a message is posted.
    """
    return "".join(_inline(one, private=private) for one in text)


def web(url: str) -> bool:
    """Return whether *url* is an address that Slack may open: http(s), no user in it, no markup."""
    return len(url) <= URL_UNITS and _WEB.fullmatch(url) is not None


def known(named: Named, *, private: bool) -> bool:
    """Return whether *named* is shown the platform's way; if not, its id is shown as text."""
    may_be_named = private or named.kind is not NamedKind.GROUP
    return may_be_named and IDS[named.kind].fullmatch(named.id) is not None


def _inline(inline: Inline, *, private: bool) -> str:
    match inline:
        case str():
            return inert(inline)
        case When():
            return when(inline)
        case Strong(text):
            return _bold(inert(text).replace("\n", " "))
        case Link(label, url):
            words = inert(label).replace("|", "∣").replace("\n", " ")
            return f"<{escape(url).replace('|', '%7C')}|{words or url}>" if web(url) else words
        case Named(kind, identity):
            return _TOKENS[kind].format(identity) if known(inline, private=private) else inert(identity)


def _bold(words: str) -> str:
    """Only asterisks that touch the words they enclose are a format."""
    bare = words.strip()
    return words.replace(bare, f"*{bare}*", 1) if bare else words


def when(moment: When) -> str:
    """Return a moment in the reader's own zone and language, in UTC where that cannot be shown.

    https://docs.slack.dev/messaging/formatting-message-text#date-formatting
    """
    return f"<!date^{int(moment.at.timestamp())}^{DATE_FORMATS[moment.style]}|{inert(moment.in_utc())}>"


def cut(text: str, limit: int) -> str:
    """Return mrkdwn *text* in at most *limit* units, cut on a word outside of tokens and entities."""
    if units(text) <= limit:
        return text
    pieces = _MARKED.split(text)
    atoms = chain.from_iterable(
        [piece] if index % 2 else clusters(piece) for index, piece in enumerate(pieces)
    )
    shortened = cut_atoms(atoms, limit)
    # Every asterisk is ours: one that lost its partner would be shown.
    return "".join(shortened.rsplit("*", 1)) if shortened.count("*") % 2 else shortened
