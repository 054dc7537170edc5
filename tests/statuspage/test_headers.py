"""What the headers of an answer mean."""

from __future__ import annotations

from datetime import timedelta

import pytest

from adapters.statuspage.headers import entity_tag, is_stale, retry_after
from tests.factories import START
from tests.fakes.page import CACHE_CONTROL

SECOND = timedelta(seconds=1)


@pytest.mark.parametrize(
    ("value", "wait"),
    [
        ("30", 30 * SECOND),
        ("1.5", 1.5 * SECOND),
        (" 30 ", 30 * SECOND),
        ("0", SECOND),
        ("-5", SECOND),
        ("-inf", SECOND),
        ("1000000000", 900 * SECOND),
        ("inf", 900 * SECOND),
        ("9" * 5_000, 900 * SECOND),
        ("Mon, 04 May 2026 12:02:00 GMT", 120 * SECOND),
        ("Monday, 04-May-26 12:02:00 GMT", 120 * SECOND),
        ("Mon, 04 May 2026 12:02:00 -0000", 120 * SECOND),
        ("Mon, 04 May 2026 11:00:00 GMT", SECOND),
        ("Fri, 31 Dec 9999 23:59:59 -1200", None),
        ("Mon, 99 May 2026 12:02:00 GMT", None),
        ("nan", None),
        ("soon", None),
        ("", None),
        ("\u0663\u0660 minutes", None),
    ],
)
def test_the_page_may_ask_for_one_second_to_15_minutes(value: str, wait: timedelta | None) -> None:
    assert retry_after({"Retry-After": value}, START) == wait


def test_a_date_is_counted_from_the_pages_own_clock() -> None:
    headers = {"Retry-After": "Mon, 04 May 2026 12:02:00 GMT", "Date": "Mon, 04 May 2026 12:01:00 GMT"}
    assert retry_after(headers, START + timedelta(days=3)) == 60 * SECOND


def test_without_the_header_nothing_is_asked_for() -> None:
    assert retry_after({}, START) is None


@pytest.mark.parametrize(
    ("age", "control", "stale"),
    [
        ("0", CACHE_CONTROL, False),
        ("10", CACHE_CONTROL, False),
        ("11", CACHE_CONTROL, True),
        ("3600", CACHE_CONTROL, True),
        ("11", None, True),
        ("9", None, False),
        ("40", "max-age=10, s-maxage=60", False),
        ("40", "max-age=60, s-maxage=10", True),
        ("40", "public, MAX-AGE=60", False),
        ("40", 'max-age="60"', False),
        ("1", "max-age=0", True),
        ("11", "x-max-age=60", True),
        ("11", "max-age=soon", True),
        ("-5", CACHE_CONTROL, False),
        ("old", CACHE_CONTROL, False),
        ("²", CACHE_CONTROL, False),
        ("9" * 5_000, CACHE_CONTROL, False),
        (None, CACHE_CONTROL, False),
    ],
)
def test_an_answer_older_than_it_may_be_is_stale(age: str | None, control: str | None, stale: bool) -> None:
    given = {"Age": age, "Cache-Control": control}
    assert is_stale({name: value for name, value in given.items() if value is not None}) is stale


@pytest.mark.parametrize("tag", ['"abc"', 'W/"abc"', '""', '"a b, c"', 'W/"' + "x" * 252 + '"'])
def test_an_entity_tag_is_kept_as_it_stands(tag: str) -> None:
    assert entity_tag(tag) == tag


@pytest.mark.parametrize(
    "tag", [None, "", "*", "abc", 'w/"abc"', '"a"b"', '"a\n"', '"é"', '"\x7f"', '"' + "x" * 253 + '"']
)
def test_what_is_not_fit_to_be_sent_back_is_no_entity_tag(tag: str | None) -> None:
    """A bare `*` above all: it would make the page say "unchanged" for ever."""
    assert entity_tag(tag) is None
