"""Where the database is: DATABASE_URL, understood and rewritten for the drivers used here."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote

from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

from storage.errors import StorageError

SQLITE_NAMES = frozenset({"sqlite", "sqlite+aiosqlite"})
POSTGRESQL_NAMES = frozenset({"postgres", "postgresql", "postgresql+psycopg"})
"""`postgres://` is what some hosts still hand out; SQLAlchemy itself no longer knows it."""

FORMS = "sqlite:///path/to/file.db or postgresql://user:password@host/name"


@dataclass(frozen=True, slots=True)
class Address:
    """A database: *url* for SQLAlchemy; *path* is the SQLite file, None in memory and for PostgreSQL."""

    url: URL
    path: Path | None = None

    @property
    def is_postgresql(self) -> bool:
        """True for a server that several processes may share, False for SQLite."""
        return self.url.get_backend_name() == "postgresql"

    @property
    def shown(self) -> str:
        """Where the data is, for people: no password."""
        if self.is_postgresql:
            return self.url.set(drivername="postgresql").render_as_string(hide_password=True)
        return str(self.path or "memory, until the program ends")


def read_address(text: str) -> Address:
    """Understand a DATABASE_URL. Raises `StorageError`; a message never repeats the password."""
    if not unquote(text.strip()).isprintable():
        raise StorageError(f"DATABASE_URL holds a character that no address has: write {FORMS}.")
    try:
        url = make_url(text.strip())
    except (ArgumentError, ValueError):
        raise StorageError(f"DATABASE_URL is no address of a database: write {FORMS}.") from None
    if url.drivername in SQLITE_NAMES:
        return _sqlite(url)
    if url.drivername in POSTGRESQL_NAMES:
        return Address(url.set(drivername="postgresql+psycopg"))
    raise StorageError(
        f"DATABASE_URL begins with {url.drivername}://, which is not supported: write {FORMS}."
    )


def _sqlite(url: URL) -> Address:
    """Return the address of a file or of memory; options behind a `?` would change our guarantees."""
    if url.query or url.host or (url.database or "").startswith("file:"):
        raise StorageError(
            "DATABASE_URL for SQLite takes a path and nothing else: write sqlite:///folder/file.db for a path"
            " from here, sqlite:////folder/file.db for one from the root."
        )
    aiosqlite = URL.create("sqlite+aiosqlite", database=url.database)
    if url.database in {None, "", ":memory:"}:
        return Address(aiosqlite.set(database=":memory:"))
    return Address(aiosqlite, Path(str(url.database)))
