"""The parts of one process: what the command line chose, and everything that is opened for it."""

from __future__ import annotations

import os
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from pathlib import Path

from adapters.clock import SystemClock
from adapters.console import Console, Ledger, Terminal
from adapters.statuspage.client import StatusPage
from adapters.statuspage.heartbeat import Heartbeat
from adapters.statuspage.transfer import open_client
from bot.courier import Courier
from bot.ports import Settlement
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
    """Everything that runs in one process."""

    settings: Settings
    options: Options
    store: SqlStore
    watcher: Watcher
    courier: Courier
    terminal: Terminal
    heartbeat: Heartbeat | None
    clock: SystemClock


@asynccontextmanager
async def built(
    settings: Settings, options: Options, terminal: Terminal, on_settled: Callable[[Settlement], None]
) -> AsyncIterator[Bot]:
    """Open what the bot needs, and close it again. Raises `StorageError`, `BadLedger`."""
    url = settings.database_url.reveal()
    store = await open_store(url, alone=True)
    try:
        clock = SystemClock()
        console = Console(terminal, clock, Ledger(options.ledger))
        async with open_client() as client:
            watcher = Watcher(
                StatusPage(settings.status_page_url, client),
                store,
                clock,
                Rhythm(summary=timedelta(seconds=settings.poll_seconds)),
            )
            chats = {TERMINAL.platform: console}
            page_url = settings.status_page_url
            courier = Courier(store, chats, clock, owner=_owner(), page_url=page_url, on_settled=on_settled)
            heartbeat = Heartbeat(settings.heartbeat_url.reveal(), client) if settings.heartbeat_url else None
            yield Bot(settings, options, store, watcher, courier, terminal, heartbeat, clock)
    finally:
        await store.close()


def _owner() -> str:
    return f"{socket.gethostname()}:{os.getpid()}"
