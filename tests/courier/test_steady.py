"""Turns and pauses do not grow because somebody puts the clock back."""

from __future__ import annotations

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from bot.steady import SteadyClock
from tests.fakes.clock import MIDDAY, SetClock

HOUR = timedelta(hours=1)


def test_a_clock_that_is_put_back_goes_on_from_where_it_was() -> None:
    clock = SetClock()
    steady = SteadyClock(clock)
    clock.advance(HOUR)
    assert steady.now() == MIDDAY + HOUR
    clock.set(MIDDAY)
    assert steady.now() == MIDDAY + HOUR
    clock.advance(timedelta(seconds=7))
    assert steady.now() == MIDDAY + HOUR + timedelta(seconds=7)


@given(st.lists(st.integers(-10_000, 10_000)))
def test_it_never_goes_back_and_forward_as_the_other_does(seconds: list[int]) -> None:
    clock = SetClock()
    steady = SteadyClock(clock)
    for length in [timedelta(seconds=one) for one in seconds]:
        before = steady.now()
        clock.advance(length)
        assert steady.now() - before == max(length, timedelta(0))
