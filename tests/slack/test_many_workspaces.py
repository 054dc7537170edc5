"""Many workspaces in an incident: each is told with its own token, whatever happens to another."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest

from adapters.slack.many_workspaces import ManyWorkspaces
from bot.domain.delivery import Scope, Verdict
from bot.domain.subscription import Channel, State
from bot.installations import Installation
from bot.ports import Refused
from storage.cipher import Cipher
from storage.installations import SqlInstallations
from tests.fakes.broken_store import BrokenStore
from tests.fakes.clock import MIDDAY, SetClock
from tests.fakes.slack.faults import error
from tests.fakes.slack.ledger import Message
from tests.fakes.slack.people import People, Somebody
from tests.fakes.slack.removal import uninstall
from tests.slack.many import ManyScene, Process, many_scene
from tests.slack.ways import signed_way

OTHER_KEY = "BBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBA="


@pytest.fixture
async def scene() -> AsyncIterator[ManyScene]:
    async with many_scene() as scene:
        yield scene


def told(cards: list[Message]) -> list[str]:
    return [str(one.blocks) for one in cards]


# --- an incident -------------------------------------------------------------------------------------------


async def test_each_workspace_is_told_with_its_own_token(scene: ManyScene) -> None:
    teams = [await scene.installed(f"T{number}") for number in range(3)]
    channels = [await scene.follows(team, f"C{team.team_id}") for team in teams]
    await scene.world.news("It began.")
    await scene.deliver()
    for team, channel in zip(teams, channels, strict=True):
        (card,) = scene.cards(channel)
        assert card.workspace == team.team_id
        posts = [one for one in scene.calls(team) if one.method == "chat.postMessage"]
        assert {(one.token, one.body["channel"]) for one in posts} == {(team.token, channel.id)}
    assert len({team.token for team in teams}) == 3


async def test_one_uninstalls_in_the_middle_and_the_other_is_told_to_the_end(scene: ManyScene) -> None:
    leaving, staying = await scene.installed("T1"), await scene.installed("T2")
    gone, there = await scene.follows(leaving, "C1"), await scene.follows(staying, "C2")
    await scene.world.news("It began.")
    await scene.deliver()
    before = len(scene.calls(leaving))
    await scene.uninstalls(leaving)
    for body in ("It goes on.", "It still does."):
        await scene.world.news(body)
        await scene.deliver()
        scene.clock.advance(timedelta(minutes=5))
    assert len(scene.calls(leaving)) == before
    assert "It still does." in told(scene.cards(there))[0]
    assert "It goes on." not in told(scene.cards(gone))[0]
    paused = await scene.world.subscription(gone)
    assert paused.state is State.PAUSED
    assert "not_installed" in (paused.pause_reason or "")
    assert scene.process.install_url in (paused.pause_reason or "")


@pytest.mark.parametrize("code", ["token_revoked", "account_inactive"])
async def test_before_the_event_comes_at_most_one_more_call_is_made(scene: ManyScene, code: str) -> None:
    """However many channels it has."""
    leaving, staying = await scene.installed("T1"), await scene.installed("T2")
    for number in range(5):
        await scene.follows(leaving, f"CT1{number}")
    await scene.follows(staying, "CT2")
    await scene.world.news("It began.")
    await scene.deliver()
    before = len(scene.calls(leaving))
    events = uninstall(scene.slack, leaving, code)
    await scene.world.news("It goes on.")
    await scene.deliver()
    for event in events:
        await scene.process.sender.event(event)
    await scene.world.news("It still does.")
    await scene.deliver()
    assert len(scene.calls(leaving)) - before == 1
    assert "It still does." in told(scene.slack.ledger.top("CT2"))[0]


async def test_who_installs_again_gets_the_open_incident_once_on_the_card_it_has(scene: ManyScene) -> None:
    workspace = await scene.installed("T1")
    channel = await scene.follows(workspace, "C1")
    await scene.world.news("It began.")
    await scene.deliver()
    (card,) = scene.cards(channel)
    await scene.uninstalls(workspace)
    await scene.world.news("It goes on.")
    await scene.deliver()
    scene.clock.advance(timedelta(minutes=3))
    await scene.installs(workspace)
    workspace.channels["C1"].bot_in = True
    await scene.deliver()
    (after,) = scene.cards(channel)
    assert (after.ts, "It goes on." in told([after])[0]) == (card.ts, True)
    assert (await scene.world.subscription(channel)).state is State.ACTIVE


async def test_it_is_told_at_once_however_soon_it_installs_again(scene: ManyScene) -> None:
    """A refused workspace is left alone for a minute, but not one that has a new token."""
    workspace = await scene.installed("T1")
    channel = await scene.follows(workspace, "C1")
    uninstall(scene.slack, workspace)
    await scene.world.news("It began.")
    await scene.deliver()
    assert (await scene.world.subscription(channel)).state is State.PAUSED
    await scene.installs(workspace)
    workspace.channels["C1"].bot_in = True
    began = scene.clock.now()
    await scene.deliver()
    assert len(scene.cards(channel)) == 1
    assert scene.clock.now() - began < timedelta(minutes=1)


async def test_another_process_tells_it_as_soon(scene: ManyScene) -> None:
    workspace = await scene.installed("T1")
    channel = await scene.follows(workspace, "C1")
    other = await scene.start()
    await scene.uninstalls(workspace)
    await scene.world.news("It began.")
    await scene.deliver(other.courier)
    assert (await scene.world.subscription(channel)).state is State.PAUSED
    await scene.installs(workspace)
    workspace.channels["C1"].bot_in = True
    await scene.deliver(other.courier)
    assert len(scene.cards(channel)) == 1


async def test_where_nothing_was_kept_one_new_card_is_posted(scene: ManyScene) -> None:
    workspace = await scene.installed("T1")
    channel = await scene.follows(workspace, "C1")
    await scene.world.news("It began.")
    await scene.deliver()
    await scene.uninstalls(workspace)
    scene.clock.advance(timedelta(hours=13))
    while await scene.store.forget(scene.clock.now()):
        pass
    assert await scene.store.subscription(channel) is None
    await scene.installs(workspace)
    workspace.channels["C1"].bot_in = True
    await scene.follows(workspace, "C1")
    await scene.deliver()
    assert len(scene.cards(channel)) == 2  # that of before, and the new one


async def test_a_token_deleted_by_another_process_serves_for_two_seconds_at_most(scene: ManyScene) -> None:
    workspace = await scene.installed("T1")
    await scene.follows(workspace, "C1")
    other = await scene.start()
    await scene.world.news("It began.")
    await scene.deliver(other.courier)
    before = len(scene.calls(workspace))
    await scene.uninstalls(workspace)  # which the first process hears of
    scene.clock.advance(timedelta(seconds=2))
    await scene.world.news("It goes on.")
    await scene.deliver(other.courier)
    assert len(scene.calls(workspace)) == before


async def test_a_token_whose_key_is_lost_pauses_its_workspace_alone(scene: ManyScene) -> None:
    await scene.installed("T1")
    lost, there = Channel("slack", "T9", "C9"), await scene.follows(await scene.installed("T2"), "C2")
    sealed_otherwise = SqlInstallations(scene.store.database, Cipher([OTHER_KEY]))
    await sealed_otherwise.save(installation("T9"), scene.clock.now())
    await scene.follows(scene.workspace("T9"), "C9")
    await scene.world.news("It began.")
    await scene.deliver()
    paused = await scene.world.subscription(lost)
    assert (paused.state, len(scene.cards(there))) == (State.PAUSED, 1)
    assert "token_unreadable" in (paused.pause_reason or "")
    assert "TOKEN_ENCRYPTION_KEY" in (paused.pause_reason or "")
    assert [one for one in scene.slack.ledger.calls if one.token == "xoxb-T9"] == []


async def test_a_call_that_slack_refuses_for_one_channel_shuts_no_other_workspace(scene: ManyScene) -> None:
    first, second = await scene.installed("T1"), await scene.installed("T2")
    await scene.follows(first, "C1")
    there = await scene.follows(second, "C2")
    scene.slack.fail(
        "chat.postMessage", error("invalid_auth"), times=None, match=lambda token, _: token == first.token
    )
    await scene.world.news("It began.")
    await scene.deliver()
    assert len(scene.cards(there)) == 1


# --- conversation ------------------------------------------------------------------------------------------


def people(scene: ManyScene, process: Process | None = None) -> People:
    """Return people whose requests come to a process over HTTP."""
    process = process or scene.process
    return People(scene.slack, signed_way(process.sender), process.slack.underway.finish)


def admin(team: str) -> Somebody:
    return Somebody("U0ADMIN", f"C{team}", team=team, app_team=team)


async def test_people_of_a_workspace_that_has_the_app_are_answered(scene: ManyScene) -> None:
    workspace = await scene.installed("T1")
    workspace.add_channel("CT1")
    heard = await people(scene).types("subscribe", admin("T1"))
    assert "not installed" not in heard.words
    assert (await scene.store.subscriptions("slack", "T1"))[0].channel.id == "CT1"


async def test_people_of_a_workspace_without_the_app_are_told_so_and_change_nothing(scene: ManyScene) -> None:
    await scene.installed("T1")
    heard = await people(scene).types("subscribe", admin("T2"))
    assert "This app is not installed in your workspace" in heard.words
    assert await scene.store.subscriptions("slack", "T2") == []


async def test_after_its_removal_a_workspace_is_one_without_the_app(scene: ManyScene) -> None:
    workspace = await scene.installed("T1")
    await people(scene).types("", admin("T1"))
    await scene.uninstalls(workspace)
    heard = await people(scene).types("", admin("T1"))
    assert "This app is not installed in your workspace" in heard.words


async def test_where_the_database_does_not_say_who_has_the_app_people_are_answered(scene: ManyScene) -> None:
    unsure = await scene.start(kept=BrokenStore(scene.installations))  # type: ignore[arg-type]
    heard = await people(scene, unsure).types("", admin("T1"))
    assert "is up" in heard.words


async def test_a_form_opened_through_one_process_is_taken_by_another(scene: ManyScene) -> None:
    """It is sealed with what all processes know: the signing secret."""
    workspace = await scene.installed("T1")
    await scene.follows(workspace, "CT1")
    other = await scene.start()
    await people(scene).types("settings", admin("T1"))
    (form,) = [one.view for one in scene.slack.ledger.views if one.method == "views.open"]
    await people(scene, other).submits(form, {"impact": "major"}, admin("T1"))
    (subscription,) = await scene.store.subscriptions("slack", "T1")
    assert subscription.settings.least_impact == "major"


# --- the look-up -------------------------------------------------------------------------------------------


def installation(workspace: str, token: str = "") -> Installation:
    return Installation(workspace, token or f"xoxb-{workspace}", "U0BOT", frozenset(), "U0ADMIN", MIDDAY)


class Counted:
    """Installations of which only looking one up is asked. While *gate* is closed whoever asks waits."""

    def __init__(self) -> None:
        self.found: Installation | None = installation("T1")
        self.asked = 0
        self.gate = asyncio.Event()
        self.gate.set()

    async def find(self, _workspace: str) -> Installation | None:
        self.asked += 1
        found = self.found
        await self.gate.wait()
        return found


def looked_up(counted: Any, clock: SetClock) -> ManyWorkspaces:
    return ManyWorkspaces(counted, clock, "https://bot.example.com/slack/install", patience=5, glance=0.01)


async def test_a_token_is_looked_up_once_for_all_who_ask_within_two_seconds() -> None:
    counted, clock = Counted(), SetClock()
    many = looked_up(counted, clock)
    assert await asyncio.gather(*(many.token("T1") for _ in range(50))) == ["xoxb-T1"] * 50
    clock.advance(timedelta(seconds=1, milliseconds=999))
    await many.token("T1")
    assert (counted.asked, many.known("T1")) == (1, True)
    clock.advance(timedelta(milliseconds=1))
    assert many.known("T1") is None
    await many.token("T1")
    assert counted.asked == 2


async def test_a_clock_put_back_makes_no_token_serve_longer() -> None:
    counted, clock = Counted(), SetClock()
    many = looked_up(counted, clock)
    await many.token("T1")
    clock.advance(timedelta(hours=-1))
    await many.token("T1")
    clock.advance(timedelta(seconds=2))
    await many.token("T1")
    assert counted.asked == 2


async def test_what_was_being_read_while_it_was_removed_is_not_kept() -> None:
    counted = Counted()
    many = looked_up(counted, SetClock())
    counted.gate.clear()
    reading = asyncio.create_task(many.token("T1"))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    counted.found = None
    many.forget("T1")
    counted.gate.set()
    assert await reading == "xoxb-T1"
    with pytest.raises(Refused) as refused:
        await many.token("T1")
    assert (refused.value.code, refused.value.verdict) == ("not_installed", Verdict.PAUSE)
    assert refused.value.scope is Scope.WORKSPACE
    assert "https://bot.example.com/slack/install" in refused.value.cure


async def test_a_database_that_is_away_puts_a_call_off_and_is_not_remembered() -> None:
    class Away:
        async def find(self, _workspace: str) -> Installation | None:
            raise OSError("database.internal")

    many = looked_up(Away(), SetClock())
    with pytest.raises(Refused) as refused:
        await many.token("T1")
    assert (refused.value.verdict, refused.value.unknown) == (Verdict.RETRY, False)
    assert (await many.opens("T1"), many.known("T1")) == (None, None)
    assert await many.present_token("T1") is None


async def test_a_request_does_not_wait_for_a_database_that_takes_its_time() -> None:
    counted = Counted()
    many = looked_up(counted, SetClock())
    counted.gate.clear()
    assert await many.opens("T1") is None
    counted.gate.set()
    assert await many.opens("T1") is True
    assert counted.asked == 1
