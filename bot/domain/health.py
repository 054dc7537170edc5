"""How reading the page goes, and what its feed says while the page itself cannot be read."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

BLIND_AFTER_POLLS = 3
"""After so many polls in a row without an answer we say that we do not see."""


@dataclass(frozen=True, slots=True)
class Headline:
    """One entry of the page's feed, which knows neither impact nor components.

    *status* is the newest word of its timeline, in lower case; *updated_at* is None if not given.
    """

    id: str
    name: str
    status: str
    updated_at: datetime | None
    text: str = ""


@dataclass(frozen=True, slots=True)
class Health:
    """How reading the page goes. *failing_since* is None while it goes well; *failures* counts in a row.

    *read_at* is the last good read of the summary, None before the first. *headlines* are given
    while the fallback speaks.
    """

    read_at: datetime | None = None
    failing_since: datetime | None = None
    failures: int = 0
    reason: str = ""
    headlines: tuple[Headline, ...] = ()

    @property
    def is_blind(self) -> bool:
        """True when nothing was ever read, or nothing for three polls."""
        return self.read_at is None or self.failures >= BLIND_AFTER_POLLS
