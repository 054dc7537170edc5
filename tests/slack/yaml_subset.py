"""A reader of as much YAML as a manifest needs: block mappings, block lists and scalars on one line.

Whatever else there is in YAML raises `NotRead` with the number of its line: nothing is passed over, so
that what is read is what Slack reads.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

KEY = re.compile(r"(?P<key>[a-z_]+):(?: +(?P<value>\S.*))?")
PLAIN = re.compile(r"[A-Za-z/][^\"'#{}\[\]&*!|>%@`]*")
QUOTED = re.compile(r'"(?P<words>[^"\\]*)"')
COMMENT = re.compile(r'(?P<rest>(?:[^"#]|"[^"]*"|(?<! )#)*?) +#.*')
TRUTHS = {"true": True, "false": False}
OTHERS = {"null", "yes", "no", "on", "off"}
"""Plain words that some readers of YAML take for something else than text."""


class NotRead(Exception):
    """This is no YAML, or more of it than this reader knows."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line that says something. *indent* counts its spaces."""

    number: int
    indent: int
    words: str


def read(text: str) -> Any:
    """Return what *text* says, as dictionaries, lists, strings and booleans. Raises `NotRead`."""
    lines = list(_lines(text))
    if not lines or lines[0].indent:
        raise NotRead("line 1: it does not begin at the margin")
    value, end = _block(lines, 0)
    if end < len(lines):
        raise NotRead(f"line {lines[end].number}: indented like nothing above")
    return value


def _lines(text: str) -> Iterator[Line]:
    for number, line in enumerate(text.splitlines(), 1):
        words = line.lstrip(" ")
        if not words or words.startswith("#"):
            continue
        if match := COMMENT.fullmatch(words):
            words = match["rest"]
        if "\t" in line or words != words.rstrip():
            raise NotRead(f"line {number}: a tab, or spaces at its end")
        yield Line(number, len(line) - len(line.lstrip(" ")), words)


def _block(lines: list[Line], start: int) -> tuple[Any, int]:
    """Return the list or the mapping that begins at *start*, and where it ends."""
    return (_list if lines[start].words.startswith("- ") else _mapping)(lines, start)


def _list(lines: list[Line], start: int) -> tuple[list[Any], int]:
    indent, found, at = lines[start].indent, list[Any](), start
    while at < len(lines) and lines[at].indent == indent and lines[at].words.startswith("- "):
        line = lines[at]
        inner = Line(line.number, indent + 2, line.words[2:])
        item: Any
        if KEY.fullmatch(inner.words):
            item, at = _mapping([*lines[:at], inner, *lines[at + 1 :]], at)
        else:
            item, at = _scalar(inner, inner.words), at + 1
        found.append(item)
    return found, at


def _mapping(lines: list[Line], start: int) -> tuple[dict[str, Any], int]:
    indent, found, at = lines[start].indent, dict[str, Any](), start
    while at < len(lines) and lines[at].indent == indent:
        line, match = lines[at], KEY.fullmatch(lines[at].words)
        if match is None or match["key"] in found:
            raise NotRead(f"line {line.number}: no key, or one that is there already: {line.words}")
        at += 1
        if match["value"]:
            found[match["key"]] = _scalar(line, match["value"])
        elif at < len(lines) and lines[at].indent > indent:
            found[match["key"]], at = _block(lines, at)
        else:
            raise NotRead(f"line {line.number}: nothing is said of {match['key']}")
    return found, at


def _scalar(line: Line, words: str) -> str | bool:
    if words in TRUTHS:
        return TRUTHS[words]
    if match := QUOTED.fullmatch(words):
        return match["words"]
    if not PLAIN.fullmatch(words) or ": " in words or words.endswith(":") or words.lower() in OTHERS:
        raise NotRead(f"line {line.number}: a scalar that is not plain: {words}")
    return words
