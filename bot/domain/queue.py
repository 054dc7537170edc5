"""How much waits to be delivered on each platform, and since when."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Waiting:
    """The deliveries of one platform that are due: how many (1 or more), and *since* when the oldest is."""

    count: int
    since: datetime


@dataclass(frozen=True, slots=True)
class Queue:
    """What is due now, by platform; one on which nothing is due is not in it."""

    waiting: Mapping[str, Waiting] = field(default_factory=dict)
