"""What a chat platform's refusals taught one process, as the others are told of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True, slots=True)
class Limit:
    """How fast *workspace* takes calls of *method*, for all processes together.

    *rate* is in calls a second; *pause* is how long nothing may be sent from now on, zero where it may.
    """

    workspace: str
    method: str
    rate: float
    pause: timedelta


@dataclass(frozen=True, slots=True)
class Learnt:
    """What all processes have learnt, newest last, and how many *couriers* there are (at least one).

    *at* is when each was learnt, by the clock that all of them share.
    """

    limits: tuple[tuple[datetime, Limit], ...]
    couriers: int
