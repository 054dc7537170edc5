"""What the channel is told when somebody changes its subscription, and when it is not."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.commands.caller import Reply
from bot.commands.command import Command, MuteIncident
from bot.domain.delivery import PostKind, Scope, Verdict
from bot.domain.message import Line, Named, NamedKind
from bot.domain.subscription import State
from bot.ports import Refused
from tests.commands.world import HERE, OWNER, World, told
from tests.factories import incident, minute, update

ANN = replace(OWNER, announces=True)
BOB = replace(ANN, user="bob")


async def noticed(world: World, said: str | Command) -> list[list[str]]:
    """Do as Bob what was said or chosen, and return what the channel shows then that it did not before."""
    await world.courier.run_dry()
    before = len(world.chat.top(HERE))
    await world.do(said, BOB)
    await world.courier.run_dry()
    return [told(one.post.message) for one in world.chat.top(HERE)[before:]]


SUMMARY = "API and Chat, major impact or worse, without maintenance, as card"
KEPT = "Nothing new is posted about it until it is over; its card is kept up to date."


async def test_a_channel_hears_that_it_is_subscribed_and_by_whom(world: World) -> None:
    assert await noticed(world, "subscribe chat, api impact=major maintenance=off style=card") == [
        [
            "🔵 Alerts about Claude's status are on in this channel",
            f"bob turned them on. Told here: {SUMMARY}.",
        ]
    ]


async def test_a_change_is_told_with_what_held_before(world: World) -> None:
    await world.do("subscribe api")
    assert await noticed(world, "settings components=chat mention=here impact=minor") == [
        [
            "🔵 The alert settings of this channel were changed",
            "bob changed them.",
            "  Components: Chat (was: API)",
            "  Least impact: minor (was: none, so every incident is told)",
            "  Mention: here, when an incident starts or worsens (was: nobody)",
        ]
    ]


async def test_subscribing_again_with_other_settings_is_told_as_a_change(world: World) -> None:
    await world.do("subscribe impact=major")
    assert await noticed(world, "subscribe impact=minor") == [
        [
            "🔵 The alert settings of this channel were changed",
            "bob changed them.",
            "  Least impact: minor (was: major)",
        ]
    ]


async def test_the_end_is_told_after_it(world: World) -> None:
    await world.do("subscribe")
    assert await noticed(world, "unsubscribe") == [
        [
            "🔵 Alerts about Claude's status are off in this channel",
            "bob turned them off. Open cards say so once and are not kept up to date.",
        ]
    ]


async def test_a_mute_and_its_end_are_told_in_spite_of_it(world: World) -> None:
    await world.do("subscribe")
    assert await noticed(world, "mute 2h") == [
        [
            "🔵 Alerts in this channel are muted",
            "bob muted them until 4 May 2026 14:00 UTC. What is missed is told silently then.",
        ]
    ]
    assert await noticed(world, "unmute") == [
        ["🔵 Alerts in this channel are no longer muted", "bob ended the mute."]
    ]


async def test_a_muted_incident_is_named_and_only_the_first_to_mute_it_is(world: World) -> None:
    await world.do("subscribe")
    world.clock.advance(timedelta(minutes=1))
    await world.page_says(incident())
    assert await noticed(world, MuteIncident("incident0001")) == [
        [
            "🔵 Muted here: Raised error rates in chat",
            f"bob muted this incident. {KEPT}",
        ]
    ]
    assert await noticed(world, MuteIncident("incident0001")) == []


async def pause(world: World) -> None:
    """Let the platform refuse what is due."""
    world.chat.script(
        Refused(Verdict.PAUSE, Scope.CHANNEL, "not_in_channel", "I am not in.", cure="Invite me.")
    )
    await world.do("test")
    await world.courier.run_dry()
    assert (await world.subscription()).state is State.PAUSED


async def test_a_channel_that_is_tried_again_hears_who_asked_and_what_else_changed(world: World) -> None:
    await world.do("subscribe")
    await pause(world)
    await world.do("subscribe impact=major", BOB)
    await world.courier.run_dry()
    notices = [told(one.post.message) for one in world.chat.top(HERE) if one.post.key == "notice"]
    assert notices == [
        [
            "🔵 Alerts in this channel were paused and are tried again",
            "bob asked to try again.",
            "  Least impact: major (was: none, so every incident is told)",
        ]
    ]


async def test_who_did_it_is_named_by_the_platform(world: World) -> None:
    """The core knows an id, the adapter how people are shown."""
    await world.do("subscribe", BOB)
    await world.courier.run_dry()
    (notice,) = world.chat.top(HERE)
    line = notice.post.message.blocks[0]
    assert isinstance(line, Line)
    assert line.text[0] == Named(NamedKind.PERSON, "bob")


async def test_a_notice_is_silent_and_calls_nobody(world: World) -> None:
    await world.do("subscribe mention=here", BOB)
    await world.courier.run_dry()
    (notice,) = world.chat.top(HERE)
    assert (notice.post.kind, notice.post.loud, notice.post.echo, notice.post.mention) == (
        PostKind.POST,
        (),
        False,
        None,
    )


async def test_the_reply_names_the_delivery_in_which_the_outcome_stands(world: World) -> None:
    world.chat.script(
        Refused(Verdict.PAUSE, Scope.CHANNEL, "not_in_channel", "I am not in.", cure="Invite me.")
    )
    reply = await world.do("subscribe", BOB)
    assert reply.notice is not None
    await world.courier.run_dry()
    delivery = (await world.store.deliveries(HERE, [reply.notice]))[reply.notice]
    assert (delivery.trace[-1].outcome, delivery.trace[-1].detail) == (
        "pause",
        "not_in_channel: I am not in. Invite me.",
    )
    assert (await world.subscription()).pause_reason == "not_in_channel: I am not in. Invite me."


SAID = ["subscribe impact=major", "settings impact=minor", "mute 2h", "unmute", "unsubscribe"]


async def test_nothing_is_told_where_changes_are_not_announced(world: World) -> None:
    replies = [await world.do(one) for one in SAID]
    assert [one.notice for one in replies] == [None] * len(SAID)
    assert await world.courier.run_dry() == 0


async def test_changes_at_the_same_moment_are_told_one_by_one(world: World) -> None:
    replies = [await world.do(one, BOB) for one in SAID]
    await world.courier.run_dry()
    assert len({one.notice for one in replies} - {None}) == len(SAID)
    assert len(world.chat.top(HERE)) == len(SAID)


@pytest.mark.parametrize(
    "said",
    [
        "subscribe",
        "subscribe impact=major",
        "settings impact=major",
        "settings impact=none components=chad",
        "settings",
        "unmute",
        "why",
        "list",
        "help",
        MuteIncident("incident9999"),
    ],
)
async def test_what_changes_nothing_is_no_news(world: World, said: str | Command) -> None:
    await world.do("subscribe impact=major")
    reply: Reply = await world.do(said, BOB)
    assert reply.notice is None


async def test_a_test_is_not_announced_and_named_so_that_its_end_can_be_looked_up(world: World) -> None:
    await world.do("subscribe")
    reply: Reply = await world.do("test", BOB)
    assert reply.notice is not None
    assert reply.notice.startswith("test-")


@pytest.mark.parametrize("said", ["settings impact=major", "mute 2h", "unmute", "unsubscribe", "test"])
async def test_nothing_is_told_to_a_channel_that_is_not_subscribed(world: World, said: str) -> None:
    assert (await world.do(said, BOB)).notice is None
    assert await world.courier.run_dry() == 0


async def test_a_notice_is_no_incident_that_could_be_muted(world: World) -> None:
    key = (await world.do("subscribe", BOB)).notice
    assert key is not None
    reply = await world.do(MuteIncident(key), BOB)
    assert told(reply.message)[0] == "🔵 This channel is not told of that incident"
    assert reply.notice is None


async def test_notices_are_in_no_answer_history_or_trace(world: World) -> None:
    empty = [await world.lines(text) for text in ("", "history", "uptime")]
    await world.do("subscribe", BOB)
    await world.do("mute 1m", BOB)
    await world.courier.run_dry()
    assert [await world.lines(text) for text in ("", "history", "uptime")] == empty
    assert (await world.lines("why"))[0] == "🔵 No incident is known yet"


async def test_an_incident_that_is_over_is_not_announced_as_muted(world: World) -> None:
    await world.do("subscribe")
    world.clock.advance(timedelta(minutes=1))
    await world.page_says(incident())
    await world.courier.run_dry()
    world.clock.set(minute(10))
    await world.page_lists(incident(updates=[update(), update("resolved", "Over.", at=minute(10))]))
    assert await noticed(world, MuteIncident("incident0001")) == []
