"""Who asked for a pause waits for it, and nobody else, whatever becomes of the clock."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.domain.delivery import Scope
from bot.domain.holds import Holds
from bot.domain.subscription import Channel
from tests.fakes.clock import MIDDAY

MINUTE = timedelta(minutes=1)
HERE = Channel("chat", "one", "a")
BESIDE = Channel("chat", "one", "b")
ELSEWHERE = Channel("chat", "two", "a")
OTHER = Channel("other", "one", "a")


@pytest.mark.parametrize(
    ("scope", "waiting"),
    [
        (Scope.POST, []),
        (Scope.CHANNEL, [HERE]),
        (Scope.WORKSPACE, [HERE, BESIDE]),
        (Scope.PLATFORM, [HERE, BESIDE, ELSEWHERE]),
    ],
)
def test_a_pause_reaches_as_far_as_its_scope(scope: Scope, waiting: list[Channel]) -> None:
    holds = Holds()
    holds.add(HERE, scope, MIDDAY + MINUTE)
    places = [HERE, BESIDE, ELSEWHERE, OTHER]
    assert [place for place in places if holds.until(place, MIDDAY)] == waiting
    assert not [place for place in places if holds.until(place, MIDDAY + MINUTE)]


def test_the_longer_of_two_pauses_holds() -> None:
    holds = Holds()
    for minutes in (3, 1):
        holds.add(HERE, Scope.CHANNEL, MIDDAY + minutes * MINUTE)
    holds.add(HERE, Scope.PLATFORM, MIDDAY + 2 * MINUTE)
    assert holds.until(HERE, MIDDAY) == MIDDAY + 3 * MINUTE
    assert holds.until(ELSEWHERE, MIDDAY) == MIDDAY + 2 * MINUTE


def test_a_clock_that_is_put_back_makes_no_pause_longer() -> None:
    holds = Holds()
    assert holds.until(HERE, MIDDAY) is None
    holds.add(HERE, Scope.WORKSPACE, MIDDAY + MINUTE)
    earlier = MIDDAY - timedelta(hours=1)
    for place in (HERE, BESIDE):
        assert holds.until(place, earlier) == earlier + MINUTE
    assert holds.until(HERE, earlier + MINUTE) is None
