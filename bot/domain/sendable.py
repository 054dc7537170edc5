"""Text that a platform can be sent: cleaned, measured, and cut on a word, never inside a character."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator

_HIDDEN = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f"  # control characters that end no line
    "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"  # turn the direction of what follows
    "\u00ad\u034f\u115f\u1160\u17b4\u17b5\u180e\u3164\uffa0"  # show nothing
    "\u200b\u2060-\u2065\u206a-\u206f\ufeff\ufff9-\ufffb\U000e0000-\U000e007f]"  # or hide a second text
)
_LINE_END = re.compile("\r\n|[\r\x0b\x0c\x85\u2028\u2029]")
_CLUSTER_MOST = 16

LOOKED_AT = 8_000
"""So many characters of a text are looked at, however long it is: no place shows more."""


def clean(text: str) -> str:
    """Return *text* without what cannot be sent (half a surrogate pair) or must not be (controls).

    Its line ends become `\\n`. Of a very long one only the beginning is returned.
    """
    whole = text[:LOOKED_AT].encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return _HIDDEN.sub("", _LINE_END.sub("\n", whole).replace("\t", " "))


def units(text: str) -> int:
    """Return the length of *text* in UTF-16 units: the largest of the counts a platform may mean."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def cut_plain(text: str, limit: int, size: Callable[[str], int] = units) -> str:
    """Return *text* without markup in at most *limit* by *size*, cut on a word, never inside a character."""
    return text if size(text) <= limit else cut_atoms(clusters(text), limit, size)


def cut_atoms(atoms: Iterable[str], limit: int, size: Callable[[str], int] = units) -> str:
    """Return as many *atoms*, which are kept whole, as fit into *limit* by *size*, and `…` for the rest."""
    kept: list[str] = []
    used = size("…")
    for atom in atoms:
        used += size(atom)
        if used > limit:
            return _to_a_word([*kept, atom]) + "…"
        kept.append(atom)
    return "".join(kept)


def _to_a_word(atoms: list[str]) -> str:
    """Return *atoms* without the last, and without the word it belongs to if that is not half of them."""
    spaces = (index for index in range(len(atoms) - 1, len(atoms) // 2, -1) if atoms[index].isspace())
    return "".join(atoms[: next(spaces, len(atoms) - 1)]).rstrip()


def clusters(text: str) -> Iterator[str]:
    """Yield the characters of *text* as people count them, near enough: marks and joined emoji together."""
    start = 0
    for index in range(1, len(text) + 1):
        if index == len(text) or not _joins(text, index) or index - start >= _CLUSTER_MOST:
            yield text[start:index]
            start = index


def _joins(text: str, index: int) -> bool:
    one, before = text[index], text[index - 1]
    joined = "\u200d" in (one, before) or "\U0001f3fb" <= one <= "\U0001f3ff"
    return joined or unicodedata.category(one)[0] == "M"
