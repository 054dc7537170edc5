"""The aftermath of a change: where Slack refuses its notice, the person who made it is told, once."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Collection, Mapping
from datetime import timedelta
from typing import Any

import pytest

from adapters.slack.aftermath import MOST_EXPECTED, Aftermath
from adapters.slack.request import Request
from bot.domain.delivery import Delivery
from bot.domain.subscription import Channel, Subscription
from bot.underway import Underway
from tests.fakes.slack.faults import error, limited
from tests.fakes.slack.heard import Heard, shown
from tests.fakes.slack.people import Somebody
from tests.slack.world import World


@pytest.fixture
def shut_world(silent_world: World) -> World:
    """A world whose channel the bot was not invited to."""
    silent_world.slack.home.channels["C0STATUS"].bot_in = False
    silent_world.slack.home.scopes -= {"chat:write.public"}
    return silent_world


def afterwards(heard: Heard) -> list[str]:
    """Return the words of what came after the first answer."""
    return [shown(one["blocks"]) for one in heard.bodies[1:]]


async def test_a_refused_notice_is_answered_with_what_to_type(shut_world: World) -> None:
    heard = await shut_world.people.types("subscribe")
    await shut_world.deliver()
    (words,) = afterwards(heard)
    assert words.startswith("🟠 I cannot post in this conversation")
    assert "Type here: /invite @claudestatus" in words
    assert "I try again by myself" in words
    assert heard.later[-1]["response_type"] == "ephemeral"


async def test_it_is_said_once(shut_world: World) -> None:
    heard = await shut_world.people.types("subscribe")
    for _ in range(4):
        await shut_world.deliver()
        shut_world.clock.advance(timedelta(hours=1))
    assert len(afterwards(heard)) == 1


async def test_what_was_promised_happens_by_itself(shut_world: World) -> None:
    heard = await shut_world.people.types("subscribe")
    await shut_world.deliver()
    shut_world.slack.home.channels["C0STATUS"].bot_in = True
    shut_world.clock.advance(timedelta(hours=1))
    await shut_world.deliver()
    assert len(afterwards(heard)) == 1
    assert any("<@U0ALICE> turned them on" in one.text for one in shut_world.notices())


async def test_to_subscribe_again_after_the_invitation_tries_at_once(shut_world: World) -> None:
    await shut_world.people.types("subscribe")
    await shut_world.deliver()
    shut_world.slack.home.channels["C0STATUS"].bot_in = True
    heard = await shut_world.people.types("subscribe")
    await shut_world.deliver()
    assert afterwards(heard) == []
    assert shut_world.notices() != []


async def test_a_posted_notice_needs_no_word(silent_world: World) -> None:
    heard = await silent_world.people.types("subscribe")
    await silent_world.deliver()
    assert afterwards(heard) == []
    silent_world.slack.home.channels["C0STATUS"].refuses = "is_archived"
    await silent_world.deliver()
    assert afterwards(heard) == []


@pytest.mark.parametrize("way", ["button", "form", "mute"])
async def test_every_way_to_change_something_is_followed(shut_world: World, way: str) -> None:
    if way == "button":
        heard = await shut_world.people.presses("subscribe")
    elif way == "form":
        heard = await shut_world.people.presses("settings")
        await shut_world.people.submits(shut_world.form(), {"impact": "major"})
    else:
        await shut_world.people.types("subscribe")
        heard = await shut_world.people.types("mute 2h")
    await shut_world.deliver()
    assert any("/invite @claudestatus" in shown(one["blocks"]) for one in heard.bodies)


async def test_a_direct_message_is_told_another_way_out(shut_world: World) -> None:
    shut_world.slack.home.add_channel("D0BOB", bot_in=False, private=True)
    heard = await shut_world.people.types(
        "subscribe", Somebody(channel="D0BOB", channel_name="directmessage")
    )
    await shut_world.deliver()
    (words,) = afterwards(heard)
    assert "/invite" not in words
    assert "It is a direct message between people" in words
    assert "/claudestatus unsubscribe" in words


async def test_another_refusal_is_told_in_slacks_words(silent_world: World) -> None:
    silent_world.slack.home.channels["C0STATUS"].archived = True
    heard = await silent_world.people.types("subscribe")
    await silent_world.deliver()
    (words,) = afterwards(heard)
    assert "The channel is archived or frozen" in words
    assert "/invite" not in words


async def test_the_end_of_a_subscription_promises_no_further_try(shut_world: World) -> None:
    await shut_world.people.types("subscribe")
    await shut_world.deliver()
    heard = await shut_world.people.types("unsubscribe")
    await shut_world.deliver()
    assert all("I try again by myself" not in words for words in afterwards(heard))


async def test_a_slack_that_is_busy_is_waited_for(silent_world: World) -> None:
    silent_world.slack.fail("chat.postMessage", limited(30))
    heard = await silent_world.people.types("subscribe")
    await silent_world.deliver()
    assert afterwards(heard) == []
    silent_world.clock.advance(timedelta(seconds=31))
    await silent_world.deliver()
    assert afterwards(heard) == []
    assert silent_world.notices() != []


async def test_after_five_minutes_without_an_outcome_nothing_is_said(shut_world: World) -> None:
    heard = await shut_world.people.types("subscribe")
    shut_world.clock.advance(timedelta(minutes=5))
    await shut_world.aftermath.tick()
    await shut_world.deliver()
    assert afterwards(heard) == []


async def test_another_process_may_deliver(shut_world: World) -> None:
    """Whoever holds the response_url tells; what became of the notice is read from the memory."""
    heard = await shut_world.people.types("subscribe")
    idle = Aftermath(shut_world.store, shut_world.clock, shut_world.api, shut_world.underway)
    await shut_world.courier.run_dry()
    await idle.tick()
    await shut_world.settle()
    assert afterwards(heard) == []
    await shut_world.aftermath.tick()
    await shut_world.settle()
    assert len(afterwards(heard)) == 1


async def test_a_response_url_that_is_used_up_ends_nothing(shut_world: World) -> None:
    shut_world.slack.fail("response_url", error("used_url"), times=None)
    heard = await shut_world.people.types("subscribe")
    await shut_world.deliver()
    await shut_world.deliver()
    assert heard.later == []
    refused = [one for one in shut_world.slack.ledger.responses if one.url == heard.response_url]
    assert len(refused) <= 1


class Counting:
    """A store that counts what it is asked."""

    def __init__(self, world: World) -> None:
        self._world = world
        self.asked: Counter[str] = Counter()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._world.store, name)

    async def deliveries(self, channel: Channel, keys: Collection[str]) -> dict[str, Delivery]:
        self.asked["deliveries"] += 1
        return await self._world.store.deliveries(channel, keys)

    async def subscription(self, channel: Channel) -> Subscription | None:
        self.asked["subscription"] += 1
        return await self._world.store.subscription(channel)


class Hanging:
    """A Web API whose response_urls that end in "hangs" answer nothing until it may go on."""

    def __init__(self) -> None:
        self.may_go_on = asyncio.Event()
        self.told: list[str] = []

    async def respond(self, response_url: str, body: Mapping[str, Any]) -> None:
        if response_url.endswith("hangs"):
            await self.may_go_on.wait()
        self.told.append(response_url)


def asked(number: int, channel: str = "C0STATUS", url: str = "https://hooks.slack.com/") -> Request:
    return Request("T0CLAUDE", channel, f"U{number}", response_url=url)


async def test_the_memory_is_asked_once_for_all_changes_of_a_channel(silent_world: World) -> None:
    counting = Counting(silent_world)
    aftermath = Aftermath(counting, silent_world.clock, Hanging(), Underway())
    for number in range(20):
        aftermath.expect(asked(number), f"notice:{number}")
        aftermath.expect(asked(number, "C0OTHER"), f"notice:other:{number}")
    await aftermath.tick()
    assert counting.asked == {"deliveries": 2, "subscription": 2}


async def test_the_memory_is_asked_every_second_at_first_and_every_five_seconds_later(
    silent_world: World,
) -> None:
    counting = Counting(silent_world)
    aftermath = Aftermath(counting, silent_world.clock, Hanging(), Underway())
    aftermath.expect(asked(1), "notice:1")
    looked = []
    for second in range(400):
        before = counting.asked["deliveries"]
        await aftermath.tick()
        if counting.asked["deliveries"] > before:
            looked.append(second)
        silent_world.clock.advance(timedelta(seconds=1))
    assert looked == [*range(10), *range(10, 301, 5)]


async def test_somebody_who_cannot_be_told_holds_up_nobody_else(shut_world: World) -> None:
    shut_world.slack.home.channels["C0OTHER"].bot_in = False
    await shut_world.people.types("subscribe")
    await shut_world.people.types("subscribe", Somebody(channel="C0OTHER"))
    notices = {one.request.channel: one.notice for one in shut_world.aftermath._expected}
    await shut_world.courier.run_dry()
    api, underway = Hanging(), Underway()
    aftermath = Aftermath(shut_world.store, shut_world.clock, api, underway)
    aftermath.expect(asked(1, "C0STATUS", "https://hooks.slack.com/hangs"), notices["C0STATUS"])
    aftermath.expect(asked(2, "C0OTHER", "https://hooks.slack.com/answers"), notices["C0OTHER"])
    await aftermath.tick()
    await asyncio.sleep(0)
    assert api.told == ["https://hooks.slack.com/answers"]
    api.may_go_on.set()
    await underway.finish()
    assert len(api.told) == 2
    await aftermath.tick()
    await underway.finish()
    assert len(api.told) == 2


async def test_changes_that_come_while_it_looks_push_old_ones_out_without_harm(shut_world: World) -> None:
    await shut_world.people.types("subscribe")
    (expected,) = shut_world.aftermath._expected
    await shut_world.courier.run_dry()
    api, underway = Hanging(), Underway()

    class Flooded(Counting):
        async def deliveries(self, channel: Channel, keys: Collection[str]) -> dict[str, Delivery]:
            for number in range(MOST_EXPECTED):
                aftermath.expect(asked(number), f"notice:{number}")
            return await super().deliveries(channel, keys)

    aftermath = Aftermath(Flooded(shut_world), shut_world.clock, api, underway)
    aftermath.expect(asked(0), expected.notice)
    await aftermath.tick()
    await underway.finish()
    assert api.told == []
