"""The real page's recorded past, where it lies beside the repository, holds no false word."""

from __future__ import annotations

import gzip
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from random import Random

import pytest

from adapters.statuspage.parse import parse
from bot.domain.answer import Word, answer
from bot.domain.health import Health
from bot.domain.record import Known, Record
from bot.domain.status import Endpoint, Snapshot
from bot.domain.transitions import Edge, absorb
from tests.domain.builders import PAGE_URL

RECORDED = Path(__file__).parents[3] / "shared" / "statuspage"

pytestmark = pytest.mark.skipif(
    not RECORDED.is_dir(), reason="there are no recorded answers in ../shared/statuspage"
)

Read = tuple[datetime, Snapshot]


def read(path: Path, endpoint: Endpoint = Endpoint.INCIDENTS) -> Snapshot:
    body = path.read_bytes()
    found = parse(endpoint, gzip.decompress(body) if path.suffix == ".gz" else body, PAGE_URL)
    assert isinstance(found, Snapshot)
    return found


EVERY = 4
"""Of the long row of lists every so many is enough here; the replay plays them all."""


@cache
def recorded(folder: str) -> tuple[Read, ...]:
    """Return the lists of a folder with the times they were fetched at, the oldest first."""
    paths = sorted((RECORDED / folder).glob("*.json.gz"))
    paths = paths[:: EVERY if len(paths) > 100 else 1]
    return tuple(
        (datetime.strptime(path.name[:20], "%Y-%m-%dT%H-%M-%SZ").replace(tzinfo=UTC), read(path))
        for path in paths
    )


@cache
def played(reads: tuple[Read, ...]) -> tuple[Known, list[tuple[str, Edge]]]:
    known, edges = Known(), list[tuple[str, Edge]]()
    for now, snapshot in reads:
        change = absorb(known, snapshot, now)
        known = change.known
        edges += [(transition.key, transition.edge) for transition in change.transitions]
    return known, edges


def only_record(folder: str, key: str) -> tuple[Record, list[Edge]]:
    known, edges = played(recorded(f"edge_cases/{folder}"))
    return known.records[key], [edge for of, edge in edges if of == key]


def test_half_a_year_of_lists_holds_every_update_and_no_false_end() -> None:
    known, edges = played(recorded("snapshots"))
    told = {one.id: one for _, snapshot in recorded("snapshots") for one in snapshot.incidents}
    assert set(known.records) == set(told)
    for _, snapshot in recorded("snapshots"):
        for one in snapshot.incidents:
            assert {update.id for update in one.updates} <= {seen for seen, _ in known.records[one.id].seen}
    assert all(record.incident.is_closed is told[key].is_closed for key, record in known.records.items())
    found = Counter(edge for _, edge in edges)
    assert found[Edge.WITHDRAWN] == found[Edge.RETURNED] == 0
    assert found[Edge.OPENED] > 100


def test_every_list_says_nothing_new_the_second_time_and_in_another_order() -> None:
    known, random = Known(), Random(1)
    for now, snapshot in recorded("snapshots"):
        shuffled = replace(
            snapshot, incidents=tuple(random.sample(snapshot.incidents, len(snapshot.incidents)))
        )
        after = absorb(known, snapshot, now).known
        assert absorb(known, shuffled, now).known == after
        again = absorb(after, snapshot, now)
        assert (again.known, again.transitions) == (after, ())
        known = after


def test_an_older_list_changes_nothing() -> None:
    reads = recorded("snapshots")
    known, _ = played(reads[:100])
    for _, older in reads[:99:5]:
        assert absorb(known, older, reads[100][0]).known == known


def test_every_end_is_after_its_beginning() -> None:
    known, _ = played(recorded("snapshots"))
    for record in known.records.values():
        if record.closed_at is not None:
            assert record.closed_at >= record.opened_at


def test_no_incident_calls_a_component_broken_that_is_well_today() -> None:
    """Sixteen ended without a word that the components were well."""
    known, _ = played(recorded("snapshots"))
    newest = recorded("snapshots")[-1][1]
    well = {part.id for one in newest.incidents for part in one.components if part.rank == 0}
    for one in newest.incidents:
        assert not any(part.broken and part.id in well for part in known.records[one.id].affected)


def test_one_was_born_resolved_with_back_dated_times() -> None:
    record, edges = only_record(
        "backfilled_born_resolved_started_after_resolved__9284yk6xxd0h", "9284yk6xxd0h"
    )
    assert edges == [Edge.OPENED]
    assert record.closed_at == record.opened_at
    assert record.told_since == record.opened_at


def test_one_had_its_impact_raised_without_a_word_while_it_was_monitored_for_weeks() -> None:
    record, edges = only_record("impact_raised_while_monitoring_18_days__s9w82lp9dcn9", "s9w82lp9dcn9")
    assert edges[0] == Edge.OPENED
    assert Edge.WORSENED in edges
    assert [mark.id for mark in record.marks][:3] == ["start", "worse:major", "worse:critical"]


def test_one_had_its_components_flagged_late() -> None:
    record, edges = only_record("open_incident_components_flagged_late__f00h6l76tsjs", "f00h6l76tsjs")
    assert Edge.COMPONENTS in edges
    assert record.component_ids


def test_one_was_edited_in_place() -> None:
    _, edges = only_record("edited_in_place_plus_rename__c2hjyfpgsprx", "c2hjyfpgsprx")
    assert set(edges) - {Edge.OPENED} <= {Edge.EDITED, Edge.UPDATED, Edge.COMPONENTS, Edge.RESOLVED}
    assert Edge.EDITED in edges or Edge.UPDATED in edges


def test_one_has_a_postmortem_days_after_its_end() -> None:
    record, _ = only_record("postmortem_display_at_null__b9802k1zb5l2", "b9802k1zb5l2")
    assert record.incident.updates[-1].status == "postmortem"
    assert record.closed_at is not None
    assert record.closed_at < record.newest_at


@pytest.mark.parametrize(
    ("name", "word", "says"),
    [
        ("summary-operational.json", Word.UP, "Claude is up"),
        ("summary-outage-2026-04-28.json", Word.DOWN, "claude.ai and Claude Cowork are down ("),
        ("other/openai-incidentio-summary.json", Word.PROBLEM, "are degraded ("),
    ],
)
def test_a_recorded_summary_is_answered(name: str, word: Word, says: str) -> None:
    snapshot = read(RECORDED / name, Endpoint.SUMMARY)
    now = snapshot.page.updated_at
    assert now is not None
    found = answer(absorb(Known(), snapshot, now).known, Health(read_at=now), now, PAGE_URL)
    assert found.word is word
    assert says in found.message.title
