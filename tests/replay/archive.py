"""What an archive of the page holds, read from its raw JSON by nothing of ours: the measure of a replay."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

CLOSED = {"resolved", "postmortem", "completed"}
MAINTENANCE = {"scheduled", "in_progress", "verifying", "completed"}
RANKS = {"none": 0, "maintenance": 0, "minor": 1, "major": 2, "critical": 3}

NEWS_FOR = timedelta(hours=6)
"""What is older is no news, and loud to nobody."""

EXCERPT = 60
"""How many characters of an update stand in every excerpt of it."""


@dataclass(frozen=True, slots=True)
class State:
    """An incident from the moment *at* on, as the archive has it. *updates*: when each id was written."""

    at: datetime
    status: str
    impact: str
    updates: dict[str, datetime]
    closing: frozenset[str]

    @property
    def closed(self) -> bool:
        return self.status in CLOSED

    @property
    def newest(self) -> datetime:
        return max(self.updates.values(), default=self.at)


@dataclass(slots=True)
class Archive:
    """All states of all incidents, oldest first, and the last words of each update."""

    begun: datetime
    states: dict[str, list[State]] = field(default_factory=dict)
    words: dict[str, str] = field(default_factory=dict)
    owners: dict[str, str] = field(default_factory=dict)

    def add(self, at: datetime, incident: dict[str, Any], updates: list[dict[str, Any]], status: str) -> None:
        """Note how *incident* stood at a moment, if that differs from before."""
        state = State(
            at,
            status,
            incident["impact"],
            {one["id"]: datetime.fromisoformat(one["created_at"]) for one in updates},
            frozenset(one["id"] for one in updates if one["status"] in CLOSED),
        )
        for one in updates:
            self.words[one["id"]] = " ".join((one["body"] or "").split())
            self.owners[one["id"]] = incident["id"]
        known = self.states.setdefault(incident["id"], [])
        if not known or (known[-1].status, known[-1].impact, known[-1].updates) != (
            state.status,
            state.impact,
            state.updates,
        ):
            known.append(state)

    def at(self, incident: str, moment: datetime) -> State:
        """Return how *incident* stood at *moment*."""
        return [state for state in self.states[incident] if state.at <= moment][-1]

    def before(self, incident: str, moment: datetime) -> State | None:
        """Return how *incident* stood until just before *moment*, None if it was not there."""
        return next((state for state in reversed(self.states[incident]) if state.at < moment), None)

    def younger(self) -> set[str]:
        """Return the updates that were written after the archive begins."""
        return {
            update
            for states in self.states.values()
            for state in states
            for update, written in state.updates.items()
            if written > self.begun
        }

    def present(self) -> set[str]:
        """Return the incidents that were open when the archive begins, or are written of later."""
        return {
            incident
            for incident, states in self.states.items()
            if (states[0].at == self.begun and not states[0].closed)
            or any(state.newest > self.begun for state in states)
        }


def read_snapshots(folder: Path) -> Archive:
    """Read a folder of `incidents.json` documents, named by their moments."""
    archive: Archive | None = None
    before: dict[str, Any] = {}
    for path in sorted(folder.glob("*.json.gz")):
        at = datetime.strptime(path.name, "%Y-%m-%dT%H-%M-%SZ.json.gz").replace(tzinfo=UTC)
        archive = archive or Archive(at)
        for incident in json.loads(gzip.decompress(path.read_bytes()))["incidents"]:
            if before.get(incident["id"]) == incident:
                continue
            before[incident["id"]] = incident
            archive.add(at, incident, incident["incident_updates"], incident["status"])
    assert archive is not None
    return archive


def read_timeline(path: Path) -> Archive:
    """Read a file of one incident a line; each is told anew at each of its updates."""
    incidents = [json.loads(line) for line in path.read_bytes().splitlines()]
    told = [
        (datetime.fromisoformat(one["created_at"]), incident, list(_until(incident, one)), one["status"])
        for incident in incidents
        for one in incident["incident_updates"]
    ]
    told.sort(key=lambda step: step[0])
    archive = Archive(told[0][0])
    for at, incident, updates, status in told:
        archive.add(at, incident, updates, status)
    return archive


def _until(incident: dict[str, Any], last: dict[str, Any]) -> Iterator[dict[str, Any]]:
    return (one for one in incident["incident_updates"] if one["created_at"] <= last["created_at"])


def judge(archive: Archive, seen: dict[str, Any]) -> Iterator[str]:
    """Yield a sentence for everything that a channel which saw *seen* has reason to complain about."""
    yield from _incomplete(archive, seen["threads"])
    yield from _wrong_words(archive, seen["threads"])
    for note in seen["notes"]:
        yield from _untrue(archive, note)
        if note["loud"]:
            yield from _loud_for_nothing(archive, note)
    yield from _wrong_end(archive, seen["threads"])


def _incomplete(archive: Archive, threads: list[dict[str, Any]]) -> Iterator[str]:
    shown = [(one, thread) for thread in threads for post in thread["posts"] for one in post["updates"]]
    times: dict[str, int] = {}
    for update, thread in shown:
        times[update] = times.get(update, 0) + 1
        if archive.owners[update] != thread["incident"]:
            yield f"{update} is shown with {thread['incident']}, of which it is not"
    for update in archive.younger() | set(times):
        if times.get(update, 0) != 1:
            yield f"{update} of {archive.owners[update]} is shown {times.get(update, 0)} times"


def _wrong_words(archive: Archive, threads: list[dict[str, Any]]) -> Iterator[str]:
    """Complain of updates whose words, as they are now, are not where they are said to be shown."""
    for thread in threads:
        for post in thread["posts"]:
            text = " ".join(post["text"].replace("\n> ", "\n").split())
            if "earlier on the status page" in text:
                continue
            for update in post["updates"]:
                if archive.words[update][:EXCERPT].strip() not in text:
                    yield f"{update} is not in the words of {thread['incident']}/{post['key']}"


def _incident(archive: Archive, note: dict[str, Any]) -> str:
    owners = {archive.owners[update] for update in note["updates"]}
    return owners.pop() if len(owners) == 1 else str(note["link"]).rpartition("/")[2]


def _untrue(archive: Archive, note: dict[str, Any]) -> Iterator[str]:
    """Complain of what is shown as over that the page did not call so at that moment."""
    incident, at = _incident(archive, note), datetime.fromisoformat(note["at"])
    state = archive.at(incident, at)
    if note["text"].startswith("🟢"):
        of_an_end = note["kind"] != "card" and bool(state.closing & set(note["updates"]))
        if not (state.closed or of_an_end):
            yield f"{incident} is shown as over at {at}, when the page called it {state.status}"
    elif note["kind"] == "card" and state.closed:
        yield f"the card of {incident} is not green at {at}, when the page called it {state.status}"


def _loud_for_nothing(archive: Archive, note: dict[str, Any]) -> Iterator[str]:
    incident, at = _incident(archive, note), datetime.fromisoformat(note["at"])
    state, before = archive.at(incident, at), archive.before(incident, at)
    if state.status in MAINTENANCE:
        yield f"{incident} is loud at {at}, a maintenance"
    if before is None:
        if "start" not in note["loud"] or state.closed or at - state.newest > NEWS_FOR:
            yield f"{incident} is loud at {at}, old or over when it was first seen"
        return
    reasons = {
        "start": False,
        "worsening": RANKS[state.impact] > RANKS[before.impact] or (before.closed and not state.closed),
        "resolved": state.closed and not before.closed and at - state.newest <= NEWS_FOR,
    }
    if state.at != at or not any(reasons[kind] for kind in note["loud"]):
        yield f"{incident} is loud ({note['loud']}) at {at} for no reason"


def _wrong_end(archive: Archive, threads: list[dict[str, Any]]) -> Iterator[str]:
    if missing := archive.present() ^ {thread["incident"] for thread in threads}:
        yield f"told of too much or too little: {sorted(missing)}"
    for thread in threads:
        last = archive.states[thread["incident"]][-1]
        if thread["status"] != last.status:
            yield f"{thread['incident']} ends as {thread['status']}, on the page as {last.status}"
