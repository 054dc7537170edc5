"""Mentions: asked aloud, answered below; by people, once."""

from __future__ import annotations

from typing import Any

import pytest

from tests.factories import components, incident
from tests.fakes.slack.faults import error
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


async def test_an_event_that_concerns_nobody_is_acknowledged(silent_world: World) -> None:
    body = {"type": "event_callback", "team_id": "T0CLAUDE", "event_id": "Ev2",
            "event": {"type": "member_joined_channel", "user": "U0ALICE", "channel": "C0STATUS"}}  # fmt: skip
    assert (await silent_world.directly("events_api", body)).status == 200
