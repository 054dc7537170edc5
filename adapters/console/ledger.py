"""The console's memory: each message and edit, in order, in a file if there is one."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

from adapters.console.journal import Journal

OPENING = b'{"at": "'
"""How each line begins: what is torn and does not begin so is somebody else's file."""


class BadLedger(Exception):
    """The file named as ledger cannot be one: says which, where and why, and the cure."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One line: a message (*op* `send`) or the new words of one (`edit`).

    *at* is when, in ISO 8601. *reference* is the message's id, which is the *nonce* it was first sent
    with. *thread* is the id of the card it belongs to (its own for a card), None for what stands
    alone. *updates* are the ids of the updates it shows, *loud* the kinds of loud word it spoke.
    """

    at: str
    op: str
    channel: str
    nonce: str
    reference: str
    post: str
    kind: str
    loud: tuple[str, ...]
    updates: tuple[str, ...]
    thread: str | None
    text: str
    digest: str

    @property
    def title(self) -> str:
        """The title, without the emoji before it."""
        return self.text.partition("\n")[0].partition(" ")[2]

    @property
    def lines(self) -> tuple[str, ...]:
        """The text in lines, the headline first."""
        return tuple(self.text.split("\n"))


class Ledger:
    """Remembers what was printed, in *entries*. Without *path* it forgets with the process."""

    def __init__(self, path: Path | None = None) -> None:
        """Read *path* back if it exists; a line torn by a kill is cut off. Raises `BadLedger`."""
        self.path = path
        self.entries: list[Entry] = []
        self._latest: dict[str, Entry] = {}
        self._threads: dict[str, list[Entry]] = {}
        self._journal = None if path is None else self._read_back(path)

    def latest(self, reference: str) -> Entry | None:
        """Return the last state of the message *reference* (or nonce), None if it was never printed."""
        return self._latest.get(reference)

    def lines_since(self, reference: str) -> frozenset[str]:
        """Return the lines readers have seen of a message's present state, and in its thread since."""
        entry = self._latest[reference]
        seen: list[str] = []
        for other in reversed(self._threads[entry.thread or reference]):
            seen.extend(other.lines)
            if other.reference == reference:
                break
        return frozenset(seen)

    def append(self, entry: Entry) -> None:
        """Write *entry* to the disk and remember it. Raises OSError; then it counts as not written."""
        if self._journal is not None:
            self._journal.append(json.dumps(asdict(entry)).encode())
        self._remember(entry)

    def close(self) -> None:
        """Let go of the file."""
        if self._journal is not None:
            self._journal.close()

    def _remember(self, entry: Entry) -> None:
        self.entries.append(entry)
        self._latest[entry.reference] = entry
        self._threads.setdefault(entry.thread or entry.reference, []).append(entry)

    def _read_back(self, path: Path) -> Journal:
        try:
            journal = Journal(path)
        except OSError as error:
            raise BadLedger(
                f"{path}: cannot be opened ({error.strerror}); name a file you may write"
            ) from None
        try:
            for entry in _entries(journal):
                self._remember(entry)
            journal.mend()
        except (ValueError, OSError) as error:
            journal.close()
            raise BadLedger(f"{path}: {error}; name another file, or repair this one") from None
        return journal


def _entries(journal: Journal) -> Iterator[Entry]:
    """Yield what the lines hold. Raises ValueError, naming the first line that is none of ours."""
    for number, line in enumerate(journal.lines, start=1):
        try:
            yield _entry(json.loads(line))
        except (ValueError, RecursionError) as error:
            raise ValueError(f"line {number} is no line of a ledger ({error})") from None
    if not OPENING.startswith(journal.torn[: len(OPENING)]):
        raise ValueError("its last line is no line of a ledger")


def _entry(line: object) -> Entry:
    if not isinstance(line, dict):
        raise ValueError("it holds no object")
    # Any, because the types of the fields are looked at one by one below.
    values: dict[str, Any] = {one.name: _value(one.name, line.get(one.name)) for one in fields(Entry)}
    return Entry(**values)


def _value(name: str, value: object) -> str | tuple[str, ...] | None:
    if name in {"loud", "updates"}:
        if isinstance(value, list) and all(isinstance(one, str) for one in value):
            return tuple(value)
    elif isinstance(value, str) or (name == "thread" and value is None):
        return value
    raise ValueError(f"{name} is missing or of the wrong type")
