"""Runs of words as rich text, where nothing is markup: no escape, no formatting, no address becomes a link.

https://docs.slack.dev/reference/block-kit/blocks/rich-text-block
"""

from __future__ import annotations

from typing import Any

from adapters.slack.text import DATE_FORMATS, json_bytes, known, web
from bot.domain.message import Inline, Link, Named, NamedKind, Strong, Text, When
from bot.domain.sendable import clean, cut_plain

Json = dict[str, Any]

BROADCASTS = frozenset({"here", "channel"})

_NAMED = {
    NamedKind.PERSON: ("user", "user_id"),
    NamedKind.GROUP: ("usergroup", "usergroup_id"),
    NamedKind.CHANNEL: ("channel", "channel_id"),
}


def run(text: Text, limit: int, *, private: bool) -> list[Json]:
    """Return *text* as elements whose words take at most *limit* bytes; empty where it says nothing.

    A group is named by an element only in a *private* text: a posted one would call its members.
    """
    elements: list[Json] = []
    left = limit
    for inline in text:
        element = _element(inline, private=private)
        words = _words(element)
        if left <= 0 or not words:
            continue
        if "text" in element:
            element = {**element, "text": cut_plain(words, left, json_bytes)}
        left -= json_bytes(words)
        elements.append(element)
    return elements if any(_words(one).strip() for one in elements) else []


def mentioned(mention: str | None) -> Json | None:
    """Return the element that calls "here", "channel" or a user group by its id, None for any other."""
    if mention in BROADCASTS:
        return {"type": "broadcast", "range": mention}
    group = Named(NamedKind.GROUP, mention or "")
    return _named(group) if known(group, private=True) else None


def plain_element(words: str, **style: bool) -> Json:
    """Return words as an element, with a *style* of ours."""
    return {"type": "text", "text": words, **({"style": style} if style else {})}


def _element(inline: Inline, *, private: bool) -> Json:
    match inline:
        case str():
            return plain_element(clean(inline))
        case Strong(text):
            return plain_element(clean(text), bold=True)
        case When(at, style):
            moment = {"timestamp": int(at.timestamp()), "format": DATE_FORMATS[style]}
            return {"type": "date", **moment, "fallback": inline.in_utc()}
        case Link(label, url):
            words = clean(label).strip()
            return {"type": "link", "url": url, "text": words or url} if web(url) else plain_element(words)
        case Named(_, identity):
            return _named(inline) if known(inline, private=private) else plain_element(clean(identity))


def _named(named: Named) -> Json:
    kind, key = _NAMED[named.kind]
    return {"type": kind, key: named.id}


def _words(element: Json) -> str:
    """Return what stands there to be read, roughly where the platform writes it."""
    return str(element.get("text", element.get("fallback", element["type"])))
