"""The English for the page's words, for durations and for lists."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.status import COMPONENT_RANKS, IMPACT_RANKS, OPEN_STATUSES, REMOVED, Kind
from bot.domain.words import (
    COMPONENT_EMOJI,
    COMPONENT_WORDS,
    IMPACT_WORDS,
    STATUS_WORDS,
    UNKNOWN_EMOJI,
    component_emoji,
    component_word,
    cut,
    duration,
    impact_word,
    impact_words,
    kind_word,
    names,
    some,
    status_word,
)


def test_every_known_word_has_an_english_one() -> None:
    assert set(STATUS_WORDS) >= OPEN_STATUSES
    assert set(COMPONENT_WORDS) == set(COMPONENT_EMOJI) == set(COMPONENT_RANKS)
    assert set(IMPACT_WORDS) == set(IMPACT_RANKS)


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        (status_word("in_progress"), "In progress"),
        (status_word("half_done"), "half done"),
        (status_word(""), "unknown"),
        (component_word("partial_outage"), "Partial outage"),
        (component_word("on_fire"), "on fire"),
        (component_word(REMOVED), "No longer listed"),
        (impact_word("none"), "no impact"),
        (impact_word("huge"), "impact “huge”"),
        (impact_words("major", "major"), "major impact"),
        (impact_words("minor", "major"), "minor impact (was major impact)"),
        (kind_word(Kind.MAINTENANCE), "Maintenance"),
        (kind_word(Kind.INCIDENT), "Incident"),
    ],
)
def test_a_word_is_shown_in_english_and_an_unknown_one_as_it_stands(said: str, shown: str) -> None:
    assert said == shown


def test_an_unknown_state_is_neither_good_nor_bad_nor_our_blindness() -> None:
    assert component_emoji("on_fire") == UNKNOWN_EMOJI
    assert UNKNOWN_EMOJI not in COMPONENT_EMOJI.values()
    assert component_emoji("major_outage") == "🔴"


@pytest.mark.parametrize(
    ("length", "shown"),
    [
        (timedelta(seconds=-5), "0 s"),
        (timedelta(seconds=41.9), "41 s"),
        (timedelta(seconds=60), "1 min"),
        (timedelta(minutes=59, seconds=59), "59 min"),
        (timedelta(hours=1), "1 h"),
        (timedelta(hours=1, minutes=4), "1 h 4 min"),
        (timedelta(days=18, hours=3, minutes=59), "18 d 3 h"),
        (timedelta(days=1), "1 d"),
        (timedelta(days=2), "2 d"),
    ],
)
def test_a_duration_has_its_two_largest_units(length: timedelta, shown: str) -> None:
    assert duration(length) == shown


def test_names_are_listed_with_an_and() -> None:
    assert [names(["a", "b", "c"][:count]) for count in range(4)] == ["", "a", "a and b", "a, b and c"]


def test_of_many_names_some_are_listed_and_the_rest_counted() -> None:
    assert some(["a", "b", "c"], 3) == "a, b and c"
    assert some(["a", "b", "c", "d"], 3) == "a, b and 2 more"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("short", "short"),
        ("just as long", "just as…"),
        ("as long as.", "as long as."),
        ("a five long", "a five long"),
        ("five5 longer", "five5…"),
        ("one two three four", "one two…"),
        ("one two\nthree four", "one two…"),
        ("incomprehensibilities", "incomprehe…"),
        ("a incomprehensibilities", "a incompre…"),
        ("            ", "…"),
    ],
)
def test_a_long_text_is_cut_on_a_word_where_that_leaves_enough(text: str, shown: str) -> None:
    assert cut(text, 11) == shown


@given(st.text(), st.integers(1, 50))
def test_a_cut_text_is_never_too_long(text: str, limit: int) -> None:
    shown = cut(text, limit)
    assert len(shown) <= limit
    assert shown == text or shown.endswith("…")
