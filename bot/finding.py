"""One line of `check`: a thing that was looked at, and whether it is as it should be."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Finding:
    """One line: *good*, what was looked at, and what was found with its cure."""

    good: bool
    subject: str
    words: str

    def __str__(self) -> str:
        return f"{'✓' if self.good else '✗'} {self.subject}: {self.words}"
