"""The parts of one process: what the command line chose, and everything that is opened for it."""

from __future__ import annotations

import os
import secrets
import socket
from collections.abc import AsyncIterator, Callable, Mapping
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
from bot.domain.duty import COURIER, Duty
from bot.leading import Lead, Leads
from bot.operations import Doors, Operations, operations
from bot.ports import Chat, Settlement
from bot.settings import Settings
from bot.terminal import TERMINAL
from bot.watcher import Rhythm, Watcher
from storage.cipher import Cipher
from storage.installations import SqlInstallations
from storage.opening import open_store
from storage.store import SqlStore


class Role(StrEnum):
    """What one process does; all of it by default."""

    WATCH = "watch"
    DELIVER = "deliver"
    SLACK = "slack"
    DISCORD = "discord"
    WEB = "web"


IN_SLACK = frozenset({Role.DELIVER, Role.SLACK, Role.WEB})
IN_DISCORD = frozenset({Role.DELIVER, Role.DISCORD})
"""The roles that have to do with a platform; for others nothing of it is opened."""


@dataclass(frozen=True, slots=True)
class Options:
    """What the command line of `run` chose. *ledger* is where the terminal's messages are written down."""

    roles: frozenset[Role] = frozenset(Role)
    ledger: Path | None = None


@dataclass(frozen=True, slots=True)
class Bot:
    """Everything that runs in one process.

    *slack* and *discord* are None where they are not configured, or this process does nothing there.
    """

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
    leads: Leads
    operations: Operations

    @property
    def tells_terminal(self) -> bool:
        """True where no platform is configured: then the terminal is the channel."""
        return slack_access(self.settings) is None and discord_access(self.settings) is None


@asynccontextmanager
async def built(
    settings: Settings, options: Options, terminal: Terminal, on_settled: Callable[[Settlement], None]
) -> AsyncIterator[Bot]:
    """Open what the bot needs, and close it again. Raises `StorageError`, `BadLedger`."""
    async with AsyncExitStack() as opened:
        store = await open_store(settings.database_url.reveal(), alone=True)
        opened.push_async_callback(store.close)
        clock, roles, owner = SystemClock(), options.roles, _owner()
        client = await opened.enter_async_context(open_client())
        desk = Desk(store, clock, settings.status_page_url)
        slack = await _slack(opened, settings, desk, store, clock) if roles & IN_SLACK else None
        discord = await _discord(opened, settings, desk, store, clock) if roles & IN_DISCORD else None
        leads = _leads(roles, store, owner, clock, discord=discord is not None)
        chats = _chats(settings, lambda: Console(terminal, clock, Ledger(options.ledger)), slack, discord)
        watching = operations(settings, store, clock, _doors(roles, slack, discord, leads), chats)
        yield Bot(
            settings=settings,
            options=options,
            store=store,
            watcher=_watcher(settings, StatusPage(settings.status_page_url, client), store, clock, leads),
            courier=_courier(settings, store, clock, chats, on_settled, owner, leads, watching),
            desk=desk,
            terminal=terminal,
            slack=slack,
            discord=discord,
            heartbeat=Heartbeat(settings.heartbeat_url.reveal(), client) if settings.heartbeat_url else None,
            clock=clock,
            leads=leads,
            operations=watching,
        )


def _watcher(
    settings: Settings, page: StatusPage, store: SqlStore, clock: SystemClock, leads: Leads
) -> Watcher:
    rhythm = Rhythm(summary=timedelta(seconds=settings.poll_seconds))
    return Watcher(page, store, clock, rhythm, lead=leads.watch)


def _courier(  # noqa: PLR0913, PLR0917  its parts, each of another type
    settings: Settings,
    store: SqlStore,
    clock: SystemClock,
    chats: Mapping[str, Chat],
    on_settled: Callable[[Settlement], None],
    owner: str,
    leads: Leads,
    watching: Operations,
) -> Courier:
    return Courier(
        store,
        chats,
        clock,
        owner=owner,
        page_url=settings.status_page_url,
        leads={"discord": leads.discord} if leads.discord else {},
        on_settled=watching.counting(on_settled),
        on_put_off=watching.metrics.put_off,
    )


def _chats(
    settings: Settings, console: Callable[[], Console], slack: Slack | None, discord: Discord | None
) -> dict[str, Chat]:
    """Return the platforms this process delivers to: the terminal where no other is configured."""
    if slack_access(settings) is None and discord_access(settings) is None:
        return {TERMINAL.platform: console()}
    chats: dict[str, Chat] = {}
    if slack is not None:
        chats["slack"] = slack.chat
    if discord is not None:
        chats["discord"] = discord.chat
    return chats


def _doors(roles: frozenset[Role], slack: Slack | None, discord: Discord | None, leads: Leads) -> Doors:
    """Return the ways in that this process keeps, the gateway while it leads there, or nobody else can."""
    socket = slack.socket if slack and Role.SLACK in roles else None

    def gateway_is_ours() -> bool:
        return leads.gateway is None or leads.gateway.held

    return Doors(socket, discord, gateway_is_ours if Role.DISCORD in roles else None)


async def _slack(
    opened: AsyncExitStack, settings: Settings, desk: Desk, store: SqlStore, clock: SystemClock
) -> Slack | None:
    access = slack_access(settings)
    if access is None:
        return None
    ring = [key.reveal() for key in settings.token_encryption_key]
    installations = SqlInstallations(store.database, Cipher(ring)) if ring else None
    page_url = settings.status_page_url
    return await opened.enter_async_context(open_slack(access, desk, store, clock, page_url, installations))


async def _discord(
    opened: AsyncExitStack, settings: Settings, desk: Desk, store: SqlStore, clock: SystemClock
) -> Discord | None:
    access = discord_access(settings)
    if access is None:
        return None
    page_url = settings.status_page_url
    return await opened.enter_async_context(open_discord(access, desk, store, clock, page_url))


def _leads(
    roles: frozenset[Role], store: SqlStore, owner: str, clock: SystemClock, *, discord: bool
) -> Leads:
    """Return what a process with *roles* may lead; *discord* tells whether it has to do with Discord.

    A SQLite file is held by one process alone, which need not ask whether it may.
    """
    if not store.database.address.is_postgresql:
        return Leads()

    def one(role: Role, duty: str, *, wanted: bool = True) -> Lead | None:
        return Lead(store, duty, owner, clock) if role in roles and wanted else None

    return Leads(
        watch=one(Role.WATCH, Duty.WATCH),
        discord=one(Role.DELIVER, Duty.DISCORD, wanted=discord),
        gateway=one(Role.DISCORD, Duty.GATEWAY, wanted=discord),
        courier=one(Role.DELIVER, COURIER + owner),
    )


def _owner() -> str:
    """Return a name that no other process has: in containers all have the same number, some the same host."""
    return f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(4)}"
