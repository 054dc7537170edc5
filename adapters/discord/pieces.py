"""What an embed has room for: pieces of its description, of which the middle of the history goes first."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby

from bot.domain.sendable import units


@dataclass(frozen=True, slots=True)
class Piece:
    """What is shown or left out as a whole: a line, or a quotation with its label.

    Pieces of one *block* stand together. A *listed* one is a line of a list. *stands_for* is how many
    pieces it is the place of, more than one where it says that there were some.
    """

    block: int
    words: str
    listed: bool = False
    stands_for: int = 1


def fitting(pieces: Sequence[Piece], room: int, gap: str) -> str:
    """Return as many *pieces* as fit into *room* UTF-16 units; between blocks stands *gap*.

    The middle of the last list gives way first, then that of the one before, and when every list is
    down to its ends the middle of all that is left; each time it is said how many pieces are missing.
    The first piece is always there: no more than *room* less the words for what is missing.
    """
    left = list(pieces)
    for block in sorted({piece.block for piece in pieces if piece.listed}, reverse=True):
        places = [index for index, piece in enumerate(left) if piece.block == block and piece.listed]
        left = _thinned(left, range(places[0], places[-1] + 1), room, gap)
    return _assembled(_thinned(left, range(1, len(left)), room, gap), gap)


def _thinned(pieces: list[Piece], places: range, room: int, gap: str) -> list[Piece]:
    """Return *pieces* without as few of those at *places* as make the others fit, at most all of them."""

    def fits(left_out: int) -> bool:
        return units(_assembled(_without(pieces, places, left_out), gap)) <= room

    counts = range(len(places) + 1)
    return _without(pieces, places, min(bisect_left(counts, True, key=fits), len(places)))


def _without(pieces: list[Piece], places: range, left_out: int) -> list[Piece]:
    if not left_out:
        return pieces
    head = places.start + (len(places) - left_out + 1) // 2
    missing = pieces[head : head + left_out]
    count = sum(piece.stands_for for piece in missing)
    more = Piece(missing[0].block, f"*… +{count} more*", stands_for=count)
    return [*pieces[:head], more, *pieces[head + left_out :]]


def _assembled(pieces: Iterable[Piece], gap: str) -> str:
    blocks = groupby(pieces, key=lambda piece: piece.block)
    return gap.join("\n".join(piece.words for piece in together) for _, together in blocks)
