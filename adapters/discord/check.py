"""What `check` says about Discord: the token, the application, its servers, and channels not told."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Collection, Iterable
from typing import Final

import discord
from discord import app_commands
from discord.http import Route

from adapters.discord.guilds import PLATFORM
from adapters.discord.invite import account_link, invite_link
from adapters.discord.proxy import proxy_for
from adapters.discord.trouble import described, is_bad_token
from bot.finding import Finding
from bot.ports import Store
from bot.standing import channel_finding

COMMANDS: Final = ("claudestatus", "claudealerts")
"""What `run` registers; a test compares it with the commands there are."""

DEADLINE: Final = 40.0
"""Seconds for everything that Discord is asked."""

RESET_IT: Final = (
    "set DISCORD_BOT_TOKEN to the token that https://discord.com/developers/applications shows under Bot "
    "(Reset Token makes a new one)"
)
UNREACHABLE_CURE: Final = "See the proxy variables and https://discordstatus.com."
ENDPOINT_CURE: Final = (
    "an Interactions Endpoint URL is set, so commands go there and not to this program: clear it in "
    "https://discord.com/developers/applications under General Information"
)

PRIVATE: Final = (
    "only the owner of the application can add it: for everybody else switch on Public Bot in "
    "https://discord.com/developers/applications under Bot"
)
USER_INSTALL: Final = "User Install has to be ticked under Installation for that"


async def findings(token: str, store: Store | None) -> AsyncIterator[Finding]:
    """Look at each thing in turn, asking Discord. *store* is None where the database cannot be used."""
    logging.getLogger("discord").setLevel(logging.CRITICAL)
    client = discord.Client(intents=discord.Intents.none(), proxy=proxy_for(Route.BASE))
    guilds: list[discord.Guild] = []
    try:
        async with asyncio.timeout(DEADLINE):
            await client.login(token)
            guilds += [guild async for guild in client.fetch_guilds(limit=None)]
            names = {command.name for command in await app_commands.CommandTree(client).fetch_commands()}
        told = _findings(client.application, len(guilds), names)
    except Exception as error:  # noqa: BLE001  whatever a network brings about is one line
        told = [_failed(error)]
    finally:
        await client.close()
    for finding in told:
        yield finding
    if store is not None:
        async for finding in _channels(store, guilds):
            yield finding


def _failed(error: Exception) -> Finding:
    """Return what kept us from asking Discord."""
    if is_bad_token(error):
        return Finding(good=False, subject="Discord bot token", words=f"Discord refuses it: {RESET_IT}")
    words = f"Discord cannot be reached ({described(error)}). {UNREACHABLE_CURE}"
    return Finding(good=False, subject="Discord", words=words)


def _findings(application: discord.AppInfo | None, servers: int, commands: Collection[str]) -> list[Finding]:
    """Return what is to be said of the application, in the order of the steps that set it up."""
    if application is None:
        return []
    found = [_token(application)]
    if application.interactions_endpoint_url is not None:
        found.append(Finding(good=False, subject="Discord commands", words=ENDPOINT_CURE))
    found += [_commands(commands), _servers(servers, invite_link(application.id))]
    if not application.bot_public:
        found.append(Finding(good=True, subject="Discord servers", words=PRIVATE))
    return [*found, _accounts(account_link(application.id))]


def _token(application: discord.AppInfo) -> Finding:
    words = f"opens the application {application.name} ({application.id})"
    return Finding(good=True, subject="Discord bot token", words=words)


def _commands(registered: Collection[str]) -> Finding:
    missing = [f"/{name}" for name in COMMANDS if name not in registered]
    words = "are registered"
    if missing:
        words = f"{' and '.join(missing)} not registered yet: `run` does that as soon as it is connected"
    return Finding(good=True, subject="Discord commands", words=words)


def _servers(count: int, link: str) -> Finding:
    if not count:
        words = f"the bot is in none: somebody with Manage Server adds it with {link}"
        return Finding(good=False, subject="Discord servers", words=words)
    words = f"the bot is in {count}; whoever manages another one adds it with {link}"
    return Finding(good=True, subject="Discord servers", words=words)


def _accounts(link: str) -> Finding:
    words = f"without a server somebody adds the commands to their own account with {link} ({USER_INSTALL})"
    return Finding(good=True, subject="Discord accounts", words=words)


async def _channels(store: Store, guilds: Iterable[discord.Guild]) -> AsyncIterator[Finding]:
    """Yield how each subscribed channel of the servers stands."""
    for guild in guilds:
        for subscription in await store.subscriptions(PLATFORM, str(guild.id)):
            yield await channel_finding(store, subscription, "Discord")
