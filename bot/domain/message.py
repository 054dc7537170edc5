"""Words to show, with no markup of any platform: an adapter turns a message into its wire format."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from hashlib import blake2b


class Tone(StrEnum):
    """The mood of a message; colour is never alone, each has an emoji and its words."""

    RED = "red"
    AMBER = "amber"
    GREEN = "green"
    BLUE = "blue"
    GREY = "grey"


EMOJI = {Tone.RED: "🔴", Tone.AMBER: "🟠", Tone.GREEN: "🟢", Tone.BLUE: "🔵", Tone.GREY: "⚪"}


class WhenStyle(StrEnum):
    """How a moment is shown, always in the reader's own zone where the platform can."""

    MOMENT = "moment"
    CLOCK = "clock"
    DAY = "day"


@dataclass(frozen=True, slots=True)
class When:
    """A moment inside a text."""

    at: datetime
    style: WhenStyle = WhenStyle.MOMENT

    def in_utc(self) -> str:
        """Return the moment for readers whose zone is unknown."""
        moment = self.at.astimezone(UTC)
        match self.style:
            case WhenStyle.CLOCK:
                return f"{moment:%H:%M} UTC"
            case WhenStyle.DAY:
                return f"{moment.day} {moment:%b %Y}"
            case WhenStyle.MOMENT:
                return f"{moment.day} {moment:%b %Y %H:%M} UTC"


@dataclass(frozen=True, slots=True)
class Strong:
    """Emphasised words."""

    text: str


@dataclass(frozen=True, slots=True)
class Link:
    """A link to the status page; *url* is built by us and always on the page's own host."""

    label: str
    url: str


class NamedKind(StrEnum):
    """What a platform's id is the id of."""

    PERSON = "person"
    GROUP = "group"
    CHANNEL = "channel"


@dataclass(frozen=True, slots=True)
class Named:
    """Somebody or some place by the platform's own *id*, shown the platform's way; it calls nobody.

    An id that is no id of the platform (it comes from what was stored) is shown as it is, as text.
    """

    kind: NamedKind
    id: str


Inline = str | When | Strong | Link | Named
Text = tuple[Inline, ...]
"""A run of words; plain strings in it are text, never markup."""


@dataclass(frozen=True, slots=True)
class Line:
    """One paragraph."""

    text: Text


@dataclass(frozen=True, slots=True)
class Quote:
    """The page's own words: untrusted, shown as a quotation under *label*."""

    label: Text
    text: str


@dataclass(frozen=True, slots=True)
class Listing:
    """Short lines under an optional *heading*."""

    lines: tuple[Text, ...]
    heading: str = ""


Block = Line | Quote | Listing


@dataclass(frozen=True, slots=True)
class Button:
    """Something to press. *action* names a command, *value* what it is about."""

    action: str
    label: str
    value: str = ""


@dataclass(frozen=True, slots=True)
class Message:
    """What one message says. *title* may hold the page's words; *buttons* may be dropped where none exist."""

    tone: Tone
    title: str
    blocks: tuple[Block, ...] = ()
    link: Link | None = None
    footer: Text = ()
    buttons: tuple[Button, ...] = ()

    @property
    def headline(self) -> str:
        """The title behind its emoji: what notifications and screen readers say."""
        return f"{EMOJI[self.tone]} {self.title}"


def digest(message: Message) -> str:
    """Return 32 hex digits that differ when anything shown differs."""
    return blake2b(repr(message).encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()


def plain(text: Text) -> str:
    """Return a run of words as plain text: moments in UTC, links as label and address, ids bare."""
    return "".join(map(_plain_inline, text))


def _plain_inline(inline: Inline) -> str:
    match inline:
        case str():
            return inline
        case When():
            return inline.in_utc()
        case Strong(text):
            return text
        case Link(label, url):
            return f"{label} {url}"
        case Named(_, identity):
            return identity


def plain_lines(message: Message) -> list[str]:
    """Return a message as plain lines: headline, blocks, link, footer."""
    lines = [message.headline]
    for block in message.blocks:
        match block:
            case Line(text):
                lines.append(plain(text))
            case Quote(label, quoted):
                lines.append(plain(label))
                lines.extend(f"> {line}" for line in quoted.splitlines())
            case Listing(entries, heading):
                lines.extend([heading] if heading else [])
                lines.extend(f"  {plain(entry)}" for entry in entries)
    if message.link:
        lines.append(f"{message.link.label}: {message.link.url}")
    if message.footer:
        lines.append(plain(message.footer))
    return lines
