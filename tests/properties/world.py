"""The world of one history: a page, platforms, channels, processes, and the real parts between them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from random import Random

from bot.domain.record import Record
from bot.domain.subscription import Channel, State, Subscription
from bot.watcher import Watcher
from storage.store import SqlStore
from tests.fakes.clock import SetClock
from tests.properties.flaws import Flaw
from tests.properties.platform import Platform
from tests.properties.process import Process
from tests.properties.upstream import Upstream


@dataclass(slots=True)
class World:
    """Everything there is; made by `make`.

    *dies* is asked, with the name of each effect, whether the process dies there; None for at random.
    """

    random: Random
    clock: SetClock
    store: SqlStore
    upstream: Upstream
    platforms: Mapping[str, Platform]
    channels: tuple[Channel, ...]
    watcher: Watcher
    flaw: Flaw
    dies: Callable[[str], bool] | None = None
    subscriptions: dict[Channel, Subscription] = field(default_factory=dict)
    notices: dict[Channel, list[Record]] = field(default_factory=dict)
    processes: list[Process] = field(default_factory=list)
    crashes: int = 0
    born: int = 0
    storm: float = 0.0
    is_polling: bool = False

    def set_storm(self, storm: float) -> None:
        """Choose how likely each effect goes wrong, 0 to 1."""
        self.storm = storm
        for platform in self.platforms.values():
            platform.storm = storm

    async def poll(self) -> None:
        """Read the page."""
        self.is_polling = True
        await self.watcher.tick()
        self.is_polling = False

    async def meanwhile(self) -> None:
        """Now and then let the page change, and be read, while something else is under way."""
        if self.random.random() < self.storm * 0.1 and not self.is_polling:
            self.upstream.change()
            await self.poll()

    async def deliver(self) -> None:
        """Let all processes serve at once until nothing is due; the dead are replaced later."""
        self._note_silences()
        for platform in self.platforms.values():
            platform.calls = 0
        await asyncio.gather(*(one.serve() for one in self.processes))
        dead = [one for one in self.processes if one.dead]
        self.crashes += len(dead)
        self.processes = [one for one in self.processes if not one.dead]

    def start_processes(self, count: int) -> None:
        """See that *count* processes run."""
        while len(self.processes) < count:
            self.born += 1
            name = f"p{self.born}"
            dies, in_flight = self.dies or self._is_struck, self.random.choice((3, 30))
            self.processes.append(
                Process(name, self.store, self.platforms, self.clock, dies, self.flaw, in_flight)
            )

    def _is_struck(self, effect: str) -> bool:
        """Return whether a process dies now: at random at the store; elsewhere the platforms decide."""
        return effect in {"claim", "settle"} and self.random.random() < self.storm * 0.1

    async def restart(self) -> None:
        """End every process at once, as a machine does, and void their leases as a start does."""
        self.processes.clear()
        await self.store.release_all()
        self.watcher = Watcher(self.upstream, self.store, self.clock)

    async def records(self) -> list[Record]:
        """Return all that is known of the page."""
        return list((await self.store.known()).records.values())

    def announce(self, channel: Channel, notice: Record | None) -> None:
        """Note that *channel* is to be told of a change, None if it is not."""
        if notice is not None:
            self.notices.setdefault(channel, []).append(notice)

    async def look_at(self, channel: Channel) -> None:
        """Note what the people of *channel* chose just now."""
        subscription = await self.store.subscription(channel)
        assert subscription is not None
        self.subscriptions[channel] = subscription

    def _note_silences(self) -> None:
        """Tell the platforms which channels nothing new may appear in now."""
        now = self.clock.now()
        for channel, one in self.subscriptions.items():
            silent = one.state is State.ENDED or (one.mute is not None and one.mute.covers(now))
            (set.add if silent else set.discard)(self.platforms[channel.platform].silenced, channel)


def make(seed: int, store: SqlStore, channels: int, flaw: Flaw) -> World:
    """Make a world in which the *channels* are spread over both kinds of platform, two workspaces each.

    *store* is empty; *flaw* is what the couriers do wrong.
    """
    random, clock = Random(seed), SetClock()
    upstream = Upstream(random, clock)
    names = ("discord", "slack")
    places = tuple(Channel(names[one % 2], f"w{one // 2 % 2}", f"c{one}") for one in range(channels))
    world = World(random, clock, store, upstream, {}, places, Watcher(upstream, store, clock), flaw)
    world.platforms = {name: Platform(name, random, clock, world.meanwhile) for name in names}
    return world
