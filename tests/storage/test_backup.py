"""backup: a whole copy for us alone, as often as one likes, beside a running bot, and never of nothing."""

from __future__ import annotations

import sqlite3
import stat
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from bot.__main__ import main
from bot.backup import backup
from bot.domain.subscription import Settings
from storage.backup import back_up
from storage.errors import StorageError
from storage.opening import open_store
from tests.factories import START
from tests.storage.factories import channel
from tests.stores import empty_file

Command = Callable[..., int]


@pytest.fixture
def command(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Command:
    """`backup`, of `memory.db` beside it unless another address is given."""
    monkeypatch.chdir(tmp_path)

    def run(to: object, url: str = "sqlite:///memory.db") -> int:
        monkeypatch.setenv("DATABASE_URL", url)
        return main(["backup", str(to)])

    return run


def channels(path: Path) -> int:
    with closing(sqlite3.connect(path)) as opened:
        return int(opened.execute("SELECT count(*) FROM subscription").fetchone()[0])


async def test_it_copies_what_is_committed_while_the_bot_holds_the_file_and_again_over_the_older_copy(
    tmp_path: Path,
) -> None:
    path, copy = tmp_path / "memory.db", tmp_path / "copy.db"
    store = await open_store(empty_file(path), alone=True)
    for number in (1, 2):
        await store.subscribe(channel(number), Settings(), "somebody", START)
        back_up(path, copy)
        assert channels(copy) == number
    await store.close()
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600
    assert sorted(one.name for one in tmp_path.iterdir() if "copy" in one.name) == ["copy.db"]
    restored = await open_store(f"sqlite:///{copy}", alone=True)
    assert await restored.subscription(channel(2)) is not None
    await restored.close()


def test_the_command_says_what_was_saved_where(
    command: Command, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    empty_file(tmp_path / "memory.db")
    assert command("copy.db") == 0
    assert capsys.readouterr().out == "memory.db was saved to copy.db.\n"
    assert channels(tmp_path / "copy.db") == 0


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (None, "no database memory.db: let DATABASE_URL name"),
        (b"", "holds nothing yet: let DATABASE_URL name"),
        (b"no database at all, but some text" * 50, "file is not a database"),
    ],
    ids=["missing", "empty", "text"],
)
def test_nothing_is_not_backed_up_and_an_older_copy_is_left_as_it_is(
    command: Command, tmp_path: Path, capsys: pytest.CaptureFixture[str], content: bytes | None, words: str
) -> None:
    (tmp_path / "copy.db").write_text("of yesterday")
    if content is not None:
        (tmp_path / "memory.db").write_bytes(content)
    before = sorted(tmp_path.iterdir())
    assert command("copy.db") == 2
    assert words in capsys.readouterr().err
    assert (tmp_path / "copy.db").read_text() == "of yesterday"
    assert sorted(tmp_path.iterdir()) == before


@pytest.mark.parametrize(
    ("to", "words"),
    [
        ("memory.db", "is in use: name another file"),
        ("memory.db-wal", "is in use: name another file"),
        ("link.db", "is in use: name another file"),
        ("other.db", "is in use: name another file"),
        ("folder", "is no file: name one"),
        ("away/copy.db", "There is no folder away: make it"),
    ],
)
def test_a_place_that_is_none_for_a_copy_is_refused(
    command: Command, tmp_path: Path, capsys: pytest.CaptureFixture[str], to: str, words: str
) -> None:
    empty_file(tmp_path / "memory.db")
    (tmp_path / "link.db").symlink_to(tmp_path / "memory.db")
    (tmp_path / "other.db-wal").touch()
    (tmp_path / "folder").mkdir()
    before = (tmp_path / "memory.db").read_bytes()
    assert command(to) == 2
    assert words in capsys.readouterr().err
    assert (tmp_path / "memory.db").read_bytes() == before


def test_a_copy_that_fails_leaves_no_remains(tmp_path: Path) -> None:
    path, copy = tmp_path / "memory.db", tmp_path / "copy.db"
    empty_file(path)
    with path.open("r+b") as damaged:
        damaged.seek(8192)
        damaged.write(b"\xff" * 20000)
    with pytest.raises(StorageError, match=r"was not saved \(.*malformed.*\): stop the bot"):
        back_up(path, copy)
    assert [one.name for one in tmp_path.iterdir() if "copy" in one.name] == []


def test_a_server_has_a_program_of_its_own_and_the_password_is_not_shown(
    command: Command, capsys: pytest.CaptureFixture[str]
) -> None:
    assert command("copy.dump", "postgresql://bot:geheim@localhost/bot") == 2
    said = capsys.readouterr().err
    assert "pg_dump --format=custom --file=copy.dump" in said
    assert "geheim" not in said


def test_memory_cannot_be_backed_up(tmp_path: Path) -> None:
    with pytest.raises(StorageError, match="cannot be backed up"):
        backup("sqlite://", tmp_path / "copy.db", sys.stdout)
