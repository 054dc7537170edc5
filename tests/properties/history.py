"""One random history, from a seed to the last word."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from storage.store import SqlStore
from tests.properties import people
from tests.properties.arena import Arena
from tests.properties.checker import violations
from tests.properties.flaws import Flaw
from tests.properties.platform import Endless
from tests.properties.world import World, make

STEPS = 16
CHANNELS = 15
"""Each channel of a world lives through a history of its own, beside the others."""

PAUSES = tuple(timedelta(seconds=one) for one in (0, 1, 3, 20, 61, 61, 61, 61, 300, 300, 1900, 7500))
RARE_PAUSES = (timedelta(hours=7), timedelta(hours=25))
CALM_FOR = timedelta(hours=26)
"""How long the world is watched after all faults: what a paused channel misses is tried within a day."""


@dataclass(frozen=True, slots=True)
class Figures:
    """What one world came to, over all its channels."""

    seed: int
    histories: int
    violations: tuple[str, ...]
    messages: int
    crashes: int
    doubts: int
    duplicates: int


def live(
    arena: Arena, seed: int, *, channels: int = CHANNELS, steps: int = STEPS, flaw: Flaw | None = None
) -> Figures:
    """Return what became of the world of *seed*: the same every time. *flaw* is what it does wrong."""

    async def life(store: SqlStore) -> Figures:
        world = make(seed, store, channels, flaw or Flaw())
        try:
            await _live(world, steps)
        except Endless as circle:
            return _figures(world, seed, [str(circle)])
        return _figures(world, seed, await violations(world))

    return arena.play(life)


async def _live(world: World, steps: int) -> None:
    await world.poll()
    for channel in world.channels:
        await people.subscribe(world, channel)
    world.set_storm(world.random.choice((0.0, 0.1, 0.25, 0.5)))
    for _ in range(steps):
        await _step(world)
    await _calm_down(world)


async def _step(world: World) -> None:
    """Let something happen on the page, among people, to the processes and to the clock."""
    random = world.random
    while random.random() < 0.6:
        world.upstream.change()
    while random.random() < 0.6:
        await people.act(world, random.choice(world.channels))
    if random.random() < 0.1:
        await world.restart()
    world.clock.advance(random.choice(RARE_PAUSES if random.random() < 0.05 else PAUSES))
    if random.random() < 0.9:
        await world.poll()
    world.start_processes(random.randint(1, 3))
    if random.random() < 0.9:
        await world.deliver()


async def _calm_down(world: World) -> None:
    """End all faults, and let time pass until nothing is due any more."""
    world.set_storm(0)
    for channel in world.channels:
        await people.end_reminders(world, channel)
    end = world.clock.now() + CALM_FOR
    for _ in range(3):
        world.clock.advance(timedelta(seconds=61))
        await world.poll()
    world.start_processes(2)
    await world.deliver()
    due_at = await world.store.next_due()
    while due_at is not None and due_at <= end:
        world.clock.set(max(due_at, world.clock.now()))
        await world.deliver()
        due_at = await world.store.next_due()


def _figures(world: World, seed: int, faults: list[str]) -> Figures:
    platforms = world.platforms.values()
    sendings = [one for platform in platforms for one in platform.sendings]
    return Figures(
        seed=seed,
        histories=len(world.channels),
        violations=tuple(faults),
        messages=len(sendings),
        crashes=world.crashes,
        doubts=sum(sum(platform.doubts.values()) for platform in platforms),
        duplicates=len(sendings) - len({one.nonce for one in sendings}),
    )
