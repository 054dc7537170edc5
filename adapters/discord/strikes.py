"""Which servers refuse so much that they are left alone for a while, lest all are shut out with them."""

from __future__ import annotations

import logging
from collections import deque
from datetime import datetime, timedelta

from bot.ports import Clock
from bot.steady import SteadyClock

log = logging.getLogger(__name__)

WITHIN = timedelta(minutes=10)
"""The time over which Discord counts:
https://docs.discord.com/developers/topics/rate-limits#invalid-request-limit-aka-cloudflare-bans."""


KEPT = timedelta(days=1)
"""How long a place is known for its refusals: a channel that is paused is tried once an hour."""


class Strikes:
    """Counts what each server refused lately. It may be lost: a restart is a try.

    Places that refused before are counted for themselves: while many of them are tried again and again,
    those of their server which nobody knows yet have their turn.
    """

    def __init__(self, clock: Clock, what: str, most: int) -> None:
        """*most* of *what* may be refused within `WITHIN`; what is under way by then comes on top."""
        self._clock = SteadyClock(clock)
        self._what = what
        self._most = most
        self._refused: dict[tuple[str, bool], deque[datetime]] = {}
        self._known: dict[str, datetime] = {}
        self._tidied_at = self._clock.now()

    def knows(self, place: str) -> bool:
        """Return whether *place* refused lately."""
        return place in self._known

    def wait(self, server: str, place: str = "") -> timedelta | None:
        """Return how long *place* in *server* is to be left alone, None if it need not be."""
        refused = self._refused.get((server, self.knows(place)))
        if refused is None or len(refused) < self._most:
            return None
        left = refused[0] + WITHIN - self._clock.now()
        return left if left > timedelta(0) else None

    def add(self, server: str, place: str = "") -> None:
        """Count a call that *place* in *server* refused."""
        now = self._clock.now()
        self._tidy(now)
        was_left_alone = self.wait(server) is not None
        self._refused.setdefault((server, self.knows(place)), deque(maxlen=self._most)).append(now)
        if place:
            self._known[place] = now
        if not was_left_alone and self.wait(server) is not None:
            text = "refused too often by one server, not tried for a while what=%s server=%s"
            log.warning(text, self._what, server)

    def _tidy(self, now: datetime) -> None:
        if now - self._tidied_at > WITHIN:
            self._tidied_at = now
            refused = self._refused
            self._refused = {name: moments for name, moments in refused.items() if moments[-1] > now - WITHIN}
            self._known = {place: last for place, last in self._known.items() if last > now - KEPT}
