"""Lengths of time and time zones as people write them."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.commands.lengths import read_length
from bot.commands.problems import Unfit
from bot.commands.zones import find_zone, nearest_zone


@given(st.integers(0, 20000), st.integers(0, 500))
def test_what_is_written_is_what_is_read(minutes: int, hours: int) -> None:
    assert read_length(f"{hours}h{minutes}m") == timedelta(hours=hours, minutes=minutes)


@pytest.mark.parametrize("text", ["", "2", "h", "2 fortnights", "-2h", "2h nonsense", "1h1h1h1h1h", "²h"])
def test_what_is_no_length_is_none(text: str) -> None:
    assert read_length(text) is None


@given(st.text())
def test_reading_a_length_never_raises(text: str) -> None:
    assert read_length(text) is None or isinstance(read_length(text), timedelta)


@pytest.mark.parametrize(
    ("text", "zone"),
    [
        ("Europe/Berlin", "Europe/Berlin"),
        ("america/new_york", "America/New_York"),
        ("America/New York", "America/New_York"),
        ("utc", "UTC"),
    ],
)
def test_a_zone_is_found_in_any_case(text: str, zone: str) -> None:
    assert find_zone(text) == zone


@pytest.mark.parametrize(
    ("text", "zone"),
    [
        ("berlin", "Europe/Berlin"),
        ("Europe/Berln", "Europe/Berlin"),
        ("new york", "America/New_York"),
        ("Tokio", "Asia/Tokyo"),
        ("PST", "America/Los_Angeles"),
    ],
)
def test_the_nearest_zone_is_suggested_and_not_taken(text: str, zone: str) -> None:
    assert nearest_zone(text) == zone
    with pytest.raises(Unfit, match="is no time zone") as unfit:
        find_zone(text)
    assert unfit.value.nearest == f"zone={zone}"


@pytest.mark.parametrize(
    "text", ["", "Europe", "../../etc/passwd", "/etc/localtime", "Factory", "\ud800", "\x00"]
)
def test_what_is_no_zone_of_the_list_is_refused(text: str) -> None:
    with pytest.raises(Unfit):
        find_zone(text)
