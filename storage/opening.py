"""Opening the store: address, file, schema; whatever is wrong is said with its cure."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from storage import file, schema
from storage.address import read_address
from storage.database import Database, open_database
from storage.errors import StorageError
from storage.schema import Age
from storage.store import SqlStore


async def open_store(url: str, *, alone: bool = False) -> SqlStore:
    """Open the database of *url*, ready for use.

    *alone* is for the process that runs the bot: it refuses a SQLite file which another one holds.
    A SQLite schema is brought up to date; a PostgreSQL one must be, because several processes may
    share it. Raises `StorageError`.
    """
    database = await open_database(read_address(url), alone=alone)
    try:
        await _see_to_schema(database)
    except BaseException:
        await database.close()
        raise
    return SqlStore(database)


async def migrate(url: str) -> bool:
    """Bring the schema of *url* up to date; False if it was. Raises `StorageError`."""
    database = await open_database(read_address(url), alone=False)
    try:
        return await _migrate(database, await _age(database))
    finally:
        await database.close()


async def _see_to_schema(database: Database) -> None:
    age = await _age(database)
    if age is Age.BEHIND and database.address.is_postgresql:
        raise StorageError(
            f"The schema of {database.address.shown} is older than this program, or not there yet:"
            " run python -m bot migrate."
        )
    await _migrate(database, age)


async def _age(database: Database) -> Age:
    """Return the schema's age. Raises `StorageError` if it is too new for the program."""
    age = await database.read(schema.age)
    if age is Age.NEWER:
        found = await database.read(schema.version)
        raise StorageError(
            f"The schema of {database.address.shown} is version {found}, and this program knows those up to"
            f" {schema.revisions()[-1]}: a newer version of the program wrote it. Run that version, or"
            " restore a backup from before it."
        )
    return age


async def _migrate(database: Database, age: Age) -> bool:
    if age in {Age.CURRENT, Age.AHEAD}:
        return False
    with _nobody_else(database):
        await database.write(schema.upgrade, hurried=False)
    return True


@contextmanager
def _nobody_else(database: Database) -> Iterator[None]:
    """Hold a SQLite file for the time of an upgrade: an older program may be at work on it."""
    path = database.address.path
    if path is None or database.alone is not None:
        yield
        return
    held = file.hold(path)
    try:
        yield
    finally:
        held.release()
