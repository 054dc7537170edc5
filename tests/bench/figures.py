"""What a scenario of the bench reports: figures, and the floor or limit each is held against."""

from __future__ import annotations

import statistics
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

Work = Callable[[], Awaitable[object]]


@dataclass(frozen=True, slots=True)
class Figure:
    """One line of the report. *value* and *floor* in milliseconds of CPU; *limit* bounds *ratio* or *value*.

    *floor* is None where the limit is absolute; such a limit is printed and never fails a run,
    because milliseconds belong to the machine.
    """

    name: str
    value: float
    floor: float | None
    limit: float
    floor_name: str = ""

    @property
    def ratio(self) -> float | None:
        return None if self.floor is None else self.value / self.floor

    @property
    def holds(self) -> bool:
        """Whether the figure is within its limit."""
        return (self.value if self.ratio is None else self.ratio) <= self.limit

    def __str__(self) -> str:
        sign = "ok " if self.holds else "OVER"
        told = f"{sign} {self.name}: {self.value:.2f} ms of CPU"
        if self.ratio is None:
            return f"{told} (at most {self.limit:g} ms)"
        beside = f"beside {self.floor:.2f} ms for {self.floor_name}"
        return f"{told} {beside}: {self.ratio:.2f} (at most {self.limit:g})"


async def cpu_milliseconds(work: Work, times: int) -> float:
    """Return the CPU this process, all threads together, spends on one *work*, over *times* in a row."""
    begun = time.process_time()
    for _ in range(times):
        await work()
    return (time.process_time() - begun) / times * 1000


async def interleaved(subject: Work, floor: Work, *, rounds: int, times: int) -> tuple[float, float]:
    """Return the medians of *subject* and *floor*, measured in turns so that the machine's moods hit both."""
    await cpu_milliseconds(subject, max(1, times // 4))
    await cpu_milliseconds(floor, max(1, times // 4))
    subjects, floors = [], []
    for _ in range(rounds):
        floors.append(await cpu_milliseconds(floor, times))
        subjects.append(await cpu_milliseconds(subject, times))
    return statistics.median(subjects), statistics.median(floors)
