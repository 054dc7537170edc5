"""Text on a terminal's grid: how wide it is, where it wraps, and what must never reach it."""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from itertools import accumulate

_WORD = re.compile("[^ ]+")


def tame(text: str) -> str:
    """Return *text* on one line, without anything a terminal obeys instead of showing it.

    The page's text is normalised when it is read; this is the second lock on the same door.
    """
    return text if text.isprintable() else "".join(map(_tame, text))


def _tame(character: str) -> str:
    if character.isspace():
        return " "
    match unicodedata.category(character):
        case "Cc" | "Cs":
            return "\ufffd"
        case "Cf":  # turns the direction of what follows, or has no width
            return ""
        case _:
            return character


def width(text: str) -> int:
    """Return how many cells *text* takes: emoji and East Asian characters two, combining marks none.

    https://www.unicode.org/reports/tr11/
    """
    return sum(map(_width, text))


def _width(character: str) -> int:
    if character < "\u0300":  # up to here there is neither
        return 1
    if unicodedata.category(character) in {"Mn", "Me", "Cf"}:
        return 0
    return 2 if unicodedata.east_asian_width(character) in {"W", "F"} else 1


def wrap(text: str, columns: int) -> list[slice]:
    """Return the parts of *text* that are its lines, each at most *columns* (>= 2) cells wide.

    Breaks stand at spaces, the only white there is in tamed text. A longer word is cut, but an
    address is not: it may stand out, so that it can still be clicked.
    """
    cells = [0, *accumulate(map(_width, text))]  # how many stand before each position
    lines: list[slice] = []
    start = end = 0
    for word in _WORD.finditer(text):
        if cells[word.end()] - cells[start] <= columns:
            end = word.end()
            continue
        if end > start:
            lines.append(slice(start, end))
        start, end = word.span()
        while "://" not in word[0] and cells[end] - cells[start] > columns:
            cut = bisect_right(cells, cells[start] + columns) - 1
            lines.append(slice(start, cut))
            start = cut
    return [*lines, slice(start, end)]
