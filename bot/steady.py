"""A clock for turns and pauses: as the wall's, but put back it goes on from where it was."""

from __future__ import annotations

from datetime import datetime, timedelta

from bot.ports import Clock


class SteadyClock:
    """Implements `Clock`. Whoever reads it waits no longer because somebody set the machine's clock.

    It may be ahead of the wall's from then on, so that it is good for lengths of time and for no date.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._ahead = timedelta(0)
        self._last = clock.now()

    def now(self) -> datetime:
        """Return the present moment, which is never before one that was returned."""
        moment = self._clock.now() + self._ahead
        if moment < self._last:
            self._ahead += self._last - moment
            moment = self._last
        self._last = moment
        return moment
