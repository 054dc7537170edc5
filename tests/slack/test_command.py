"""`/claudestatus`: answered at once, to the person who asked, from the memory alone."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from adapters.slack.typed import mention_target, plain_words
from bot.domain.subscription import Mention
from tests.factories import components, incident
from tests.fakes.broken_store import BrokenStore, SlowStore
from tests.fakes.slack.faults import Fault, error, hang, http
from tests.fakes.slack.heard import Ack
from tests.fakes.slack.ledger import Json
from tests.fakes.slack.people import Somebody
from tests.slack.world import World

SLACK_IS_ASKED = {"apps.connections.open"}
"""What Socket Mode itself calls."""


async def test_the_bare_command_is_answered_in_its_acknowledgement(world: World) -> None:
    heard = await world.people.types("")
    assert heard.words.startswith("🟢 Example is up\n🟢 Chat: Operational")
    assert heard.is_private
    assert heard.later == []
    assert heard.actions == ["share", "subscribe"]


async def test_an_open_incident_is_told_with_its_latest_update(world: World) -> None:
    await world.page_says(incident(), parts=components(chat="partial_outage"))
    heard = await world.people.types("is claude down?")
    assert "Raised error rates in chat" in heard.words
    assert "We are looking into raised error rates." in heard.words


async def test_the_answer_asks_nobody(world: World) -> None:
    for text in ("", "chat", "history", "uptime", "why", "nonsense"):
        await world.people.types(text)
    assert {one.method for one in world.slack.ledger.calls} <= SLACK_IS_ASKED


@pytest.mark.parametrize("text", ["", "help", "history", "chat"])
async def test_what_only_shows_is_answered_while_slacks_web_api_is_down(
    silent_world: World, text: str
) -> None:
    await silent_world.slack.stop()
    heard = await silent_world.people.types(text)
    assert heard.ack.body is not None
    assert heard.ack.body["blocks"]
    await silent_world.slack.start()


async def test_a_slack_that_hangs_holds_up_help_for_a_glance_only(silent_world: World) -> None:
    silent_world.slack.fail("users.info", hang(), times=None)
    silent_world.slack.fail("auth.test", hang(), times=None)
    began = asyncio.get_running_loop().time()
    heard = await silent_world.people.types("help")
    assert "/claudestatus subscribe: alert this channel" in heard.words
    assert asyncio.get_running_loop().time() - began < 9
    silent_world.slack.heal()


async def test_subscribe_answers_and_queues_its_announcement(world: World) -> None:
    heard = await world.people.types("subscribe impact=major")
    assert heard.words.startswith("🔵 This channel is alerted from now on")
    assert heard.actions == ["test", "settings"]
    assert world.notices() == []
    await world.deliver()
    (notice,) = world.notices()
    assert "<@U0ALICE> turned them on" in notice.text


async def test_every_command_has_its_answer(world: World) -> None:
    said = {
        "subscribe": "This channel is alerted from now on",
        "subscribe impact=major": "This channel was subscribed already",
        "settings impact=minor": "The alert settings of this channel were changed",
        "mute 2h": "Alerts in this channel are muted",
        "unmute": "Alerts in this channel are no longer muted",
        "test": "A test alert is on its way to this channel",
        "why": "No incident is known yet",
        "history": "no incident known yet",
        "uptime": "ptime",
        "list": "This is for the admins of this workspace",
        "unsubscribe": "This channel is alerted no more",
        "help": "What you can type here",
    }
    for text, words in said.items():
        world.clock.advance(timedelta(seconds=2))
        heard = await world.people.types(text)
        assert words in heard.words.splitlines()[0], text
        assert heard.is_private, text


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("subscirbe", "Did you mean /claudestatus subscribe?"),
        ("histroy", "Did you mean /claudestatus history?"),
        ("settings impcat=major", "Try /claudestatus settings impact=major"),
        ("mute", "Try /claudestatus mute 2h"),
        ("qwertzuiop", "Components: Chat, API and Code"),
    ],
)
async def test_unknown_words_get_the_nearest_command(silent_world: World, text: str, words: str) -> None:
    heard = await silent_world.people.types(text)
    assert words.replace(" and ", ", ") in heard.words.replace(" and ", ", ")
    assert len(heard.words.splitlines()) == 2


async def test_settings_open_their_form(world: World) -> None:
    await world.people.types("subscribe impact=major")
    heard = await world.people.types("settings")
    assert (heard.ack.status, heard.bodies) == (200, [])
    assert len(world.slack.ledger.views) == 1
    assert world.slack.view_problems(world.form()) == []
    await world.people.submits(world.form(), {"impact": "minor"})
    assert (await world.settings()).least_impact == "minor"


async def test_settings_are_acknowledged_before_slack_tells_who_asks(silent_world: World) -> None:
    silent_world.slack.fail("users.info", hang(), times=None)

    async def way(kind: str, payload: Json) -> Ack:
        ack = await silent_world.directly(kind, payload)
        await silent_world.slack.struck()
        silent_world.slack.heal()
        return ack

    silent_world.over(way)
    heard = await silent_world.people.types("settings")
    assert heard.ack.body is None
    assert heard.words.startswith("🔵 This channel gets no alerts")
    assert heard.actions == ["subscribe", "settings"]


async def test_settings_of_a_channel_without_alerts_open_the_form_that_turns_them_on(
    silent_world: World,
) -> None:
    assert (await silent_world.people.types("settings")).bodies == []
    assert silent_world.form()["submit"]["text"] == "Turn on"


@pytest.mark.parametrize("fault", [error("expired_trigger_id"), error("internal_error"), http(503)])
async def test_settings_are_said_with_a_button_where_their_form_does_not_open(
    silent_world: World, fault: Fault
) -> None:
    silent_world.slack.fail("views.open", fault, times=None)
    heard = await silent_world.people.types("settings")
    assert (heard.actions, heard.is_private) == (["subscribe", "settings"], True)
    await silent_world.people.types("subscribe")
    heard = await silent_world.people.types("settings")
    assert heard.words.startswith("🔵 Alerts in this channel")
    assert (heard.actions, heard.is_private) == (["settings"], True)


async def test_settings_are_said_while_the_web_api_is_down(silent_world: World) -> None:
    await silent_world.people.types("subscribe")
    silent_world.clock.advance(timedelta(days=2))
    silent_world.slack.fail("users.info", http(503), times=None)
    silent_world.slack.fail("views.open", http(503), times=None)
    heard = await silent_world.people.types("settings")
    assert heard.words.startswith("🔵 Alerts in this channel")
    assert heard.actions == ["settings"]


async def test_a_form_that_hangs_is_waited_for_no_longer_than_it_could_open(silent_world: World) -> None:
    silent_world.slack.fail("views.open", hang(), times=None)
    began = asyncio.get_running_loop().time()
    heard = await silent_world.people.types("settings")
    assert heard.words.startswith("🔵 This channel gets no alerts")
    assert asyncio.get_running_loop().time() - began < 9
    silent_world.slack.heal()


async def test_settings_without_a_trigger_are_said(silent_world: World) -> None:
    heard = await silent_world.people.types("settings", trigger_id="")
    assert heard.words.startswith("🔵 This channel gets no alerts")
    assert silent_world.slack.ledger.calls_of("views.open") == []


async def test_settings_are_said_to_who_may_not_change_them(silent_world: World) -> None:
    await silent_world.people.types("subscribe")
    heard = await silent_world.people.types("settings", Somebody("U0GUEST"))
    assert heard.words.startswith("🔵 Alerts in this channel")
    assert "The settings are changed by the full members" in heard.words
    assert heard.actions == []
    assert silent_world.slack.ledger.views == []


async def test_settings_that_are_asked_for_aloud_are_said(silent_world: World) -> None:
    await silent_world.people.types("subscribe")
    (answer,) = await silent_world.people.says("<@U0BOT> settings")
    assert "Alerts in this channel" in answer.text
    assert silent_world.slack.ledger.views == []


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("<#C1|general> is fine", "#general is fine"),
        ("is <http://claude.ai|claude.ai> down", "is claude.ai down"),
        ("<https://claude.ai>", "https://claude.ai"),
        ("a &lt;b&gt; &amp;amp; c", "a <b> &amp; c"),
        ("mention=<!subteam^S0ONCALL1|@oncall>", "mention=S0ONCALL1"),
        ("mention=<!here>", "mention=@here"),
        ("mention=<!here|here>", "mention=@here"),
        ("mention=<@U1|alice>", "mention=@U1"),
        ("<!date^1^{time}|noon>", "@date"),
        ("5 &lt; 6 &gt; 4", "5 < 6 > 4"),
    ],
)
def test_slacks_escapes_become_words(typed: str, meant: str) -> None:
    assert plain_words(typed) == meant


@pytest.mark.parametrize(
    ("typed", "target"),
    [
        ("@here", "here"),
        ("HERE", "here"),
        ("@Channel", "channel"),
        ("S0ONCALL1", "S0ONCALL1"),
        ("S0ONCALL1,", "S0ONCALL1"),
        ("everyone", None),
        ("@oncall", None),
        ("SRE", None),
        ("U0ALICE1", None),
        ("<!channel>", None),
        ("", None),
    ],
)
def test_only_groups_and_the_channel_can_be_mentioned(typed: str, target: str | None) -> None:
    assert mention_target(typed) == target


@pytest.mark.parametrize(
    ("text", "mention"),
    [
        ("subscribe mention=<!subteam^S0ONCALL1|@oncall>", Mention("S0ONCALL1")),
        ("subscribe mention=<!here>", Mention("here")),
        ("subscribe mention=here.", Mention("here")),
        ("SUBSCRIBE\u00a0Mention=“@Here” mention-from=Major", Mention("here", "major")),
        ("subscribe mention=nobody", None),
    ],
)
async def test_a_mention_is_kept_as_slacks_own_word(
    silent_world: World, text: str, mention: Mention | None
) -> None:
    await silent_world.people.types(text)
    assert (await silent_world.settings()).mention == mention


@pytest.mark.parametrize(
    "mention", ["@oncall", "<@U0ALICE1|alice>", "<!everyone>", "&lt;!channel&gt;", "SRE"]
)
async def test_whom_slack_cannot_call_is_refused_and_nothing_changed(
    silent_world: World, mention: str
) -> None:
    heard = await silent_world.people.types(f"subscribe mention={mention}")
    assert "What can be mentioned: a user group" in heard.words
    assert await silent_world.subscription() is None


async def test_a_direct_message_is_told_what_it_is(world: World) -> None:
    heard = await world.people.types("subscribe", Somebody(channel="D0BOB", channel_name="directmessage"))
    assert (
        "This is a direct message: I can post in it only if it is the one between you and me." in heard.words
    )


async def test_a_group_message_is_told_what_it_is(world: World) -> None:
    group = Somebody(channel="C0GROUP", channel_name="mpdm-alice--bob--eve-1")
    assert "This is a group message" in (await world.people.types("subscribe", group)).words


async def test_a_channel_is_told_nothing_of_the_kind(world: World) -> None:
    assert "message" not in (await world.people.types("subscribe")).words


async def test_what_takes_too_long_is_answered_later(silent_world: World) -> None:
    slow = SlowStore(silent_world.store)
    silent_world.patience = 0.01
    silent_world.app = silent_world.build(slow)

    async def way(kind: str, payload: Json) -> Ack:
        ack = await silent_world.directly(kind, payload)
        slow.go_on()
        return ack

    silent_world.over(way)
    heard = await silent_world.people.types("subscribe")
    assert heard.ack.body is None
    assert heard.words.startswith("🔵 This channel is alerted from now on")
    assert heard.is_private
    assert await silent_world.subscription() is not None


async def test_a_memory_that_is_away_is_said(silent_world: World) -> None:
    silent_world.app = silent_world.build(BrokenStore(silent_world.store))
    for text in ("", "subscribe", "settings", "list", "history"):
        heard = await silent_world.people.types(text)
        assert heard.words.startswith(
            "⚪ I cannot reach my memory" if text != "list" else "🔵 This is for the admins"
        )


async def test_a_workspace_that_the_token_does_not_open_is_refused_politely(world: World) -> None:
    await world.workspaces.identity()
    stranger = Somebody("U0STRANGER", team="T0OTHER", app_team="T0OTHER")
    heard = await world.people.types("subscribe", stranger)
    assert heard.words.startswith("🔵 This app is not installed in your workspace")
    assert await world.subscription(workspace="T0OTHER") is None


async def test_before_slack_told_whose_the_token_is_nothing_is_changed_elsewhere(world: World) -> None:
    stranger = Somebody("U0STRANGER", team="T0OTHER", app_team="T0OTHER")
    await world.people.types("subscribe", stranger)
    assert await world.subscription(workspace="T0OTHER") is None


async def test_a_command_that_is_not_ours_is_no_error(silent_world: World) -> None:
    heard = await silent_world.people.types("", command="/statuspage")
    assert heard.ack.status == 200
    assert heard.words.startswith("🔵 This is out of date")


async def test_a_command_given_twice_by_slack_is_done_once(world: World) -> None:
    """Slack sends an envelope again that it saw no acknowledgement of; its trigger is the same."""
    await world.people.types("subscribe", trigger_id="trigger.same")
    before = await world.subscription()
    await world.people.types("unsubscribe")
    await world.people.types("subscribe", trigger_id="trigger.same")
    assert before is not None
    assert await world.subscription() is None
