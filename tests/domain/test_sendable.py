"""Text that can be sent: what is taken out of it, and where it is cut."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.sendable import LOOKED_AT, clean, cut_atoms, cut_plain, units

ANY_TEXT = st.text(st.characters(exclude_categories=[]), max_size=80)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("bell\x07 and \x1b[1mbold", "bell and [1mbold"),
        ("\u202etxt.exe\u202c", "txt.exe"),
        ("no\u200bwidth\ufeff, soft\u00adhyphen, filler\u3164", "nowidth, softhyphen, filler"),
        ("half \udc00", "half \ufffd"),
        ("\ud83d\ude00", "😀"),
        ("one\r\ntwo\u2029three\x0bfour", "one\ntwo\nthree\nfour"),
        ("a\tb", "a b"),
        ("👨‍👩‍👧", "👨‍👩‍👧"),
    ],
)
def test_what_cannot_be_sent_or_hides_is_taken_out(text: str, shown: str) -> None:
    assert clean(text) == shown


def test_only_the_beginning_of_a_very_long_text_is_looked_at() -> None:
    assert len(clean("x" * 1_000_000)) == LOOKED_AT


@pytest.mark.parametrize(
    ("text", "limit", "shown"),
    [
        ("whole", 5, "whole"),
        ("cut on a word", 10, "cut on a…"),
        ("unbreakable", 6, "unbre…"),
        ("😀😀😀", 5, "😀😀…"),
        ("o\u0308o\u0308", 3, "o\u0308…"),
        ("a👩‍👧b", 4, "a…"),
    ],
)
def test_a_cut_is_on_a_word_and_never_inside_a_character(text: str, limit: int, shown: str) -> None:
    assert cut_plain(text, limit) == shown


def test_atoms_are_kept_whole() -> None:
    assert cut_atoms(["ab", "<token>", "cd"], 8) == "ab…"
    assert cut_atoms(["ab", "<token>"], 10) == "ab<token>"


@given(ANY_TEXT, st.integers(1, 60))
def test_every_cut_holds_its_limit(text: str, limit: int) -> None:
    made = cut_plain(clean(text), limit)
    assert units(made) <= limit
    assert clean(made) == made
    made.encode()
