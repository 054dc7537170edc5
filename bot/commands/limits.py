"""How much may be asked, and changed, in a while: counted in the memory of this process alone.

Nothing is written down for a question, so that processes count each for itself and a start forgets.
"""

from __future__ import annotations

from collections import OrderedDict, deque
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from bot.domain.subscription import Channel
from bot.ports import Clock
from bot.steady import SteadyClock


class Kind(StrEnum):
    """What somebody does: give a command or press a button below a message; or one in a panel or a form."""

    COMMAND = "command"
    PRESS = "press"


class Whose(StrEnum):
    """Whose limit was reached. OUTSIDERS: strangers and guests of a workspace, all together.

    TOLD is a channel that is told of its changes, CHANNEL one that is not; EXPORT is a workspace's.
    """

    PERSON = "person"
    WORKSPACE = "workspace"
    OUTSIDERS = "outsiders"
    TOLD = "told"
    CHANNEL = "channel"
    EXPORT = "export"


@dataclass(frozen=True, slots=True)
class Limit:
    """At most *most* (1 or more) within *span*."""

    most: int
    span: timedelta


OF_A_PERSON: Final[Mapping[Kind, Limit]] = {
    Kind.COMMAND: Limit(5, timedelta(seconds=10)),
    Kind.PRESS: Limit(20, timedelta(seconds=10)),
}
"""A panel saves at each choice, so that its presses are many and quick."""

OF_A_WORKSPACE: Final[Mapping[Kind, Limit]] = {
    Kind.COMMAND: Limit(60, timedelta(minutes=1)),
    Kind.PRESS: Limit(240, timedelta(minutes=1)),
}

OF_OUTSIDERS: Final = Limit(20, timedelta(minutes=1))
"""Commands and presses together: who is no member of a workspace cannot use up what its members have."""

OF_A_CHANNEL: Final = {
    Whose.TOLD: (Limit(10, timedelta(minutes=1)), Limit(30, timedelta(hours=1))),
    Whose.CHANNEL: (Limit(30, timedelta(minutes=1)), Limit(100, timedelta(hours=1))),
}
"""Changes: each is a row in the memory, and in a channel that is told of them a message."""

OF_EXPORTS: Final = Limit(1, timedelta(minutes=1))
"""Of one workspace: making one takes a while."""

MOST_NAMES: Final = 10_000
"""Of whom is counted, each kind apart; of more, who was quiet the longest begins anew."""


@dataclass(frozen=True, slots=True)
class Asked:
    """One thing that *user* asks in *channel*. *outside*: they are no member of its workspace, but a guest
    or a stranger. *alone*: it counts for nobody but them, so that nobody else can be in its way.
    """

    channel: Channel
    user: str
    kind: Kind = Kind.COMMAND
    outside: bool = False
    alone: bool = False


@dataclass(frozen=True, slots=True)
class TooMuch:
    """Which limit was reached, and how long until one more is free."""

    whose: Whose
    kind: Kind
    limit: Limit
    wait: timedelta


class Count:
    """Remembers, for a bounded number of names, when the last ones were taken that a limit counts."""

    def __init__(self, limits: Sequence[Limit], most_names: int = MOST_NAMES) -> None:
        self._limits = limits
        self._most_names = most_names
        self._longest = max(one.most for one in limits)
        self._taken: OrderedDict[Hashable, deque[datetime]] = OrderedDict()

    def reached(self, name: Hashable, now: datetime) -> tuple[Limit, timedelta] | None:
        """Return the limit that keeps *name* the longest and for how long, None where one is free."""
        taken = self._taken.get(name, ())
        waits = [(taken[-one.most] + one.span - now, one) for one in self._limits if len(taken) >= one.most]
        wait, limit = max(waits, key=lambda found: found[0], default=(timedelta(), self._limits[0]))
        return (limit, wait) if wait > timedelta() else None

    def take(self, name: Hashable, now: datetime) -> None:
        """Count one more of *name*."""
        self._taken.setdefault(name, deque(maxlen=self._longest)).append(now)
        self._taken.move_to_end(name)
        while len(self._taken) > self._most_names:
            self._taken.popitem(last=False)


class Limits:
    """Counts by a clock that is never put back. What is refused counts for nothing."""

    def __init__(self, clock: Clock) -> None:
        self._clock = SteadyClock(clock)
        self._people = {kind: Count([limit]) for kind, limit in OF_A_PERSON.items()}
        self._workspaces = {kind: Count([limit]) for kind, limit in OF_A_WORKSPACE.items()}
        self._outsiders = Count([OF_OUTSIDERS])
        self._channels = {whose: Count(limits) for whose, limits in OF_A_CHANNEL.items()}
        self._exports = Count([OF_EXPORTS])

    def reached(self, asked: Asked) -> TooMuch | None:
        """Return which limit forbids what is *asked*, None where none does; nothing is counted."""
        now = self._clock.now()
        for whose, count, name in self._counts(asked):
            if found := count.reached(name, now):
                return TooMuch(whose, asked.kind, *found)
        return None

    def admit(self, asked: Asked) -> TooMuch | None:
        """Count what is *asked*; return why it cannot be, None where it was."""
        if found := self.reached(asked):
            return found
        for _, count, name in self._counts(asked):
            count.take(name, self._clock.now())
        return None

    def _counts(self, asked: Asked) -> list[tuple[Whose, Count, Hashable]]:
        """Return what counts it: the person's limit, and that of those they share another one with."""
        home = (asked.channel.platform, asked.channel.workspace)
        person = (Whose.PERSON, self._people[asked.kind], (*home, asked.user))
        if asked.outside:
            return [person, (Whose.OUTSIDERS, self._outsiders, home)]
        if asked.alone or not asked.channel.workspace:  # direct messages: nobody shares them
            return [person]
        return [person, (Whose.WORKSPACE, self._workspaces[asked.kind], home)]

    def change(self, channel: Channel, *, told: bool) -> TooMuch | None:
        """Return why *channel* cannot be changed once more, None where it can; *told*: it is told of it."""
        whose = Whose.TOLD if told else Whose.CHANNEL
        found = self._channels[whose].reached(channel, self._clock.now())
        return TooMuch(whose, Kind.COMMAND, *found) if found else None

    def changed(self, channel: Channel, *, told: bool) -> None:
        """Count a change of *channel*."""
        self._channels[Whose.TOLD if told else Whose.CHANNEL].take(channel, self._clock.now())

    def export(self, channel: Channel) -> TooMuch | None:
        """Count an export of the workspace of *channel*; return why it cannot be, None where it was."""
        now, home = self._clock.now(), (channel.platform, channel.workspace)
        if found := self._exports.reached(home, now):
            return TooMuch(Whose.EXPORT, Kind.COMMAND, *found)
        self._exports.take(home, now)
        return None
