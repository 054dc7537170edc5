"""Several workspaces with the app: whatever an admin of one does, the other is neither seen nor changed."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta

import pytest

from bot.domain.kept import Kept
from bot.domain.subscription import Channel, Mention, Settings
from tests.fakes.slack.heard import Heard
from tests.fakes.slack.ledger import Json
from tests.fakes.slack.people import People, Somebody
from tests.slack.many import ManyScene, many_scene
from tests.slack.ways import signed_way

SECRET_GROUP = "S0SECRET1"
THEIR_ROOM = "C0THEIRS"
"""What only the other workspace has: whom it calls, and a channel of its own."""

HERS = Somebody("U0ADMIN", "C0STATUS", team="T0ONE", app_team="T0ONE")
HIS = Somebody("U0ADMIN", "C0STATUS", team="T0TWO", app_team="T0TWO")
"""The same ids of person and channel, in two workspaces."""

TEN_SECONDS = timedelta(seconds=10)

COMMANDS = (
    *("", "help", "history", "uptime", "why", "list", "settings", "privacy", "privacy export"),
    *("privacy delete", "mute 2h", "unmute", "test", "settings impact=critical", "subscribe impact=minor"),
    *("unsubscribe", "subscribe", "privacy delete confirmed", "subscribe"),
)

BUTTONS = (
    *(("share", ""), ("subscribe", ""), ("subscribe", THEIR_ROOM), ("settings", THEIR_ROOM), ("test", "")),
    *(("test", THEIR_ROOM), ("mute_incident", "incident0001"), ("erase", ""), ("erase", "now")),
)


@dataclass
class Tenants:
    """Two workspaces with an open incident, and the people of both."""

    scene: ManyScene
    people: People

    async def theirs(self) -> Kept:
        """Return all that is kept of the workspace that does nothing."""
        return await self.scene.store.kept("slack", "T0ONE")

    def wait(self) -> None:
        """Let so much time go by that nobody is asked for patience."""
        self.scene.clock.advance(TEN_SECONDS)


@pytest.fixture
async def tenants() -> AsyncIterator[Tenants]:
    async with many_scene() as scene:
        for team, channels in (("T0ONE", ("C0STATUS", THEIR_ROOM)), ("T0TWO", ("C0STATUS",))):
            workspace = await scene.installed(team)
            for channel in channels:
                await scene.follows(workspace, channel)
        settings = Settings(mention=Mention(SECRET_GROUP), least_impact="minor")
        for channel in ("C0STATUS", THEIR_ROOM):
            address = Channel("slack", "T0ONE", channel)
            await scene.store.change_settings(address, settings, "U0HER", scene.clock.now())
        await scene.world.news("It began.")
        await scene.deliver()
        yield Tenants(scene, People(scene.slack, signed_way(scene.process.sender), lambda: settle(scene)))


async def settle(scene: ManyScene) -> None:
    """Wait until the bot has done all it began; what follows an acknowledgement begins some turns later."""
    for _ in range(10):
        await asyncio.sleep(0)
    await scene.process.slack.underway.finish()


def all_that_came(tenants: Tenants, *heard: Heard) -> str:
    """Return everything that reached the one who asks: answers, forms, App Home and posts."""
    views = [one.view for one in tenants.scene.slack.ledger.views]
    return json.dumps([[[one.ack.body, *one.later] for one in heard], views])


async def unchanged(tenants: Tenants, before: Kept, heard: str) -> None:
    assert await tenants.theirs() == before
    for secret in (SECRET_GROUP, THEIR_ROOM, "T0ONE", "U0HER"):
        assert secret not in heard


async def test_no_command_of_one_workspace_touches_the_other(tenants: Tenants) -> None:
    before = await tenants.theirs()
    for text in COMMANDS:
        tenants.wait()
        heard = await tenants.people.types(text, HIS)
        assert "One moment" not in json.dumps(heard.ack.body)
        await unchanged(tenants, before, all_that_came(tenants, heard))


async def test_no_button_of_one_workspace_touches_the_other(tenants: Tenants) -> None:
    """Buttons may be years old and hold anything; those that delete are pressed as the last."""
    before = await tenants.theirs()
    for action, written in BUTTONS:
        tenants.wait()
        value = str(int(tenants.scene.clock.now().timestamp())) if written == "now" else written
        heard = await tenants.people.presses(action, value, HIS)
        assert await tenants.theirs() == before, action
        assert SECRET_GROUP not in all_that_came(tenants, heard), action
    assert (await tenants.scene.store.kept("slack", "T0TWO")).channels == ()


async def test_no_form_no_home_and_no_shortcut_of_one_workspace_touches_the_other(tenants: Tenants) -> None:
    before = await tenants.theirs()
    await tenants.people.types("settings", HIS)
    view: Json = tenants.scene.slack.ledger.views[-1].view
    heard = [
        await tenants.people.submits(view, {"impact": "critical"}, HIS),
        await tenants.people.asks_beside(HIS),
        await tenants.people.presses_at_home("refresh_home", "", HIS),
        await tenants.people.presses_at_home("settings_of", THEIR_ROOM, HIS),
    ]
    await tenants.people.opens_home(HIS)
    await unchanged(tenants, before, all_that_came(tenants, *heard))
    changed = await tenants.scene.store.subscription(Channel("slack", "T0TWO", "C0STATUS"))
    assert changed is not None
    assert changed.settings.least_impact == "critical"


async def test_a_form_or_a_button_of_one_workspace_serves_nobody_in_the_other(tenants: Tenants) -> None:
    """The same person in the same channel, by their ids, of another workspace."""
    await tenants.people.types("settings", HERS)
    view: Json = tenants.scene.slack.ledger.views[-1].view
    await tenants.people.opens_home(HERS)
    home = tenants.scene.slack.ledger.views[-1].view["blocks"]
    sealed = [one["accessory"]["value"] for one in home if one.get("accessory")]
    assert len(sealed) == 2
    before, mine = await tenants.theirs(), await tenants.scene.store.kept("slack", "T0TWO")
    forms = len(tenants.scene.slack.ledger.views)
    heard = await tenants.people.submits(view, {"impact": "critical"}, HIS)
    assert "This form cannot be read any more" in json.dumps(heard.ack.body)
    for value in sealed:
        tenants.wait()
        await tenants.people.presses_at_home("settings_of", value, HIS)
    assert SECRET_GROUP not in json.dumps([one.view for one in tenants.scene.slack.ledger.views[forms:]])
    assert (await tenants.theirs(), await tenants.scene.store.kept("slack", "T0TWO")) == (before, mine)


async def test_what_is_said_aloud_in_one_workspace_touches_the_other_not(tenants: Tenants) -> None:
    before = await tenants.theirs()
    for text in COMMANDS:
        tenants.wait()
        await tenants.people.says(f"<@U0BOT> {text}", HIS)
        assert await tenants.theirs() == before, text
    mine = [one for one in tenants.scene.slack.ledger.all_messages if one.workspace == "T0TWO"]
    assert len(mine) > len(COMMANDS)
    assert all(SECRET_GROUP not in str(one.blocks) and THEIR_ROOM not in str(one.blocks) for one in mine)


async def test_one_workspace_that_hammers_keeps_the_other_not_waiting(tenants: Tenants) -> None:
    for number in range(70):
        await tenants.people.types("", Somebody(f"U0X{number}", "C0STATUS", team="T0TWO", app_team="T0TWO"))
    refused = await tenants.people.types("", HIS)
    assert "Many people here ask me at the moment" in refused.words
    assert "Many people" not in (await tenants.people.types("", HERS)).words
