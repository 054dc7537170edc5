"""Whether this process does what it is there for, and if not, why not: what `/readyz` says."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.domain.health import BLIND_AFTER_POLLS, Health
from bot.glance import Glances
from bot.ports import Clock

LONGEST_ABSENCE = timedelta(seconds=30)
"""A connection that is lost for good is to be known within a minute, a reconnect takes a few seconds."""

LEAST_AGE = timedelta(seconds=60)
"""A page that was read within this time is being read, however fast the polls follow each other."""

DATABASE_AWAY = "The database cannot be used: it does not answer, or it cannot be written."
NEVER_READ = "The status page was not read yet."


@dataclass(frozen=True, slots=True)
class Link:
    """A connection to a platform. *label* is its name in metrics, *name* the one for people.

    *ours* tells whether this process is to have it just now; *trouble* what is wrong in words, or None.
    """

    label: str
    name: str
    connected: Callable[[], bool]
    ours: Callable[[], bool] = lambda: True
    trouble: Callable[[], str | None] = lambda: None


class Readiness:
    """Judges one process by what it does.

    *links* are the connections it keeps; *obstacles* give, each in words with the cure, what keeps it
    from working until somebody does something, or None.
    """

    def __init__(
        self,
        glances: Glances,
        clock: Clock,
        poll_every: timedelta,
        links: Sequence[Link] = (),
        obstacles: Sequence[Callable[[], str | None]] = (),
    ) -> None:
        self._glances = glances
        self._clock = clock
        self._links = links
        self._obstacles = obstacles
        patience = poll_every * BLIND_AFTER_POLLS  # as long as the page is given
        self._oldest_read = max(LEAST_AGE, patience)
        self._absence = min(LONGEST_ABSENCE, patience)
        self._absent_since: dict[str, datetime] = {}

    def look(self) -> None:
        """Note which connections are there. To be called about every second: none keeps its past itself."""
        now = self._clock.now()
        for link in self._links:
            if link.connected() or not link.ours():
                self._absent_since.pop(link.label, None)
            else:
                self._absent_since.setdefault(link.label, now)

    async def reasons(self) -> list[str]:
        """Return why this process is not ready, a sentence each; nothing where it is."""
        self.look()
        glance = await self._glances.look()
        page = [DATABASE_AWAY] if glance is None else self._of_the_page(glance.health)
        obstacles = [words for obstacle in self._obstacles if (words := obstacle())]
        return [*page, *self._of_the_links(), *obstacles]

    def _of_the_page(self, health: Health) -> list[str]:
        why = f": {health.reason}" if health.reason else ""
        if health.read_at is None:
            return [f"{NEVER_READ[:-1]}{why}."]
        since = health.failing_since or health.read_at
        if health.is_blind:
            return [f"The status page cannot be read since {_moment(since)}{why}."]
        if self._clock.now() - health.read_at > self._oldest_read:
            return [f"Nobody has read the status page since {_moment(health.read_at)}{why}."]
        return []

    def _of_the_links(self) -> list[str]:
        now = self._clock.now()
        return [
            f"{link.name} is not connected since {_moment(self._absent_since[link.label])}{_because(link)}."
            for link in self._links
            if now - self._absent_since.get(link.label, now) > self._absence
        ]


def _because(link: Link) -> str:
    words = link.trouble()
    return f": {words.rstrip('.')}" if words else ""


def _moment(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M:%S} UTC"
