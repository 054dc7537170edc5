"""What Slack granted is kept though nobody waits any more, and given back where it certainly is not."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from adapters.slack.dead_tokens import DeadTokens
from adapters.slack.granted import Granted
from adapters.slack.install_words import InstallWords
from adapters.slack.many_workspaces import ManyWorkspaces
from adapters.slack.oauth import Grant
from adapters.slack.pages import Instead
from adapters.slack.session import open_client
from bot.underway import Underway
from tests.fakes.broken_store import BrokenStore, SlowStore
from tests.slack.many import ManyScene, many_scene

HERE = "https://bot.example.com/slack/install"


@pytest.fixture
async def scene() -> AsyncIterator[ManyScene]:
    async with many_scene() as scene:
        yield scene


@asynccontextmanager
async def granted(scene: ManyScene, kept: Any) -> AsyncIterator[Granted]:
    """Return what keeps grants in *kept*, for which nobody waits."""
    async with open_client(scene.slack.base_url) as client:
        workspaces = ManyWorkspaces(kept, scene.clock, HERE)
        yield Granted(
            scopes=("commands",),
            client=client,
            installations=kept,
            workspaces=workspaces,
            dead_tokens=DeadTokens(client, kept, workspaces, scene.clock),
            clock=scene.clock,
            underway=Underway(),
            words=InstallWords(HERE),
            patience=0,
        )


def grant(scene: ManyScene) -> Grant:
    """Return what Slack grants for a workspace that has the app from then on."""
    workspace = scene.workspace("T1")
    workspace.token = scene.slack.fresh("xoxb-")
    scene.slack.workspaces[workspace.token] = workspace
    scopes = frozenset({"commands"})
    return Grant(workspace.token, "T1", "Team", "A1", "U0BOT", scopes, "U2", rotates=False, granted_at=None)


async def test_a_workspace_that_is_written_down_late_is_written_down(scene: ManyScene) -> None:
    slow = SlowStore(scene.installations)  # type: ignore[arg-type]
    async with granted(scene, slow) as keeper:
        with pytest.raises(Instead) as instead:
            await keeper.keep(grant(scene))
        assert "Slack added the app" in instead.value.page.title
        assert not any("Nothing was installed" in words for words in instead.value.page.words)
        assert await scene.kept() == []
        slow.go_on()
        await keeper.underway.finish()
    assert (await scene.kept(), scene.slack.dead) == (["T1"], {})


async def test_nothing_is_revoked_where_nobody_can_say_whether_the_workspace_has_the_app(
    scene: ManyScene, caplog: pytest.LogCaptureFixture
) -> None:
    """It may have been installed before, and the bot would be thrown out of its channels."""
    async with granted(scene, BrokenStore(scene.installations)) as keeper:  # type: ignore[arg-type]
        with pytest.raises(Instead):
            await keeper.keep(grant(scene))
        await keeper.underway.finish()
    assert scene.slack.dead == {}
    assert "an installation was not kept workspace=T1" in caplog.text
    assert "was not revoked either" in caplog.text
