"""What a message has room for: pieces of rich text, of which those in the middle are left out first."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from adapters.slack.rich_text import Json, plain_element
from adapters.slack.text import json_bytes


@dataclass(frozen=True, slots=True)
class Piece:
    """What is shown or left out as a whole: a line, and what is *quoted* under it (empty: nothing).

    Pieces of one *block* stand together, without a gap.
    """

    block: int
    elements: tuple[Json, ...]
    quoted: tuple[Json, ...] = ()


def fitting(pieces: Sequence[Piece], room: int, most: int) -> list[Json]:
    """Return the blocks of as many *pieces* as fit into *room* bytes and *most* blocks.

    The first piece is always there. What is left out is left out of the middle, and counted there.
    """

    def fits(left_out: int) -> bool:
        blocks = _without(pieces, left_out)
        return json_bytes(blocks) <= room and len(blocks) <= most

    counts = range(max(1, len(pieces)))
    return _without(pieces, min(bisect_left(counts, True, key=fits), counts[-1]))


def _without(pieces: Sequence[Piece], left_out: int) -> list[Json]:
    if not left_out:
        return _assembled(pieces)
    head = (len(pieces) - left_out + 1) // 2
    more = Piece(-1, (plain_element(f"… +{left_out} more", italic=True),))
    return _assembled([*pieces[:head], more, *pieces[head + left_out :]])


def _assembled(pieces: Sequence[Piece]) -> list[Json]:
    """Return a rich text block for the pieces of each block."""
    return [
        {"type": "rich_text", "elements": _sections(list(together))}
        for _, together in groupby(pieces, key=lambda piece: piece.block)
    ]


def _sections(pieces: Sequence[Piece]) -> list[Json]:
    """Return the lines of *pieces* as one section, and after it what is quoted."""
    lines: list[Json] = []
    for piece in pieces:
        lines += [plain_element("\n"), *piece.elements] if lines and piece.elements else piece.elements
    sections = [{"type": "rich_text_section", "elements": lines}] if lines else []
    quoted = [element for piece in pieces for element in piece.quoted]
    return sections + ([{"type": "rich_text_quote", "elements": quoted}] if quoted else [])
