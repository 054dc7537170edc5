"""Recordings: what the status page once answered, read from files in the order in which it was said."""

from __future__ import annotations

import gzip
import heapq
import json
import re
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from io import BufferedIOBase
from pathlib import Path
from typing import Any, cast

from adapters.statuspage.parse import Rejected, parse
from adapters.statuspage.timelines import Timeline, Unplayable, read_timeline
from bot.domain.status import Endpoint
from bot.ports import Reading

MAX_DOCUMENT = 5 << 20
"""Bytes of one decoded document: what is accepted from the page itself, too."""

GZIP_BEGINS = b"\x1f\x8b"
TIMELINES = (".jsonl", ".jsonl.gz")
DOCUMENTS = (".json", ".json.gz")

CURE = (
    "A recording is an incidents.json, summary.json or scheduled-maintenances.json of a status page,"
    " a folder of them, or a .jsonl file of one incident a line; each may be compressed with gzip."
)

_MOMENT = re.compile(r"(\d{4})-?(\d\d)-?(\d\d)[T_ ](\d\d)[-:.]?(\d\d)[-:.]?(\d\d)Z?(?!\d)")


class BadRecording(Exception):
    """A file or folder that cannot be played: the message names it, the reason and the cure."""


@dataclass(frozen=True, slots=True)
class Recorded:
    """One answer of the page: when it was read, what it is, and the file it stands in.

    Of a timeline the reading's body is empty.
    """

    moment: datetime
    endpoint: Endpoint
    reading: Reading
    source: Path


class Recording:
    """What was recorded, to be gone through as often as one likes; only one document is read at a time.

    Files whose names all hold a time are played in the order of these times, others in the order of
    their names. A document's moment is the time in its file's name, else the page's own, else the
    file's. It never lies before that of the document before it.
    """

    def __init__(self, documents: list[Path], timelines: list[tuple[Path, Timeline]], page_url: str) -> None:
        """*page_url* is the page's address where a document names none."""
        self._documents = documents
        self._timelines = timelines
        self._page_url = page_url

    def __len__(self) -> int:
        return len(self._documents) + sum(len(timeline) for _, timeline in self._timelines)

    def __iter__(self) -> Iterator[Recorded]:
        """Yield everything in the order of time. Raises `BadRecording`."""
        streams = [self._read_documents(), *(_played(*timeline) for timeline in self._timelines)]
        page_id = ""
        for recorded in heapq.merge(*streams, key=lambda one: one.moment):
            snapshot = recorded.reading.snapshot
            found = snapshot.page.id if snapshot else page_id
            if found != (page_id or found):
                raise BadRecording(
                    f"{recorded.source} is of another page (id {found}) than what comes before it"
                    f" (id {page_id}); play one page at a time."
                )
            page_id = found
            yield recorded

    def _read_documents(self) -> Iterator[Recorded]:
        reached = datetime.min.replace(tzinfo=UTC)
        for path in self._documents:
            recorded = _document(path, self._page_url, reached)
            reached = recorded.moment
            yield recorded


def open_recording(path: Path, page_url: str) -> Recording:
    """Find what there is to play at *path*; timelines are read at once. Raises `BadRecording`."""
    with _explained(path):
        files = [path]
        if path.is_dir():
            files = sorted(one for one in path.iterdir() if one.name.endswith((*DOCUMENTS, *TIMELINES)))
            if not files:
                raise BadRecording(
                    f"{path} holds no file to play (*.json or *.jsonl, or *.gz of them). {CURE}"
                )
        path.stat()
    timelines = [one for one in files if one.name.endswith(TIMELINES)]
    documents = [one for one in files if one not in timelines]
    moments = [moment_in(one.name) for one in documents]
    if all(moments):
        documents = [one for _, one in sorted(zip(moments, documents, strict=True))]
    return Recording(documents, [(one, _timeline(one, page_url)) for one in timelines], page_url)


def moment_in(name: str) -> datetime | None:
    """Return the time (UTC) that a file's *name* holds, such as `2026-04-14T07-23-20Z`, None if none."""
    found = _MOMENT.search(name)
    try:
        return datetime(*map(int, found.groups()), tzinfo=UTC) if found else None  # type: ignore[misc, arg-type]
    except ValueError:
        return None


def _document(path: Path, page_url: str, reached: datetime) -> Recorded:
    """Read one document; its moment is *reached* if it would lie before that."""
    with _explained(path), _opened(path) as file:
        body = file.read(MAX_DOCUMENT + 1)
        written = datetime.fromtimestamp(path.stat().st_mtime, UTC)
    if len(body) > MAX_DOCUMENT:
        raise BadRecording(f"{path} holds more than {MAX_DOCUMENT >> 20} MiB, which no page sends. {CURE}")
    endpoint = _endpoint(body)
    snapshot = parse(endpoint, body, page_url)
    if isinstance(snapshot, Rejected):
        raise BadRecording(f"{path} cannot be played: {snapshot.reason}. {CURE}")
    moment = moment_in(path.name) or snapshot.page.updated_at or written
    return Recorded(max(moment, reached), endpoint, Reading(snapshot, body=body), path)


def _endpoint(body: bytes) -> Endpoint:
    """Return what a document is by its shape; `parse` finds out why it is none of them."""
    try:
        document: Any = json.loads(body)
    except (ValueError, RecursionError):
        return Endpoint.INCIDENTS
    entries = document.items() if isinstance(document, dict) else ()
    lists = {key for key, value in entries if isinstance(value, list)}
    if "components" in lists and "incidents" in lists:
        return Endpoint.SUMMARY
    if "scheduled_maintenances" in lists and "incidents" not in lists:
        return Endpoint.MAINTENANCES
    return Endpoint.INCIDENTS


def _timeline(path: Path, page_url: str) -> Timeline:
    with _explained(path), _opened(path) as lines:
        try:
            return read_timeline(lines, page_url)
        except Unplayable as reason:
            raise BadRecording(f"{path} cannot be played: {reason}. {CURE}") from None


def _played(path: Path, timeline: Timeline) -> Iterator[Recorded]:
    for moment, snapshot in timeline:
        yield Recorded(moment, snapshot.endpoint, Reading(snapshot), path)


@contextmanager
def _opened(path: Path) -> Iterator[BufferedIOBase]:
    """Open *path*, and see through its compression."""
    with path.open("rb") as file:
        if file.peek(2).startswith(GZIP_BEGINS):
            with gzip.open(file) as inflated:
                yield cast("BufferedIOBase", inflated)
        else:
            yield file


@contextmanager
def _explained(path: Path) -> Iterator[None]:
    """Turn what reading *path* raises into what to do about it."""
    try:
        yield
    except FileNotFoundError:
        raise BadRecording(f"{path} does not exist. {CURE}") from None
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        raise BadRecording(
            f"{path} is damaged ({error}); fetch it again or take it out of the folder."
        ) from None
    except OSError as error:
        raise BadRecording(f"{path} cannot be read ({error.strerror}); see to its permissions.") from None
