"""The difference between what we know and a new snapshot."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from bot.domain.components import follow, read_components
from bot.domain.record import Affected, Known, Record, Tier
from bot.domain.remember import remember
from bot.domain.status import Endpoint, Incident, Kind, Snapshot

ABSENCE_CONFIRMED_AFTER = timedelta(seconds=60)
"""An incident is withdrawn when two reads at least this far apart lack it."""

CLOCKS_APART = timedelta(minutes=10)
"""How far ahead of ours we believe the page's clock to be: one absurd time must not shut us off for ever."""

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Edge(StrEnum):
    """What kind of difference."""

    OPENED = "opened"
    UPDATED = "updated"
    EDITED = "edited"
    WORSENED = "worsened"
    REOPENED = "reopened"
    RESOLVED = "resolved"
    WITHDRAWN = "withdrawn"
    RETURNED = "returned"
    COMPONENTS = "components"


@dataclass(frozen=True, slots=True)
class Transition:
    """One difference of one record; it wakes deliveries, but what to do is worked out from the level."""

    edge: Edge
    key: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Change:
    """What a snapshot changed: the knowledge after it, and which of its records differ from before.

    *written* are the keys of records that differ; *woken* those among them that may change what a
    channel shows. *accepted* is False when the snapshot was older than what we know.
    """

    known: Known
    transitions: tuple[Transition, ...] = ()
    written: frozenset[str] = frozenset()
    accepted: bool = True

    @property
    def woken(self) -> frozenset[str]:
        return frozenset(transition.key for transition in self.transitions)

    def records(self, keys: Iterable[str]) -> list[Record]:
        """Return the records of *keys*, in the order of the keys' names."""
        return [self.known.records[key] for key in sorted(keys)]

    def then(self, later: Change) -> Change:
        """Return this change followed by *later*, which started from this one's knowledge."""
        return Change(
            known=later.known,
            transitions=self.transitions + later.transitions,
            written=self.written | later.written,
            accepted=self.accepted and later.accepted,
        )


def absorb(known: Known, snapshot: Snapshot, now: datetime) -> Change:
    """Return what *snapshot* changes. One older than the last of its endpoint changes nothing.

    A snapshot that does not say how old it is counts as new. On the first read of an endpoint closed
    incidents become history, which is never announced.
    """
    watermark = known.watermarks.get(snapshot.endpoint.value)
    said_at = snapshot.page.updated_at
    if watermark is not None and said_at is not None and said_at < watermark:
        return Change(known, accepted=False)
    newest = watermark or EPOCH if said_at is None else min(said_at, now + CLOCKS_APART)
    read = replace(
        known,
        page=snapshot.page,
        indicator=known.indicator if snapshot.indicator is None else snapshot.indicator,
        watermarks={**known.watermarks, snapshot.endpoint.value: newest},
        components=read_components(known.components, snapshot, now),
    )
    told = _lacking(_told(read, snapshot, now, first=watermark is None), snapshot, now)
    gone = known.components.keys() - read.components.keys()
    return difference(known, follow(told, gone), now)


def absences(known: Known, snapshot: Snapshot, now: datetime) -> Change:
    """Return what one more read of *snapshot* tells by what it lacks: incidents go missing, then withdrawn.

    Only a full list that reaches further back than a record's last update can tell that it is gone,
    and whatever lists a missing one has found it.
    """
    return difference(known, follow(_lacking(known, snapshot, now)), now)


def difference(before: Known, after: Known, now: datetime) -> Change:
    """Return the change from *before* to *after*, which has all its records."""
    written = {
        key: record
        for key, record in after.records.items()
        if (former := before.records.get(key)) is not record and former != record
    }
    transitions = tuple(
        Transition(edge, key, now)
        for key in sorted(written)
        for edge in edges(before.records.get(key), written[key])
    )
    return Change(after, transitions, frozenset(written))


def edges(before: Record | None, after: Record) -> tuple[Edge, ...]:
    """Return in which ways *after* differs from *before*, for what a channel may show."""
    if before is None:
        told = after.is_open or after.told_since is not None
        return (Edge.OPENED,) if told else ()
    found = [_EDGE_OF_MARK[mark.id.split(":")[0]] for mark in after.marks[len(before.marks) :]]
    if len(after.seen) > len(before.seen):
        found.append(Edge.UPDATED)
    elif after.incident != before.incident or after.official_id != before.official_id:
        found.append(Edge.EDITED)
    if _shown(after) != _shown(before):
        found.append(Edge.COMPONENTS)
    if bool(after.withdrawn_at) is not bool(before.withdrawn_at):
        found.append(Edge.WITHDRAWN if after.withdrawn_at else Edge.RETURNED)
    return tuple(found)


