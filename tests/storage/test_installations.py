"""Tokens are kept encrypted, each for its workspace; a state is brought back once, or not at all."""

from __future__ import annotations

import asyncio
import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import psycopg
import pytest
from psycopg import sql
from sqlalchemy import func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.subscription import Settings, State
from bot.installations import TokenUnreadable
from storage import departures, states
from storage.installations import SqlInstallations
from storage.opening import open_store
from storage.store import SqlStore
from storage.tables import METADATA, departed, installation, oauth_state
from tests.factories import START, minute
from tests.storage.factories import channel, record, result, taken, told
from tests.storage.keys import NEW, OLD, installations, installed

RACES = 150
TOGETHER = 4


@pytest.fixture
def kept(store: SqlStore) -> SqlInstallations:
    return installations(store)


async def test_an_installation_is_found_as_it_was_saved(kept: SqlInstallations) -> None:
    assert await kept.find("T1") is None
    await kept.save(installed("T1"), START)
    await kept.save(installed("T2"), START)
    assert await kept.find("T1") == installed("T1")
    assert await kept.count() == 2


async def test_an_installation_never_shows_its_token_by_accident(kept: SqlInstallations) -> None:
    await kept.save(installed(), START)
    assert "sesame" not in repr(await kept.find("T1"))


async def test_installed_again_the_newer_token_counts(kept: SqlInstallations) -> None:
    await kept.save(installed(), START)
    again = replace(installed(token="xoxb-second", at=minute(1)), scopes=frozenset())
    await kept.save(again, minute(1))
    assert await kept.find("T1") == again
    assert await kept.count() == 1


async def test_swapped_ciphertexts_open_for_neither_workspace(
    store: SqlStore, kept: SqlInstallations
) -> None:
    for name in ("T1", "T2"):
        await kept.save(installed(name), START)
    sealed = select(installation)
    rows = await store.database.read(lambda db: db.execute(sealed))
    held = {row.workspace: row.sealed_token for row in rows}
    for name, others in (("T1", held["T2"]), ("T2", held["T1"])):
        swap = update(installation).where(installation.c.workspace == name).values(sealed_token=others)
        await store.database.write(lambda db, swap=swap: db.execute(swap))  # type: ignore[misc]
    for name in ("T1", "T2"):
        with pytest.raises(TokenUnreadable, match=f"slack:{name}"):
            await kept.find(name)
    assert await kept.unreadable() == ["T1", "T2"]


async def test_a_removal_deletes_the_token_and_notes_the_departure(
    store: SqlStore, kept: SqlInstallations
) -> None:
    here = channel(workspace="T1", platform="slack")
    await store.subscribe(here, Settings(), "ann", START)
    await kept.save(installed(), START)
    assert await kept.remove("T1", minute(5), minute(6))
    assert await kept.find("T1") is None
    assert (await store.kept("slack", "T1")).departed_at == minute(6)
    assert not await kept.remove("T1", minute(5), minute(7))
    assert (await store.kept("slack", "T1")).departed_at == minute(6)


async def test_a_late_removal_leaves_a_newer_installation_alone(
    store: SqlStore, kept: SqlInstallations
) -> None:
    await store.subscribe(channel(workspace="T1", platform="slack"), Settings(), "ann", START)
    await kept.save(installed(at=minute(10)), minute(10))
    assert not await kept.remove("T1", minute(9), minute(11))
    assert await kept.find("T1") is not None
    assert (await store.kept("slack", "T1")).departed_at is None


async def test_whoever_installs_again_has_come_back_and_what_is_paused_is_tried(
    store: SqlStore, kept: SqlInstallations
) -> None:
    here = channel(workspace="T1", platform="slack")
    await store.subscribe(here, Settings(), "ann", START)
    await told(store, record())
    (claim,) = await taken(store, platform="slack")
    await store.settle([result(claim, due_at=minute(60), pause="not installed")], START)
    await store.left("slack", "T1", START)
    assert await taken(store, minute(1), platform="slack") == []
    await kept.save(installed(), minute(2))
    (again,) = await taken(store, minute(2), platform="slack")
    assert again.subscription.state is State.PAUSED
    assert (await store.kept("slack", "T1")).departed_at is None
    await store.forget(minute(2) + departures.SLACK_GRACE)
    assert await store.subscription(here) is not None


async def test_a_state_is_brought_back_once_and_by_its_browser(kept: SqlInstallations) -> None:
    await kept.begin("state", "mine", START)
    assert not await kept.consume("state", "theirs", minute(1))
    assert not await kept.consume("another", "mine", minute(1))
    assert await kept.consume("state", "mine", minute(1))
    assert not await kept.consume("state", "mine", minute(1))


