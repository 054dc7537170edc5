"""The parts of one process: what the command line chose, and everything that is opened for it."""

from __future__ import annotations

import os
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from pathlib import Path

from adapters.clock import SystemClock
from adapters.console import Console, Ledger, Terminal
from adapters.discord.opening import Discord, open_discord
from adapters.slack.opening import Slack, open_slack
from adapters.statuspage.client import StatusPage
from adapters.statuspage.heartbeat import Heartbeat
from adapters.statuspage.transfer import open_client
from bot.access import discord_access, slack_access
from bot.commands import Desk
from bot.courier import Courier
from bot.ports import Chat, Settlement
from bot.settings import Settings
from bot.terminal import TERMINAL
from bot.watcher import Rhythm, Watcher
from storage.opening import open_store
from storage.store import SqlStore


class Role(StrEnum):
    """What one process does; all of it by default."""

    WATCH = "watch"
    DELIVER = "deliver"
    SLACK = "slack"
    DISCORD = "discord"
    WEB = "web"


@dataclass(frozen=True, slots=True)
class Options:
    """What the command line of `run` chose. *ledger* is where the terminal's messages are written down."""

    roles: frozenset[Role] = frozenset(Role)
    ledger: Path | None = None


@dataclass(frozen=True, slots=True)
class Bot:
    """Everything that runs in one process. *slack* and *discord* are None where they are not configured."""

    settings: Settings
    options: Options
    store: SqlStore
    watcher: Watcher
    courier: Courier
    desk: Desk
    terminal: Terminal
    slack: Slack | None
    discord: Discord | None
    heartbeat: Heartbeat | None
    clock: SystemClock

    @property
    def tells_terminal(self) -> bool:
        """True where no platform is configured: then the terminal is the channel."""
        return self.slack is None and self.discord is None


@asynccontextmanager
async def built(
    settings: Settings, options: Options, terminal: Terminal, on_settled: Callable[[Settlement], None]
) -> AsyncIterator[Bot]:
    """Open what the bot needs, and close it again. Raises `StorageError`, `BadLedger`."""
    async with AsyncExitStack() as opened:
        store = await open_store(settings.database_url.reveal(), alone=True)
        opened.push_async_callback(store.close)
        clock, page_url = SystemClock(), settings.status_page_url
        client = await opened.enter_async_context(open_client())
        desk = Desk(store, clock, page_url)
        slack = await _slack(opened, settings, desk, store, clock)
        discord = await _discord(opened, settings, desk, store, clock)
        chats: dict[str, Chat] = {}
        if slack is not None:
            chats["slack"] = slack.chat
        if discord is not None:
            chats["discord"] = discord.chat
        if not chats:
            chats = {TERMINAL.platform: Console(terminal, clock, Ledger(options.ledger))}
        rhythm = Rhythm(summary=timedelta(seconds=settings.poll_seconds))
        yield Bot(
            settings=settings,
            options=options,
            store=store,
            watcher=Watcher(StatusPage(page_url, client), store, clock, rhythm),
            courier=Courier(store, chats, clock, owner=_owner(), page_url=page_url, on_settled=on_settled),
            desk=desk,
            terminal=terminal,
            slack=slack,
            discord=discord,
            heartbeat=Heartbeat(settings.heartbeat_url.reveal(), client) if settings.heartbeat_url else None,
            clock=clock,
        )


async def _slack(
    opened: AsyncExitStack, settings: Settings, desk: Desk, store: SqlStore, clock: SystemClock
) -> Slack | None:
    access = slack_access(settings)
    if access is None:
        return None
    return await opened.enter_async_context(open_slack(access, desk, store, clock, settings.status_page_url))


async def _discord(
    opened: AsyncExitStack, settings: Settings, desk: Desk, store: SqlStore, clock: SystemClock
) -> Discord | None:
    access = discord_access(settings)
    if access is None:
        return None
    page_url = settings.status_page_url
    return await opened.enter_async_context(open_discord(access, desk, store, clock, page_url))


def _owner() -> str:
    return f"{socket.gethostname()}:{os.getpid()}"
