"""How fast messages follow each other in one channel, and edits of one old message."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from bot.ports import Clock
from bot.steady import SteadyClock

MOST = 5
WITHIN = timedelta(seconds=5)
"""Messages in a channel, as the headers of Discord's answers have it for years; it is nowhere promised
(https://docs.discord.com/developers/topics/rate-limits), so that what the headers say goes first."""

OLD = timedelta(hours=1)
OLD_APART = timedelta(seconds=60)
"""Edits of what is older than that are limited beyond all other limits; how much is not told:
https://docs.discord.com/developers/topics/opcodes-and-status-codes#json-json-error-codes, 30046."""

KEPT = timedelta(minutes=5)
"""How long a turn is kept for a message that does not come back."""

EPOCH = datetime(2015, 1, 1, tzinfo=UTC)
"""Where the time in an id begins: https://docs.discord.com/developers/reference#snowflakes."""


@dataclass(slots=True)
class Lane:
    """One channel: the last turns given away, those promised to messages that were sent away, and when
    the last messages really went, which may be late and all at once.
    """

    given: deque[datetime] = field(default_factory=lambda: deque(maxlen=MOST))
    went: deque[datetime] = field(default_factory=lambda: deque(maxlen=MOST))
    promised: dict[str, datetime] = field(default_factory=dict)


class Pace:
    """Says when the turn of a message or an edit is; it never sleeps."""

    def __init__(self, clock: Clock) -> None:
        self._wall = clock
        self._clock = SteadyClock(clock)
        self._lanes: dict[str, Lane] = {}
        self._old: dict[str, datetime] = {}
        self._tidied_at = self._clock.now()

    def send(self, channel: str, key: str) -> timedelta:
        """Return how long it is until the message *key* may be sent to *channel*; zero: now."""
        now = self._clock.now()
        self._tidy(now)
        lane = self._lanes.setdefault(channel, Lane())
        turn = lane.promised.pop(key, None)
        if turn is None:
            turn = now if len(lane.given) < MOST else max(now, lane.given[0] + WITHIN)
            lane.given.append(turn)
        if len(lane.went) == MOST:
            turn = max(turn, lane.went[0] + WITHIN)
        if turn > now:
            lane.promised[key] = turn
            return turn - now
        lane.went.append(now)
        return timedelta(0)

    def edit(self, message: str) -> timedelta:
        """Return how long it is until *message* may be edited again; zero: now."""
        now = self._clock.now()
        self._tidy(now)
        last = self._old.get(message)
        return timedelta(0) if last is None else max(last + OLD_APART - now, timedelta(0))

    def edited(self, message: str) -> None:
        """Note that an edit of *message* is made now."""
        if self._wall.now() - made_at(message) > OLD:
            self._old[message] = self._clock.now()

    def _tidy(self, now: datetime) -> None:
        if now - self._tidied_at <= KEPT:
            return
        self._tidied_at = now
        self._old = {message: last for message, last in self._old.items() if last > now - OLD_APART}
        self._lanes = {name: lane for name, lane in self._lanes.items() if lane.given[-1] > now - KEPT}


def made_at(identity: str) -> datetime:
    """Return when what has this id was made; what is no id is as old as can be."""
    milliseconds = int(identity) >> 22 if identity.isascii() and identity.isdecimal() else 0
    try:
        return EPOCH + timedelta(milliseconds=milliseconds)
    except OverflowError:
        return EPOCH
