"""A process that spends of a budget as often as it is told, and says how often it could."""

from __future__ import annotations

import asyncio
import sys
from datetime import timedelta

from storage.opening import open_store
from tests.factories import START

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
STARTS = ((HOUR, 20), (DAY, 200))
"""As many as a chat platform's gateway is opened at the most: far below what costs the token there."""


async def main(url: str, times: int) -> None:
    """Spend *times* times at one moment."""
    store = await open_store(url)
    waits = [await store.spend("starts", START, STARTS) for _ in range(times)]
    await store.close()
    print(waits.count(timedelta(0)))


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], int(sys.argv[2])))
