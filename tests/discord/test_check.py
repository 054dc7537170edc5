"""`check` names each thing that is wrong with Discord in one line, with its cure."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from urllib.parse import parse_qs, urlsplit

import discord
import pytest

from adapters.discord.chat import DiscordChat
from adapters.discord.check import COMMANDS, findings
from adapters.discord.endpoints import Endpoints, pointed_at
from adapters.discord.invite import PERMISSIONS, account_link, invite_link
from adapters.discord.rest import Rest
from bot.finding import Finding
from tests.courier.scene import Scene
from tests.discord.scene import CREATE, HERE, DiscordScene
from tests.discord.world import World
from tests.fakes.discord.application_commands import ApplicationCommands
from tests.fakes.discord.faults import error, http, raw
from tests.fakes.discord.gateway import Gateway
from tests.fakes.discord.guild_data import application_json
from tests.fakes.discord.places import APPLICATION, TEXT, TOKEN, USUAL
from tests.fakes.discord.standin import DiscordStandIn
from tests.stores import empty_store


@dataclass(frozen=True, slots=True)
class Checked:
    """A bot in two servers whose commands are registered, and the Discord it is checked at."""

    scene: DiscordScene
    gateway: Gateway
    commands: ApplicationCommands

    async def told(self, token: str = TOKEN, *, store: bool = True) -> list[Finding]:
        """Return what `check` finds."""
        memory = self.scene.world.store if store else None
        return [finding async for finding in findings(token, memory)]

    async def bad(self, token: str = TOKEN) -> list[str]:
        """Return the lines that tell of something wrong."""
        return [str(finding) for finding in await self.told(token) if not finding.good]


@pytest.fixture
async def checked() -> AsyncIterator[Checked]:
    async with empty_store() as store:
        world = Scene(store)
        await world.read()
        side = DiscordStandIn(clock=world.clock)
        gateway, commands = Gateway(side), ApplicationCommands(side)
        commands.registered = [
            {"id": f"60{number}", "name": name, "description": name, "type": 1, "version": "1"}
            | {"application_id": APPLICATION, "default_member_permissions": None, "nsfw": False}
            for number, name in enumerate(COMMANDS)
        ]
        await side.start()
        with pointed_at(Endpoints(side.api_url)):
            rest = Rest(TOKEN, world.clock)
            yield Checked(DiscordScene(side, rest, DiscordChat(rest, world.clock), world), gateway, commands)
            await rest.close()
        await side.stop()


async def test_all_is_well_where_everything_is_set_up(checked: Checked) -> None:
    await checked.scene.subscribe(HERE)
    told = await checked.told()
    assert all(finding.good for finding in told)
    text = "\n".join(map(str, told))
    for words in (
        f"claudestatus ({APPLICATION})",
        "are registered",
        "the bot is in 2",
        invite_link(APPLICATION),
        account_link(APPLICATION),
    ):
        assert words in text
    assert f"Discord channel {TEXT}: is subscribed" in text
    assert TOKEN not in text
    assert {call.method for call in checked.scene.discord.ledger.calls} == {"GET"}


def test_the_invite_asks_for_what_is_needed_and_nothing_else() -> None:
    """The five permissions, and the two scopes; the number is what the tests' Discord counts with."""
    asked = parse_qs(urlsplit(invite_link(APPLICATION)).query)
    assert asked == {
        "client_id": [APPLICATION],
        "permissions": [str(USUAL)],
        "scope": ["bot applications.commands"],
    }
    assert sorted(name for name, has in PERMISSIONS if has) == [
        "create_public_threads",
        "embed_links",
        "read_messages",  # Discord's VIEW_CHANNEL
        "send_messages",
        "send_messages_in_threads",
    ]


def test_the_link_to_an_account_asks_for_the_commands_alone() -> None:
    asked = parse_qs(urlsplit(account_link(APPLICATION)).query)
    assert asked == {
        "client_id": [APPLICATION],
        "scope": ["applications.commands"],
        "integration_type": ["1"],
    }


