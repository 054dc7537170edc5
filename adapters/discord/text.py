"""Runs of words in Discord's Markdown: what others wrote escaped, ours added, cut without breaking it."""

from __future__ import annotations

import re
from calendar import timegm

from adapters.discord.escaping import escape, label, most_escaped
from bot.domain.message import Inline, Link, Named, NamedKind, Strong, Text, When, WhenStyle
from bot.domain.sendable import clean, cut_plain, units

STYLES = {WhenStyle.MOMENT: "f", WhenStyle.CLOCK: "t", WhenStyle.DAY: "D"}
"""https://docs.discord.com/developers/reference#message-formatting-timestamp-styles"""

URL_UNITS = 512
"""What a button takes, the least of all places:
https://docs.discord.com/developers/components/reference#button-button-structure"""

_TOKENS = {NamedKind.PERSON: "<@{}>", NamedKind.GROUP: "<@&{}>", NamedKind.CHANNEL: "<#{}>"}
_ID = re.compile(r"[0-9]{1,20}")
_WEB = re.compile(
    r"https?://[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+(?::[0-9]{1,5})?(?:[/?#][A-Za-z0-9/._~%?=&#,;+:-]*)?"
)
_BLANK_LINES = re.compile(r"\n(?:[^\S\n]*\n){2,}")

NOTHING = "…"
_UNLIMITED = 1_000_000


def markup(text: Text, limit: int = 4096, *, age: bool = False) -> str:
    """Return a run of words as Markdown for an embed's description, in at most *limit* UTF-16 units.

    With *age* a moment that stands alone has beside it how long ago it was, or how long it is to it.
    """
    made, left = "", limit
    aged = _lone_moment(text) if age else None
    for inline in _joined(text):
        piece = _inline(_beginning(inline, left), _UNLIMITED)
        if inline is aged:
            piece += f" (<t:{_seconds(aged)}:R>)"
        if units(piece) > left:
            return made + _shortened(inline, left)
        made += piece
        left -= units(piece)
    return made


def _beginning(inline: Inline, most: int) -> Inline:
    """Return *inline* without what is too far behind to be shown, so that none of it is looked at."""
    match inline:
        case str():
            return clean(inline)[: most + 1]
        case Strong(text):
            return Strong(clean(text)[: most + 1])
        case _:
            return inline


def _shortened(inline: Inline, limit: int) -> str:
    """Return the beginning of *inline*, only a sign that there was something where that is too long."""
    piece = _inline(inline, limit) if isinstance(inline, str | Strong) else NOTHING
    return piece if units(piece) <= limit else NOTHING[:limit]


def cut(text: str, limit: int) -> str:
    """Return words of others escaped, in at most *limit* UTF-16 units, cut on a word."""
    beginning = clean(text)[: limit + 1]
    made = escape(beginning)
    return made if units(made) <= limit else escape(cut_plain(beginning, limit, most_escaped))


def quoted(text: str, limit: int) -> str:
    """Return words of others as a block quotation in at most *limit* UTF-16 units; empty for none.

    Every line has its own mark, so that none can leave the quotation, and what follows is no part of it.
    """
    words = _BLANK_LINES.sub("\n\n", clean(text).strip())[: limit + 1]
    made = _marked(escape(words))
    if units(made) > limit:
        made = _marked(escape(cut_plain(words, limit - units("> "), most_escaped)))
    return made if words else ""


def neutral(text: str, limit: int) -> str:
    """Return *text* for a place without markup (thread, label, option): one line, at most *limit* units.

    It is never empty, because none of these places may be: instead of nothing it is `…`.
    """
    return cut_plain(" ".join(clean(text).split()), limit) or NOTHING


def web(url: str) -> bool:
    """Return whether *url* may be linked: http(s), a host with a dot, no user, nothing that ends a link.

    Discord refuses a message for an address that is not well formed, `http://localhost` for one.
    """
    return len(url) <= URL_UNITS and _WEB.fullmatch(url) is not None


def when(moment: When) -> str:
    """Return a moment in the reader's own zone and language.

    Discord shows moments up to 8,640,000,000,000 seconds before and after 1970, which every `datetime` is.
    https://docs.discord.com/developers/reference#message-formatting-formats
    """
    return f"<t:{_seconds(moment)}:{STYLES[moment.style]}>"


def named(one: Named) -> str:
    """Return *one* the platform's way, and as text where its id is none of the platform's."""
    known = _ID.fullmatch(one.id)
    return _TOKENS[one.kind].format(one.id) if known else escape(one.id)


def _seconds(moment: When) -> int:
    return timegm(moment.at.utctimetuple())


def _lone_moment(text: Text) -> When | None:
    """Return the only moment of *text*, None where there are several, or its age is told in the words."""
    moments = [index for index, one in enumerate(text) if isinstance(one, When)]
    if len(moments) != 1:
        return None
    moment, after = text[moments[0]], text[moments[0] + 1 : moments[0] + 2]
    told = any(isinstance(one, str) and one.startswith(" (") for one in after)
    return moment if isinstance(moment, When) and moment.style is WhenStyle.MOMENT and not told else None


def _joined(text: Text) -> list[Inline]:
    """Return *text* with strings that follow each other as one: what is markup across them is none."""
    joined: list[Inline] = []
    for inline in text:
        if joined and isinstance(inline, str) and isinstance(joined[-1], str):
            joined[-1] += inline
        else:
            joined.append(inline)
    return joined


def _inline(inline: Inline, limit: int) -> str:
    match inline:
        case str():
            return cut(inline, limit)
        case When():
            return when(inline)
        case Strong(text):
            return bold(text, limit)
        case Link():
            return _link(inline, limit)
        case Named():
            return named(inline)


def bold(text: str, limit: int) -> str:
    """Return *text* emphasised; white around it stays outside, because a format cannot begin with it."""
    words = " ".join(clean(text).split())
    if not words:
        return " " if text[:1].isspace() else ""
    before, after = text[:1].isspace() * " ", text[-1:].isspace() * " "
    return f"{before}**{cut(words, max(1, limit - 6))}**{after}"


def _link(link: Link, limit: int) -> str:
    """Return a masked link; where its words cannot be masked they stand before it."""
    if not web(link.url):
        return cut(link.label, limit)
    if words := label(link.label):
        return f"[{words}]({link.url})"
    masked = f"[open]({link.url})"
    words = cut(" ".join(link.label.split()), max(1, limit - units(masked) - 3))
    return f"{words} ({masked})" if words else masked


def _marked(lines: str) -> str:
    return "\n".join(f"> {line}" for line in lines.split("\n"))
