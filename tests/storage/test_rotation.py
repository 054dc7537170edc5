"""rotate-keys: under a running bot, ended anywhere, in as many runs as it takes; what it says."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy import select

from bot.__main__ import main
from bot.installations import TokenUnreadable
from storage.cipher import Cipher
from storage.installations import SqlInstallations
from storage.opening import open_store
from storage.store import SqlStore
from storage.tables import installation
from tests.factories import START
from tests.storage.keys import LOST, NEW, OLD, installations, installed

WORKSPACES = [f"T{number}" for number in range(5)]


class Killed(BaseException):
    """The process is gone: nothing catches this."""


@dataclass(slots=True)
class DyingCipher:
    """A cipher of a process that is killed when it would seal once more than it may."""

    inner: Cipher
    seals_left: int

    def seal(self, text: str, owner: str) -> str:
        if not self.seals_left:
            raise Killed
        self.seals_left -= 1
        return self.inner.seal(text, owner)

    def open(self, sealed: str, owner: str) -> str:
        return self.inner.open(sealed, owner)

    def is_current(self, sealed: str) -> bool:
        return self.inner.is_current(sealed)


async def saved(store: SqlStore, key: str = OLD, workspaces: list[str] = WORKSPACES) -> None:
    for name in workspaces:
        await installations(store, key).save(installed(name), START)


async def all_of(store: SqlStore, *ring: str) -> list[object]:
    return [await installations(store, *ring).find(name) for name in WORKSPACES]


@pytest.mark.parametrize("rows", range(len(WORKSPACES) + 1))
async def test_killed_after_any_row_it_leaves_every_token_readable_and_the_next_run_ends_it(
    store: SqlStore, rows: int
) -> None:
    await saved(store)
    expected = [installed(name) for name in WORKSPACES]
    dying = DyingCipher(Cipher([NEW, OLD]), rows)
    if rows < len(WORKSPACES):
        with pytest.raises(Killed):
            await SqlInstallations(store.database, dying).rotate()  # type: ignore[arg-type]  # as good as one
    assert await all_of(store, NEW, OLD) == expected
    assert await installations(store, NEW, OLD).rotate() == len(WORKSPACES) - (rows % len(WORKSPACES))
    assert await all_of(store, NEW) == expected
    assert await installations(store, NEW, OLD).rotate() == 0


async def test_installations_and_removals_meanwhile_are_neither_lost_nor_undone(
    store: SqlStore, other: SqlStore
) -> None:
    """The bot, which knows both keys, goes on: what it writes is not written over with what it was."""
    await saved(store)
    bot = installations(other, NEW, OLD)

    async def life() -> None:
        for round_ in range(6):
            for name in WORKSPACES[:3]:
                await bot.save(installed(name, token=f"xoxb-{name}-{round_}"), START)
        await bot.remove("T4", START, START)

    async def rotating() -> None:
        for _ in range(6):
            await installations(store, NEW, OLD).rotate()

    await asyncio.gather(life(), rotating())
    newest = [installed(name, token=f"xoxb-{name}-5") for name in WORKSPACES[:3]]
    assert await all_of(store, NEW) == [*newest, installed("T3"), None]


async def test_a_token_that_was_replaced_since_it_was_read_is_left_alone(store: SqlStore) -> None:
    await saved(store)
    rows = await store.database.read(lambda db: db.execute(select(installation)))
    (first, *_) = rows.all()
    await installations(store, OLD).save(installed("T0", token="xoxb-today"), START)
    assert await installations(store, NEW, OLD)._seal_anew(first) == 0
    found = await installations(store, OLD).find("T0")
    assert found is not None
    assert found.token == "xoxb-today"


async def test_what_no_key_opens_is_named_and_left_as_it_is(store: SqlStore) -> None:
    await saved(store)
    await saved(store, LOST, ["T1", "T3"])
    ring = installations(store, NEW, OLD)
    assert await ring.rotate() == 3
    assert await ring.unreadable() == ["T1", "T3"]
    with pytest.raises(TokenUnreadable):
        await ring.find("T1")
    found = await installations(store, LOST).find("T1")
    assert found == installed("T1")


def command(monkeypatch: pytest.MonkeyPatch, path: Path, ring: str) -> int:
    """Run rotate-keys where nothing else is set; returns its exit code."""
    monkeypatch.chdir(path.parent)
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{path}")
    if ring:
        monkeypatch.setenv("TOKEN_ENCRYPTION_KEY", ring)
    else:
        monkeypatch.delenv("TOKEN_ENCRYPTION_KEY", raising=False)
    return main(["rotate-keys"])


def filled(path: Path, *, lost: tuple[str, ...] = ()) -> None:
    """Make a database with installations, *lost* ones among them."""

    async def fill() -> None:
        store = await open_store(f"sqlite:///{path}")
        await saved(store)
        await saved(store, LOST, list(lost))
        await store.close()

    asyncio.run(fill())


def test_the_command_says_how_many_were_encrypted_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "memory.db"
    filled(path)
    assert command(monkeypatch, path, f"{NEW},{OLD}") == 0
    assert "5 of 5 tokens encrypted anew" in capsys.readouterr().out
    assert command(monkeypatch, path, NEW) == 0
    assert "0 of 5 tokens encrypted anew" in capsys.readouterr().out


def test_the_command_names_the_workspaces_that_no_key_opens_with_the_cure(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "memory.db"
    filled(path, lost=("T1", "T3"))
    assert command(monkeypatch, path, f"{NEW},{OLD}") == 1
    said = capsys.readouterr().out
    assert "3 of 5 tokens" in said
    assert "token of: T1, T3. Add the key that it was encrypted with" in said
    assert not {OLD, NEW, LOST} & set(said.replace(",", " ").split())


def test_the_command_says_that_there_is_nothing_to_do_or_nothing_to_do_it_with(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "memory.db"
    assert command(monkeypatch, path, NEW) == 0
    assert "holds no installation" in capsys.readouterr().out
    assert command(monkeypatch, path, "") == 2
    assert "TOKEN_ENCRYPTION_KEY is not set" in capsys.readouterr().err
