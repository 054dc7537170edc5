"""What only one process does at a time, however many there are."""

from __future__ import annotations

from enum import StrEnum


class Duty(StrEnum):
    """WATCH reads the page, DISCORD sends to Discord, GATEWAY hears Discord: each may be another process.

    Programs of another version may know others, so that a duty is passed on as text.
    """

    WATCH = "watch"
    DISCORD = "discord"
    GATEWAY = "gateway"


COURIER = "courier "
"""Before the name of a process: a duty of its own, by which the others know how many couriers there are."""
