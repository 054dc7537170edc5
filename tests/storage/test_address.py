"""DATABASE_URL: what is understood, and what is refused with words that help."""

from __future__ import annotations

from pathlib import Path

import pytest

from storage.address import read_address
from storage.errors import StorageError


@pytest.mark.parametrize("name", ["postgres", "postgresql", "postgresql+psycopg"])
def test_every_common_spelling_of_postgresql_is_understood(name: str) -> None:
    address = read_address(f" {name}://user:p%40ss@host:5433/base?sslmode=require\n")
    assert address.is_postgresql
    assert address.url.drivername == "postgresql+psycopg"
    assert address.url.password == "p@ss"
    assert address.url.query == {"sslmode": "require"}
    assert address.shown == "postgresql://user:***@host:5433/base?sslmode=require"


@pytest.mark.parametrize(
    ("url", "path"),
    [
        ("sqlite:///data/memory.db", Path("data/memory.db")),
        ("sqlite:////var/lib/memory.db", Path("/var/lib/memory.db")),
        ("sqlite+aiosqlite:///memory.db", Path("memory.db")),
        ("sqlite:///a folder/100%25.db", Path("a folder/100%.db")),
    ],
)
def test_a_sqlite_file_is_understood(url: str, path: Path) -> None:
    address = read_address(url)
    assert address.path == path
    assert address.url.database == str(path)
    assert address.shown == str(path)
    assert not address.is_postgresql


@pytest.mark.parametrize("url", ["sqlite://", "sqlite:///:memory:", "sqlite:///"])
def test_sqlite_without_a_path_is_in_memory(url: str) -> None:
    assert read_address(url).path is None
    assert read_address(url).url.database == ":memory:"


@pytest.mark.parametrize(
    "url",
    [
        "",
        "data/memory.db",
        "mysql://user:hunter2@host/base",
        "postgresql+asyncpg://user:hunter2@host/base",
        "sqlite://folder/memory.db",
        "sqlite:///memory.db?timeout=1",
        "sqlite:///file:memory.db",
        "postgresql://user:hunter2@host:port/base",
    ],
)
def test_anything_else_is_refused_with_what_to_write(url: str) -> None:
    with pytest.raises(StorageError, match=r"DATABASE_URL.*write sqlite:///") as refusal:
        read_address(url)
    assert "hunter2" not in str(refusal.value)
    assert refusal.value.__suppress_context__ or refusal.value.__context__ is None


@pytest.mark.parametrize(
    "text", ["sqlite:///x%00y", "sqlite:///x\ny.db", "postgresql://user:p\x1b@host/base"]
)
def test_a_control_character_is_refused(text: str) -> None:
    with pytest.raises(StorageError, match="holds a character that no address has"):
        read_address(text)
