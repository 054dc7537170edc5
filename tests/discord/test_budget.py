"""The budget: nobody waits in line, everybody's turn comes, and no second holds more than Discord takes."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from adapters.discord.budget import BURST, KEPT, MOST, WITHIN, Budget
from adapters.discord.pace import MOST as MOST_IN_CHANNEL
from adapters.discord.pace import OLD_APART, Pace, made_at
from adapters.discord.pace import WITHIN as CHANNEL_WITHIN
from bot.domain.subscription import Channel
from bot.ports import NotYet
from tests.contracts.chat import card
from tests.discord.scene import CREATE, discord_scene
from tests.fakes.clock import MIDDAY, SetClock
from tests.fakes.discord.standin import DiscordStandIn

TICK = timedelta(seconds=0.5)
"""How often the courier looks what is due."""


class Callers:
    """Calls that come back at the first tick after their turn."""

    def __init__(self) -> None:
        self.clock = SetClock()
        self.budget = Budget(self.clock)
        self.went: list[datetime] = []
        self._waiting: dict[str, tuple[datetime, int]] = {}

    def call(self, key: str, cost: int = 1) -> timedelta | None:
        wait = self.budget.wait(key, cost)
        if wait is not None:
            self._waiting[key] = (self.clock.now() + wait, cost)
            return wait
        self._waiting.pop(key, None)
        for _ in range(cost):
            self.budget.made()
            self.went.append(self.clock.now())
        return None

    def run(self, tick: timedelta = TICK) -> None:
        """Let everybody come back until all went."""
        while self._waiting:
            self.clock.advance(tick)
            due = [key for key, (turn, _) in self._waiting.items() if turn <= self.clock.now()]
            for key in due:
                self.call(key, self._waiting[key][1])


def most_in_a_second(moments: Sequence[datetime]) -> int:
    """Return how many of *moments*, in order, lie within one second at most."""
    most = first = 0
    for last, moment in enumerate(moments):
        while moment - moments[first] >= timedelta(seconds=1):
            first += 1
        most = max(most, last - first + 1)
    return most


def test_the_first_go_at_once_and_the_others_one_behind_the_other() -> None:
    callers = Callers()
    waits = [callers.call(f"call{number}") for number in range(100)]
    assert waits[:BURST] == [None] * BURST
    turns = [wait for wait in waits if wait is not None]
    assert turns == sorted(set(turns))
    assert turns[-1] < timedelta(seconds=2.5)


@given(st.lists(st.integers(1, 5), min_size=1, max_size=300), st.sampled_from([0.02, 0.1, 0.5, 3.0]))
def test_no_second_holds_more_than_discord_takes_and_everybody_goes(costs: list[int], tick: float) -> None:
    callers = Callers()
    for number, cost in enumerate(costs):
        callers.call(f"call{number}", cost)
    callers.run(timedelta(seconds=tick))
    assert len(callers.went) == sum(costs)
    assert most_in_a_second(callers.went) <= MOST


def test_who_comes_late_with_many_others_waits_for_room_and_keeps_the_turn() -> None:
    callers = Callers()
    for number in range(400):
        callers.call(f"call{number}")
    callers.clock.advance(timedelta(minutes=1))
    callers.run()
    assert most_in_a_second(callers.went) <= MOST
    assert callers.went[-1] - MIDDAY < timedelta(minutes=1, seconds=10)


def test_a_thousand_calls_take_no_longer_than_they_must() -> None:
    callers = Callers()
    for number in range(1000):
        callers.call(f"call{number}")
    callers.run()
    assert callers.went[-1] - MIDDAY < timedelta(seconds=1000 / MOST * 1.5)


def test_calls_nobody_planned_are_counted_as_well() -> None:
    clock = SetClock()
    budget = Budget(clock)
    for _ in range(MOST):
        budget.made()
    assert budget.wait("one") == WITHIN
    clock.advance(WITHIN)
    assert budget.wait("one") is None


def test_turns_that_nobody_came_for_are_forgotten() -> None:
    callers = Callers()
    for number in range(200):
        callers.call(f"call{number}")
    callers.clock.advance(2 * KEPT)
    callers.call("another")
    assert len(callers.budget._turns.promised) == 0


def test_messages_of_a_channel_go_five_in_five_seconds_however_late_they_come() -> None:
    clock, went = SetClock(), []
    pace = Pace(clock)
    waiting = {f"message{number}": MIDDAY for number in range(40)}
    step = 0
    while waiting:
        for key in [key for key, turn in waiting.items() if turn <= clock.now()]:
            wait = pace.send("channel", key)
            waiting[key] = clock.now() + wait
            if not wait:
                went.append(clock.now())
                del waiting[key]
        step += 1
        clock.advance(timedelta(seconds=60 if step == 2 else 0.5))
    for first, later in zip(went, went[MOST_IN_CHANNEL:], strict=False):
        assert later - first >= CHANNEL_WITHIN


def test_channels_do_not_wait_for_each_other() -> None:
    pace = Pace(SetClock())
    assert not any(pace.send(f"channel{number % 20}", f"message{number}") for number in range(100))


def test_the_pace_forgets_what_is_over() -> None:
    clock = SetClock()
    pace = Pace(clock)
    for number in range(50):
        pace.send(f"channel{number}", "key")
        pace.edited(str(number))
    clock.advance(timedelta(hours=1))
    pace.send("another", "key")
    assert (len(pace._lanes), len(pace._old)) == (1, 0)
    assert pace.edit("0") == timedelta(0)


def test_only_old_messages_are_edited_apart() -> None:
    clock = SetClock()
    pace = Pace(clock)
    young = str(int((MIDDAY - made_at("0")).total_seconds() * 1000) << 22)
    for message, wait in ((young, timedelta(0)), ("1", OLD_APART)):
        pace.edited(message)
        assert pace.edit(message) == wait
    assert made_at(young) == MIDDAY
    assert made_at("9" * 40) == made_at("x") == made_at("0")


async def test_six_hundred_sends_at_once_all_arrive_once_each() -> None:
    async with discord_scene() as scene:
        scene.discord.checked = False  # they are all alike
        waiting = dict.fromkeys((scene.place() for _ in range(600)), scene.now)

        async def send(channel: Channel) -> None:
            try:
                await scene.chat.send(channel, card(), channel.id, None)
            except NotYet as early:
                waiting[channel] = scene.now + early.wait
            else:
                del waiting[channel]

        while waiting:
            due = [channel for channel, turn in waiting.items() if turn <= scene.now]
            await asyncio.gather(*map(send, due))
            scene.world.clock.advance(TICK)
        _arrived_once_each(scene.discord, 600)


async def test_an_incident_is_told_in_a_thousand_channels_once_each() -> None:
    async with discord_scene() as scene:
        scene.discord.checked = False
        await scene.subscribe_many(1000)
        await scene.world.news()
        began, courier = scene.now, scene.courier()
        await courier.run_dry()
        while await scene.world.store.next_due() is not None:
            scene.world.clock.advance(TICK)
            await courier.run_dry()
        _arrived_once_each(scene.discord, 1000)
        assert scene.now - began < timedelta(seconds=1000 / 48 * 1.6)


def _arrived_once_each(discord: DiscordStandIn, count: int) -> None:
    messages = discord.ledger.all_messages
    assert len(messages) == len({message.channel for message in messages}) == count
    calls = discord.ledger.calls_of(CREATE)
    assert len(calls) == count
    assert most_in_a_second([call.at for call in calls]) <= 50
