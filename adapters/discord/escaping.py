"""Words of others in Discord's Markdown: what would be markup, a mention or a link is shown as typed.

A backslash before any character that is no ASCII letter, digit or white takes its meaning away, in
messages, in the descriptions and in the titles of embeds (not within code, and not in the words of a
masked link: see `label`). So a word keeps its looks, and only a sign that could mean something where it
stands gets one. The rules of what means something are those of the client and of what reads its grammar:

https://docs.discord.com/developers/reference#message-formatting (mentions, times, emoji, navigation)
https://support.discord.com/hc/en-us/articles/210298617 (formats, headings, lists, quotations, links)
https://github.com/discord/SimpleAST (Discord's own parser), https://github.com/Khan/simple-markdown
https://github.com/LyricLy/parse-discord (measured on the client: escapes, links, times, lists)

`discord.utils.escape_markdown` leaves mentions, addresses, `[a](b)` in parts, lists of stars and numbers,
subtext, times, and emoji.
"""

from __future__ import annotations

import re
import string

from bot.domain.sendable import clean, units

_ANYWHERE = str.maketrans({sign: f"\\{sign}" for sign in "\\*_~`|<[]@"})
"""Formats, spoilers and code; whatever stands in angle brackets (mentions, times, emoji, addresses,
commands, navigation); masked links; `@everyone`, `@silent` and the like."""

_COLON = re.compile(r":(?!\s)(?!(?<=[0-9]:)[0-9]{2}(?:[\s.,;)–-]|$))")
"""May begin an address (`https://`, `steam://`, `discord://`) or `:emoji:`; that of `12:30` does not."""

_DOT = re.compile(r"(?i)(?<=\bwww)\.|\.(?=[\w-]{1,63}/)")
"""Of an address without its beginning: an invite (`discord.gg/…`) is one even so."""

_LINE_START = re.compile(r"^([^\S\n]*)(?:([#>+-])|([0-9]+)(?=[.)]))", re.MULTILINE)
"""Headings, subtext, lists of any kind, quotations."""

_CALLS = re.compile(r"(?i)@(?=everyone|here)")
"""Discord's servers look for these two without minding a backslash, so they are told apart as
`discord.utils.escape_mentions` does it: by a character that has no width."""

_PUNCTUATION = frozenset(string.punctuation)


def escape(text: str) -> str:
    """Return words of others: cleaned, and with a backslash wherever a sign could be more than that.

    To be done once, and last. The first line is taken for the beginning of a line.
    """
    made = _CALLS.sub("@\u200b", clean(text)).translate(_ANYWHERE)
    made = _DOT.sub(r"\\.", _COLON.sub(r"\\:", made))
    return _LINE_START.sub(_at_the_start, made)


def _at_the_start(found: re.Match[str]) -> str:
    white, sign, number = found.groups()
    return f"{white}\\{sign}" if sign else f"{white}{number}\\"


def most_escaped(text: str) -> int:
    """Return how many UTF-16 units `escape` makes of any part of *text*, at most, also where it is quoted."""
    signs = sum(map(_PUNCTUATION.__contains__, text))
    return units(text) + signs + text.count("@") + 2 * text.count("\n")


def label(text: str) -> str | None:
    """Return *text* for a masked link; None if it cannot stand there, because nothing is escaped there.

    https://github.com/discord/discord-api-docs/issues/6185#issuecomment-1666006809
    """
    words = " ".join(clean(text).split())
    return words if words and escape(words) == words else None
