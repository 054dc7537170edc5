"""Timelines: each incident as it was when each of its updates was written."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from adapters.statuspage.recordings import open_recording
from bot.domain.status import Endpoint, Kind, Snapshot
from tests.factories import API, CHAT, Document, change, component, incident, maintenance, minute, update
from tests.replay.recorder import write_timeline

PAGE_URL = "https://status.example.org"


def snapshots(folder: Path, *incidents: Document) -> list[tuple[datetime, Snapshot]]:
    path = write_timeline(folder / "timeline.jsonl", incidents)
    return [
        (one.moment, one.reading.snapshot) for one in open_recording(path, PAGE_URL) if one.reading.snapshot
    ]


def three_updates() -> list[Document]:
    return [
        update("investigating", at=minute(0), affected=[change(CHAT)]),
        update("monitoring", at=minute(20), affected=[change(API, new="degraded_performance")]),
        update("resolved", at=minute(60), affected=[change(CHAT, "partial_outage", "operational")]),
    ]


def test_an_incident_is_told_as_it_was_after_each_update(tmp_path: Path) -> None:
    told = snapshots(tmp_path, incident(updates=three_updates(), impact="major"))
    assert [moment for moment, _ in told] == [minute(0), minute(20), minute(60)]
    incidents = [snapshot.incidents[0] for _, snapshot in told]
    assert [one.status for one in incidents] == ["investigating", "monitoring", "resolved"]
    assert [len(one.updates) for one in incidents] == [1, 2, 3]
    assert [one.is_closed for one in incidents] == [False, False, True]
    assert [one.resolved_at for one in incidents] == [None, None, minute(60)]
    assert [[(part.name, part.status) for part in one.components] for one in incidents] == [
        [(CHAT[1], "partial_outage")],
        [(CHAT[1], "partial_outage"), (API[1], "degraded_performance")],
        [(CHAT[1], "operational"), (API[1], "degraded_performance")],
    ]


def test_impact_is_known_as_it_was_in_the_end(tmp_path: Path) -> None:
    told = snapshots(tmp_path, incident(updates=three_updates(), impact="critical"))
    assert {snapshot.incidents[0].impact for _, snapshot in told} == {"critical"}


def test_absence_from_a_timeline_s_snapshot_says_nothing(tmp_path: Path) -> None:
    told = snapshots(tmp_path, incident(updates=three_updates()))
    assert all(not snapshot.complete for _, snapshot in told)
    assert {snapshot.endpoint for _, snapshot in told} == {Endpoint.INCIDENTS}


def test_several_incidents_interleave_in_the_order_of_writing(tmp_path: Path) -> None:
    later = [update(at=minute(10)), update("resolved", at=minute(30))]
    told = snapshots(
        tmp_path, incident("incident0002", updates=later), incident("incident0001", updates=three_updates())
    )
    assert [(moment, [one.id for one in snapshot.incidents]) for moment, snapshot in told] == [
        (minute(0), ["incident0001"]),
        (minute(10), ["incident0002"]),
        (minute(20), ["incident0001"]),
        (minute(30), ["incident0002"]),
        (minute(60), ["incident0001"]),
    ]


def test_updates_of_one_moment_come_together(tmp_path: Path) -> None:
    twice = [update(at=minute(0)), update("identified", at=minute(0), identifier="second")]
    [(_, snapshot)] = snapshots(
        tmp_path, incident("incident0001", updates=twice), incident("incident0002", updates=[update()])
    )
    assert [(one.id, len(one.updates)) for one in snapshot.incidents] == [
        ("incident0001", 2),
        ("incident0002", 1),
    ]


def test_the_honest_time_is_that_of_the_updates(tmp_path: Path) -> None:
    backdated = incident(updates=[update("resolved", at=minute(60))], created_at="2026-05-01T00:00:00Z")
    assert [moment for moment, _ in snapshots(tmp_path, backdated)] == [minute(60)]


def test_an_incident_without_updates_is_told_when_it_was_made(tmp_path: Path) -> None:
    [(moment, snapshot)] = snapshots(tmp_path, incident(updates=[]))
    assert moment == minute(0)
    assert snapshot.incidents[0].updates == ()


def test_components_that_no_update_names_are_named_from_the_start_as_if_not_broken(tmp_path: Path) -> None:
    silent = incident(components=[component(CHAT, "major_outage")])
    [(_, snapshot)] = snapshots(tmp_path, silent)
    assert [(one.id, one.status) for one in snapshot.incidents[0].components] == [(CHAT[0], "operational")]


def test_a_maintenance_is_known_by_its_words(tmp_path: Path) -> None:
    unscheduled = {**maintenance(updates=[update("completed")]), "scheduled_for": None}
    told = snapshots(tmp_path, maintenance("m1"), {**unscheduled, "id": "m2"}, incident("i1"))
    kinds = {one.id: one.kind for _, snapshot in told for one in snapshot.incidents}
    assert kinds == {"m1": Kind.MAINTENANCE, "m2": Kind.MAINTENANCE, "i1": Kind.INCIDENT}


def test_the_page_is_that_of_the_lines_at_the_address_we_watch(tmp_path: Path) -> None:
    [(_, snapshot)] = snapshots(tmp_path, incident(page_id="ourpage"))
    assert (snapshot.page.id, snapshot.page.url, snapshot.page.updated_at) == ("ourpage", PAGE_URL, minute(0))


def test_a_later_line_of_the_same_incident_replaces_the_earlier(tmp_path: Path) -> None:
    [(_, snapshot)] = snapshots(tmp_path, incident(name="Old"), incident(name="New"))
    assert [one.name for one in snapshot.incidents] == ["New"]
