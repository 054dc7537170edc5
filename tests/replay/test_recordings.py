"""Recordings: what counts as one, in which order it is played, and what is said of anything else."""

from __future__ import annotations

import gzip
import os
from datetime import UTC, datetime
from pathlib import Path

import pytest

from adapters.statuspage.recordings import MAX_DOCUMENT, BadRecording, Recorded, moment_in, open_recording
from bot.domain.status import Endpoint
from tests.factories import (
    START,
    encode,
    incident,
    incidents_document,
    maintenance,
    maintenances_document,
    minute,
    page,
    summary,
    without,
)
from tests.replay.recorder import record, write_timeline

PAGE_URL = "https://status.example.org"


def played(path: Path) -> list[Recorded]:
    return list(open_recording(path, PAGE_URL))


@pytest.mark.parametrize(
    ("document", "endpoint"),
    [
        (incidents_document(incident()), Endpoint.INCIDENTS),
        (summary(incident()), Endpoint.SUMMARY),
        (summary(maintenances=[maintenance()]), Endpoint.SUMMARY),
        (maintenances_document(maintenance()), Endpoint.MAINTENANCES),
    ],
)
@pytest.mark.parametrize("compressed", [False, True])
def test_documents_are_told_apart_by_their_shape(
    tmp_path: Path, document: dict[str, object], endpoint: Endpoint, compressed: bool
) -> None:
    path = record(tmp_path / "r", minute(3), document, compressed=compressed)
    [recorded] = played(path)
    assert (recorded.endpoint, recorded.moment) == (endpoint, minute(3))
    assert recorded.reading.snapshot is not None
    assert recorded.reading.snapshot.endpoint is endpoint
    assert recorded.reading.body == encode(document)


def test_compression_is_seen_in_the_bytes_not_in_the_name(tmp_path: Path) -> None:
    path = tmp_path / "plainly.json"
    path.write_bytes(gzip.compress(encode(incidents_document(incident()))))
    assert len(played(path)) == 1


def test_a_folder_is_played_in_the_order_of_the_times_in_its_names(tmp_path: Path) -> None:
    record(tmp_path, minute(10), incidents_document(incident(), updated_at=minute(10)))
    (tmp_path / f"a-{minute(20):%Y%m%dT%H%M%SZ}.json").write_bytes(encode(summary(incident())))
    (tmp_path / f"z-{minute(5):%Y-%m-%d_%H:%M:%S}.json").write_bytes(encode(summary(incident())))
    assert [one.moment for one in played(tmp_path)] == [minute(5), minute(10), minute(20)]


def test_files_without_a_time_in_their_names_are_played_by_name_and_the_clock_never_goes_back(
    tmp_path: Path,
) -> None:
    for name, moment in (("1.json", minute(10)), ("2.json", minute(5)), ("3.json", minute(15))):
        (tmp_path / name).write_bytes(encode(incidents_document(incident(), updated_at=moment)))
    recorded = played(tmp_path)
    assert [one.source.name for one in recorded] == ["1.json", "2.json", "3.json"]
    assert [one.moment for one in recorded] == [minute(10), minute(10), minute(15)]


def test_the_page_s_time_comes_before_the_file_s(tmp_path: Path) -> None:
    path = tmp_path / "incidents.json"
    path.write_bytes(encode(incidents_document(incident(), updated_at=minute(7))))
    os.utime(path, (minute(9).timestamp(),) * 2)
    assert played(path)[0].moment == minute(7)
    path.write_bytes(encode({"page": without(page(), "updated_at"), "incidents": [incident()]}))
    os.utime(path, (minute(9).timestamp(),) * 2)
    assert played(path)[0].moment == minute(9)


@pytest.mark.parametrize(
    ("name", "moment"),
    [
        ("2026-04-14T07-23-20Z.json.gz", datetime(2026, 4, 14, 7, 23, 20, tzinfo=UTC)),
        ("incidents-20260414T072320Z.json", datetime(2026, 4, 14, 7, 23, 20, tzinfo=UTC)),
        ("2026-04-14_07.23.20.json", datetime(2026, 4, 14, 7, 23, 20, tzinfo=UTC)),
        ("2026-04-31T07-23-20Z.json", None),
        ("2026-04-14.json", None),
        ("202604140723201.json", None),
        ("summary.json", None),
    ],
)
def test_a_time_in_a_name_is_one_with_day_and_second(name: str, moment: datetime | None) -> None:
    assert moment_in(name) == moment


