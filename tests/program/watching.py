"""Somebody who watches over the program by `/readyz`, as a supervisor does."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from aiohttp import ClientError, ClientSession, ClientTimeout

from tests.program.process import PATIENCE_SECONDS

WITHIN = 60.0
"""Seconds in which a loss is to be told."""


@dataclass(frozen=True, slots=True)
class Watching:
    """Asks the program on *port*."""

    session: ClientSession
    port: int

    async def reasons(self) -> tuple[int, list[str]]:
        """Return the status and the lines of one answer; 0 where nobody answers."""
        try:
            async with self.session.get(
                f"http://127.0.0.1:{self.port}/readyz", timeout=ClientTimeout(total=10)
            ) as answer:
                return answer.status, (await answer.text()).splitlines()
        except (ClientError, TimeoutError):
            return 0, []

    async def until_ready(self) -> None:
        """Wait until nothing is amiss."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            while await self.reasons() != (200, ["ready"]):  # noqa: ASYNC110  another process
                await asyncio.sleep(0.05)

    async def until_told(self, words: str) -> float:
        """Wait for a 503 whose one reason begins with *words*; return how many seconds that took."""
        loop, told = asyncio.get_running_loop(), None
        begun = loop.time()
        async with asyncio.timeout(WITHIN):
            while True:
                told = await self.reasons()
                if told[0] == 503 and len(told[1]) == 1 and told[1][0].startswith(words):
                    return loop.time() - begun
                await asyncio.sleep(0.05)
