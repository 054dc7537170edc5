"""The watcher: reads the status page at its rhythm and writes down what changed."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.domain.health import Health
from bot.domain.lag import seen_lags
from bot.domain.outages import watch_components
from bot.domain.record import Known
from bot.domain.status import Endpoint, Snapshot
from bot.domain.transitions import Change, absences, absorb
from bot.failures import Superseded
from bot.leading import Lead
from bot.mind import Mind, content, maintenances, trimmed
from bot.ports import Clock, Reading, StatusSource, Store, Unreadable
from bot.sight import Sight

log = logging.getLogger(__name__)

SECOND_LOOK_AFTER = timedelta(seconds=1)
"""A cache that answers with something stale has asked for the fresh document by then."""


@dataclass(frozen=True, slots=True)
class Rhythm:
    """How often what is read. A summary tells of open incidents; the full list of closed and edited ones."""

    summary: timedelta = timedelta(seconds=10)
    incidents: timedelta = timedelta(seconds=60)
    maintenances: timedelta = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Poll:
    """What one tick came to. *result* is `read`, `unchanged`, `unreadable`, `waiting`
    or, where another process watches, `standby`.

    *lags* tell how long after its publication each new update was seen.
    """

    result: str
    transitions: int = 0
    due: int = 0
    lags: tuple[timedelta, ...] = ()


class Watcher:
    """Watches one page. One tick is one poll; nothing is remembered that was not first written down."""

    def __init__(
        self,
        source: StatusSource,
        store: Store,
        clock: Clock,
        rhythm: Rhythm | None = None,
        *,
        lead: Lead | None = None,
        pause: Callable[[float], Awaitable[None]] = asyncio.sleep,
        on_due: Callable[[], None] = lambda: None,
    ) -> None:
        """*lead* tells whether we may act, None: always, as nobody else does.

        *pause* waits for a number of seconds; *on_due* is called when deliveries became due.
        """
        self._source = source
        self._store = store
        self._clock = clock
        self._rhythm = rhythm or Rhythm()
        self._pause = pause
        self._on_due = on_due
        self._lead = lead
        self._sight = Sight(source, store, clock, self._rhythm.summary)
        self._mind = Mind()
        self._fence: str | None = None
        self._transitions = 0
        self._due = 0
        self._lags: tuple[timedelta, ...] = ()

    @property
    def next_try(self) -> datetime | None:
        """Until when the page is left alone after a failure, None while it is not."""
        return self._sight.next_try

    @property
    def health(self) -> Health:
        """How reading the page goes, as of the last tick."""
        return self._sight.health

    async def tick(self) -> Poll:
        """Poll once: the summary, and the full lists when it is their time or the summary hints at them.

        Nothing is asked while another process watches, and nothing is written by a poll in which one
        took over.
        """
        if not self._may_watch():
            return Poll("standby")
        try:
            return await self._poll()
        except Superseded:
            log.warning("poll given up reason=another process watches")
            if self._lead is not None:
                self._lead.lost()
            return Poll("standby")

    def _may_watch(self) -> bool:
        """Tell whether we may act; where others did since we last could, all is read anew."""
        if self._lead is None:
            return True
        fence = self._lead.fence
        if fence is not None and fence != self._fence:
            self._fence, self._mind = fence, Mind()
            self._sight.forget()
        return fence is not None

    async def _poll(self) -> Poll:
        if self._sight.is_waiting:
            return Poll("waiting")
        self._transitions, self._due, self._lags = 0, 0, ()
        try:
            changed = await self._read_summary()
        except Unreadable as failure:
            await self._sight.lost(failure, self._fence)
            if self._lead is not None and self._sight.health.is_blind:
                await self._lead.offer()  # another process may see
            return Poll("unreadable")
        await self._sight.kept(self._fence)
        for endpoint in (Endpoint.INCIDENTS, Endpoint.MAINTENANCES):
            if self._is_time_for(endpoint):
                changed = await self._read_list(endpoint) or changed
        return Poll("read" if changed else "unchanged", self._transitions, self._due, self._lags)

    async def observe(self, endpoint: Endpoint, reading: Reading) -> bool:
        """Take in one reading and write down what it changes; True if the document was a new one.

        The memory moves on only after the write, so that a failed write is found again next time.
        An unchanged document counts as one more read of the same: some things come true by that alone.
        """
        known = await self._known_or_stored()
        snapshot = reading.snapshot or self._mind.latest.get(endpoint)
        if snapshot is None:
            return False
        now = self._clock.now()
        if reading.snapshot is None:
            change = absences(known, snapshot, now)
        else:
            known = await self._with_old_records(known, snapshot)
            change = absorb(known, snapshot, now)
        if not change.accepted:
            log.info("snapshot ignored endpoint=%s reason=older_than_known", endpoint.name.lower())
            return False
        for reason in reading.snapshot.quarantined if reading.snapshot else ():
            log.warning("entry set aside endpoint=%s reason=%s", endpoint.name.lower(), reason)
        change = change.then(watch_components(change.known, now))
        await self._write(endpoint, reading, known, change, now)
        self._mind.known = trimmed(change.known)
        if reading.snapshot is not None:
            self._mind.latest[endpoint] = snapshot
            self._mind.validators[endpoint] = reading.validator
        return reading.snapshot is not None

    async def _write(
        self, endpoint: Endpoint, reading: Reading, known: Known, change: Change, now: datetime
    ) -> None:
        if change.known is known or change.known == known:
            return
        told = known.components != change.known.components or change.written or known.page is None
        bodies = [(endpoint, reading.body)] if reading.body and told else []
        try:
            due = await self._store.record(change, bodies, now, fence=self._fence)
        except Exception:
            self._mind = Mind()  # a connection may be lost after the write: nobody knows what holds
            raise
        self._transitions += len(change.transitions)
        self._due += due
        self._lags += tuple(seen_lags(known, change))
        for transition in change.transitions:
            log.info("transition edge=%s incident=%s", transition.edge.value, transition.key)
        if due:
            self._on_due()

    async def _read_summary(self) -> bool:
        """Read the summary, again if a cache was stale, and note what it makes worth reading next."""
        reading = await self._read(Endpoint.SUMMARY)
        hints = await self._take_summary(reading)
        if reading.stale:
            await self._pause(SECOND_LOOK_AFTER.total_seconds())
            second = await self._read(Endpoint.SUMMARY)
            hints = await self._take_summary(second) or hints
        return hints

    async def _take_summary(self, reading: Reading) -> bool:
        before = self._mind.latest.get(Endpoint.SUMMARY)
        fresh = await self.observe(Endpoint.SUMMARY, reading)
        after = self._mind.latest.get(Endpoint.SUMMARY)
        if not fresh or after is None or (before is not None and content(before) == content(after)):
            return False
        self._mind.wanted.add(Endpoint.INCIDENTS)
        if before is None or maintenances(before) != maintenances(after):
            self._mind.wanted.add(Endpoint.MAINTENANCES)
        return True

    async def _read_list(self, endpoint: Endpoint) -> bool:
        """Read a full list. A failure is no blindness (the summary was read), so it is tried next poll."""
        try:
            reading = await self._read(endpoint)
        except Unreadable as failure:
            log.warning("list unreadable endpoint=%s reason=%s", endpoint.name.lower(), failure.reason)
            self._mind.wanted.add(endpoint)
            return False
        fresh = await self.observe(endpoint, reading)
        self._mind.looked[endpoint] = self._clock.now()
        if not reading.stale:
            self._mind.wanted.discard(endpoint)
        return fresh

    async def _read(self, endpoint: Endpoint) -> Reading:
        """Return a reading of the page we watch. Raises `Unreadable`, also when another page answers."""
        reading = await self._source.read(endpoint, self._mind.validators.get(endpoint))
        known = await self._known_or_stored()
        if reading.snapshot and known.page and reading.snapshot.page.id != known.page.id:
            raise Unreadable(
                f"another page answers (id {reading.snapshot.page.id}, not {known.page.id}); "
                "to watch another page use another DATABASE_URL"
            )
        return reading

    def _is_time_for(self, endpoint: Endpoint) -> bool:
        if endpoint in self._mind.wanted or endpoint not in self._mind.looked:
            return True
        every = self._rhythm.incidents if endpoint is Endpoint.INCIDENTS else self._rhythm.maintenances
        return self._clock.now() - self._mind.looked[endpoint] >= every

    async def _known_or_stored(self) -> Known:
        if self._mind.known is None:
            self._mind.known = await self._store.known()
        return self._mind.known

    async def _with_old_records(self, known: Known, snapshot: Snapshot) -> Known:
        """Return *known* with the records of *snapshot* that only the store remembers."""
        present = known.by_official_id()
        lacking = [incident.id for incident in snapshot.incidents if incident.id not in present]
        if not lacking:
            return known
        return known.with_records(await self._store.records_by_official_id(lacking))