def test_only_files_of_a_known_kind_are_taken_from_a_folder(tmp_path: Path) -> None:
    record(tmp_path, START, incidents_document(incident()))
    (tmp_path / "README.md").write_text("what this is")
    (tmp_path / "inner").mkdir()
    assert len(open_recording(tmp_path, PAGE_URL)) == len(played(tmp_path)) == 1


def test_timelines_and_documents_of_one_folder_are_merged_by_time(tmp_path: Path) -> None:
    record(tmp_path, minute(-5), incidents_document(updated_at=minute(-5)))
    record(tmp_path, minute(5), incidents_document(updated_at=minute(5)))
    write_timeline(tmp_path / "all.jsonl.gz", [incident()])
    recording = open_recording(tmp_path, PAGE_URL)
    assert [(one.moment, one.source.suffix) for one in recording] == [
        (minute(-5), ".json"),
        (START, ".gz"),
        (minute(5), ".json"),
    ]
    assert len(recording) == 3


def test_a_recording_can_be_gone_through_again(tmp_path: Path) -> None:
    record(tmp_path, START, incidents_document(incident()))
    recording = open_recording(tmp_path, PAGE_URL)
    assert list(recording) == list(recording)


@pytest.mark.parametrize(
    ("name", "body", "reason"),
    [
        ("a.json", b"", "is empty"),
        ("a.json", b"<html>", "looks like a web page"),
        ("a.json", b'{"page": {}, "incid', "is damaged or not JSON"),
        ("a.json", b"[" * 100_000, "is nested too deeply"),
        ("a.json", b"[]", "not an object"),
        ("a.json", encode({"page": page(), "components": []}), "no list of incidents"),
        ("a.json", encode({"incidents": []}), "which page it belongs to"),
        ("a.json", encode(summary(parts=[])), "names no usable component"),
        ("a.json", b"{" + b" " * MAX_DOCUMENT + b"}", "more than 5 MiB"),
        ("a.json.gz", gzip.compress(b" " * (MAX_DOCUMENT + 1), mtime=0), "more than 5 MiB"),
        ("a.json.gz", gzip.compress(b"{}" * 500, mtime=0)[:-9], "is damaged"),
        ("a.json.gz", gzip.compress(b"{}", mtime=0)[:10] + b"\xff" * 20, "is damaged"),
        ("a.jsonl", b"", "holds no line"),
        ("a.jsonl", b'{"id": "x"}\n', "line 1 is no incident"),
        ("a.jsonl", b"\n[]\n", "line 2 is no incident"),
        ("a.jsonl", encode(incident()) + b'\n{"id": "x",\n', "line 2 is damaged or not JSON"),
        ("a.jsonl", encode(incident("a b")), "line 1: incident 1 has no usable id"),
        ("a.jsonl", b" " * (MAX_DOCUMENT + 1), "line 1 exceeds 5 MiB"),
        ("a.jsonl.gz", gzip.compress(encode(incident()), mtime=0)[:-20], "is damaged"),
    ],
)
def test_what_is_no_recording_is_refused_by_name_with_reason_and_cure(
    tmp_path: Path, name: str, body: bytes, reason: str
) -> None:
    path = tmp_path / name
    path.write_bytes(body)
    with pytest.raises(BadRecording) as refusal:
        played(path)
    words = str(refusal.value)
    assert words.startswith(str(path))
    assert reason in words
    assert "recording is" in words or "fetch it again" in words
    assert "\n" not in words


def test_what_is_not_there_is_refused_with_the_cure(tmp_path: Path) -> None:
    with pytest.raises(BadRecording, match=r"nowhere does not exist.*A recording is"):
        open_recording(tmp_path / "nowhere", PAGE_URL)


def test_a_folder_without_a_recording_is_refused_with_the_cure(tmp_path: Path) -> None:
    (tmp_path / "README.md").touch()
    with pytest.raises(BadRecording, match=r"holds no file to play.*A recording is"):
        open_recording(tmp_path, PAGE_URL)


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may read everything")
def test_what_may_not_be_read_is_refused_with_the_cure(tmp_path: Path) -> None:
    path = record(tmp_path, START, incidents_document())
    path.chmod(0)
    with pytest.raises(BadRecording, match="see to its permissions"):
        played(path)


def test_documents_of_two_pages_are_not_played_together(tmp_path: Path) -> None:
    record(tmp_path, START, incidents_document())
    other = record(tmp_path, minute(1), {"page": page(id="another"), "incidents": []})
    with pytest.raises(BadRecording, match=f"{other.name} is of another page"):
        played(tmp_path)
