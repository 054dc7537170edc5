"""Text of the page is normalised once, so that it can be stored, shown and compared."""

from __future__ import annotations

import time
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.statuspage.text import MAX_MARKS, line, prose

ANY_TEXT = st.text(st.characters(), max_size=200)
"""Lone surrogates included."""


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("a\ud800b", "a\ufffdb"),
        ("a\x00b", "ab"),
        ("a\x1b[31mb\x9bc", "a[31mbc"),
        ("one\r\ntwo\rthree\x85four\u2028five", "one\ntwo\nthree\nfour\nfive"),
        ("a\tb", "a b"),
        ("\u202egpj.exe\u202c", "gpj.exe"),
        ("\u2066a\u2069\u200e\u200f\u061c", "a"),
        ("st\u200batus\u2060 pa\ufeffge\u00ad", "status page"),
        ("hidden\U000e0041\U000e0042 words", "hidden words"),
        ("\ufdd0a\uffff\U0010fffe", "a"),
        ("Cafe\u0301", "Café"),
        ("Z" + "\u0335" * 40 + "algo", "Z" + "\u0335" * MAX_MARKS + "algo"),
        (
            "\ufb2c" + "\u0323" * MAX_MARKS,
            "\u05e9\u05bc\u05c1\u0323\u0323",
        ),  # one letter and two marks in NFC
        ("  around  ", "around"),
        ("“curly” – 한국어 – naïve – 🙂", "“curly” – 한국어 – naïve – 🙂"),
    ],
)
def test_text_is_normalised(written: str, read: str) -> None:
    assert prose(written, 100) == read


@pytest.mark.parametrize(
    "written", ["a < b &amp; c", "&amp;lt;!channel&amp;gt;", "<br>", "**bold** [a](b)", "<!here>"]
)
def test_markup_and_entities_stay_as_they_are_written(written: str) -> None:
    """Whoever shows the text escapes it; decoding here would decode twice."""
    assert prose(written, 100) == written


def test_a_name_is_one_line() -> None:
    assert line("  one\n\ttwo  \u00a0three ", 100) == "one two three"


def test_long_text_is_cut_on_a_word() -> None:
    assert prose("nine characters and more", 18) == "nine characters…"
    assert len(prose("x" * 1000, 300)) == 300


@given(ANY_TEXT, st.integers(2, 60))
def test_normalised_text_is_fit_for_everything(written: str, limit: int) -> None:
    for normalise in (line, prose):
        read = normalise(written, limit)
        assert normalise(read, limit) == read
        assert len(read) <= limit
        assert read == read.strip()
        assert {one for one in read if unicodedata.category(one) in {"Cc", "Cs"}} <= {"\n"}
        read.encode()
    assert "\n" not in line(written, limit)


@given(ANY_TEXT)
def test_nothing_invisible_is_left(written: str) -> None:
    forbidden = set("\x00\x1b\x7f\x9b\r\t\u200b\u200d\u202e\u2066\u2069\u061c\ufeff\U000e0041\uffff")
    assert not forbidden & set(prose(written, 1000))


def test_a_wall_of_marks_is_normalised_at_once() -> None:
    """Sorting them, as Unicode's normal forms demand, takes quadratic time."""
    started = time.process_time()
    prose("a" + "\u0315\u0300\u05ae\u0301" * 200_000, 20_000)
    assert time.process_time() - started < 1
