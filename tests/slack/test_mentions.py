"""Mentions: asked aloud, answered below; by people, once."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from itertools import pairwise
from typing import Any

import pytest

from adapters.slack.mentions import PATIENCE
from tests.factories import components, incident
from tests.fakes.slack.faults import Fault, error, http, limited, reset
from tests.fakes.slack.heard import buttons_of, shown
from tests.fakes.slack.people import Somebody
from tests.slack.world import World


async def test_a_question_is_answered_in_the_thread_below(world: World) -> None:
    (answer,) = await world.people.says("<@U0BOT> is claude down?")
    assert shown(answer.blocks).startswith("🟢 Example is up")
    assert not answer.broadcast


async def test_a_question_in_a_thread_is_answered_there(world: World) -> None:
    answers = await world.people.says("<@U0BOT> status?", thread_ts="1716000000.000001")
    assert len(answers) == 1
    assert answers[0].thread_ts == "1716000000.000001"


async def test_what_everybody_sees_cannot_be_shared_again(world: World) -> None:
    (answer,) = await world.people.says("<@U0BOT>")
    assert [one["action_id"] for one in buttons_of(answer.blocks)] == ["subscribe"]


@pytest.mark.parametrize(
    "text",
    [
        "<@U0BOT> thanks a lot!",
        "<@U0BOT|claudestatus> lovely weather",
        "hey <@U0BOT>, is claude down?",
        "<@U0BOT> IS CLAUDE DOWN???",
        "is it <@U0BOT> or me",
        "<@U0BOT> <@U0BOB> what do you think",
        "<@U0BOT>\u00a0“claude” &amp; friends",
    ],
)
async def test_words_that_are_no_command_are_the_plain_question(silent_world: World, text: str) -> None:
    (answer,) = await silent_world.people.says(text)
    assert shown(answer.blocks).startswith("🟢 Example is up")


async def test_a_component_can_be_asked_for_though_slack_made_a_link_of_it(silent_world: World) -> None:
    await silent_world.page_says(incident(), parts=components(api="partial_outage"))
    (answer,) = await silent_world.people.says("<@U0BOT> is <http://api.example.com|api.example.com> down?")
    assert "Chat" not in shown(answer.blocks)
    assert "API" in shown(answer.blocks)


async def test_commands_work_within_the_rights_of_the_person(world: World) -> None:
    (answer,) = await world.people.says("<@U0BOT> subscribe impact=major")
    assert shown(answer.blocks).startswith("🔵 This channel is alerted from now on")
    (refusal,) = await world.people.says("<@U0BOT> mute 2h", Somebody("U0FAR", team="T0FAR"))
    assert "the people of the workspace that installed this app" in shown(refusal.blocks)
    found = await world.subscription()
    assert found is not None
    assert found.mute is None


async def test_other_channels_are_not_spoken_of_aloud_even_to_an_admin(silent_world: World) -> None:
    await silent_world.people.types("subscribe", Somebody(channel="C0OTHER"))
    (answer,) = await silent_world.people.says("<@U0BOT> list", Somebody("U0ADMIN"))
    assert "C0OTHER" not in shown(answer.blocks)
    assert "/claudestatus list" in shown(answer.blocks)


async def test_a_channel_shared_with_others_is_told_so(world: World) -> None:
    (answer,) = await world.people.says("<@U0BOT> subscribe", shared=True)
    assert "People of other organisations are in this channel" in shown(answer.blocks)


@pytest.mark.parametrize(
    "mark",
    [
        {"bot_id": "B0OTHER"},
        {"bot_profile": {"id": "B0OTHER"}},
        {"edited": {"user": "U0ALICE", "ts": "1716000100.9"}},
        {"subtype": "message_changed"},
        {"bot_id": "B0BOT", "user": "U0BOT"},
        {"user": "U0BOT"},
        {"user": "USLACKBOT"},
    ],
    ids=" ".join,
)
async def test_bots_and_edits_are_not_answered(world: World, mark: dict[str, Any]) -> None:
    assert await world.people.says("<@U0BOT> is claude down?", **mark) == []
    assert world.slack.ledger.calls_of("chat.postMessage") == []


async def test_the_same_message_is_answered_once_whatever_event_brings_it(world: World) -> None:
    await world.people.says("<@U0BOT> down?", ts="1716000100.000777")
    answers = await world.people.says("<@U0BOT> down?", ts="1716000100.000777")
    assert len(answers) == 1


async def test_an_answer_that_slack_refuses_ends_nothing(world: World) -> None:
    world.slack.fail("chat.postMessage", error("not_in_channel"))
    assert await world.people.says("<@U0BOT> down?") == []
    assert len(await world.people.says("<@U0BOT> down?")) == 1


async def test_an_answer_that_failed_is_made_when_the_message_comes_again(silent_world: World) -> None:
    silent_world.slack.fail("chat.postMessage", error("not_in_channel"))
    assert await silent_world.people.says("<@U0BOT> down?", ts="1716000100.000777") == []
    assert len(await silent_world.people.says("<@U0BOT> down?", ts="1716000100.000777")) == 1


async def test_mentions_of_one_second_are_all_answered_and_slack_sees_them_a_second_apart(
    silent_world: World,
) -> None:
    silent_world.slack.paced = True
    for _ in range(3):
        assert len(await silent_world.people.says("<@U0BOT> down?")) == 1
    calls = silent_world.slack.ledger.calls_of("chat.postMessage")
    assert [call.accepted for call in calls] == [True] * 3
    assert [later.at - earlier.at for earlier, later in pairwise(calls)] == [timedelta(seconds=1)] * 2


async def test_mentions_that_come_together_are_all_answered(silent_world: World) -> None:
    silent_world.slack.paced = True
    said = [silent_world.people.says("<@U0BOT> down?", ts=f"1716000100.00077{one}") for one in range(5)]
    answers = await asyncio.gather(*said)
    assert [len(one) for one in answers] == [1] * 5


async def test_an_answer_keeps_apart_from_the_alerts_of_its_channel(silent_world: World) -> None:
    await silent_world.people.types("subscribe")
    silent_world.slack.paced = True
    await silent_world.courier.run_dry()
    assert len(await silent_world.people.says("<@U0BOT> down?")) == 1
    assert silent_world.pauses == [1.0]
    assert all(call.accepted for call in silent_world.slack.ledger.calls_of("chat.postMessage"))


async def test_an_answer_waits_for_the_end_of_a_pause_that_an_alert_was_told_of(silent_world: World) -> None:
    await silent_world.people.types("subscribe")
    silent_world.slack.fail("chat.postMessage", limited(20))
    await silent_world.courier.run_dry()
    assert len(await silent_world.people.says("<@U0BOT> down?")) == 1
    assert silent_world.pauses == [20.0]
    assert len(silent_world.slack.ledger.calls_of("chat.postMessage")) == 2


@pytest.mark.parametrize(
    ("fault", "pauses"),
    [
        (http(503), [1.0, 2.0]),
        (reset(), [1.0, 2.0]),
        (error("internal_error"), [1.0, 2.0]),
        (limited(5), [5.0, 5.0]),
    ],
    ids=["an unreadable 503", "a reset", "an error of Slack", "a rate limit"],
)
async def test_an_answer_is_tried_again_while_slack_is_unwell(
    silent_world: World, fault: Fault, pauses: list[float]
) -> None:
    silent_world.slack.fail("chat.postMessage", fault, times=2)
    assert len(await silent_world.people.says("<@U0BOT> down?")) == 1
    assert silent_world.pauses == pauses


async def test_an_answer_is_given_up_after_half_a_minute(silent_world: World) -> None:
    silent_world.slack.fail("chat.postMessage", http(503), times=None)
    began = silent_world.clock.now()
    assert await silent_world.people.says("<@U0BOT> down?", ts="1716000100.000777") == []
    assert silent_world.pauses == [1.0, 2.0, 4.0, 8.0]
    assert silent_world.clock.now() - began <= PATIENCE
    silent_world.slack.heal()
    assert len(await silent_world.people.says("<@U0BOT> down?", ts="1716000100.000777")) == 1


async def test_a_pause_that_is_too_long_is_not_waited_for(silent_world: World) -> None:
    silent_world.slack.fail("chat.postMessage", limited(300))
    assert await silent_world.people.says("<@U0BOT> down?") == []
    assert await silent_world.people.says("<@U0BOT> down?") == []
    assert silent_world.pauses == []
    assert len(silent_world.slack.ledger.calls_of("chat.postMessage")) == 1


async def test_an_event_that_concerns_nobody_is_acknowledged(silent_world: World) -> None:
    body = {"type": "event_callback", "team_id": "T0CLAUDE", "event_id": "Ev2",
            "event": {"type": "member_joined_channel", "user": "U0ALICE", "channel": "C0STATUS"}}  # fmt: skip
    assert (await silent_world.directly("events_api", body)).status == 200
