"""How well we see the page: what is written down of it, and how long a page that fails is left alone."""

from __future__ import annotations

import logging
from dataclasses import replace
from datetime import datetime, timedelta

from bot.domain.health import Headline, Health
from bot.ports import Clock, StatusSource, Store, Unreadable

log = logging.getLogger(__name__)

LONGEST_BACKOFF = timedelta(seconds=120)


class Sight:
    """Keeps the health of reading one page; everybody who answers people reads it from the store."""

    def __init__(self, source: StatusSource, store: Store, clock: Clock, interval: timedelta) -> None:
        """*interval* is the time between two polls."""
        self._source = source
        self._store = store
        self._clock = clock
        self._interval = interval
        self._health: Health | None = None
        self._next_try: datetime | None = None

    @property
    def health(self) -> Health:
        """How reading goes, as of the last poll."""
        return self._health or Health()

    @property
    def next_try(self) -> datetime | None:
        """Until when the page is left alone after a failure, None while it is not."""
        return self._next_try

    @property
    def is_waiting(self) -> bool:
        return self._next_try is not None and self._clock.now() < self._next_try

    def forget(self) -> None:
        """Begin anew with what the store says: somebody else may have written it."""
        self._health = self._next_try = None

    async def kept(self, fence: str | None = None) -> None:
        """Write down that the page was read now. Raises `Superseded` where *fence* holds no more."""
        self._next_try = None
        await self._write(Health(read_at=self._clock.now()), fence)

    async def lost(self, failure: Unreadable, fence: str | None = None) -> None:
        """Write down that it could not be read, and leave it alone for a while, longer each time.

        Raises `Superseded` as `kept` does.
        """
        before = self._health or await self._store.health()
        now = self._clock.now()
        failures = before.failures + 1
        self._next_try = now + max(self._backoff(failures), failure.retry_after or timedelta(0))
        weight = logging.WARNING if failures == 1 else logging.INFO  # once is enough for people
        log.log(weight, "page unreadable failures=%d reason=%s", failures, failure.reason)
        # Who asks for a pause is not asked for the feed either.
        headlines = await self._headlines() if failure.refused and failure.retry_after is None else ()
        await self._write(
            replace(
                before,
                failing_since=before.failing_since or now,
                failures=failures,
                reason=failure.reason,
                headlines=headlines,
            ),
            fence,
        )

    def _backoff(self, failures: int) -> timedelta:
        """Return how long to wait beyond the next poll: nothing after one failure, then longer each time."""
        if failures == 1:
            return timedelta(0)
        return min(self._interval * (1 << min(failures - 1, 10)), LONGEST_BACKOFF)

    async def _headlines(self) -> tuple[Headline, ...]:
        try:
            return await self._source.headlines()
        except Unreadable as failure:
            log.warning("feed unreadable reason=%s", failure.reason)
            return ()

    async def _write(self, health: Health, fence: str | None) -> None:
        await self._store.set_health(health, fence=fence)
        self._health = health
