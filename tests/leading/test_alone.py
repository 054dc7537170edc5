"""A process alone with its SQLite file: nobody contests what it does, so there are no leads."""

from __future__ import annotations

from io import StringIO
from pathlib import Path

from adapters.console import Terminal
from bot.parts import Options, built
from bot.settings.reading import read
from tests.storage.conftest import emptied_schema, migrated_schema, server
from tests.stores import empty_file

__all__ = ["emptied_schema", "migrated_schema", "server"]


async def leads(url: str) -> list[str]:
    """Return what a process on *url* leads once it asked for everything."""
    settings = read({"DATABASE_URL": url, "DISCORD_BOT_TOKEN": "MTIz.abc.def"})
    async with built(settings, Options(), Terminal(StringIO(), {}), lambda _: None) as bot:
        await bot.leads.keep()
        return [one.duty.split()[0] for one in bot.leads.all if one.held]


async def test_on_a_file_of_ones_own_there_are_no_leads(tmp_path: Path) -> None:
    assert await leads(empty_file(tmp_path / "memory.db")) == []


async def test_on_a_server_there_is_one_for_each_duty_and_one_that_counts_us(emptied_schema: str) -> None:
    assert await leads(emptied_schema) == ["watch", "discord", "gateway", "courier"]
