"""How the memory fails, in words that name the cure."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import SQLAlchemyError, StatementError

CURES = (
    ("locked", "another program holds a write lock on the file; close it and the work goes on by itself"),
    (
        "disk is full",
        "free some space; a running bot then goes on by itself, one that ended is started again",
    ),
    ("disk i/o error", "look at the disk and its free space"),
    ("malformed", "stop the bot and start it again: it checks the file and says how to restore it"),
    ("not a database", "stop the bot and start it again: it checks the file and says how to restore it"),
    ("readonly", "make the file and its folder writable for the user the bot runs as"),
    ("unable to open", "make the folder of the file writable for the user the bot runs as"),
    ("permission denied for", "grant the user of DATABASE_URL what it lacks, or let it own the schema"),
    ("permission denied", "make the folder of the file writable for the user the bot runs as"),
    ("read-only file system", "let DATABASE_URL name a folder that can be written, as on a volume"),
    ("not a directory", "let DATABASE_URL name a folder: what stands in its place is a file"),
    ("file exists", "let DATABASE_URL name a folder: what stands in its place is a file"),
    ("lock timeout", "many channels are being told something just now; try again in a minute"),
    ("statement timeout", "see what keeps the server busy; a running bot tries again by itself"),
    ("password", "check user and password in DATABASE_URL"),
    ("authentication", "check user and password in DATABASE_URL"),
    ("does not exist", "check the name in DATABASE_URL, then run: python -m bot migrate"),
    ("connection", "check that the server of DATABASE_URL runs and can be reached"),
)
"""A part of a driver's message, in lower case, and what helps; the first that fits counts."""


class StorageError(Exception):
    """The memory could not be read or written. The message is one line for people and names the cure."""


@contextmanager
def explained() -> Iterator[None]:
    """Turn what a driver raises into `StorageError`."""
    try:
        yield
    except (SQLAlchemyError, OSError, UnicodeError) as error:
        raise StorageError(explain(error)) from error


def explain(error: Exception) -> str:
    """Return one line for *error*, without the statement and its parameters, which may be secret."""
    original = error.orig if isinstance(error, StatementError) and error.orig else error
    said = " ".join(str(original).split())
    # A file's name may hold any word, those of other failures among them.
    telling = original.strerror if isinstance(original, OSError) and original.strerror else said
    return f"The database failed ({said}): {cure(telling)}."


def cure(said: str) -> str:
    """Return what helps against a driver's message."""
    lowered = said.lower()
    known = (help_for for part, help_for in CURES if part in lowered)
    return next(known, "see whether DATABASE_URL names the right database and that it works")
