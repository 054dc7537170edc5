"""Rights: who may do what, by who they are, by what Slack tells of them, by the operator's policy."""

from __future__ import annotations

import asyncio
import itertools
from datetime import timedelta

import pytest

from tests.factories import components, incident
from tests.fakes.slack.faults import error, hang
from tests.fakes.slack.heard import shown
from tests.fakes.slack.people import Somebody
from tests.slack.world import World

MEMBER, ADMIN, OWNER = Somebody("U1MEMBER"), Somebody("U2ADMIN"), Somebody("U3OWNER")
GUEST, SINGLE, BOT = Somebody("U4GUEST"), Somebody("U5SINGLE"), Somebody("U6BOT")
STRANGER = Somebody("U7STRANGER", team="T0FAR")
ROLES = {
    "member": MEMBER,
    "admin": ADMIN,
    "owner": OWNER,
    "guest": GUEST,
    "single": SINGLE,
    "stranger": STRANGER,
    "bot": BOT,
}

FULL = {"member", "admin", "owner"}
HIGH = {"admin", "owner"}
ALL = set(ROLES)
UNTOLD = ALL - {"stranger"}
"""Without the scope nobody can be told apart but strangers, whom the payload itself names."""

ACTIONS = ("ask", "list", "subscribe", "change", "mute_incident", "form")

MAY_CONFIGURE = {
    ("members", True): FULL,
    ("members", False): UNTOLD,
    ("admins", True): HIGH,
    ("admins", False): set(),
}


def expected(action: str, role: str, policy: str, *, told: bool) -> bool:
    """Return whether *role* may do *action*."""
    if action == "ask":
        return True
    if action == "list":
        return told and role in HIGH
    return role in MAY_CONFIGURE[policy, told]


async def peopled(world: World, policy: str, *, told: bool) -> None:
    """Let everybody be there, and the channel be subscribed with an incident open."""
    home = world.slack.home
    if not told:
        home.scopes -= {"users:read"}
    home.add_member("U1MEMBER")
    home.add_member("U2ADMIN", admin=True)
    home.add_member("U3OWNER", owner=True)
    home.add_member("U4GUEST", restricted=True)
    home.add_member("U5SINGLE", restricted=True, ultra_restricted=True)
    home.add_member("U6BOT", bot=True)
    await world.people.types("subscribe")
    await world.page_says(incident(), parts=components(chat="partial_outage"))
    await world.deliver()
    world.policy = policy
    world.app = world.build(world.store)


async def does(world: World, action: str, who: Somebody) -> bool:
    """Let *who* try *action* where Slack names the person's own workspace; return whether it worked."""
    match action:
        case "ask":
            return (await world.people.asks_beside(who)).words.startswith("🟠")
        case "list":
            return "is subscribed here" in (await world.people.types("list", who)).words
        case "subscribe":
            elsewhere = Somebody(who.user, "C0OTHER", who.team)
            await world.people.presses("subscribe", who=elsewhere)
            found = await world.subscription("C0OTHER")
            if found is not None:
                await world.store.unsubscribe(found.channel, "U0EVE", world.clock.now())
            return found is not None
        case "change":
            impact = "minor" if (await world.settings()).least_impact == "major" else "major"
            await world.people.says(f"<@U0BOT> settings impact={impact}", who)
            return (await world.settings()).least_impact == impact
        case "mute_incident":
            heard = await world.people.presses("mute_incident", "incident0001", who)
            return heard.words.startswith("🔵 Muted here")
        case _:
            before = len(world.slack.ledger.calls_of("views.open"))
            await world.people.presses("settings", who=who)
            return len(world.slack.ledger.calls_of("views.open")) > before


@pytest.mark.parametrize(
    ("policy", "told", "action"),
    list(itertools.product(("members", "admins"), (True, False), ACTIONS)),
)
async def test_each_role_may_do_what_it_may(
    silent_world: World, policy: str, told: bool, action: str
) -> None:
    await peopled(silent_world, policy, told=told)
    for role, who in ROLES.items():
        allowed = await does(silent_world, action, who)
        assert allowed is expected(action, role, policy, told=told), role


