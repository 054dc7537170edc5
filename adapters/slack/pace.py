"""How fast each workspace takes calls: learnt from its refusals, and kept to without anybody waiting in line.

https://docs.slack.dev/apis/web-api/rate-limits: about one message a second a channel, several hundred
a minute a workspace, each method of each workspace counted for itself.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bot.domain.limit import Limit
from bot.domain.subscription import Channel
from bot.ports import Clock
from bot.steady import SteadyClock

APART = timedelta(seconds=1)
"""Between two messages in one channel; of a faster burst Slack may lose some without a word."""

BURST = timedelta(seconds=1)
"""What is due within this time goes at once."""

START = 5.0
"""Calls a second in a workspace of which nothing is known."""

FLOOR = 0.2
CEILING = 10.0
GAIN = 0.02
"""What each accepted call adds: a halved rate is back after some hundred."""

SAME = timedelta(seconds=1)
"""A pause that differs by less is one we know of already: it was on its way for a moment."""

KEPT = timedelta(minutes=5)
"""How long a turn is kept for a call that does not come back."""


@dataclass(slots=True)
class Lane:
    """The calls of one method in one workspace.

    *full_until* is when all that was let through, or has its turn, would be done at this *rate*, which
    is that of all processes together. *spent_until* is when what was let through would be done at our
    share of it.
    *turns* are the moments promised to calls that were sent away, by their key. *next* is when each
    channel may get the message after those, *last* when it got its latest.
    """

    full_until: datetime
    spent_until: datetime
    forgot_at: datetime
    rate: float = START
    quiet_until: datetime | None = None
    turns: dict[str, datetime] = field(default_factory=dict)
    next: dict[str, datetime] = field(default_factory=dict)
    last: dict[str, datetime] = field(default_factory=dict)


class Pace:
    """Says of a call whether it may be made now or when its turn is; it never sleeps.

    So a call that has to wait takes no room from others, and many that were sent away come back one
    after the other. Turns are those of all processes together, as who comes back may come to another of
    them; each lets through no more than its share.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = SteadyClock(clock)
        self._lanes: dict[tuple[str, str], Lane] = {}
        self._processes = 1

    def share(self, processes: int) -> None:
        """Keep to our part of each rate from now on: so many *processes* (1 or more) have one each."""
        self._processes = processes

    def wait(
        self, channel: Channel, method: str, key: str, *, apart: bool, within: timedelta | None = None
    ) -> timedelta | None:
        """Return None if the call may be made now, else how long it is until its turn, which is its own.

        *key* is by which the call is known when it comes again. *apart* is True for what makes a
        message: those of one channel stay a second apart. A turn that is later than *within* is not
        kept for it: the call will not come back, and holds up nobody.
        """
        now = self._clock.now()
        lane = self._lane(channel.workspace, method, now)
        turn = lane.turns.pop(key, None)
        if turn is None:
            turn = _free(lane, channel.id, now, apart=apart)
            if within is not None and turn - now > within:
                return turn - now
            _take(lane, channel.id, turn, now, apart=apart)
        elif apart and channel.id in lane.last:
            turn = max(turn, lane.last[channel.id] + APART)
        if self._processes > 1:  # else turns alone keep to the rate, however late many come to theirs
            turn = max(turn, lane.spent_until - BURST)
        if turn > now:
            lane.turns[key] = turn
            return turn - now
        if apart:
            lane.last[channel.id] = now
        lane.spent_until = max(now, lane.spent_until) + self._processes * timedelta(seconds=1 / lane.rate)
        return None

    def accepted(self, workspace: str, method: str) -> None:
        """Learn that a call was accepted."""
        lane = self._lane(workspace, method, self._clock.now())
        lane.rate = min(CEILING, lane.rate + GAIN)

    def limited(self, workspace: str, method: str, pause: timedelta) -> None:
        """Learn that Slack asked for a *pause*: nothing goes before its end, and then more slowly.

        Of the calls that were under way together all may be told so; they count as one.
        """
        now = self._clock.now()
        lane = self._lane(workspace, method, now)
        if lane.quiet_until is None or lane.quiet_until <= now:
            lane.rate = max(FLOOR, lane.rate / 2)
        _rest(lane, now, pause)

    def told(self, limit: Limit) -> None:
        """Learn what another process, or this one before it was started, has learnt."""
        now = self._clock.now()
        lane = self._lane(limit.workspace, limit.method, now)
        lane.rate = min(CEILING, max(FLOOR, limit.rate))
        known = lane.quiet_until or now
        if now + limit.pause > known + SAME:
            _rest(lane, now, limit.pause)

    def learnt(self, workspace: str, method: str) -> Limit:
        """Return what there is to tell others of."""
        now = self._clock.now()
        lane = self._lane(workspace, method, now)
        pause = max(lane.quiet_until - now, timedelta(0)) if lane.quiet_until else timedelta(0)
        return Limit(workspace, method, lane.rate, pause)

    def _lane(self, workspace: str, method: str, now: datetime) -> Lane:
        lane = self._lanes.setdefault((workspace, method), Lane(now, now, now))
        if now - lane.forgot_at > KEPT:
            lane.forgot_at = now
            lane.turns = {key: turn for key, turn in lane.turns.items() if turn > now - KEPT}
            lane.next = {channel: moment for channel, moment in lane.next.items() if moment > now}
            lane.last = {channel: moment for channel, moment in lane.last.items() if moment > now - APART}
        return lane


def _rest(lane: Lane, now: datetime, pause: timedelta) -> None:
    """Let nothing go before the end of *pause*, and give turns anew from then on."""
    lane.quiet_until = max(lane.quiet_until or now, now + pause)
    lane.full_until = lane.spent_until = lane.quiet_until + BURST
    lane.turns.clear()
    lane.next.clear()


def _free(lane: Lane, channel: str, now: datetime, *, apart: bool) -> datetime:
    """Return the first moment that nobody has."""
    turn = max(now, lane.full_until - BURST)
    if not apart:
        return turn
    last = lane.last.get(channel)
    return max(turn, lane.next.get(channel, turn), last + APART if last else turn)


def _take(lane: Lane, channel: str, turn: datetime, now: datetime, *, apart: bool) -> None:
    """Let *turn* be somebody's."""
    if apart:
        lane.next[channel] = turn + APART
    lane.full_until = max(now, lane.full_until) + timedelta(seconds=1 / lane.rate)
