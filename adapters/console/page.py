"""A message laid out for a terminal: wrapped, indented, and coloured where that is wanted."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import tzinfo
from itertools import groupby

from adapters.console.cells import tame, width, wrap
from bot.domain.message import (
    EMOJI,
    Block,
    Inline,
    Line,
    Link,
    Listing,
    Message,
    Named,
    Quote,
    Strong,
    Text,
    Tone,
    When,
    WhenStyle,
)

# https://en.wikipedia.org/wiki/ANSI_escape_code#Select_Graphic_Rendition_parameters
BOLD = "1"
DIM = "2"
COLOURS = {Tone.RED: "31", Tone.AMBER: "33", Tone.GREEN: "32", Tone.BLUE: "34", Tone.GREY: "90"}

NO_BREAK = "\u00a0"
"""Keeps a moment on one line; it is printed as an ordinary space."""

BODY = "   "
"""As wide as the headline's emoji and the space behind it."""


@dataclass(frozen=True, slots=True)
class Look:
    """How to lay out: lines of *columns* cells, times in *zone* (None: this machine's)."""

    columns: int
    colour: bool = False
    zone: tzinfo | None = None


@dataclass(frozen=True, slots=True)
class Span:
    """Words of one style; *style* is a list of SGR parameters, empty for none."""

    words: str
    style: str = ""


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Words that wrap together, behind *first* in their first line and behind *rest* in the others."""

    spans: tuple[Span, ...]
    first: str = BODY
    rest: str = BODY


def page(message: Message, look: Look, *, mark: str = "", above: str = "", reply: bool = False) -> str:
    """Return *message* as lines, with an empty one at the end and nowhere else.

    *mark* stands behind the title, *above* in a line before it; a *reply* is indented under an arrow.
    """
    paragraphs = [*_above(above), _headline(message, mark), *_body(message, look)]
    columns = look.columns - len(INDENT) if reply else look.columns
    lines = [line for paragraph in paragraphs for line in _lines(paragraph, columns, colour=look.colour)]
    lines = [line for line in lines if line.strip()]
    if reply:
        lines = [f"{ARROW if number == 0 else INDENT}{line}" for number, line in enumerate(lines)]
    return "".join(f"{line.rstrip()}\n" for line in [*lines, ""])


ARROW = "  ↳ "
INDENT = "    "


def _above(words: str) -> Iterator[Paragraph]:
    if words:
        yield Paragraph((Span(tame(words), DIM),), first="", rest="")


def _headline(message: Message, mark: str) -> Paragraph:
    title = Span(tame(message.title), f"{BOLD};{COLOURS[message.tone]}")
    marked = (Span("  "), Span(tame(mark), DIM)) if mark else ()
    return Paragraph((Span(f"{EMOJI[message.tone]} "), title, *marked), first="")


def _body(message: Message, look: Look) -> Iterator[Paragraph]:
    for block in message.blocks:
        yield from _block(block, look.zone)
    if message.link:
        yield Paragraph((Span(f"{tame(message.link.label)}: {tame(message.link.url)}"),))
    if message.footer:
        yield Paragraph(tuple(Span(span.words, DIM) for span in _spans(message.footer, look.zone)))


def _block(block: Block, zone: tzinfo | None) -> Iterator[Paragraph]:
    match block:
        case Line(text):
            yield Paragraph(_spans(text, zone))
        case Quote(label, quoted):
            yield Paragraph(_spans(label, zone))
            for line in quoted.splitlines():
                yield Paragraph((Span(tame(line)),), first=f"{BODY}│ ", rest=f"{BODY}│ ")
        case Listing(entries, heading):
            if heading:
                yield Paragraph((Span(tame(heading)),))
            indent = f"{BODY}  " if heading else BODY
            for entry in entries:
                yield Paragraph(_spans(entry, zone), first=indent, rest=f"{indent}   ")


def _spans(text: Text, zone: tzinfo | None) -> tuple[Span, ...]:
    return tuple(_span(inline, zone) for inline in text)


def _span(inline: Inline, zone: tzinfo | None) -> Span:
    match inline:
        case str():
            return Span(tame(inline))
        case When():
            return Span(tame(local(inline, zone)).replace(" ", NO_BREAK))
        case Strong(text):
            return Span(tame(text), BOLD)
        case Link(label, url):
            return Span(f"{tame(label)} {tame(url)}")
        case Named(_, identity):
            return Span(tame(identity))


def local(when: When, zone: tzinfo | None) -> str:
    """Return a moment by the clock of *zone*, in UTC where it cannot be told there."""
    try:
        moment = when.at.astimezone(zone)
    except (OverflowError, OSError, ValueError):  # the first and the last day of the calendar
        return when.in_utc()
    match when.style:
        case WhenStyle.CLOCK:
            return f"{moment:%H:%M %Z}"
        case WhenStyle.DAY:
            return f"{moment.day} {moment:%b %Y}"
        case WhenStyle.MOMENT:
            return f"{moment.day} {moment:%b %Y %H:%M %Z}"


def _lines(paragraph: Paragraph, columns: int, *, colour: bool) -> Iterator[str]:
    """Yield a paragraph's lines; styles are closed at the end of each, so that none runs on."""
    words = "".join(span.words for span in paragraph.spans)
    styles = [span.style for span in paragraph.spans for _ in span.words]
    room = columns - max(width(paragraph.first), width(paragraph.rest))
    for number, part in enumerate(wrap(words, room)):
        line = _painted(words[part], styles[part]) if colour else words[part]
        yield (paragraph.rest if number else paragraph.first) + line.replace(NO_BREAK, " ")


def _painted(words: str, styles: Iterable[str]) -> str:
    runs = groupby(zip(words, styles, strict=True), key=lambda pair: pair[1])
    return "".join(_styled("".join(word for word, _ in run), style) for style, run in runs)


def _styled(words: str, style: str) -> str:
    return f"\x1b[{style}m{words}\x1b[0m" if style else words
