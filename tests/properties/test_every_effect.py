"""A process that dies after its n-th effect, for every n: nothing is lost, and little comes twice."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

import pytest

from bot.domain.subscription import Settings, Style
from storage.store import SqlStore
from tests.properties.arena import Arena
from tests.properties.checker import violations
from tests.properties.flaws import Flaw
from tests.properties.platform import Platform
from tests.properties.world import World, make

BETWEEN_POLLS = timedelta(minutes=2)
LEASE_IS_OVER = timedelta(seconds=61)


@dataclass(slots=True)
class Fuse:
    """Lets a process die at the effect number *length*, and counts the effects there are."""

    length: int | None
    burnt: int = 0

    def __call__(self, effect: str) -> bool:
        """Return whether this is the effect to die at."""
        self.burnt += 1
        return self.burnt - 1 == self.length


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the scenario came to. *repeated* says on which platforms a message appeared twice."""

    effects: int
    violations: list[str]
    repeated: list[str]


@pytest.mark.parametrize("style", [Style.THREAD, Style.CARD])
def test_whenever_the_process_dies_every_word_arrives(arena: Arena, style: Style) -> None:
    """Half of the times the process is restarted, which voids all leases; else another one takes over."""
    whole = _played(arena, style, Fuse(None), restart=True)
    assert (whole.violations, whole.repeated) == ([], [])
    for length in range(whole.effects):
        outcome = _played(arena, style, Fuse(length), restart=length % 2 == 0)
        assert outcome.violations == [], length
        assert outcome.repeated in ([], ["slack"]), length


def _played(arena: Arena, style: Style, fuse: Fuse, *, restart: bool) -> Outcome:
    """Return what becomes of an incident that opens, gets worse and is resolved."""

    async def life(store: SqlStore) -> Outcome:
        world = await _world(store, style, fuse)
        page = world.upstream
        incident = page.begin("investigating", "minor")
        await _serve(world, restart=restart)
        page.tell(incident, "identified")
        page.tell(incident, "monitoring")
        page.rate(incident, "critical")
        await _serve(world, restart=restart)
        page.tell(incident, "resolved")
        await _serve(world, restart=restart)
        repeated = [one.name for one in world.platforms.values() if _repeats(one)]
        return Outcome(fuse.burnt, await violations(world), repeated)

    return arena.play(life)


def _repeats(platform: Platform) -> bool:
    return len(platform.sendings) > len({one.nonce for one in platform.sendings})


async def _serve(world: World, *, restart: bool) -> None:
    """Let the page be read and all be delivered, by another process if the first dies of it."""
    world.clock.advance(BETWEEN_POLLS)
    await world.poll()
    for _ in range(2):
        world.start_processes(1)
        await world.deliver()
        if world.processes:
            return
        world.clock.advance(timedelta(seconds=1) if restart else LEASE_IS_OVER)
        if restart:
            await world.restart()


async def _world(store: SqlStore, style: Style, fuse: Fuse) -> World:
    """A world with one channel on each platform."""
    world = make(1, store, 2, Flaw())
    world.dies = fuse
    await world.poll()
    for channel in world.channels:
        await store.subscribe(channel, Settings(style=style), "somebody", world.clock.now())
        await world.look_at(channel)
    return world
