"""One installation, with everything outside of it on this machine, and what `check` says of it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from adapters.clock import SystemClock
from adapters.statuspage.client import open_status_page
from bot.check import check
from bot.domain.status import Endpoint
from bot.settings import read
from tests.factories import summary
from tests.fakes.clock import SetClock
from tests.fakes.discord.application_commands import ApplicationCommands
from tests.fakes.discord.gateway import Gateway
from tests.fakes.discord.places import TOKEN
from tests.fakes.discord.standin import DiscordStandIn
from tests.fakes.page import FakePage, fake_page
from tests.fakes.slack.standin import SlackStandIn, slack_stand_in


@dataclass(slots=True)
class Installation:
    """The page, Slack, Discord, and the environment of a program that is set up well; *late*: its clock."""

    page: FakePage
    slack: SlackStandIn
    discord: DiscordStandIn
    environment: dict[str, str]
    late: timedelta = field(default=timedelta(0))

    async def lines(self, *without: str, **changed: str) -> list[str]:
        """Return what `check` prints where variables are *without* or *changed*."""
        kept = {name: text for name, text in self.environment.items() if name not in without}
        environment = {**kept, **changed}
        settings = read(environment, serves=False)
        clock = SetClock(SystemClock().now() - self.late)
        async with open_status_page(settings.status_page_url) as source:
            found = check(settings, source, clock=clock, dyno=environment.get("DYNO"))
            return [str(finding) async for finding in found]

    async def bad(self, *without: str, **changed: str) -> list[str]:
        """Return the lines that do not tell of something good."""
        return [line for line in await self.lines(*without, **changed) if not line.startswith("✓")]


@asynccontextmanager
async def installation(folder: Path) -> AsyncIterator[Installation]:
    """Set everything up: Slack by Socket Mode, Discord, and a SQLite file in *folder*."""
    async with AsyncExitStack() as stack:
        page = await stack.enter_async_context(fake_page())
        page.show(Endpoint.SUMMARY, summary())
        slack = await stack.enter_async_context(slack_stand_in())
        discord = DiscordStandIn(clock=SetClock())
        Gateway(discord), ApplicationCommands(discord)
        await discord.start()
        stack.push_async_callback(discord.stop)
        environment = {
            "STATUS_PAGE_URL": page.url,
            "DATABASE_URL": f"sqlite:///{folder}/data/claudestatus.db",
            "SLACK_API_URL": slack.base_url,
            "SLACK_BOT_TOKEN": "xoxb-test",
            "SLACK_APP_TOKEN": "xapp-test",
            "DISCORD_API_URL": discord.api_url,
            "DISCORD_GATEWAY_URL": discord.gateway_url,
            "DISCORD_BOT_TOKEN": TOKEN,
        }
        yield Installation(page, slack, discord, environment)


MANY: Mapping[str, str] = {
    "SLACK_CLIENT_ID": "1.2",
    "SLACK_CLIENT_SECRET": "a-client-secret",
    "SLACK_SIGNING_SECRET": "a-signing-secret",
    "PUBLIC_URL": "https://bot.example.com",
}
"""What many workspaces need beside PORT and TOKEN_ENCRYPTION_KEY."""


@asynccontextmanager
async def strict_postgresql() -> AsyncIterator[str]:
    """Yield the address of a PostgreSQL that accepts nobody's password.

    https://www.postgresql.org/docs/current/protocol-message-formats.html
    """

    async def refuse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        length = int.from_bytes(await reader.readexactly(4))
        if length == 8:  # it asks for TLS first
            await reader.readexactly(4)
            writer.write(b"N")
            length = int.from_bytes(await reader.readexactly(4))
        await reader.readexactly(length - 4)
        fields = b'SFATAL\0VFATAL\0C28P01\0Mpassword authentication failed for user "bot"\0\0'
        writer.write(b"E" + (len(fields) + 4).to_bytes(4) + fields)
        writer.close()

    server = await asyncio.start_server(refuse, "127.0.0.1", 0)
    try:
        yield f"postgresql://bot:a-wrong-password@127.0.0.1:{server.sockets[0].getsockname()[1]}/bot"
    finally:
        server.close()
