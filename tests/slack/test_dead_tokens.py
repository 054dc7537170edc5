"""Dead tokens: a removal that nobody heard of is found, and what only looks like one deletes nothing."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from typing import Any

import pytest

from adapters.slack.dead_tokens import LEAST_TRIED, ROUND_EVERY, ROUNDS_A_DAY, DeadTokens
from adapters.slack.opening import Access, open_slack
from bot.commands import Desk
from bot.domain.subscription import Channel, State
from bot.installations import Installation
from storage.departures import SLACK_GRACE
from tests.factories import PAGE_URL
from tests.fakes.clock import MIDDAY
from tests.fakes.slack.faults import Fault, error, http, limited
from tests.fakes.slack.people import People, Somebody
from tests.fakes.slack.removal import revoke, revoked_event, uninstall, uninstalled_event
from tests.fakes.slack.workspaces import Workspace
from tests.slack.many import ManyScene, Process, many_scene
from tests.slack.ways import signed_way
from tests.slack.world import World
from tests.stores import empty_store


@pytest.fixture
async def scene() -> AsyncIterator[ManyScene]:
    async with many_scene() as scene:
        yield scene


def dead_tokens(process: Process) -> DeadTokens:
    assert process.slack.dead_tokens is not None
    return process.slack.dead_tokens


async def departed_at(scene: ManyScene, workspace: str) -> datetime | None:
    return (await scene.store.kept("slack", workspace)).departed_at


async def a_day_later(scene: ManyScene) -> None:
    """Let a day pass, and retention do all there is to do."""
    scene.clock.advance(timedelta(days=1))
    while await scene.store.forget(scene.clock.now()):
        pass


def asked(scene: ManyScene, workspace: Workspace) -> int:
    """Return how often Slack was asked whether the token of *workspace* is good."""
    return sum(one.method == "auth.test" for one in scene.calls(workspace))


# --- a removal whose events never came ---------------------------------------------------------------------


@pytest.mark.parametrize("code", ["token_revoked", "account_inactive"])
async def test_a_refusal_gives_a_removal_away_whose_events_never_came(
    scene: ManyScene, code: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    for number in range(LEAST_TRIED + 1):
        await keep(scene, number)
    await dead_tokens(scene.process).tick()  # which leaves one for the next round, where T1 has no turn
    leaving = await scene.installed("T1")
    channel = await scene.follows(leaving, "C1")
    revoke(scene.slack, leaving, code)
    await scene.world.news("It began.")
    await scene.deliver()
    before = asked(scene, leaving)
    await dead_tokens(scene.process).tick()
    assert asked(scene, leaving) - before == 1
    assert "T1" not in await scene.kept()
    assert await departed_at(scene, "T1") == scene.clock.now()
    assert "the app was removed unheard, its token is deleted workspace=T1" in caplog.messages
    assert leaving.token not in caplog.text
    await a_day_later(scene)
    assert await scene.store.subscription(channel) is None


async def test_a_round_finds_one_to_which_nothing_was_sent(scene: ManyScene) -> None:
    leaving, staying = await scene.installed("T1"), await scene.installed("T2")
    for one in (leaving, staying):
        await scene.follows(one, f"C{one.team_id}")
    revoke(scene.slack, leaving)
    await dead_tokens(scene.process).tick()
    assert await scene.kept() == ["T2"]
    assert await departed_at(scene, "T1") == scene.clock.now()
    assert await departed_at(scene, "T2") is None


async def test_where_the_event_comes_first_slack_is_not_asked(scene: ManyScene) -> None:
    leaving = await scene.installed("T1")
    await scene.follows(leaving, "C1")
    before = len(scene.calls(leaving))
    events = uninstall(scene.slack, leaving)
    await scene.world.news("It began.")
    await scene.deliver()
    for event in events:
        await scene.process.sender.event(event)
    await dead_tokens(scene.process).tick()
    assert [one.method for one in scene.calls(leaving)[before:]] == ["chat.postMessage"]


async def test_who_installs_again_before_it_is_found_keeps_the_new_token(scene: ManyScene) -> None:
    workspace = await scene.installed("T1")
    await scene.follows(workspace, "C1")
    revoke(scene.slack, workspace)
    await scene.world.news("It began.")
    await scene.deliver()
    old = workspace.token
    await scene.installs(workspace)
    assert workspace.token != old
    assert await dead_tokens(scene.process).confirm("T1", old)
    await dead_tokens(scene.process).tick()
    found = await scene.installations.find("T1")
    assert found is not None
    assert (found.token, await departed_at(scene, "T1")) == (workspace.token, None)


# --- what is no removal ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "confirmed",
    [
        error("invalid_auth"),
        error("token_expired"),
        error("not_authed"),
        error("team_disabled"),
        error("fatal_error"),
        http(503),
        limited(30),
        None,
    ],
)
async def test_what_slack_does_not_confirm_deletes_nothing(scene: ManyScene, confirmed: Fault | None) -> None:
    """In an outage Slack may refuse tokens that are good."""
    workspace = await scene.installed("T1")
    channel = await scene.follows(workspace, "C1")
    scene.slack.fail("chat.postMessage", error("token_revoked"))
    if confirmed is not None:
        scene.slack.fail("auth.test", confirmed)
    await scene.world.news("It began.")
    await scene.deliver()
    assert (await scene.world.subscription(channel)).state is State.PAUSED
    before = asked(scene, workspace)
    await dead_tokens(scene.process).tick()
    assert asked(scene, workspace) - before == 1
    assert (await scene.kept(), await departed_at(scene, "T1")) == (["T1"], None)
    scene.clock.advance(timedelta(minutes=11))
    await scene.deliver()
    assert len(scene.cards(channel)) == 1


@pytest.mark.parametrize("code", ["token_revoked", "invalid_auth", "team_disabled"])
async def test_tenants_are_told_where_to_install_it_again(scene: ManyScene, code: str) -> None:
    workspace = await scene.installed("T1")
    channel = await scene.follows(workspace, "C1")
    scene.slack.fail("chat.postMessage", error(code), times=None)
    await scene.world.news("It began.")
    await scene.deliver()
    reason = (await scene.world.subscription(channel)).pause_reason or ""
    assert reason.startswith(code)
    assert f"Install it again at {scene.process.install_url}." in reason
    assert "SLACK_BOT_TOKEN" not in reason


# --- rounds ------------------------------------------------------------------------------------------------


async def keep(scene: ManyScene, number: int) -> None:
    """Keep an installation with a token that Slack knows."""
    made = Workspace(f"TX{number:03}", f"xoxb-{number}")
    scene.slack.workspaces[made.token] = made
    kept = Installation(made.team_id, made.token, "U0BOT", frozenset(), "U0ADMIN", MIDDAY)
    await scene.installations.save(kept, MIDDAY)


async def test_each_token_has_its_turn_before_any_has_another(scene: ManyScene) -> None:
    for number in range(LEAST_TRIED + 3):
        await keep(scene, number)
    for count in (LEAST_TRIED, LEAST_TRIED + 3):
        await dead_tokens(scene.process).tick()
        tried = [one.token for one in scene.slack.ledger.calls_of("auth.test")]
        assert len(tried) == len(set(tried)) == count


async def test_what_slack_did_not_say_is_asked_again_before_the_round_is_over(scene: ManyScene) -> None:
    for number in range(3):
        await keep(scene, number)
    scene.slack.fail("auth.test", http(503))
    for count in (3, 4):
        await dead_tokens(scene.process).tick()
        assert len(scene.slack.ledger.calls_of("auth.test")) == count


def test_a_day_has_room_for_all() -> None:
    assert timedelta(days=1) == ROUNDS_A_DAY * ROUND_EVERY
    assert ROUNDS_A_DAY * LEAST_TRIED > 2000


# --- beside an installation, and beside a command ----------------------------------------------------------


class Slow:
    """Installations that are written only when *go* says so."""

    def __init__(self, scene: ManyScene) -> None:
        self._scene = scene
        self.go = asyncio.Event()
        self.begun = asyncio.Event()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._scene.installations, name)

    async def save(self, *given: Any) -> None:
        self.begun.set()
        await self.go.wait()
        await self._scene.installations.save(*given)


async def test_a_removal_that_overtakes_its_installation_is_not_lost(scene: ManyScene) -> None:
    slow, workspace = Slow(scene), scene.workspace("T1")
    process = await scene.start(kept=slow)
    installing = asyncio.create_task(scene.browser().installs(process.install_url, workspace))
    await slow.begun.wait()
    for event in uninstall(scene.slack, workspace):
        assert (await scene.process.sender.event(event)).status == 200
    slow.go.set()
    await installing
    await process.slack.underway.finish()
    assert await scene.kept() == []


async def test_a_command_that_another_process_takes_late_keeps_nothing(scene: ManyScene) -> None:
    """For two seconds it may not know of the removal."""
    workspace = await scene.installed("T1")
    channel = await scene.follows(workspace, "C1")
    other = await scene.start()
    people = People(scene.slack, signed_way(other.sender), other.slack.underway.finish)
    await people.types("list", Somebody("U0ADMIN", "C1", team="T1", app_team="T1"))
    await scene.uninstalls(workspace)
    at = await departed_at(scene, "T1")
    await people.types("subscribe", Somebody("U0ADMIN", "C2", team="T1", app_team="T1"))
    late = Channel("slack", "T1", "C2")
    assert await scene.store.subscription(late) is not None
    assert at is not None
    assert await departed_at(scene, "T1") == at
    await a_day_later(scene)
    assert [await scene.store.subscription(one) for one in (channel, late)] == [None, None]


async def test_nor_where_the_workspace_had_followed_nothing_before(scene: ManyScene) -> None:
    workspace = await scene.installed("T1")
    await scene.uninstalls(workspace)
    channel = await scene.follows(workspace, "C1")
    assert await departed_at(scene, "T1") is None
    await dead_tokens(scene.process).tick()
    assert await departed_at(scene, "T1") == scene.clock.now()
    await a_day_later(scene)
    assert await scene.store.subscription(channel) is None


# --- one token for good ------------------------------------------------------------------------------------


async def test_with_one_token_nobody_is_ever_taken_for_gone(silent_world: World) -> None:
    world = silent_world
    await world.people.types("subscribe", Somebody())
    for event in (
        uninstalled_event(world.slack, world.slack.home),
        revoked_event(world.slack, world.slack.home),
    ):
        assert (await world.directly("events_api", event)).status == 200
    world.slack.fail("chat.postMessage", error("token_revoked"), times=None)
    await world.deliver()
    paused = await world.subscription()
    assert paused is not None
    assert "SLACK_BOT_TOKEN" in (paused.pause_reason or "")
    world.clock.advance(SLACK_GRACE * 3)
    while await world.store.forget(world.clock.now()):
        pass
    assert await world.subscription() is not None


@asynccontextmanager
async def opened_with_one_token(scene: ManyScene) -> AsyncIterator[Any]:
    access = Access(bot_token="xoxb-one", app_token="xapp-one", api_url=scene.slack.base_url.rstrip("/"))
    async with empty_store() as store:
        desk = Desk(store, scene.clock, PAGE_URL)
        async with open_slack(access, desk, store, scene.clock, PAGE_URL, scene.installations) as opened:
            yield opened


async def test_with_one_token_there_are_no_rounds(scene: ManyScene) -> None:
    """Though there may be installations of former days."""
    async with opened_with_one_token(scene) as opened:
        assert (opened.dead_tokens, opened.install) == (None, None)
