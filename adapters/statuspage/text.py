"""Text of the page, made fit to be stored and shown: normalised once, here.

The page's texts are plain (none of 2,865 recorded ones holds a tag or an entity), so nothing is
decoded: what looks like markup or an entity stays as it is written, and whoever shows it escapes it.
"""

from __future__ import annotations

import re
import unicodedata

from bot.domain.words import cut

MAX_MARKS = 4
"""How many combining marks may stand on one letter; written languages need three."""

_NONCHARACTERS = "".join(
    f"{chr(plane + 0xFFFE)}{chr(plane + 0xFFFF)}" for plane in range(0, 0x110000, 0x10000)
)

_INVISIBLE = re.compile(
    "["
    "\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f"  # control characters that end no line
    "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"  # turn the direction of what follows
    "\u00ad\u180e\u200b-\u200d\u2060-\u2065\u206a-\u206f\ufeff\ufff9-\ufffb"  # of no width
    "\U000e0000-\U000e0fff"  # tags and variation selectors: a second, hidden text
    "\ufdd0-\ufdef" + _NONCHARACTERS + "]"
)
_LINE_END = re.compile("\r\n|[\r\x0b\x0c\x85\u2028\u2029]")
_PERHAPS_MARKED = re.compile("[^\x00-\u02ff\u2000-\u20cf\u2100-\u2bff\U0001f000-\U0001faff]")
_SURROGATE = re.compile("[\ud800-\udfff]")


def prose(text: str, limit: int) -> str:
    """Return *text* normalised, in at most *limit* characters; its line breaks stay, as `\\n`."""
    if not (text.isascii() and text.isprintable()):
        text = _clean(text, limit)
    return cut(text.strip(), limit)


def line(text: str, limit: int) -> str:
    """Return *text* normalised, on one line of at most *limit* characters."""
    if not (text.isascii() and text.isprintable()):
        text = _clean(text, limit)
    return cut(" ".join(text.split()), limit)


def _clean(text: str, limit: int) -> str:
    text = _INVISIBLE.sub("", text[: 4 * limit])  # so many are looked at, however long it is
    text = _LINE_END.sub("\n", text).replace("\t", " ")
    return text if text.isascii() else _compose(_SURROGATE.sub("\ufffd", text))


def _compose(text: str) -> str:
    """Return *text* in NFC, with few marks on a letter.

    They are counted before, because NFC sorts a run of marks slowly, and after, because it makes some.
    """
    return _with_few_marks(unicodedata.normalize("NFC", _with_few_marks(text)))


def _with_few_marks(text: str) -> str:
    if not _PERHAPS_MARKED.search(text):
        return text
    kept = []
    run = 0
    for character in text:
        run = run + 1 if unicodedata.category(character)[0] == "M" else 0
        if run <= MAX_MARKS:
            kept.append(character)
    return "".join(kept)
