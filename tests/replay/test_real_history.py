"""Replays of the real page's history, judged against the raw JSON of the archive itself."""

from __future__ import annotations

import copy
import gzip
import json
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

import dev
from tests.replay.archive import Archive, judge, read_snapshots, read_timeline

RECORDED = dev.ROOT.parent / "shared" / "statuspage"
SNAPSHOTS = RECORDED / "snapshots"
TIMELINE = RECORDED / "incidents.jsonl.gz"

Seen = dict[str, Any]

LAST_INCIDENTS = 60
"""How much of the timeline is played: what tells the most for its time."""

pytestmark = [
    pytest.mark.timeout(300),
    pytest.mark.skipif(
        not RECORDED.is_dir(), reason="the recorded history (../shared/statuspage) is not on this machine"
    ),
]


@dataclass(frozen=True, slots=True)
class Observed:
    """What a channel saw, and what showing it took: *seconds* of processor time, *mebibytes* at most."""

    seen: Seen
    seconds: float
    mebibytes: float


def observe(path: Path) -> Observed:
    program = [sys.executable, "-m", "tests.replay.observe", str(path)]
    ran = subprocess.run(program, cwd=dev.ROOT, stdout=subprocess.PIPE, check=True)
    return Observed(**json.loads(ran.stdout))


@pytest.fixture(scope="module")
def archive() -> Archive:
    return read_snapshots(SNAPSHOTS)


@pytest.fixture(scope="module")
def observed() -> Observed:
    return observe(SNAPSHOTS)


def test_the_channel_has_nothing_to_complain_about(archive: Archive, observed: Observed) -> None:
    assert list(judge(archive, observed.seen)) == []


def _forget(seen: Seen) -> None:
    seen["threads"][7]["posts"][0]["updates"].pop()


def _repeat(seen: Seen) -> None:
    posts = next(thread["posts"] for thread in seen["threads"] if len(thread["posts"]) > 1)
    posts[1]["updates"].append(posts[0]["updates"][0])


def _misquote(seen: Seen) -> None:
    seen["threads"][9]["posts"][0]["text"] = "🟢 All is well."


def _leave_out(seen: Seen) -> None:
    seen["threads"].pop()


def _call_over(seen: Seen) -> None:
    note = next(note for note in seen["notes"] if not note["text"].startswith("🟢"))
    note["text"] = "🟢" + note["text"][1:]


def _keep_red(seen: Seen) -> None:
    cards = (note for note in seen["notes"] if note["kind"] == "card")
    note = next(note for note in cards if note["text"].startswith("🟢"))
    note["text"] = "🔴" + note["text"][1:]


def _shout(seen: Seen) -> None:
    next(note for note in seen["notes"] if not note["edit"] and not note["loud"])["loud"] = ["start"]


def _shout_again(seen: Seen) -> None:
    note = next(note for note in seen["notes"] if note["loud"])
    seen["notes"].append({**note, "at": "2026-06-30T23:00:00+00:00"})


def _reopen(seen: Seen) -> None:
    seen["threads"][0]["status"] = "monitoring"


@pytest.mark.parametrize(
    "spoil",
    [_forget, _repeat, _misquote, _leave_out, _call_over, _keep_red, _shout, _shout_again, _reopen],
)
def test_the_judge_complains_of_what_is_wrong(
    archive: Archive, observed: Observed, spoil: Callable[[Seen], None]
) -> None:
    spoilt = copy.deepcopy(observed.seen)
    spoil(spoilt)
    assert list(judge(archive, spoilt)) != []


def test_the_counts_are_those_of_the_archive(archive: Archive, observed: Observed) -> None:
    counts = observed.seen["counts"]
    present = archive.present()
    assert counts["snapshots"] == len(list(SNAPSHOTS.iterdir()))
    assert counts["incidents"] == counts["cards"] == len(present)
    assert counts["updates"] == sum(owner in present for owner in archive.owners.values())
    assert counts["filtered"] == 0
    notes = observed.seen["notes"]
    assert counts["edits"] == sum(note["edit"] for note in notes)
    assert counts["loud"] == sum(bool(note["loud"]) for note in notes)
    assert counts["cards"] + counts["replies"] == sum(not note["edit"] for note in notes)


def test_it_takes_less_than_250_mebibytes(observed: Observed) -> None:
    print(f"{observed.seconds:.1f} s of processor time, {observed.mebibytes:.0f} MiB")
    assert observed.mebibytes < 250


def test_a_timeline_gives_nothing_to_complain_about(tmp_path: Path) -> None:
    lines = gzip.decompress(TIMELINE.read_bytes()).splitlines(keepends=True)
    path = tmp_path / "last.jsonl"
    path.write_bytes(b"".join(lines[-LAST_INCIDENTS:]))
    archive, observed = read_timeline(path), observe(path)
    assert list(judge(archive, observed.seen)) == []
    assert observed.seen["counts"]["updates"] == len(archive.owners)
