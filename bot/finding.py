"""One line of `check`: a thing that was looked at, and whether it is as it should be."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Finding:
    """One line: *good*, what was looked at, and what was found with its cure.

    *warns* of what is good as far as we can see, and may not be.
    """

    good: bool
    subject: str
    words: str
    warns: bool = False

    def __str__(self) -> str:
        sign = "✗" if not self.good else "!" if self.warns else "✓"
        return f"{sign} {self.subject}: {self.words}"
