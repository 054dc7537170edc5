"""Footing: how long the connections of each shard last, and how soon after a fall the next may be opened."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Set
from typing import Final

log = logging.getLogger(__name__)

LONGEST_PAUSE: Final = 30
"""Seconds. After the first fall it is one, then double."""

TELLING: Final = 3
"""Falls in a row that are worth a line; one or two happen whenever Discord restarts something."""


class Footing:
    """Counts what befalls the shards of one client.

    A connection that was up for less than *steady* seconds is a fall; one that never was is a stumble.
    Discord may end each connection soon after it began (op 7, op 9), and discord.py would come back at once.
    All times are those of the loop.
    """

    def __init__(self, steady: float) -> None:
        self._steady = steady
        self._up_since: dict[int, float] = {}
        self._falls: Counter[int] = Counter()
        self._stumbles: Counter[int] = Counter()

    @property
    def up(self) -> Set[int]:
        """The shards whose session goes on."""
        return self._up_since.keys()

    def rise(self, shard: int, now: float) -> None:
        """Note that the session of *shard* goes on."""
        self._up_since[shard] = now
        self._stumbles[shard] = 0

    def lose(self, shard: int, now: float) -> float:
        """Note the end of a connection; return how many seconds the next one has to wait."""
        since = self._up_since.pop(shard, None)
        self._stumbles[shard] += 1
        if since is None:
            return 0.0
        if now - since >= self._steady:
            self._falls[shard] = 0
            return 0.0
        self._falls[shard] += 1
        if self._falls[shard] == TELLING:
            log.warning(
                "Discord ends each connection within seconds: the next ones wait up to %d s", LONGEST_PAUSE
            )
        return float(min(LONGEST_PAUSE, 2 ** min(self._falls[shard] - 1, 10)))

    def stumbles(self, shard: int) -> int:
        """Return how many connections in a row ended since *shard* was up last, that one included."""
        return self._stumbles[shard]
