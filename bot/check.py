"""`check`: whether everything this installation needs is there, one line each with its cure."""

from __future__ import annotations

from collections.abc import AsyncIterator

from adapters.clock import SystemClock
from adapters.discord.check import findings as discord_findings
from adapters.discord.endpoints import pointed_at
from adapters.slack.check import findings as slack_findings
from adapters.slack.session import open_client
from adapters.web import look_at
from bot.access import discord_access, slack_access
from bot.domain.status import Endpoint
from bot.finding import Finding
from bot.ports import Clock, StatusSource, Unreadable
from bot.settings import Settings
from bot.surroundings import of_address, of_clock, of_heroku
from storage.address import read_address
from storage.cipher import Cipher
from storage.errors import StorageError
from storage.installations import SqlInstallations
from storage.opening import open_store
from storage.store import SqlStore


async def check(
    settings: Settings, source: StatusSource, *, clock: Clock | None = None, dyno: str | None = None
) -> AsyncIterator[Finding]:
    """Look at each thing in turn. A SQLite database is made, or brought up to date, as `run` would.

    *clock* is this machine's where none is given; *dyno* is DYNO, which only Heroku sets.
    """
    yield Finding(good=True, subject="settings", words="every variable can be used")
    for finding in of_heroku(settings, dyno):
        yield finding
    store, finding = await _database(settings)
    yield finding
    try:
        async for finding in _outside(settings, source, clock or SystemClock(), store):
            yield finding
    finally:
        if store is not None:
            await store.close()


async def _outside(
    settings: Settings, source: StatusSource, clock: Clock, store: SqlStore | None
) -> AsyncIterator[Finding]:
    """Look at everything beyond the database."""
    async for finding in _page(settings, source, clock):
        yield finding
    if settings.port is not None:
        yield await look_at(settings.port)
    for finding in of_address(settings):
        yield finding
    async for finding in _slack(settings, store):
        yield finding
    async for finding in _discord(settings, store):
        yield finding
    if not settings.slack and not settings.discord:
        words = "no token of Slack or Discord is set, so `run` tells the terminal alone"
        yield Finding(good=True, subject="platforms", words=words)


async def _database(settings: Settings) -> tuple[SqlStore | None, Finding]:
    url = settings.database_url.reveal()
    try:
        store = await open_store(url)
    except StorageError as error:
        return None, Finding(good=False, subject="database", words=str(error))
    return store, Finding(good=True, subject="database", words=f"{read_address(url).shown} can be used")


async def _slack(settings: Settings, store: SqlStore | None) -> AsyncIterator[Finding]:
    access = slack_access(settings)
    if access is None:
        return
    async with open_client(access.base_url) as client:
        looked = slack_findings(
            client,
            store,
            bot_token=access.bot_token,
            app_token=access.app_token,
            signing_secret=access.signing_secret,
            port=settings.port,
            oauth=access.oauth,
            installations=_installations(settings, store),
        )
        async for finding in looked:
            yield finding


def _installations(settings: Settings, store: SqlStore | None) -> SqlInstallations | None:
    """Return the installations of many workspaces, None where there is no database or no key for them."""
    keys = [key.reveal() for key in settings.token_encryption_key]
    return SqlInstallations(store.database, Cipher(keys)) if store is not None and keys else None


async def _discord(settings: Settings, store: SqlStore | None) -> AsyncIterator[Finding]:
    access = discord_access(settings)
    if access is None:
        return
    with pointed_at(access.endpoints):
        async for finding in discord_findings(access.token, store):
            yield finding


async def _page(settings: Settings, source: StatusSource, clock: Clock) -> AsyncIterator[Finding]:
    try:
        reading = await source.read(Endpoint.SUMMARY, None)
    except Unreadable as failure:
        cure = "see STATUS_PAGE_URL and the proxy variables"
        words = f"{settings.status_page_url} cannot be read: {failure.reason}; {cure}"
        yield Finding(good=False, subject="page", words=words)
        return
    count = len(reading.snapshot.components or ()) if reading.snapshot else 0
    yield Finding(good=True, subject="page", words=f"{settings.status_page_url} answers, {count} components")
    told = of_clock(reading.given_at, clock.now())
    if told is not None:
        yield told
