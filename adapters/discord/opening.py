"""Discord, opened: everything that one process needs to talk to all servers the bot is in."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

import discord

from adapters.discord.app import attach
from adapters.discord.chat import DiscordChat
from adapters.discord.endpoints import Endpoints, pointed_at
from adapters.discord.gateway import Gateway
from adapters.discord.rest import Rest
from adapters.discord.sync import sync
from bot.commands import Desk
from bot.ports import Clock, Store
from bot.underway import Underway


@dataclass(frozen=True, slots=True)
class Access:
    """How Discord lets us in, and whom we obey.

    *endpoints* are Discord's own where they say nothing. *policy* is who may change a channel: `members`
    (with Manage Server or Manage Channels) or `admins` (with Manage Server).
    """

    token: str
    endpoints: Endpoints
    policy: str = "members"


@dataclass(frozen=True, slots=True)
class Discord:
    """Discord as a process uses it. *gateway* is the way in; *underway* holds answers being given.

    *refused* tells why no calls are made until somebody does something, with the cure, or None.
    """

    chat: DiscordChat
    gateway: Gateway
    underway: Underway
    refused: Callable[[], str | None]


@asynccontextmanager
async def open_discord(
    access: Access, desk: Desk, store: Store, clock: Clock, page_url: str
) -> AsyncIterator[Discord]:
    """Put everything together; nothing is asked of Discord before it is needed, so it may well be down."""
    logging.getLogger("discord").setLevel(logging.CRITICAL)  # it logs tokens, and what people wrote
    async with AsyncExitStack() as opened:
        opened.enter_context(pointed_at(access.endpoints))
        rest, underway = Rest(access.token, clock), Underway()
        opened.push_async_callback(rest.close)

        def listening(client: discord.Client) -> Callable[[], Awaitable[None]]:
            tree = attach(
                client, desk, store, clock, page_url=page_url, policy=access.policy, underway=underway
            )

            async def registered() -> None:
                if client.application_id is not None:
                    await sync(tree, client.application_id)

            return registered

        gateway = Gateway(access.token, store, clock, listening)
        yield Discord(DiscordChat(rest, clock), gateway, underway, lambda: rest.refused)
