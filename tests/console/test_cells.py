"""How text fits a terminal's grid, and what never reaches it."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.console.cells import tame, width, wrap


def lines(text: str, columns: int) -> list[str]:
    return [text[part] for part in wrap(text, columns)]


@pytest.mark.parametrize(
    ("text", "cells"),
    [("", 0), ("abc", 3), ("🔴", 2), ("日本", 4), ("e\u0301", 1), ("café", 4), ("│ ↳", 3)],
)
def test_a_text_is_as_wide_as_it_looks(text: str, cells: int) -> None:
    assert width(text) == cells


@pytest.mark.parametrize(
    ("text", "columns", "expected"),
    [
        ("", 5, [""]),
        ("one two", 7, ["one two"]),
        ("one two", 6, ["one", "two"]),
        ("one  two   three", 8, ["one  two", "three"]),
        ("  - item", 20, ["  - item"]),
        ("abcdefgh ij", 4, ["abcd", "efgh", "ij"]),
        ("ab cdefgh", 4, ["ab", "cdef", "gh"]),
        ("🔴🔴🔴", 5, ["🔴🔴", "🔴"]),
        ("see https://status.example.com/x now", 8, ["see", "https://status.example.com/x", "now"]),
    ],
)
def test_lines_break_between_words(text: str, columns: int, expected: list[str]) -> None:
    assert lines(text, columns) == expected


@given(st.text(alphabet="ab 日🔴\u0301:/"), st.integers(2, 12))
def test_wrapping_keeps_every_character_but_spaces_and_fits(text: str, columns: int) -> None:
    wrapped = lines(text, columns)
    assert "".join(wrapped).replace(" ", "") == text.replace(" ", "")
    assert all(width(line) <= columns or "://" in line for line in wrapped)


@given(st.text())
def test_tamed_text_holds_nothing_a_terminal_obeys(text: str) -> None:
    tamed = tame(text)
    categories = {unicodedata.category(character) for character in tamed}
    assert not categories & {"Cc", "Cf", "Cs", "Zl", "Zp"}
    assert tame(tamed) == tamed


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("\x1b]0;title\x07", "\ufffd]0;title\ufffd"),
        ("\x9b31mred", "\ufffd31mred"),
        ("a\r\nb\tc\u2028d\u00a0e", "a  b c d e"),
        ("abc\u202edcba\u2066", "abcdcba"),
        ("\ud800", "\ufffd"),
        ("🔴 é 日", "🔴 é 日"),
    ],
)
def test_what_a_terminal_would_obey_is_shown_or_dropped(text: str, expected: str) -> None:
    assert tame(text) == expected
