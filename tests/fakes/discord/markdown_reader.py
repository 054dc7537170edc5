"""A small reader of Discord's Markdown that believes the worst: whatever any client might take for more.

It shares nothing with what it judges, and is written from Discord's documents:
https://support.discord.com/hc/en-us/articles/210298617 (formats, headings, lists, quotations, links),
https://docs.discord.com/developers/reference#message-formatting (mentions, emoji, times, navigation),
https://docs.discord.com/developers/resources/message#allowed-mentions-object (what servers look for).
Where these are silent or clients differ it takes the reading in which more is markup.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field

ESCAPE = re.compile(r"\\([^0-9A-Za-z\s])")

IN_ANGLES = {
    "user": re.compile(r"<@!?(\d+)>"),
    "role": re.compile(r"<@&(\d+)>"),
    "game": re.compile(r"<@\$(\d+)>"),
    "channel": re.compile(r"<#(\d+)>"),
    "command": re.compile(r"</([^<>\n]+:\d+)>"),
    "navigation": re.compile(r"<((?:id|\d+):[a-z-]+(?::\d+)?)>"),
    "emoji": re.compile(r"<a?:(\w+:\d+)>"),
    "sound": re.compile(r"<sound:([^<>\s]+)>"),
    "time": re.compile(r"<t:(-?\d+(?::[a-zA-Z])?)>"),
    "link": re.compile(r"<([A-Za-z][A-Za-z0-9+.-]*:/[^ <>]+)>"),
    "mail": re.compile(r"<((?:mailto:)?[^\s<>@]+@[^\s<>@]+)>"),
    "phone": re.compile(r"<((?:tel|sms):[^<>\s]+|\+[0-9][0-9 ()./-]+)>"),
}
INLINE = {
    "everyone": re.compile(r"(?i)@(everyone|here|silent)"),
    "link": re.compile(r"(?i)([a-z][a-z0-9+.-]*://[^\s<]+)"),
    "invite": re.compile(r"(?i)((?:www\.|discord(?:app)?\.(?:gg|com|gift|new)/|dis\.gd/)[^\s<]+)"),
    "mail": re.compile(r"(?i)((?:mailto|tel|sms|javascript|data):[^\s<]+)"),
    "emoji": re.compile(r"(?i):((?=[\w+-]*[a-z_])[\w+-]+(?:::skin-tone-\d)?|[+-]1|100|1234):"),
}
AT_LINE_START = {
    "quote": re.compile(r"[^\S\n]*>(?:>>)?[^\S\n]+"),
    "heading": re.compile(r"[^\S\n]*#{1,6}[^\S\n]+"),
    "subtext": re.compile(r"[^\S\n]*-#[^\S\n]+"),
    "list": re.compile(r"[^\S\n]*(?:[-*+]|\d+[.)])[^\S\n]+"),
}
SPANS = {
    "fence": "```",
    "bold": "**",
    "underline": "__",
    "strike": "~~",
    "spoiler": "||",
    "code": "`",
    "italic": "*",
    "italic_": "_",
}
MASKED = re.compile(
    r"\[((?:[^\]\\]|\\.)*)\]\(\s*<?([^\s<>()]*(?:\([^)]*\)[^\s<>()]*)*)>?[^)\n]*\)", re.DOTALL
)
WORD = re.compile(r"[^\W_]++(?![:.])")
BY_SERVERS = re.compile(
    r"(?i)@(?:everyone|here)|<@[!&]?\d+>|discord(?:app)?\.(?:gg|com/invite)/\S|https?://\S+"
)


@dataclass(slots=True)
class Reading:
    """What people see of a text as *words*, what it does as *found* (`bold x`, `user 1`, `link https://…`),
    and the words of each block quotation."""

    words: str = ""
    found: list[str] = field(default_factory=list)
    quotes: list[str] = field(default_factory=list)

    @property
    def kinds(self) -> list[str]:
        """What was found, without the words it was found around."""
        return [one.partition(" ")[0] for one in self.found]


def read(text: str) -> Reading:
    """Return what Discord makes of *text*, and what its servers would find in it whatever is escaped."""
    reading = _Reader(text, quoting=True).read()
    known = [one.partition(" ")[2] for one in reading.found]
    for hit in BY_SERVERS.findall(text):
        bare = hit.strip("<@!&>)")
        if not any(one and (bare in one or one in bare) for one in known):
            reading.found.append(f"server {hit}")
    return reading


class _Reader:
    """Reads one text from its first character to its last, and what it encloses by readers of its own."""

    def __init__(self, text: str, *, quoting: bool, line_start: bool = True) -> None:
        self._text = text
        self._quoting = quoting
        self._line_start = line_start
        self._at = 0
        self._out = Reading()

    def read(self) -> Reading:
        rules: tuple[Callable[[], bool], ...] = (
            self._escape,
            self._block,
            self._angles,
            self._masked,
            self._inline,
            self._span,
        )
        while self._at < len(self._text):
            if not self._word() and not any(rule() for rule in rules):
                self._take(self._text[self._at], 1)
        return self._out

    def _word(self) -> bool:
        """Take a word at once that begins nothing: neither an address nor a numbered list."""
        word = WORD.match(self._text, self._at)
        if not word or (self._line_start and word.group()[0].isdigit()):
            return False
        self._take(word.group(), len(word.group()))
        return True

    def _take(self, words: str, length: int) -> None:
        self._out.words += words
        self._line_start = words.endswith("\n") or (self._line_start and not words.strip())
        self._at += length

    def _inner(self, words: str) -> None:
        inner = _Reader(words, quoting=self._quoting, line_start=self._line_start).read()
        self._out.words += inner.words
        self._out.found += inner.found
        self._out.quotes += inner.quotes

    def _escape(self) -> bool:
        found = ESCAPE.match(self._text, self._at)
        if found:
            self._take(found.group(1), 2)
        return found is not None

    def _block(self) -> bool:
        if not self._line_start:
            return False
        for kind, pattern in AT_LINE_START.items():
            found = pattern.match(self._text, self._at)
            if found and (kind != "quote" or self._quoting):
                self._out.found.append(kind)
                self._quote() if kind == "quote" else self._take("", found.end() - self._at)
                return True
        return False

    def _quote(self) -> None:
        """Read a quotation: to the end, or as many lines as have the mark."""
        rest = self._text[self._at :]
        if rest.lstrip().startswith(">>>"):
            length, words = len(rest), rest.lstrip()[3:].lstrip(" ")
        else:
            lines = re.match(r"(?:[^\S\n]*>[^\S\n]+[^\n]*(?:\n|$))+", rest)
            length = lines.end() if lines else len(rest)
            words = re.sub(r"(?m)^[^\S\n]*>[^\S\n]", "", rest[:length])
        inner = _Reader(words, quoting=False).read()
        self._out.quotes.append(inner.words.removesuffix("\n"))
        self._out.found += inner.found
        self._take(inner.words, length)
        self._line_start = True

    def _angles(self) -> bool:
        return self._text[self._at] == "<" and self._first_of(IN_ANGLES)

    def _inline(self) -> bool:
        one = self._text[self._at]
        return (one.isalnum() or one in ":@") and self._first_of(INLINE)

    def _first_of(self, patterns: dict[str, re.Pattern[str]]) -> bool:
        for kind, pattern in patterns.items():
            found = pattern.match(self._text, self._at)
            if found:
                self._out.found.append(f"{kind} {found.group(1)}")
                self._take(found.group(0), len(found.group(0)))
                return True
        return False

    def _masked(self) -> bool:
        """In the words of a masked link a backslash escapes nothing."""
        found = MASKED.match(self._text, self._at) if self._text[self._at] == "[" else None
        if found:
            self._out.found.append(f"link {found.group(2)}")
            unescaped = re.sub(r"\\(?=[^0-9A-Za-z\s])", "\\\\\\\\", found.group(1))
            self._inner(unescaped)
            self._at = found.end()
            self._line_start = False
        return found is not None

    def _span(self) -> bool:
        for kind, mark in SPANS.items():
            end = self._closing(mark)
            if end is not None:
                inside = self._text[self._at + len(mark) : end]
                self._out.found.append(f"{kind.rstrip('_')} {inside}")
                self._out.words += inside if mark[0] == "`" else ""
                if mark[0] != "`":
                    self._inner(inside)
                self._at = end + len(mark)
                self._line_start = False
                return True
        return False

    def _closing(self, mark: str) -> int | None:
        """Return where the span ends that begins here with *mark*, None if none does."""
        if not self._text.startswith(mark, self._at):
            return None
        at = self._at + len(mark)
        while at < len(self._text):
            if self._text[at] == "\\" and mark[0] != "`":
                at += 2
            elif self._text.startswith(mark, at) and at > self._at + len(mark):
                return at
            else:
                at += 1
        return None
