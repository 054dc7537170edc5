"""The command backup: a copy of the SQLite file, or how to get one of PostgreSQL."""

from __future__ import annotations

from pathlib import Path
from typing import TextIO

from storage.address import read_address
from storage.backup import back_up
from storage.errors import StorageError


def backup(url: str, to: Path, out: TextIO) -> None:
    """Copy the database at *url* to *to*, while the bot runs or not, and say so. Raises `StorageError`."""
    address = read_address(url)
    if address.is_postgresql:
        raise StorageError(
            "PostgreSQL has a program of its own for this, with the value of DATABASE_URL in place of ...:"
            f" pg_dump --format=custom --file={to} '...'"
        )
    if address.path is None:
        raise StorageError("DATABASE_URL names no file: what is in memory alone cannot be backed up.")
    back_up(address.path, to)
    print(f"{address.shown} was saved to {to}.", file=out)