async def test_a_state_lasts_ten_minutes(kept: SqlInstallations) -> None:
    for state in ("soon", "late"):
        await kept.begin(state, "mine", START)
    assert await kept.consume("soon", "mine", minute(10) - timedelta.resolution)
    assert not await kept.consume("late", "mine", minute(10))


async def test_states_are_kept_as_hashes_and_only_for_a_while(
    store: SqlStore, kept: SqlInstallations
) -> None:
    await kept.begin("state", "mine", START)
    rows = await store.database.read(lambda db: db.execute(select(oauth_state)))
    assert not {"state", "mine"} & {value for row in rows for value in row}
    assert await store.forget(minute(10)) == 1
    await kept.begin("again", "mine", minute(20))
    await kept.begin("later", "mine", minute(40))
    counted = select(func.count()).select_from(oauth_state)
    assert await store.database.read(lambda db: db.scalar(counted)) == 1


async def test_of_too_many_states_the_oldest_go(store: SqlStore, kept: SqlInstallations) -> None:
    """Nobody who comes later is kept from installing by those who were there before."""
    await kept.begin("oldest", "mine", START)
    rows = [{"state_hash": f"{n}", "browser_hash": "b", "at": minute(1)} for n in range(states.MOST - 1)]
    await store.database.write(lambda db: db.execute(insert(oauth_state), rows))
    await kept.begin("newest", "mine", minute(2))
    counted = select(func.count()).select_from(oauth_state)
    assert await store.database.read(lambda db: db.scalar(counted)) == states.MOST
    assert not await kept.consume("oldest", "mine", minute(2))
    assert await kept.consume("newest", "mine", minute(2))


async def test_a_state_that_nobody_was_given_costs_no_write(tmp_path: Path) -> None:
    """Anybody may make one up, and SQLite has one writer: here somebody else is it throughout."""
    store = await open_store(f"sqlite:///{tmp_path / 'memory.db'}")
    kept, may_go_on = installations(store), asyncio.Event()
    await kept.begin("state", "mine", START)
    writing = asyncio.create_task(store.database.write(lambda _: may_go_on.wait()))
    async with asyncio.timeout(5):
        assert not await kept.consume("invented", "mine", START)
        assert not await kept.consume("state", "theirs", START)
    may_go_on.set()
    await writing
    assert await kept.consume("state", "mine", START)
    await store.close()


async def test_of_those_who_bring_a_state_back_together_exactly_one_gets_it(database_url: str) -> None:
    """Each has connections of its own, so that they meet in the database and nowhere before."""
    stores = [await open_store(database_url) for _ in range(TOGETHER)]
    rivals = [installations(store) for store in stores]
    winners = []

    async def begin(db: AsyncConnection) -> None:
        for number in range(RACES):
            await states.begin(db, f"state{number}", "mine", START)

    await stores[0].database.write(begin)
    for number in range(RACES):
        won = await asyncio.gather(*(one.consume(f"state{number}", "mine", START) for one in rivals))
        winners.append(sum(won))
    assert winners == [1] * RACES
    for store in stores:
        await store.close()


def everything_sqlite_holds(path: Path) -> bytes:
    """Return the bytes of the file and of its log, and of a dump."""
    files = b"".join(one.read_bytes() for one in sorted(path.parent.glob(f"{path.name}*")))
    with closing(sqlite3.connect(path)) as connection:
        return files + "\n".join(connection.iterdump()).encode()


def everything_postgresql_holds(url: str) -> bytes:
    """Return every row of every table as text."""
    with psycopg.connect(url) as connection:
        rows = [
            row
            for name in METADATA.tables
            for row in connection.execute(sql.SQL("SELECT t::text FROM {} t").format(sql.Identifier(name)))
        ]
    return str(rows).encode()


async def lived(kept: SqlInstallations) -> list[bytes]:
    """Let tokens come and change; returns all that were ever given to us in clear."""
    await kept.begin("state-sesame", "browser-sesame", START)
    for number in range(30):
        await kept.save(installed(f"T{number}"), START)
        await kept.save(installed(f"T{number}", token=f"xoxb-{number}-abracadabra"), START)
    await installations(SqlStore(kept.database), NEW, OLD).rotate()
    return [b"sesame", b"abracadabra", b"xoxb"]


async def test_no_token_stands_in_the_files_or_a_dump_of_sqlite(tmp_path: Path) -> None:
    path = tmp_path / "memory.db"
    store = await open_store(f"sqlite:///{path}")
    secrets = await lived(installations(store))
    held = everything_sqlite_holds(path)
    assert b"installed_by" in held
    assert b"U0ANN" in held
    assert [one for one in secrets if one in held] == []
    await store.close()