@pytest.mark.parametrize("public", [True, False])
async def test_an_application_that_only_its_owner_can_add_is_told_and_is_no_fault(
    checked: Checked, public: bool
) -> None:
    side = checked.scene.discord
    told = application_json(side.guilds.values(), None) | {"bot_public": public}
    side.fail("GET /oauth2/applications/@me", raw(json.dumps(told).encode()))
    found = await checked.told()
    assert all(finding.good for finding in found)
    assert ("switch on Public Bot" in "\n".join(map(str, found))) is not public


async def test_a_token_that_is_refused_is_one_line_that_says_where_there_is_another(checked: Checked) -> None:
    (line,) = await checked.bad("wrong-token")
    assert line.startswith("✗ Discord bot token: Discord refuses it: set DISCORD_BOT_TOKEN")
    assert "https://discord.com/developers/applications" in line
    assert "wrong-token" not in line


async def test_a_proxy_that_refuses_us_is_not_a_bad_token(checked: Checked) -> None:
    checked.scene.discord.fail("*", http(401), times=None)
    (line,) = await checked.bad()
    assert line.startswith("✗ Discord: Discord cannot be reached (HTTP 401, not from Discord)")


async def test_a_bot_that_is_in_no_server_is_one_line_with_the_invite(checked: Checked) -> None:
    checked.scene.discord.guilds.clear()
    (line,) = await checked.bad()
    assert line.startswith("✗ Discord servers: the bot is in none")
    assert invite_link(APPLICATION) in line


async def test_commands_that_are_not_registered_yet_are_told_and_are_no_fault(checked: Checked) -> None:
    checked.commands.registered.clear()
    told = await checked.told()
    assert all(finding.good for finding in told)
    assert "/claudestatus and /claudealerts not registered yet" in "\n".join(map(str, told))


async def test_the_commands_it_looks_for_are_those_there_are(talk: World) -> None:
    assert set(COMMANDS) == {
        command.name for command in talk.tree.get_commands(type=discord.AppCommandType.chat_input)
    }


async def test_an_endpoint_that_takes_the_commands_away_is_one_line_with_its_cure(checked: Checked) -> None:
    checked.gateway.endpoint = "https://example.com/interactions"
    (line,) = await checked.bad()
    assert line.startswith("✗ Discord commands: an Interactions Endpoint URL is set")
    assert "clear it" in line


@pytest.mark.parametrize("down", [True, False], ids=["down", "503"])
async def test_discord_that_is_away_is_one_line(checked: Checked, down: bool) -> None:
    if down:
        await checked.scene.discord.stop()
    checked.scene.discord.fail("*", http(503), times=None)
    (line,) = await checked.bad()
    assert line.startswith("✗ Discord: Discord cannot be reached (")
    assert "https://discordstatus.com" in line
    assert ("HTTP 503" in line) is not down


async def test_a_paused_channel_is_one_line_with_what_discord_refused(checked: Checked) -> None:
    channel = await checked.scene.subscribe(HERE)
    checked.scene.discord.guilds[channel.workspace].channels[channel.id].permissions = 0
    await checked.scene.world.news()
    await checked.scene.go_on(checked.scene.courier())
    (line,) = await checked.bad()
    assert line.startswith(f"✗ Discord channel {channel.id}: is paused.")


async def test_a_channel_whose_last_message_was_refused_is_one_line(checked: Checked) -> None:
    channel = await checked.scene.subscribe(HERE)
    checked.scene.discord.fail(CREATE, error(503, 130000))
    await checked.scene.world.news()
    await checked.scene.courier().run_dry()
    (line,) = await checked.bad()
    assert line.startswith(f"✗ Discord channel {channel.id}: the last message was refused. 130000")


async def test_without_a_database_the_channels_are_left_out(checked: Checked) -> None:
    await checked.scene.subscribe(HERE)
    told = await checked.told(store=False)
    assert "channel" not in "".join(finding.subject for finding in told)
