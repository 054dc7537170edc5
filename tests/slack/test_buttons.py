"""Buttons: what they do, and that the message they stand in stays as it is."""

from __future__ import annotations

import logging

import pytest

from tests.factories import components, incident
from tests.fakes.broken_store import BrokenStore
from tests.fakes.slack.faults import error
from tests.fakes.slack.heard import buttons_of, shown
from tests.fakes.slack.people import Somebody
from tests.slack.world import World

STRANGER = Somebody("U0FAR", team="T0FAR")

NONSENSE = [
    "",
    "x",
    "incident0001\n",
    "../../etc/passwd",
    "<!channel>",
    "'; DROP TABLE delivery; --",
    "\x00",
    "é" * 2000,
]


async def outage(world: World) -> None:
    """Let something be down that the channel is told of."""
    await world.people.types("subscribe")
    await world.page_says(incident(impact="major"), parts=components(chat="major_outage"))
    await world.deliver()


async def test_share_posts_the_answer_of_this_moment_and_removes_the_private_one(world: World) -> None:
    await world.people.types("")
    await world.page_says(incident(), parts=components(chat="partial_outage"))
    heard = await world.people.presses("share")
    answer, removal = heard.later
    assert answer["response_type"] == "in_channel"
    assert "Raised error rates in chat" in shown(answer["blocks"])
    assert "Shared by <@U0ALICE>" in shown(answer["blocks"])
    assert buttons_of(answer["blocks"]) == []
    assert removal == {"delete_original": True}
    assert heard.ack.body is None


async def test_share_keeps_to_the_component_that_was_asked_for(world: World) -> None:
    heard = await world.people.presses("share", "apiexample12")
    assert "API" in heard.words
    assert "Chat" not in heard.words


@pytest.mark.parametrize("value", NONSENSE)
async def test_share_with_any_value_posts_the_plain_answer(silent_world: World, value: str) -> None:
    heard = await silent_world.people.presses("share", value)
    assert heard.words.startswith("🟢 Example is up")


async def test_an_answer_shared_from_a_thread_stays_in_it(world: World) -> None:
    heard = await world.people.asks_beside(thread="1716000000.000100")
    assert heard.body["thread_ts"] == "1716000000.000100"
    container = {"thread_ts": "1716000000.000100", "message_ts": "1716000000.000700", "is_ephemeral": True}
    shared = await world.people.presses("share", container={"type": "message", **container})
    assert shared.body["thread_ts"] == "1716000000.000100"


async def test_subscribe_alerts_the_channel_it_stands_in(world: World) -> None:
    heard = await world.people.presses("subscribe", who=Somebody(channel="C0OTHER"))
    assert heard.words.startswith("🔵 This channel is alerted from now on")
    assert heard.is_private
    assert await world.subscription("C0OTHER") is not None
    assert await world.subscription("C0STATUS") is None


async def test_test_sends_a_test_the_way_of_every_alert(world: World) -> None:
    await world.people.types("subscribe")
    heard = await world.people.presses("test")
    assert heard.words.startswith("🔵 A test alert is on its way")
    await world.deliver()
    assert any("Test alert" in one.text for one in world.notices())


async def test_a_card_carries_the_buttons_that_are_answered_here(silent_world: World) -> None:
    await outage(silent_world)
    card = next(one for one in silent_world.notices() if "Raised error rates" in one.text)
    actions = {one["action_id"]: one.get("value") for one in buttons_of(card.blocks)}
    assert actions == {"mute_incident": "incident0001", "settings": None}


async def test_mute_incident_mutes_it_and_leaves_the_card_as_it_is(world: World) -> None:
    await outage(world)
    card = next(one for one in world.notices() if "Raised error rates" in one.text)
    edits = len(card.edits)
    heard = await world.people.presses("mute_incident", "incident0001", message=card)
    assert heard.words.startswith("🔵 Muted here: Raised error rates in chat")
    assert heard.body["replace_original"] is False
    assert heard.is_private
    await world.deliver()
    assert len(card.edits) == edits
    assert any("<@U0ALICE> muted this incident" in one.text for one in world.notices())


@pytest.mark.parametrize("value", [*NONSENSE, None])
async def test_mute_incident_with_any_value_mutes_nothing(silent_world: World, value: str | None) -> None:
    await outage(silent_world)
    heard = await silent_world.people.presses("mute_incident", value)
    assert heard.words.startswith("🔵 This channel is not told of that incident")


async def test_an_incident_of_another_channel_cannot_be_muted_here(world: World) -> None:
    await outage(world)
    heard = await world.people.presses("mute_incident", "incident0001", Somebody(channel="C0OTHER"))
    assert heard.words.startswith("🔵 This channel is not told of that incident")


@pytest.mark.parametrize("action", ["", "share_v0", "subscribe ", "settings_form", "\x00", "x" * 255])
async def test_a_button_that_means_nothing_any_more_says_so(silent_world: World, action: str) -> None:
    heard = await silent_world.people.presses(action, "whatever")
    assert heard.words.startswith("🔵 This is out of date")
    assert heard.is_private


async def test_buttons_of_a_channel_do_nothing_in_app_home(world: World) -> None:
    for action in ("subscribe", "test", "mute_incident", "share"):
        heard = await world.people.presses_at_home(action, "incident0001")
        assert heard.ack.status == 200
    assert await world.store.subscriptions("slack", "T0CLAUDE") == []


async def test_a_reply_below_a_card_with_replies_stays_in_the_channel(world: World) -> None:
    """Slack gives the message that begins a thread its own time as the thread's."""
    await outage(world)
    card = next(one for one in world.notices() if "Raised error rates" in one.text)
    card.thread_ts = card.ts
    heard = await world.people.presses("test", message=card)
    assert "thread_ts" not in heard.body


async def test_the_answer_beside_a_message_is_private_and_in_the_channel(world: World) -> None:
    heard = await world.people.asks_beside()
    assert heard.words.startswith("🟢 Example is up")
    assert heard.is_private
    assert "thread_ts" not in heard.body
    assert heard.actions == ["share", "subscribe"]


async def test_an_old_shortcut_says_so(world: World) -> None:
    heard = await world.people.asks_beside(callback="ask_for_a_pony")
    assert heard.words.startswith("🔵 This is out of date")


async def test_another_workspace_is_refused_politely(world: World) -> None:
    await world.workspaces.identity()
    stranger = Somebody("U0STRANGER", team="T0OTHER", app_team="T0OTHER")
    for heard in (
        await world.people.presses("subscribe", who=stranger),
        await world.people.asks_beside(stranger),
    ):
        assert heard.words.startswith("🔵 This app is not installed in your workspace")
    assert await world.subscription(workspace="T0OTHER") is None


async def test_a_memory_that_is_away_is_said(silent_world: World) -> None:
    silent_world.app = silent_world.build(BrokenStore(silent_world.store))
    for action in ("subscribe", "test", "mute_incident", "settings", "share"):
        heard = await silent_world.people.presses(action, "incident0001")
        assert "⚪ I cannot reach my memory" in shown(heard.bodies[0]["blocks"]), action


async def test_an_answer_that_slack_refuses_is_logged_without_its_words(
    silent_world: World, caplog: pytest.LogCaptureFixture
) -> None:
    silent_world.slack.fail("response_url", error("used_url"), times=None)
    with caplog.at_level(logging.DEBUG):
        heard = await silent_world.people.presses("subscribe")
    assert heard.later == []
    assert "an answer was not taken code=" in caplog.text
    assert heard.response_url not in caplog.text
    assert "alerted" not in caplog.text
