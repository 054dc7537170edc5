"""What the log is told of failures that come again and again: what was not known yet, and then how often."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from time import monotonic

from bot.failures import kind_and_place

log = logging.getLogger(__name__)

LINES_APART = 60.0  # seconds

OVER_AFTER = 35.0
"""Seconds without a failure after which an outage is over: while a database hangs none may come for thirty,
and jobs that had nothing to ask it go well."""


@dataclass(slots=True)
class _Told:
    """Since when something fails, when that was told, and how often it happened (again, since then)."""

    began: float
    told_at: float
    last: float
    count: int = 1
    again: int = 0


class Complaints:
    """Tells of an outage in one line, once a minute and when it is over; of any other failure with its
    traceback, once a minute for each job and kind of error.
    """

    def __init__(
        self, outages: tuple[type[Exception], ...] = (), elapsed: Callable[[], float] = monotonic
    ) -> None:
        """*outages* are the errors by which something that we need is away; their words name the cure.
        *elapsed* counts seconds and is never put back.
        """
        self._outages = outages
        self._elapsed = elapsed
        self._outage: _Told | None = None
        self._others: dict[tuple[str, str], _Told] = {}

    def failed(self, job: str, error: Exception) -> None:
        """Take note that *job* failed, and tell it unless that is known."""
        if isinstance(error, self._outages):
            self._away(job, error)
            return
        key, now = (job, type(error).__name__), self._elapsed()
        told = self._others.get(key)
        if told is not None and now - told.told_at < LINES_APART:
            told.again += 1
            return
        again = told.again if told else 0
        self._others[key] = _Told(now, now, now)
        log.error("job failed job=%s untold=%d", job, again, exc_info=error)

    def went_well(self) -> None:
        """Take note that a job did not fail: after a while without failures the outage is over."""
        outage = self._outage
        if outage is None or self._elapsed() - outage.last < OVER_AFTER:
            return
        self._outage = None
        log.warning("works again failures=%d seconds=%d", outage.count, outage.last - outage.began)

    def _away(self, job: str, error: Exception) -> None:
        now, words = self._elapsed(), str(error) or kind_and_place(error)
        outage = self._outage
        if outage is None:
            self._outage = _Told(now, now, now)
            log.error("job failed job=%s error=%s", job, words)
            return
        outage.count, outage.last = outage.count + 1, now
        if now - outage.told_at >= LINES_APART:
            outage.told_at = now
            log.error("still fails failures=%d job=%s error=%s", outage.count, job, words)