async def test_no_token_stands_in_what_postgresql_gives_out(emptied_schema: str) -> None:
    store = await open_store(emptied_schema)
    secrets = await lived(installations(store))
    held = everything_postgresql_holds(emptied_schema)
    assert b"U0ANN" in held
    assert [one for one in secrets if one in held] == []
    await store.close()


async def test_after_a_removal_not_even_the_ciphertext_is_left_in_the_files(tmp_path: Path) -> None:
    """Nor what it was before the token was changed, or encrypted anew."""
    path = tmp_path / "memory.db"
    store = await open_store(f"sqlite:///{path}")
    kept, sealed, column = installations(store), [], select(installation.c.sealed_token)
    for ring in ((OLD,), (NEW, OLD)):
        for token in ("xoxb-first", "xoxb-second"):
            await installations(store, *ring).save(installed(token=token), START)
            sealed.append(str(await store.database.read(lambda db: db.scalar(column))).encode())
    held = everything_sqlite_holds(path)
    assert [one for one in sealed if one in held] == sealed[-1:]
    assert await kept.remove("T1", START, START)
    held = everything_sqlite_holds(path)
    assert [one for one in sealed if one in held] == []
    await store.close()


async def test_a_workspace_without_settings_leaves_nothing_behind(
    store: SqlStore, kept: SqlInstallations
) -> None:
    await kept.save(installed(), START)
    await kept.remove("T1", START, START)
    counted = select(func.count()).select_from(departed)
    assert await store.database.read(lambda db: db.scalar(counted)) == 0


# --- a dead token, and who has none ------------------------------------------------------------------------


async def test_a_dead_token_is_deleted_only_while_it_is_the_one(
    store: SqlStore, kept: SqlInstallations
) -> None:
    await store.subscribe(channel(workspace="T1", platform="slack"), Settings(), "ann", START)
    await kept.save(installed(token="xoxb-new"), START)
    assert not await kept.drop("T1", "xoxb-old", minute(1))
    assert not await kept.drop("T2", "xoxb-new", minute(1))
    assert await kept.find("T1") is not None
    assert (await store.kept("slack", "T1")).departed_at is None
    assert await kept.drop("T1", "xoxb-new", minute(2))
    assert await kept.find("T1") is None
    assert (await store.kept("slack", "T1")).departed_at == minute(2)


async def test_one_that_cannot_be_read_is_not_deleted(store: SqlStore, kept: SqlInstallations) -> None:
    await kept.save(installed(), START)
    with pytest.raises(TokenUnreadable):
        await installations(store, NEW).drop("T1", installed().token, START)
    assert await kept.find("T1") is not None


async def test_of_a_dead_token_and_a_new_one_together_the_new_one_stays(store: SqlStore) -> None:
    """Whatever comes first, the one that is written later is not the one that was found dead."""
    kept, again = installations(store), installed(token="xoxb-new", at=minute(1))
    for _ in range(20):
        await kept.save(installed(token="xoxb-old"), START)
        await asyncio.gather(kept.drop("T1", "xoxb-old", START), kept.save(again, START))
        assert await kept.find("T1") == again


async def test_who_has_subscriptions_and_no_installation_has_left_slack(
    store: SqlStore, kept: SqlInstallations
) -> None:
    for platform, workspace in (("slack", "T1"), ("slack", "T2"), ("slack", "T3"), ("discord", "T1")):
        await store.subscribe(channel(workspace=workspace, platform=platform), Settings(), "ann", START)
    await kept.save(installed("T2"), START)
    await store.left("slack", "T2", START)
    await kept.note_absent(minute(1))
    await kept.note_absent(minute(2))
    noted = [(await store.kept("slack", one)).departed_at for one in ("T1", "T2", "T3")]
    assert noted == [minute(1), None, minute(1)]
    assert (await store.kept("discord", "T1")).departed_at is None


async def test_subscribing_in_slack_takes_no_removal_back(store: SqlStore, kept: SqlInstallations) -> None:
    """Another process may have taken the command with the token that was just deleted."""
    here = [channel(number, workspace="T1", platform="slack") for number in (1, 2)]
    await store.subscribe(here[0], Settings(), "ann", START)
    await kept.save(installed(), START)
    await kept.remove("T1", minute(1), minute(1))
    await store.subscribe(here[1], Settings(), "ann", minute(2))
    assert (await store.kept("slack", "T1")).departed_at == minute(1)
