"""Many random histories, judged, and what they came to together."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context

from tests.properties.arena import Arena
from tests.properties.history import Figures, live

SHARE = 10
"""How many worlds are given to a processor at once."""

SHOWN = 20
"""How many violations are printed; each names the seed that shows it again."""


@dataclass(frozen=True, slots=True)
class Campaign:
    """What a campaign came to. *messages* count what appeared in any channel."""

    histories: int
    worlds: int
    first_seed: int
    violations: tuple[str, ...]
    messages: int
    crashes: int
    unknown_outcomes: int
    duplicates: int
    seconds: float


def worlds(seeds: Sequence[int]) -> Iterator[Figures]:
    """Return the figures of each seed, in order; the machine's processors share the work."""
    shares = [seeds[begin : begin + SHARE] for begin in range(0, len(seeds), SHARE)]
    with ProcessPoolExecutor(os.cpu_count(), mp_context=get_context("spawn"), initializer=_be_quiet) as pool:
        for share in pool.map(_share, shares):
            yield from share


def _share(seeds: Sequence[int]) -> list[Figures]:
    with Arena() as arena:
        return [live(arena, seed) for seed in seeds]


def _be_quiet() -> None:
    """Keep the log of refusals and crashes, which are wanted here, from the terminal."""
    logging.disable(logging.CRITICAL)


def campaign(figures: Sequence[Figures], first_seed: int, seconds: float) -> Campaign:
    """Return the figures of all worlds together."""
    return Campaign(
        histories=sum(one.histories for one in figures),
        worlds=len(figures),
        first_seed=first_seed,
        violations=tuple(f"seed {one.seed}: {fault}" for one in figures for fault in one.violations),
        messages=sum(one.messages for one in figures),
        crashes=sum(one.crashes for one in figures),
        unknown_outcomes=sum(one.doubts for one in figures),
        duplicates=sum(one.duplicates for one in figures),
        seconds=round(seconds, 1),
    )


def words(one: Campaign) -> str:
    """Return a campaign in plain lines, with the first of its violations."""
    where = f"{one.histories} histories in {one.worlds} worlds, seeds from {one.first_seed}"
    faults = f"{one.crashes} crashes, {one.unknown_outcomes} unknown outcomes"
    lines = [
        f"{where}: {one.seconds} s",
        f"{one.messages} messages, {one.duplicates} of them repeated, after {faults}",
        f"{len(one.violations)} violations",
        *one.violations[:SHOWN],
    ]
    return "\n".join(lines)