@pytest.mark.parametrize("role", sorted(ROLES))
@pytest.mark.parametrize("told", [True, False])
async def test_help_shows_what_this_person_may_do(silent_world: World, role: str, told: bool) -> None:
    await peopled(silent_world, "members", told=told)
    (answer,) = await silent_world.people.says("<@U0BOT> help", ROLES[role])
    assert ("/claudestatus mute 2h" in answer.text) is (role in MAY_CONFIGURE["members", told])
    assert ("/claudestatus list" in answer.text) is (told and role in HIGH)


@pytest.mark.parametrize(
    ("who", "policy", "told", "words"),
    [
        (GUEST, "members", True, "the full members of this workspace, not its guests"),
        (MEMBER, "admins", True, "the admins of this workspace"),
        (MEMBER, "admins", False, "this app lacks the scope users:read"),
        (STRANGER, "members", True, "the people of the workspace that installed this app"),
        (STRANGER, "admins", False, "the people of the workspace that installed this app"),
    ],
)
async def test_a_refusal_says_who_may(
    silent_world: World,
    who: Somebody,
    policy: str,
    told: bool,
    words: str,
) -> None:
    await peopled(silent_world, policy, told=told)
    heard = await silent_world.people.presses("test", who=who)
    assert words in heard.words
    assert heard.is_private


async def test_the_list_without_the_scope_says_what_it_lacks_and_where_ones_own_are(
    silent_world: World,
) -> None:
    await peopled(silent_world, "members", told=False)
    heard = await silent_world.people.types("list")
    assert "this app lacks the scope users:read" in heard.words
    assert "App Home" in heard.words


async def test_the_list_shows_an_admin_every_channel_of_the_workspace(world: World) -> None:
    await peopled(world, "members", told=True)
    await world.people.types("subscribe", Somebody("U0ALICE", "C0OTHER"))
    heard = await world.people.types("list", ADMIN)
    assert "C0OTHER" in heard.words
    assert "C0STATUS" in heard.words


async def test_where_slack_does_not_tell_who_somebody_is_nothing_is_changed(world: World) -> None:
    world.slack.fail("users.info", error("internal_error"), times=None)
    heard = await world.people.types("subscribe")
    assert heard.words.startswith(
        "🔵 Slack did not tell who you are\nNothing was changed. Try again in a minute."
    )
    assert await world.subscription() is None
    world.slack.heal()
    assert (await world.people.types("subscribe")).words.startswith("🔵 This channel is alerted from now on")


async def test_a_slack_that_does_not_answer_who_somebody_is_is_waited_for_after_the_acknowledgement(
    silent_world: World,
) -> None:
    silent_world.patience = 0.01
    silent_world.app = silent_world.build(silent_world.store)
    await silent_world.workspaces.identity()
    silent_world.slack.fail("users.info", hang(), times=None)

    async def way(kind: str, payload: dict[str, object]) -> object:
        ack = await silent_world.directly(kind, payload)
        await silent_world.slack.struck()
        silent_world.slack.heal()
        return ack

    silent_world.over(way)  # type: ignore[arg-type]
    heard = await silent_world.people.types("subscribe")
    assert heard.ack.body is None
    assert heard.words.startswith("🔵 Slack did not tell who you are")


async def test_a_form_is_answered_in_time_though_slack_hangs(silent_world: World) -> None:
    await silent_world.people.types("subscribe")
    await silent_world.people.presses("settings")
    silent_world.clock.advance(timedelta(days=1))
    silent_world.slack.fail("users.info", hang(), times=None)
    began = asyncio.get_running_loop().time()
    heard = await silent_world.people.submits(silent_world.form(), {"impact": "major"})
    assert asyncio.get_running_loop().time() - began < 9
    assert heard.ack.body is not None
    assert "Slack did not tell who you are" in shown(heard.ack.body["view"]["blocks"])
    silent_world.slack.heal()


