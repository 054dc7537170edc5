"""`check`: whether everything this installation needs is there, one line each with its cure."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass

from bot.domain.status import Endpoint
from bot.ports import StatusSource, Unreadable
from bot.settings import Settings
from storage.address import read_address
from storage.errors import StorageError
from storage.opening import open_store


@dataclass(frozen=True, slots=True)
class Finding:
    """One line: *good*, what was looked at, and what was found with its cure."""

    good: bool
    subject: str
    words: str

    def __str__(self) -> str:
        return f"{'✓' if self.good else '✗'} {self.subject}: {self.words}"


async def check(settings: Settings, source: StatusSource) -> AsyncIterator[Finding]:
    """Look at each thing in turn. A SQLite database is made, or brought up to date, as `run` would."""
    yield Finding(good=True, subject="settings", words="every variable can be used")
    yield await _database(settings)
    yield await _page(settings, source)
    if not settings.slack and not settings.discord:
        words = "no token of Slack or Discord is set, so `run` tells the terminal alone"
        yield Finding(good=True, subject="platforms", words=words)


async def _database(settings: Settings) -> Finding:
    url = settings.database_url.reveal()
    try:
        store = await open_store(url)
    except StorageError as error:
        return Finding(good=False, subject="database", words=str(error))
    await store.close()
    return Finding(good=True, subject="database", words=f"{read_address(url).shown} can be used")


async def _page(settings: Settings, source: StatusSource) -> Finding:
    try:
        reading = await source.read(Endpoint.SUMMARY, None)
    except Unreadable as failure:
        cure = "see STATUS_PAGE_URL and the proxy variables"
        words = f"{settings.status_page_url} cannot be read: {failure.reason}; {cure}"
        return Finding(good=False, subject="page", words=words)
    count = len(reading.snapshot.components or ()) if reading.snapshot else 0
    return Finding(good=True, subject="page", words=f"{settings.status_page_url} answers, {count} components")
