"""A status page in a process of its own, so that its CPU is not counted; it ends with its standard input."""

from __future__ import annotations

import asyncio
import sys

from bot.domain.status import Endpoint
from tests.factories import long_incidents_document, maintenances_document, summary
from tests.fakes.page import fake_page


async def serve() -> None:
    """Serve unchanging documents of real size until standard input ends."""
    async with fake_page() as page:
        page.show(Endpoint.SUMMARY, summary())
        page.show(Endpoint.INCIDENTS, long_incidents_document())
        page.show(Endpoint.MAINTENANCES, maintenances_document())
        print(page.url, flush=True)
        await asyncio.to_thread(sys.stdin.read)


if __name__ == "__main__":
    asyncio.run(serve())
