"""The desk: rights are enforced here, whoever forgot to ask, and a channel touches nothing but its own."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.commands import command as commands
from bot.commands.changes import Changes
from bot.commands.command import ChangeSettings, Mute, MuteIncident, Subscribe, Unsubscribe
from bot.domain.message import plain_lines
from bot.domain.subscription import Channel
from tests.commands.world import GUEST, HERE, OWNER, World

CONFIGURING: list[commands.Command] = [
    Subscribe(),
    Unsubscribe(),
    ChangeSettings(Changes(impact="critical")),
    Mute(timedelta(hours=1)),
    commands.Unmute(),
    MuteIncident("incident0001"),
    commands.Test(),
]


@pytest.mark.parametrize("command", CONFIGURING, ids=lambda command: type(command).__name__)
async def test_who_may_not_configure_changes_nothing_and_is_told_who_may(
    world: World, command: commands.Command
) -> None:
    await world.do("subscribe")
    before = await world.subscription()
    guest = replace(GUEST, who_configures="people with Manage Server", announces=True)
    reply = await world.do(command, guest)
    assert plain_lines(reply.message)[0] == "🔵 This is for people with Manage Server"
    assert reply.notice is None
    assert await world.subscription() == before
    assert await world.courier.run_dry() == 0


async def test_a_guest_may_look_but_not_list(world: World) -> None:
    await world.do("subscribe")
    assert (await world.lines("list", GUEST))[0] == "🔵 This is for an admin of this workspace"
    for text in ("", "history", "uptime", "settings", "why", "help", "nonsense"):
        assert "This is for" not in (await world.lines(text, GUEST))[0]


async def test_one_channel_neither_sees_nor_changes_another(world: World) -> None:
    await world.do("subscribe impact=major")
    before = await world.subscription()
    for there in (
        Channel("console", "home", "random"),
        Channel("console", "work", "general"),
        Channel("slack", "home", "general"),
    ):
        stranger = replace(OWNER, channel=there)
        for command in [*CONFIGURING[1:], commands.ShowSettings(), commands.Why()]:
            lines = await world.lines(command, stranger)
            assert "major" not in " ".join(lines)
    assert await world.subscription() == before


async def test_two_changes_at_once_both_hold(world: World) -> None:
    """Settings are written whole, so the second reads what the first wrote."""
    await world.do("subscribe")
    await asyncio.gather(world.do("settings impact=major"), world.do("settings echo=off"))
    settings = await world.settings()
    assert (settings.least_impact, settings.echo) == ("major", False)


async def test_help_shows_what_this_caller_may_do(world: World) -> None:
    assert await world.lines("help", GUEST) == [
        "🔵 What you can type here",
        "Claude's status",
        "  /claudestatus: is Claude down?",
        "  /claudestatus claude.ai: one component",
        "  /claudestatus history: the last ten incidents",
        "  /claudestatus uptime: how much of the time it worked",
        "Alerts in this channel",
        "  /claudestatus settings: what this channel hears, and how",
        "  /claudestatus why: why incidents were told here, or not",
    ]
    owners = await world.lines("help")
    assert "  /claudestatus mute 2h: silence for a while" in owners
    assert owners[-3:] == [
        "Workspace",
        "  /claudestatus list: all subscribed channels of this workspace",
        "  /claudestatus privacy: what I keep about it; hand it out or delete it",
    ]


async def test_help_speaks_the_platform_of_the_caller(world: World) -> None:
    """Where settings are not typed as text, nobody is told to type them."""
    elsewhere = replace(OWNER, configures_with="/claudealerts", types=False, workspace="server")
    assert await world.lines("help", elsewhere) == [
        "🔵 What you can type here",
        "Claude's status",
        "  /claudestatus: is Claude down?",
        "  /claudestatus component:claude.ai: one component",
        "  /claudestatus view:history: the last ten incidents",
        "  /claudestatus view:uptime: how much of the time it worked",
        "Alerts in this channel",
        "  /claudealerts settings: what this channel hears, and how; change it there",
        "  /claudealerts why: why incidents were told here, or not",
        "  /claudealerts subscribe: alert this channel",
        "  /claudealerts unsubscribe: no more alerts here",
        "  /claudealerts mute for:2h: silence for a while",
        "  /claudealerts unmute: end the silence",
        "  /claudealerts test: send a test alert",
        "Server",
        "  /claudealerts list: all subscribed channels of this server",
        "  /claudealerts privacy: what I keep about it; hand it out or delete it",
    ]


def test_a_caller_may_nothing_unless_told() -> None:
    assert not GUEST.may_configure
    assert not GUEST.may_list
    assert GUEST.channel == HERE
