"""The watcher: reads the status page at its rhythm and writes down what changed."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bot.domain.health import Health
from bot.domain.outages import watch_components
from bot.domain.record import Known
from bot.domain.status import Endpoint, Snapshot
from bot.domain.transitions import Change, absences, absorb
from bot.ports import Clock, Reading, StatusSource, Store, Unreadable, Validator
from bot.sight import Sight

log = logging.getLogger(__name__)

SECOND_LOOK_AFTER = timedelta(seconds=1)
"""A cache that answers with something stale has asked for the fresh document by then."""

RECORDS_IN_MEMORY = 400


@dataclass(frozen=True, slots=True)
class Rhythm:
    """How often what is read. A summary tells of open incidents; the full list of closed and edited ones."""

    summary: timedelta = timedelta(seconds=10)
    incidents: timedelta = timedelta(seconds=60)
    maintenances: timedelta = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Poll:
    """What one tick came to. *result* is `read`, `unchanged`, `unreadable` or `waiting`."""

    result: str
    transitions: int = 0
    due: int = 0


class Watcher:
    """Watches one page. One tick is one poll; nothing is remembered that was not first written down."""

    def __init__(
        self,
        source: StatusSource,
        store: Store,
        clock: Clock,
        rhythm: Rhythm | None = None,
        *,
        pause: Callable[[float], Awaitable[None]] = asyncio.sleep,
        on_due: Callable[[], None] = lambda: None,
    ) -> None:
        """*pause* waits for a number of seconds; *on_due* is called when deliveries became due."""
        self._source = source
        self._store = store
        self._clock = clock
        self._rhythm = rhythm or Rhythm()
        self._pause = pause
        self._on_due = on_due
        self._known: Known | None = None
        self._sight = Sight(source, store, clock, self._rhythm.summary)
        self._validators: dict[Endpoint, Validator | None] = {}
        self._latest: dict[Endpoint, Snapshot] = {}
        self._looked: dict[Endpoint, datetime] = {}
        self._wanted: set[Endpoint] = set()
        self._transitions = 0
        self._due = 0

    @property
    def next_try(self) -> datetime | None:
        """Until when the page is left alone after a failure, None while it is not."""
        return self._sight.next_try

    @property
    def health(self) -> Health:
        """How reading the page goes, as of the last tick."""
        return self._sight.health

    async def tick(self) -> Poll:
        """Poll once: the summary, and the full lists when it is their time or the summary hints at them."""
        if self._sight.is_waiting:
            return Poll("waiting")
        self._transitions = self._due = 0
        try:
            changed = await self._read_summary()
        except Unreadable as failure:
            await self._sight.lost(failure)
            return Poll("unreadable")
        await self._sight.kept()
        for endpoint in (Endpoint.INCIDENTS, Endpoint.MAINTENANCES):
            if self._is_time_for(endpoint):
                changed = await self._read_list(endpoint) or changed
        return Poll("read" if changed else "unchanged", self._transitions, self._due)

    async def observe(self, endpoint: Endpoint, reading: Reading) -> bool:
        """Take in one reading and write down what it changes; True if the document was a new one.

        The memory moves on only after the write, so that a failed write is found again next time.
        An unchanged document counts as one more read of the same: some things come true by that alone.
        """
        known = await self._known_or_stored()
        snapshot = reading.snapshot or self._latest.get(endpoint)
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
        self._known = self._trimmed(change.known)
        if reading.snapshot is not None:
            self._latest[endpoint] = snapshot
            self._validators[endpoint] = reading.validator
        return reading.snapshot is not None

    async def _write(
        self, endpoint: Endpoint, reading: Reading, known: Known, change: Change, now: datetime
    ) -> None:
        if change.known is known or change.known == known:
            return
        told = known.components != change.known.components or change.written or known.page is None
        bodies = [(endpoint, reading.body)] if reading.body and told else []
        due = await self._store.record(change, bodies, now)
        self._transitions += len(change.transitions)
        self._due += due
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
        before = self._latest.get(Endpoint.SUMMARY)
        fresh = await self.observe(Endpoint.SUMMARY, reading)
        after = self._latest.get(Endpoint.SUMMARY)
        if not fresh or after is None or (before is not None and _content(before) == _content(after)):
            return False
        self._wanted.add(Endpoint.INCIDENTS)
        if before is None or _maintenances(before) != _maintenances(after):
            self._wanted.add(Endpoint.MAINTENANCES)
        return True

    async def _read_list(self, endpoint: Endpoint) -> bool:
        """Read a full list. A failure is no blindness (the summary was read), so it is tried next poll."""
        try:
            reading = await self._read(endpoint)
        except Unreadable as failure:
            log.warning("list unreadable endpoint=%s reason=%s", endpoint.name.lower(), failure.reason)
            self._wanted.add(endpoint)
            return False
        fresh = await self.observe(endpoint, reading)
        self._looked[endpoint] = self._clock.now()
        if not reading.stale:
            self._wanted.discard(endpoint)
        return fresh

    async def _read(self, endpoint: Endpoint) -> Reading:
        """Return a reading of the page we watch. Raises `Unreadable`, also when another page answers."""
        reading = await self._source.read(endpoint, self._validators.get(endpoint))
        known = await self._known_or_stored()
        if reading.snapshot and known.page and reading.snapshot.page.id != known.page.id:
            raise Unreadable(
                f"another page answers (id {reading.snapshot.page.id}, not {known.page.id}); "
                "to watch another page use another DATABASE_URL"
            )
        return reading

    def _is_time_for(self, endpoint: Endpoint) -> bool:
        if endpoint in self._wanted or endpoint not in self._looked:
            return True
        every = self._rhythm.incidents if endpoint is Endpoint.INCIDENTS else self._rhythm.maintenances
        return self._clock.now() - self._looked[endpoint] >= every

    async def _known_or_stored(self) -> Known:
        if self._known is None:
            self._known = await self._store.known()
        return self._known

    async def _with_old_records(self, known: Known, snapshot: Snapshot) -> Known:
        """Return *known* with the records of *snapshot* that only the store remembers."""
        present = known.by_official_id()
        lacking = [incident.id for incident in snapshot.incidents if incident.id not in present]
        if not lacking:
            return known
        return known.with_records(await self._store.records_by_official_id(lacking))

    def _trimmed(self, known: Known) -> Known:
        """Return *known* without the oldest closed records, once there are many; the store keeps them."""
        if len(known.records) <= RECORDS_IN_MEMORY:
            return known
        closed = sorted(
            (one for one in known.records.values() if not one.is_open), key=lambda one: one.newest_at
        )
        surplus = {one.key for one in closed[: len(known.records) - RECORDS_IN_MEMORY // 2]}
        return replace(known, records={key: one for key, one in known.records.items() if key not in surplus})


def _content(snapshot: Snapshot) -> Snapshot:
    """Return *snapshot* without the page's own time, which changes when nothing else does."""
    return replace(snapshot, page=replace(snapshot.page, updated_at=None))


def _maintenances(snapshot: Snapshot) -> tuple[object, ...]:
    return tuple(incident for incident in snapshot.incidents if incident.kind == "maintenance")
