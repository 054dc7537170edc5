"""A clock that stands still until it is set."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

MIDDAY = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)


class SetClock:
    """Shows *moment* (aware, UTC) until somebody moves its hands."""

    def __init__(self, moment: datetime = MIDDAY) -> None:
        self._moment = moment

    def now(self) -> datetime:
        return self._moment

    def set(self, moment: datetime) -> None:
        """Show *moment* from now on, be it earlier."""
        self._moment = moment

    def advance(self, length: timedelta) -> datetime:
        """Move the hands on by *length* and return what they show."""
        self._moment += length
        return self._moment
