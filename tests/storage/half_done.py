"""A process that begins to write news, tells so, and waits to be killed."""

from __future__ import annotations

import asyncio
import sys

from sqlalchemy.ext.asyncio import AsyncConnection

from storage.knowledge import record
from storage.opening import open_store
from tests.factories import START
from tests.storage.factories import change
from tests.storage.factories import record as a_record


async def main(url: str) -> None:
    """Open the store alone, write everything but the commit, and never come to it."""
    store = await open_store(url, alone=True)

    async def half(db: AsyncConnection) -> None:
        due = await record(db, change(a_record()), [], START)
        print(f"wrote {due}", flush=True)
        await asyncio.Event().wait()

    await store.database.write(half)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
