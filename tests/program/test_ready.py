"""`/readyz` turns 503 with the reason when the program loses what it works with, and 200 when it is back."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, closing
from pathlib import Path
from typing import Any

from aiohttp import ClientSession

from bot.readiness import DATABASE_AWAY
from storage.address import read_address
from storage.opening import migrate
from tests.fakes.page import Answer, fake_page
from tests.fakes.proxy import Proxy, proxy
from tests.program.discord import discord_side
from tests.program.outage import Outage
from tests.program.process import ended, killed, line_with, start
from tests.program.slack import free_port, running
from tests.program.watching import Watching
from tests.storage.conftest import postgresql_url, server

__all__ = ["postgresql_url", "server"]


async def test_each_loss_is_told_with_its_reason_and_so_is_its_end(tmp_path: Path) -> None:
    async with AsyncExitStack() as stack:
        side = await stack.enter_async_context(discord_side())
        port = free_port()
        here = await stack.enter_async_context(
            running("socket", tmp_path, PORT=str(port), LOG_LEVEL="error", **side.variables)
        )
        watching = Watching(await stack.enter_async_context(ClientSession()), port)
        await watching.until_ready()

        here.page.fault = Answer(500)
        await watching.until_told("The status page cannot be read since ")
        here.page.fault = None
        await watching.until_ready()

        with closing(sqlite3.connect(tmp_path / "data" / "claudestatus.db", isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")  # nobody else can write until it ends
            await watching.until_told(DATABASE_AWAY)
        await watching.until_ready()

        await here.slack.stop()
        await watching.until_told("Slack's Socket Mode is not connected since ")
        await here.slack.start()
        await watching.until_ready()

        await side.standin.stop()
        await watching.until_told("Discord's gateway is not connected since ")
        await side.standin.start()
        await watching.until_ready()

        code, _ = await here.stops()
    assert code == 0


@asynccontextmanager
async def before(url: str) -> AsyncIterator[tuple[Proxy, str]]:
    """Stand before the server of *url*; yield with the address that leads there."""
    address = read_address(url).url.set(drivername="postgresql")
    query: dict[str, Any] = dict(address.query)
    folder = query.pop("host", None)
    target = f"{folder}/.s.PGSQL.{address.port or 5432}" if folder else (address.port or 5432)
    async with proxy(target) as between:
        through = address.set(host="127.0.0.1", port=between.port, query=query)
        yield between, through.render_as_string(hide_password=False)


async def test_a_database_that_goes_away_is_told_and_one_that_hangs_holds_up_no_end(
    tmp_path: Path, postgresql_url: str
) -> None:
    await migrate(postgresql_url)
    async with AsyncExitStack() as stack:
        page = await stack.enter_async_context(fake_page())
        Outage(page).show()
        between, url = await stack.enter_async_context(before(postgresql_url))
        port = free_port()
        settings = {"STATUS_PAGE_URL": page.url, "POLL_SECONDS": "0.2", "DATABASE_URL": url}
        process = await start(tmp_path, "run", PORT=str(port), LOG_LEVEL="critical", **settings)
        stack.push_async_callback(killed, process)
        await line_with(process, "is up")
        watching = Watching(await stack.enter_async_context(ClientSession()), port)
        await watching.until_ready()

        await between.cut()
        await watching.until_told(DATABASE_AWAY)
        await between.open()
        await watching.until_ready()

        between.swallows = True
        await watching.until_told(DATABASE_AWAY)
        asked_at = time.monotonic()
        process.terminate()
        end = await ended(process)
    assert end.code == 0
    assert time.monotonic() - asked_at <= 10
