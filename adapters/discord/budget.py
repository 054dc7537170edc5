"""How many calls Discord takes in a second, and whose turn it is: nobody waits in line, all have a turn."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bot.ports import Clock
from bot.steady import SteadyClock

MOST = 48
WITHIN = timedelta(seconds=1)
"""Fewer than the 50 a second that any bot may make:
https://docs.discord.com/developers/topics/rate-limits#global-rate-limit. Two are left for the few calls
made beside deliveries, and for those we did not foresee."""

RATE = 44.0
"""Turns a second: fewer than `MOST`, so that who comes a little late finds room."""

BURST = 24
"""Turns that are given away at once."""

KEPT = timedelta(minutes=5)
"""How long a turn is kept for a call that does not come back."""


@dataclass(slots=True)
class Turns:
    """Turns handed out one behind the other. *last* is the one after which nobody has any."""

    last: datetime | None = None
    promised: dict[str, datetime] = field(default_factory=dict)

    def take(self, now: datetime, cost: int) -> datetime:
        """Return the first turn that nobody has, which is somebody's from now on."""
        spacing = timedelta(seconds=1 / RATE)
        began = max(now, self.last) if self.last else now
        self.last = began + cost * spacing
        return max(now, began - BURST * spacing)


class Budget:
    """Says of a call whether it may be made now or when its turn is; it never sleeps.

    What is promised is one thing, what was really made the other: the limit is that of the latter,
    also where many come late to their turns and all at once.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = SteadyClock(clock)
        self._turns = Turns()
        self._made: deque[datetime] = deque(maxlen=MOST)
        self._tidied_at = self._clock.now()

    def wait(self, key: str, cost: int = 1) -> timedelta | None:
        """Return None if *cost* calls may be made now, else how long it is until their turn.

        *key* is by which they are known when they come again; they are counted by `made`.
        """
        now = self._clock.now()
        self._tidy(now)
        turn = self._turns.promised.pop(key, None) or self._turns.take(now, cost)
        turn = max(turn, self._free(now, cost))
        if turn > now:
            self._turns.promised[key] = turn
            return turn - now
        return None

    def made(self) -> None:
        """Count one call that is made now."""
        self._made.append(self._clock.now())

    def _free(self, now: datetime, cost: int) -> datetime:
        """Return when there is room for *cost* more calls, after those that were made."""
        if len(self._made) + cost <= MOST:
            return now
        return max(now, self._made[len(self._made) + cost - MOST - 1] + WITHIN)

    def _tidy(self, now: datetime) -> None:
        if now - self._tidied_at > KEPT:
            self._tidied_at = now
            promised = self._turns.promised
            self._turns.promised = {key: turn for key, turn in promised.items() if turn > now - KEPT}
