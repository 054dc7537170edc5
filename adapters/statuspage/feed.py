"""The page's Atom feed: the fallback when its JSON is refused.

It has neither impact nor components; the timeline is HTML inside the XML. Nothing is built but
headlines: the XML is read as a stream of events, with caps, and may declare no document type,
which is where external entities and expanding ones come from.
"""

from __future__ import annotations

import html
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from xml.etree import ElementTree as Xml

from adapters.statuspage import fields
from adapters.statuspage.fields import Unusable
from adapters.statuspage.incidents import MISSING_NAME, UNKNOWN
from adapters.statuspage.parse import Rejected
from bot.domain.status import Kind
from bot.ports import Headline

MAX_ENTRIES = 100
MAX_ELEMENTS = 20_000
MAX_DEPTH = 32
CHUNK = 64 * 1024

_EARLIEST = datetime.min.replace(tzinfo=UTC)
_FIELDS = frozenset({"id", "title", "updated", "published", "content"})
_DECLARATION = re.compile(r"<!(?:DOCTYPE|ENTITY)", re.IGNORECASE)
_TOLD = re.compile(r"<strong>([^<>]{1,64})</strong>([^\x00]*?)(?=</p>|<strong>|$)", re.IGNORECASE)
_BREAK = re.compile(r"<br\s*/?>", re.IGNORECASE)
_TAG = re.compile(r"<[^<>]*>")


def read_feed(body: bytes) -> tuple[Headline, ...] | Rejected:
    """Return the headlines of `history.atom`, newest first, or why there are none; it never raises."""
    try:
        entries = _entries(body)
    except Unusable as reason:
        return Rejected(f"history.atom {reason}")
    found: dict[str, Headline] = {}
    for headline in filter(None, map(_headline, entries)):
        found.setdefault(headline.id, headline)
    return tuple(sorted(found.values(), key=_recency, reverse=True))


def _recency(headline: Headline) -> datetime:
    return headline.updated_at or _EARLIEST


def _entries(body: bytes) -> list[dict[str, str]]:
    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise Unusable("is not UTF-8") from None
    if _DECLARATION.search(text):
        raise Unusable("declares a document type, which a feed has no need of")
    target = _Entries()
    try:
        parser = Xml.XMLParser(target=target)  # noqa: S314  no declarations, and a target with caps
        for start in range(0, len(text), CHUNK):  # what a target raises is heeded only between chunks
            parser.feed(text[start : start + CHUNK])
        parser.close()
    except (Xml.ParseError, ValueError):
        raise Unusable("is damaged or not XML") from None
    return target.entries


class _Entries:
    """Receives the events of the XML parser and keeps the fields of the feed's entries. Raises `Unusable`."""

    def __init__(self) -> None:
        self.entries: list[dict[str, str]] = []
        self._path: list[str] = []
        self._elements = 0
        self._text: list[str] = []

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        self._path.append(tag.rpartition("}")[2])
        self._elements += 1
        if self._path[0] != "feed":
            raise Unusable("is not a feed")
        if self._elements > MAX_ELEMENTS or len(self._path) > MAX_DEPTH:
            raise Unusable("has more elements than a feed needs")
        if self._path == ["feed", "entry"]:
            self.entries.append({})
        if self._path == ["feed", "entry", "link"] and attributes.get("rel", "alternate") == "alternate":
            self.entries[-1].setdefault("link", attributes.get("href", ""))
        if len(self._path) == 3:
            self._text = []

    def data(self, text: str) -> None:
        self._text.append(text)

    def end(self, _tag: str) -> None:
        name = self._path[-1]
        if len(self._path) == 3 and self._path[1] == "entry" and name in _FIELDS:
            self.entries[-1].setdefault(name, "".join(self._text))
        self._path.pop()

    def close(self) -> None:
        del self.entries[MAX_ENTRIES:]


def _headline(entry: Mapping[str, str]) -> Headline | None:
    """Return the headline of one entry, None if nothing names it."""
    identifier = _last_segment(entry.get("link", "")) or _last_segment(entry.get("id", ""))
    if identifier is None:
        return None
    status, text = _newest(entry.get("content", ""))
    return Headline(
        id=identifier,
        name=fields.name(entry.get("title")) or MISSING_NAME[Kind.INCIDENT],
        status=status,
        updated_at=fields.first_moment(entry, "updated", "published"),
        text=text,
    )


def _last_segment(address: str) -> str | None:
    return fields.identifier(address.rstrip("/").rpartition("/")[2])


def _newest(content: str) -> tuple[str, str]:
    """Return the present status and the newest text of a timeline in HTML, newest first.

    "Update" is what the page writes over an update that leaves the status as it was: the status is
    then the next older word. Both parts are empty or `unknown` where the HTML is of another make.
    """
    told = _TOLD.findall(content[: fields.MAX_BODY])
    words = [fields.word(_plain(word)).lower() for word, _ in told]
    status = next((word for word in words if word and word != "update"), UNKNOWN)
    return status.replace(" ", "_"), fields.body(_plain(told[0][1]).strip().removeprefix("-")) if told else ""


def _plain(fragment: str) -> str:
    """Return *fragment* without tags, its entities decoded once."""
    return html.unescape(_TAG.sub("", _BREAK.sub("\n", fragment)))
