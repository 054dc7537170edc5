"""The pieces that Block Kit's rules are made of: each takes a value and its place and returns problems."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Set
from dataclasses import dataclass
from typing import Any

from tests.fakes.slack.mrkdwn import loose_characters

DOCS = "https://docs.slack.dev/reference/block-kit"
TEXT_URL = f"{DOCS}/composition-objects/text-object"

Check = Callable[[Any, str], list[str]]


@dataclass(frozen=True, slots=True)
class Shape:
    """One kind of object: the page that describes it, what it must and what it may have (besides `type`)."""

    url: str
    needed: Set[str]
    keys: Mapping[str, Check]
    more: Check | None = None
    """What holds between its keys."""


def units(text: str) -> int:
    """Return the length of *text* in UTF-16 units."""
    return sum(2 if ord(one) > 0xFFFF else 1 for one in text)


def check_shape(value: Any, shape: Shape, pointer: str) -> list[str]:
    """Return what of *value*, an object, is not as *shape* has it."""
    if not isinstance(value, Mapping):
        return [f"{pointer}: no object ({shape.url})"]
    found = [f"{pointer}/{key}: missing ({shape.url})" for key in sorted(shape.needed - value.keys())]
    for key, inner in value.items():
        if key in shape.keys:
            found += [
                one if "http" in one else f"{one} ({shape.url})"
                for one in shape.keys[key](inner, f"{pointer}/{key}")
            ]
        elif key != "type":
            found.append(f"{pointer}/{key}: unknown key ({shape.url})")
    return found or (shape.more(value, pointer) if shape.more else [])


def of(shape: Shape) -> Check:
    """An object of one shape that has no type."""
    return lambda value, pointer: check_shape(value, shape, pointer)


def tagged(shapes: Mapping[str, Shape]) -> Check:
    """An object of one of several types."""

    def check(value: Any, pointer: str) -> list[str]:
        kind = value.get("type") if isinstance(value, Mapping) else None
        if not isinstance(kind, str) or kind not in shapes:
            return [f"{pointer}/type: {kind!r} is none of {', '.join(shapes)}"]
        return check_shape(value, shapes[kind], pointer)

    return check


def string(most: int | None = None, *, least: int = 1, form: str = "") -> Check:
    """A text of *least* to *most* units (None: no limit is known) that matches *form* as a whole."""

    def check(value: Any, pointer: str) -> list[str]:
        if not isinstance(value, str):
            return [f"{pointer}: no string"]
        if units(value) < least:
            return [f"{pointer}: must be more than {least - 1} characters"]
        if most is not None and units(value) > most:
            return [f"{pointer}: {units(value)} characters, at most {most}"]
        if form and not re.fullmatch(form, value):
            return [f"{pointer}: {value[:60]!r} has not the form {form}"]
        return []

    return check


def flag(value: Any, pointer: str) -> list[str]:
    """True or false."""
    return [] if isinstance(value, bool) else [f"{pointer}: not true or false"]


def number(least: int, most: int) -> Check:
    """A whole number."""

    def check(value: Any, pointer: str) -> list[str]:
        whole = isinstance(value, int) and not isinstance(value, bool)
        return [] if whole and least <= value <= most else [f"{pointer}: no number from {least} to {most}"]

    return check


def choice(*words: Any) -> Check:
    """One of a few words."""
    return lambda value, pointer: [] if value in words else [f"{pointer}: {value!r} is none of {words}"]


def many(check: Check, least: int, most: int) -> Check:
    """A list of *least* to *most*."""

    def check_all(value: Any, pointer: str) -> list[str]:
        if not isinstance(value, list):
            return [f"{pointer}: no list"]
        if len(value) < least:
            return [f"{pointer}: no fewer than {least} items allowed"]
        if len(value) > most:
            return [f"{pointer}: no more than {most} items allowed, not {len(value)}"]
        return [problem for index, one in enumerate(value) for problem in check(one, f"{pointer}/{index}")]

    return check_all


def url(most: int = 3000) -> Check:
    """An address."""
    return string(most, form=r"https?://[^\s<>]+")


def text_shapes(most: int) -> dict[str, Shape]:
    """The text objects, by their types."""
    return {
        "plain_text": Shape(TEXT_URL, {"text"}, {"text": string(most), "emoji": flag}),
        "mrkdwn": Shape(TEXT_URL, {"text"}, {"text": _mrkdwn(most), "verbatim": flag}),
    }


def plain(most: int) -> Check:
    """A text object without markup."""
    return tagged({"plain_text": text_shapes(most)["plain_text"]})


def any_text(most: int) -> Check:
    """A text object of either type."""
    return tagged(text_shapes(most))


def _mrkdwn(most: int) -> Check:
    """Markup, in which the three characters are escaped wherever they are not markup.

    https://docs.slack.dev/messaging/formatting-message-text#escaping
    """

    def check(value: Any, pointer: str) -> list[str]:
        found = string(most)(value, pointer)
        if not found and (loose := loose_characters(value)):
            return [f"{pointer}: unescaped {' '.join(loose[:5])}"]
        return found

    return check
