"""The pace: nobody waits in line, everybody's turn comes, and a workspace's refusals are learnt from."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.slack.pace import APART, CEILING, FLOOR, KEPT, START, Pace
from bot.domain.subscription import Channel
from tests.fakes.clock import SetClock

SECOND = timedelta(seconds=1)


def place(number: int = 0, workspace: str = "T1") -> Channel:
    return Channel("slack", workspace, f"C{number}")


class Callers:
    """Calls that come back when their turn is, each when the clock says so and not a moment earlier."""

    def __init__(self, *, workspace: str = "T1", apart: bool = True) -> None:
        self.clock = SetClock()
        self.pace = Pace(self.clock)
        self.went: list[datetime] = []
        self.asked = 0
        self._workspace = workspace
        self._apart = apart
        self._waiting: dict[str, tuple[datetime, Channel]] = {}

    def call(self, key: str, channel: Channel) -> timedelta | None:
        self.asked += 1
        wait = self.pace.wait(channel, "post", key, apart=self._apart)
        if wait is None:
            self.went.append(self.clock.now())
            self._waiting.pop(key, None)
        else:
            self._waiting[key] = (self.clock.now() + wait, channel)
        return wait

    def run(self) -> None:
        """Let everybody come back until all went."""
        while self._waiting:
            key, (turn, channel) = min(self._waiting.items(), key=lambda item: item[1][0])
            self.clock.set(max(turn, self.clock.now()))
            self.call(key, channel)


def rate(moments: list[datetime]) -> float:
    """Return how many went in a second, the burst at the start aside."""
    later = [moment for moment in moments if moment > moments[0]]
    return (len(later) - 1) / (later[-1] - later[0]).total_seconds()


def test_messages_of_a_channel_go_a_second_apart_in_the_order_they_came() -> None:
    callers = Callers()
    for number in range(10):
        callers.call(f"n{number}", place())
    callers.run()
    assert [later - earlier for earlier, later in pairwise(callers.went)] == [APART] * 9


def test_edits_of_a_channel_need_not_stay_apart() -> None:
    callers = Callers(apart=False)
    assert [callers.call(f"n{number}", place()) for number in range(5)] == [None] * 5


def test_many_channels_of_a_workspace_come_back_one_after_the_other_and_each_is_sent_away_once() -> None:
    callers = Callers()
    for number in range(500):
        callers.call(f"n{number}", place(number))
    callers.run()
    assert len(callers.went) == 500
    assert callers.asked <= 1000
    assert rate(callers.went) == pytest.approx(START, rel=0.02)


def test_another_workspace_and_another_method_are_not_held_up() -> None:
    callers = Callers()
    for number in range(500):
        callers.call(f"n{number}", place(number))
    assert callers.pace.wait(place(0, "T2"), "post", "far", apart=True) is None
    assert callers.pace.wait(place(0), "edit", "edit", apart=False) is None


def test_a_turn_is_kept_while_others_push_in() -> None:
    callers = Callers()
    for number in range(50):
        callers.call(f"n{number}", place(number))
    wait = callers.call("mine", place(99))
    assert wait is not None
    callers.clock.advance(wait - SECOND / 100)
    for number in range(100, 200):
        callers.call(f"n{number}", place(number))
    assert callers.call("mine", place(99)) is not None
    callers.clock.advance(SECOND / 100)
    assert callers.call("mine", place(99)) is None


def test_who_comes_late_to_his_turn_still_stays_apart_from_the_one_before() -> None:
    callers = Callers()
    for key in ("a", "b", "c"):
        callers.call(key, place())
    callers.clock.advance(timedelta(seconds=1.9))
    assert callers.call("b", place()) is None
    callers.clock.advance(timedelta(seconds=0.2))
    assert callers.call("c", place()) == timedelta(seconds=0.8)


def test_after_a_refusal_nothing_goes_before_the_pause_ends_and_then_half_as_fast() -> None:
    callers = Callers()
    for number in range(100):
        callers.call(f"n{number}", place(number))
    callers.pace.limited("T1", "post", 30 * SECOND)
    began, before = callers.clock.now(), len(callers.went)
    for number in range(100, 200):
        assert callers.call(f"n{number}", place(number)) is not None
    callers.run()
    after = callers.went[before:]
    assert after[0] == began + 30 * SECOND
    assert rate(after) == pytest.approx(START / 2, rel=0.02)


def test_refusals_of_calls_that_were_under_way_together_count_as_one() -> None:
    slow, once = Callers(), Callers()
    for _ in range(20):
        slow.pace.limited("T1", "post", SECOND)
    once.pace.limited("T1", "post", SECOND)
    for callers in (slow, once):
        for number in range(50):
            callers.call(f"n{number}", place(number))
        callers.run()
    assert slow.went == once.went


def test_a_pause_makes_an_end_of_all_turns_also_of_those_that_were_later() -> None:
    callers = Callers()
    for number in range(10):
        callers.call(f"n{number}", place())
    callers.pace.limited("T1", "post", 2 * SECOND)
    assert callers.call("n9", place()) == 2 * SECOND


def test_the_longer_of_two_pauses_holds() -> None:
    callers = Callers()
    callers.pace.limited("T1", "post", 30 * SECOND)
    callers.pace.limited("T1", "post", SECOND)
    assert callers.call("n1", place()) == 30 * SECOND


def test_a_slow_workspace_is_never_given_up_and_a_good_one_never_flooded() -> None:
    slow, fast = Callers(), Callers()
    for _ in range(20):
        slow.pace.limited("T1", "post", SECOND)
        slow.clock.advance(2 * SECOND)
    for _ in range(10_000):
        fast.pace.accepted("T1", "post")
    for callers in (slow, fast):
        for number in range(300):
            callers.call(f"n{number}", place(number))
        callers.run()
    assert rate(slow.went) == pytest.approx(FLOOR, rel=0.02)
    assert rate(fast.went) == pytest.approx(CEILING, rel=0.02)


def test_a_halved_rate_is_regained_by_what_is_accepted() -> None:
    callers = Callers()
    callers.pace.limited("T1", "post", SECOND)
    callers.clock.advance(2 * SECOND)
    for _ in range(125):
        callers.pace.accepted("T1", "post")
    for number in range(100):
        callers.call(f"n{number}", place(number))
    callers.run()
    assert rate(callers.went) == pytest.approx(START, rel=0.02)


def test_turns_nobody_comes_back_for_are_forgotten() -> None:
    callers = Callers()
    for number in range(1000):
        callers.call(f"n{number}", place(number))
    callers.clock.advance(timedelta(hours=1))
    callers.call("late", place())
    (lane,) = callers.pace._lanes.values()
    assert (len(lane.turns), len(lane.next), len(lane.last)) == (0, 1, 1)
    assert timedelta(hours=1) > KEPT


def test_a_turn_that_would_be_too_late_is_not_taken_from_anybody() -> None:
    callers = Callers()
    for number in range(3):
        callers.call(f"n{number}", place())
    for number in range(100):
        wait = callers.pace.wait(place(), "post", f"late{number}", apart=True, within=2 * SECOND)
        assert wait == 3 * SECOND
    assert callers.pace.wait(place(), "post", "patient", apart=True, within=3 * SECOND) == 3 * SECOND
    assert callers.call("n3", place()) == 4 * SECOND


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3000)), min_size=1, max_size=60))
def test_whoever_calls_when_goes_in_the_end_and_messages_of_a_channel_stay_apart(
    calls: list[tuple[int, int]],
) -> None:
    clock = SetClock()
    pace = Pace(clock)
    went: dict[int, list[datetime]] = {}
    for index, (number, milliseconds) in enumerate(calls):
        clock.advance(timedelta(milliseconds=milliseconds))
        for _ in range(20):
            wait = pace.wait(place(number), "post", f"n{index}", apart=True)
            if wait is None:
                went.setdefault(number, []).append(clock.now())
                break
            assert wait > timedelta(0)
            clock.advance(wait)
        else:
            pytest.fail("its turn never came")
    for moments in went.values():
        assert all(later - earlier >= APART for earlier, later in pairwise(moments))


def test_a_clock_that_is_put_back_makes_nobody_wait_longer() -> None:
    callers = Callers()
    callers.clock.advance(timedelta(hours=1))
    for key in ("a", "b", "c"):
        callers.call(key, place())
    callers.pace.limited("T2", "post", 30 * SECOND)
    callers.clock.advance(-timedelta(hours=1))
    assert callers.call("c", place()) == 2 * SECOND
    assert callers.call("d", place(workspace="T2")) == 30 * SECOND
    callers.clock.advance(30 * SECOND)
    assert callers.call("c", place()) is None
    assert callers.call("d", place(workspace="T2")) is None
