"""Recorded answers of real pages, where they lie beside the repository, are read without a scratch."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from pathlib import Path

import pytest

from adapters.statuspage.feed import read_feed
from adapters.statuspage.parse import Rejected
from bot.domain.status import Endpoint, Snapshot
from tests.statuspage.documents import accepted

RECORDED = Path(__file__).parents[3] / "shared" / "statuspage"

pytestmark = pytest.mark.skipif(
    not RECORDED.is_dir(), reason="there are no recorded answers in ../shared/statuspage"
)

DOCUMENTS = {
    "summary-operational.json": Endpoint.SUMMARY,
    "summary-outage-2026-04-28.json": Endpoint.SUMMARY,
    "scheduled-maintenances.json": Endpoint.MAINTENANCES,
    "other/openai-incidentio-summary.json": Endpoint.SUMMARY,
    "other/payfast-scheduled-maintenances.json": Endpoint.MAINTENANCES,
}


def untouched(snapshot: Snapshot) -> bool:
    return snapshot.complete and snapshot.quarantined == () and snapshot.page.updated_at is not None


@pytest.mark.parametrize(("name", "endpoint"), DOCUMENTS.items())
def test_a_recorded_document_is_read_whole(name: str, endpoint: Endpoint) -> None:
    snapshot = accepted(endpoint, (RECORDED / name).read_bytes())
    assert untouched(snapshot)
    if endpoint is Endpoint.MAINTENANCES:
        assert all(one.scheduled_for and one.scheduled_until for one in snapshot.incidents)


def _recorded_incidents() -> Iterator[Path]:
    yield from sorted(RECORDED.glob("snapshots/*.json.gz"))[::20]
    yield from sorted(RECORDED.glob("edge_cases/*/*.json.gz"))


def test_every_recorded_list_of_incidents_is_read_whole() -> None:
    files = list(_recorded_incidents())
    assert len(files) > 50
    for file in files:
        snapshot = accepted(Endpoint.INCIDENTS, gzip.decompress(file.read_bytes()))
        assert untouched(snapshot), file.name
        assert len(snapshot.incidents) == 50
        assert all(one.updates for one in snapshot.incidents)


def test_the_recorded_feed_is_read_whole() -> None:
    headlines = read_feed((RECORDED / "history-excerpt.atom").read_bytes())
    assert not isinstance(headlines, Rejected)
    assert headlines
    assert all(one.text and one.updated_at and one.status != "unknown" for one in headlines)
    assert all("<" not in one.text for one in headlines)
