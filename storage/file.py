"""A SQLite file: made for us alone, checked before use, and held by one `run` at a time."""

from __future__ import annotations

import os
import sqlite3
import sys
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from storage.errors import StorageError, explained

if sys.platform != "win32":
    import fcntl


def prepare(path: Path) -> None:
    """Make the folder (0700) and the file (0600) where they are missing. Raises `StorageError`."""
    with explained():
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))


def check(path: Path) -> None:
    """Read the whole file once. Raises `StorageError` with steps to restore it where it is damaged.

    A damaged file is never made anew by us: without it, all that channels chose would be gone.
    """
    try:
        with closing(sqlite3.connect(path, timeout=5)) as connection:
            found = [str(row[0]) for row in connection.execute("PRAGMA quick_check(1)")]
    except sqlite3.DatabaseError as error:
        if not _is_damage(error):
            raise StorageError(f"The database {path} cannot be opened: {error}.") from error
        found = [str(error)]
    if found != ["ok"]:
        raise StorageError(_restore(path, " ".join(found[0].split())))


def _is_damage(error: sqlite3.DatabaseError) -> bool:
    """Return whether SQLite says that the content is wrong, not that the file is busy or forbidden."""
    return not isinstance(error, sqlite3.OperationalError) or "malformed" in str(error)


def _restore(path: Path, detail: str) -> str:
    """Return the way back from a damaged file."""
    if "not a database" in detail:
        return (
            f"{path} is no SQLite database. If it never was one, DATABASE_URL names the wrong file: name"
            f" another, and leave this one alone. If it was, put a backup in its place and delete"
            f" {path.name}-wal and {path.name}-shm."
        )
    return (
        f"The database {path} is damaged ({detail}). To go on: 1. keep a copy of {path}"
        f" and of {path.name}-wal beside it; 2. put a backup in its place and delete {path.name}-wal and"
        f' {path.name}-shm, or save what can be read with: sqlite3 {path} ".recover" | sqlite3 saved.db,'
        " and put saved.db in its place; 3. start again. Moving the file away starts with an empty memory:"
        " every channel would have to subscribe anew."
    )


@dataclass(frozen=True, slots=True)
class Hold:
    """The sole use of a file, as long as the process lives: the system ends it with the process.

    *descriptor* is None on systems that have no `flock`, where nobody is held off.
    """

    descriptor: int | None

    def release(self) -> None:
        """Let the next one in. The lock file stays: deleting it could leave two holders."""
        if self.descriptor is not None:
            os.close(self.descriptor)


def hold(path: Path) -> Hold:
    """Take the sole use of *path*. Raises `StorageError` where another process has it."""
    if sys.platform == "win32":
        return Hold(None)
    lock = path.with_name(f"{path.name}.lock")
    with explained():
        descriptor = os.open(lock, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        holder = os.read(descriptor, 20).decode("ascii", "replace").strip() or "unknown"
        os.close(descriptor)
        raise StorageError(
            f"The database {path} is in use by another run (process {holder}): stop that one,"
            " or give this one a DATABASE_URL of its own."
        ) from error
    os.truncate(descriptor, 0)
    os.write(descriptor, f"{os.getpid()}\n".encode())
    return Hold(descriptor)