_EDGE_OF_MARK = {"worse": Edge.WORSENED, "reopened": Edge.REOPENED, "resolved": Edge.RESOLVED}


def _shown(record: Record) -> tuple[tuple[Affected, ...], ...]:
    """Return the components of *record* without what is no part of a card."""
    return tuple(tuple(replace(one, explains="") for one in part) for part in (record.affected, record.also))


def _told(known: Known, snapshot: Snapshot, now: datetime, *, first: bool) -> Known:
    """Return *known* with the incidents of *snapshot*, whatever their order in it."""
    records = dict(known.records)
    by_id = known.by_official_id()
    for incident in sorted(snapshot.incidents, key=_turn):
        before = by_id.get(incident.id)
        if before is None:
            if _is_outdated(incident, snapshot, known):
                continue
            before = foldable(records.values(), incident)
        elif _is_settled(before) and before.incident == incident:
            continue
        after = remember(before, incident, now, first=first)
        if after != before:
            records[after.key] = after
    return replace(known, records=records)


def _turn(incident: Incident) -> tuple[bool, datetime, str]:
    """Return who is first to be taken for our own incident: those naming components, of them the oldest."""
    return not _named(incident), incident.opened_at, incident.id


def _named(incident: Incident) -> set[str]:
    changes = (one.id for update in incident.updates for one in update.affected)
    return {one.id for one in incident.components} | set(changes)


def _is_settled(record: Record) -> bool:
    """Return whether nothing is expected of *record*, not even that what it left broken gets well."""
    return record.incident.is_closed and not any(one.is_left_over for one in record.affected)


def _is_outdated(incident: Incident, snapshot: Snapshot, known: Known) -> bool:
    """Return whether an open *incident* that nobody knows comes from a list older than the newest summary.

    The summary names what is open, so that one was over when it was written.
    """
    newest, said_at = known.watermarks.get(Endpoint.SUMMARY.value), snapshot.page.updated_at
    if incident.is_closed or snapshot.endpoint is not Endpoint.INCIDENTS:
        return False
    return newest is not None and said_at is not None and said_at < newest


def foldable(records: Iterable[Record], incident: Incident) -> Record | None:
    """Return our own open incident that the official *incident* turns out to be, None if there is none.

    One that names no component is taken to mean the broken ones.
    """
    if incident.is_closed or incident.kind is Kind.MAINTENANCE:
        return None
    named = _named(incident)
    for record in records:
        ours = record.tier is Tier.COMPONENTS and record.is_open
        if ours and (not named or named & record.component_ids):
            return record
    return None


def _lacking(known: Known, snapshot: Snapshot, now: datetime) -> Known:
    """Return *known* after a read that lists what *snapshot* lists and nothing else."""
    listed = {incident.id for incident in snapshot.incidents}
    changed = {
        key: replace(record, missing_since=None)
        for key, record in known.records.items()
        if record.missing_since and record.is_open and record.official_id in listed
    }
    for record in _unlisted(known, snapshot, listed):
        if record.missing_since is None:
            changed[record.key] = replace(record, missing_since=now)
        elif now - record.missing_since >= ABSENCE_CONFIRMED_AFTER:
            changed[record.key] = replace(record, withdrawn_at=now)
    return known.with_records(changed)


def _unlisted(known: Known, snapshot: Snapshot, listed: set[str]) -> list[Record]:
    """Return the open records that *snapshot*, if it is a full list, would hold if they still existed."""
    kind = {Endpoint.INCIDENTS: Kind.INCIDENT, Endpoint.MAINTENANCES: Kind.MAINTENANCE}.get(snapshot.endpoint)
    if kind is None or not snapshot.complete or not snapshot.incidents:
        return []
    reach = min(incident.newest_at for incident in snapshot.incidents)
    said_at = snapshot.page.updated_at
    return [
        record
        for record in known.records.values()
        if record.is_open and record.incident.kind is kind
        if record.official_id is not None and record.official_id not in listed
        if record.incident.newest_at > reach and (said_at is None or record.incident.newest_at <= said_at)
    ]