async def test_slack_is_asked_once_in_ten_minutes(silent_world: World) -> None:
    for _ in range(3):
        await silent_world.people.types("mute 2h")
    assert len(silent_world.slack.ledger.calls_of("users.info")) == 1
    silent_world.clock.advance(timedelta(minutes=9, seconds=59))
    await silent_world.people.types("mute 2h")
    assert len(silent_world.slack.ledger.calls_of("users.info")) == 1
    silent_world.clock.advance(timedelta(seconds=1))
    await silent_world.people.types("mute 2h")
    assert len(silent_world.slack.ledger.calls_of("users.info")) == 2


async def test_without_the_scope_slack_is_asked_once_at_most(silent_world: World) -> None:
    await peopled(silent_world, "members", told=False)
    for who in (MEMBER, ADMIN, GUEST):
        await silent_world.people.types("mute 2h", who)
    assert len(silent_world.slack.ledger.calls_of("users.info")) <= 1


async def test_two_people_are_told_apart_in_the_cache(world: World) -> None:
    await peopled(world, "members", told=True)
    assert (await world.people.types("mute 2h", MEMBER)).words.startswith(
        "🔵 Alerts in this channel are muted"
    )
    assert "not its guests" in (await world.people.types("unmute", GUEST)).words
    assert (await world.people.types("unmute", MEMBER)).words.startswith(
        "🔵 Alerts in this channel are no longer"
    )


@pytest.mark.parametrize("own", [{}, {"team_id": ""}, {"team_id": None}, {"team_id": "E0ORG"}])
async def test_somebody_whose_workspace_is_not_told_is_a_stranger(
    silent_world: World, own: dict[str, object]
) -> None:
    heard = await silent_world.people.presses("subscribe", user={"id": "U0ALICE", **own})
    assert "the people of the workspace that installed this app" in heard.words


async def test_an_organisation_in_the_place_of_the_workspace_is_known(silent_world: World) -> None:
    """So https://docs.slack.dev/reference/interaction-payloads/block_suggestion-payload has it."""
    organisation = {"id": "T0CLAUDE", "domain": "claude", "enterprise_id": "E0ORG", "enterprise_name": "Org"}
    user = {"id": "U0ALICE", "team_id": "E0ORG"}
    heard = await silent_world.people.presses("subscribe", user=user, team=organisation)
    assert heard.words.startswith("🔵 This channel is alerted from now on")


async def test_an_unknown_policy_is_an_error_at_the_start(silent_world: World) -> None:
    silent_world.policy = "everybody"
    with pytest.raises(ValueError, match="everybody"):
        silent_world.build(silent_world.store)


@pytest.mark.parametrize("policy", ["members", "admins"])
@pytest.mark.parametrize(
    "named",
    [
        {"id": "U0ALICE", "team_id": "T0CLAUDE", "is_bot": True},
        {"id": "USLACKBOT", "team_id": "T0CLAUDE"},
    ],
    ids=["is_bot", "Slackbot"],
)
async def test_a_bot_that_slack_names_changes_nothing_though_nobody_may_be_asked(
    silent_world: World, policy: str, named: dict[str, object]
) -> None:
    await peopled(silent_world, policy, told=False)
    before = await silent_world.settings()
    heard = await silent_world.people.presses("mute_incident", "incident0001", user=named)
    assert heard.words.startswith("🔵 This is for the ")
    heard = await silent_world.people.presses("settings", user=named)
    assert "The settings are changed by the " in heard.words
    assert silent_world.slack.ledger.views == []
    assert await silent_world.settings() == before


async def test_a_bot_that_slack_names_hands_in_no_form(silent_world: World) -> None:
    await peopled(silent_world, "members", told=False)
    await silent_world.people.presses("settings")
    named = {"id": "U0ALICE", "team_id": "T0CLAUDE", "is_bot": True}

    async def way(kind: str, payload: dict[str, object]) -> object:
        return await silent_world.directly(kind, {**payload, "user": named})

    silent_world.over(way)  # type: ignore[arg-type]
    heard = await silent_world.people.submits(silent_world.form(), {"impact": "major"})
    assert heard.ack.body is not None
    assert "not its bots" in shown(heard.ack.body["view"]["blocks"])
    assert (await silent_world.settings()).least_impact == "none"
