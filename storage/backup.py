"""A consistent copy of a SQLite file, also while the bot works on it."""

from __future__ import annotations

import os
import sqlite3
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from tempfile import mkstemp

from storage.errors import StorageError, cure, explained

SUFFIXES = ("", "-wal", "-shm", ".lock")
"""What the files of a database in use end in."""


def back_up(path: Path, to: Path) -> None:
    """Copy the database *path* to the file *to*, over an older copy; readable for us alone.

    *to* is the whole copy or what it was before. Raises `StorageError`.
    """
    _look_at(path)
    _refuse_in_use(path, to)
    with explained():
        descriptor, name = mkstemp(prefix=f".{to.name}.", dir=to.parent)  # 0600, and empty as VACUUM wants it
        part = Path(name)
        try:
            _copy(path, part)
            os.fsync(descriptor)
            part.replace(to)
        finally:
            os.close(descriptor)
            part.unlink(missing_ok=True)
        _keep_name(to.parent)


def _look_at(path: Path) -> None:
    """Refuse what does not hold our schema: a copy of nothing would be found out when it is needed."""
    if not path.is_file():
        raise StorageError(
            f"There is no database {path}: let DATABASE_URL name the one that the bot runs on."
        )
    with _opened(path) as connection:
        ours = connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'alembic_version'").fetchone()
    if ours is None:
        raise StorageError(f"{path} holds nothing yet: let DATABASE_URL name the one that the bot runs on.")


def _refuse_in_use(path: Path, to: Path) -> None:
    """Refuse to put the copy in the place of a database that somebody may have open, *path* above all."""
    own = {path.resolve().with_name(path.resolve().name + suffix) for suffix in SUFFIXES}
    if to.resolve() in own or to.with_name(f"{to.name}-wal").exists():
        raise StorageError(f"{to} belongs to a database that is in use: name another file for the copy.")
    if not to.parent.is_dir():
        raise StorageError(f"There is no folder {to.parent}: make it, or name another file for the copy.")
    if to.exists() and not to.is_file():
        raise StorageError(f"{to} is no file: name one for the copy.")


def _copy(path: Path, part: Path) -> None:
    """Copy what is committed by now. https://www.sqlite.org/lang_vacuum.html#vacuuminto"""
    with _opened(path) as connection:
        connection.execute("VACUUM INTO ?", (str(part),))


@contextmanager
def _opened(path: Path) -> Iterator[sqlite3.Connection]:
    """Open *path*, and never make it. What fails is told as `StorageError`."""
    try:
        address = f"{path.absolute().as_uri()}?mode=rw"
        with closing(sqlite3.connect(address, uri=True, timeout=5, isolation_level=None)) as connection:
            yield connection
    except sqlite3.Error as error:
        raise StorageError(f"{path} was not saved ({error}): {cure(str(error))}.") from error


def _keep_name(folder: Path) -> None:
    """Have the new name outlast a loss of power, on systems where a folder can be opened."""
    if sys.platform != "win32":
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
