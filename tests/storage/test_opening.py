"""Opening: a schema that fits, a database that works, or a line that names the cure."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, inspect, text
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.subscription import Settings
from storage import schema
from storage.address import read_address
from storage.database import Database, open_database
from storage.errors import StorageError
from storage.opening import migrate, open_store
from storage.store import SqlStore
from storage.tables import METADATA
from tests.factories import START
from tests.storage.conftest import a_schema
from tests.storage.factories import channel, keys, record, show_all, taken, told


async def opened(url: str) -> Database:
    return await open_database(read_address(url), alone=False)


def described(connection: Connection) -> dict[str, Any]:
    """Return everything the database says of our tables."""
    found = inspect(connection)
    return {
        name: {
            "columns": [{**one, "type": str(one["type"])} for one in found.get_columns(name)],
            "primary key": found.get_pk_constraint(name),
            "foreign keys": [{**one, "referred_schema": None} for one in found.get_foreign_keys(name)],
            "unique": sorted(found.get_unique_constraints(name), key=str),
            "indexes": sorted(map(_index, found.get_indexes(name)), key=str),
        }
        for name in sorted(found.get_table_names())
        if name != "alembic_version"
    }


def _index(one: Any) -> dict[str, Any]:
    """Return an index with the condition it has as words."""
    return {**one, "dialect_options": {name: str(value) for name, value in one["dialect_options"].items()}}


async def same_after_migration(migrated_url: str, made_url: str) -> None:
    """Check that the migrations make what `METADATA` describes."""
    await migrate(migrated_url)
    migrated, made = await opened(migrated_url), await opened(made_url)
    await made.write(lambda db: db.run_sync(METADATA.create_all))
    expected = await made.read(lambda db: db.run_sync(described))
    found = await migrated.read(lambda db: db.run_sync(described))
    await migrated.close()
    await made.close()
    assert expected.keys() == METADATA.tables.keys()
    assert found == expected


async def test_the_migrations_lead_to_the_tables_of_the_program_on_sqlite(tmp_path: Any) -> None:
    await same_after_migration(f"sqlite:///{tmp_path}/migrated.db", f"sqlite:///{tmp_path}/made.db")


async def test_the_migrations_lead_to_the_tables_of_the_program_on_postgresql(server: str) -> None:
    with a_schema(server) as migrated, a_schema(server) as made:
        await same_after_migration(migrated, made)


def test_the_migrations_are_known_by_their_numbers() -> None:
    config = Config()
    config.set_main_option("script_location", str(schema.MIGRATIONS))
    script = ScriptDirectory.from_config(config)
    assert script.get_heads() == schema.revisions()[-1:]
    assert sorted(one.revision for one in script.walk_revisions()) == schema.revisions()


async def test_migrating_twice_changes_nothing_the_second_time(bare_url: str) -> None:
    assert await migrate(bare_url)
    assert not await migrate(bare_url)


async def test_a_new_sqlite_file_is_ready_at_once_and_remembers(tmp_path: Any) -> None:
    url = f"sqlite:///{tmp_path}/new.db"
    store = await open_store(url)
    made = await store.subscribe(channel(), Settings(), "somebody", START)
    await store.close()
    again = await open_store(url)
    assert await again.subscription(channel()) == made
    await again.close()


async def test_a_store_in_memory_works_and_is_forgotten() -> None:
    store = await open_store("sqlite://")
    await store.subscribe(channel(), Settings(), "somebody", START)
    assert await store.subscription(channel()) is not None
    await store.close()
    empty = await open_store("sqlite:///:memory:")
    assert await empty.subscription(channel()) is None
    await empty.close()


async def test_a_postgresql_schema_that_is_behind_is_refused_with_the_command(postgresql_url: str) -> None:
    with pytest.raises(StorageError, match="run python -m bot migrate"):
        await open_store(postgresql_url)
    await migrate(postgresql_url)
    await (await open_store(postgresql_url)).close()


async def test_postgresql_is_migrated_by_one_of_those_who_try_at_once(postgresql_url: str) -> None:
    await asyncio.gather(*(migrate(postgresql_url) for _ in range(4)))
    await (await open_store(postgresql_url)).close()


async def test_a_schema_newer_than_the_program_is_refused_and_left_alone(bare_url: str) -> None:
    await migrate(bare_url)
    database = await opened(bare_url)
    await database.write(lambda db: db.execute(text("UPDATE alembic_version SET version_num = '9999'")))
    await database.write(lambda db: db.execute(text("UPDATE schema_floor SET oldest = '9999'")))
    for attempt in (open_store, migrate):
        with pytest.raises(
            StorageError, match=rf"version 9999.*up to {schema.revisions()[-1]}.*[Rr]un that version"
        ):
            await attempt(bare_url)
    assert await database.read(schema.version) == "9999"
    await database.close()


async def written_by_a_later_program(url: str, floor: str) -> None:
    """Leave what an additive migration of a later version would, with its *floor*."""
    await migrate(url)
    database = await opened(url)

    async def later(db: AsyncConnection) -> None:
        await db.execute(text("CREATE TABLE later (id INTEGER PRIMARY KEY)"))
        for table in ("subscription", "delivery", "record"):
            await db.execute(text(f"ALTER TABLE {table} ADD COLUMN later INTEGER NOT NULL DEFAULT 7"))
        await db.execute(text("UPDATE alembic_version SET version_num = '9999'"))
        await db.execute(text("UPDATE schema_floor SET oldest = :floor"), {"floor": floor})

    await database.write(later)
    await database.close()


async def test_a_program_works_on_the_schema_of_a_later_one_that_allows_it(bare_url: str) -> None:
    """A rolling deploy: yesterday's process is started beside today's."""
    await written_by_a_later_program(bare_url, schema.revisions()[-1])
    store = await open_store(bare_url)
    await store.subscribe(channel(), Settings(components=frozenset({"chat"})), "somebody", START)
    await told(store, record(broken=["chat"]))
    assert await show_all(store) == 1
    assert not await migrate(bare_url)
    assert await store.database.read(schema.version) == "9999"
    await store.close()


async def test_a_program_below_the_floor_of_a_later_schema_is_refused(bare_url: str) -> None:
    await written_by_a_later_program(bare_url, "9998")
    for attempt in (open_store, migrate):
        with pytest.raises(StorageError, match=r"version 9999.*[Rr]un that version"):
            await attempt(bare_url)


async def test_an_upgrade_writes_the_floor_of_the_newest_migration(bare_url: str) -> None:
    await migrate(bare_url)
    database = await opened(bare_url)
    assert await database.read(schema.floor) == floors()[-1]
    await database.close()


def test_each_migration_states_its_floor_and_none_lowers_it() -> None:
    """And none names a migration that does not exist yet."""
    stated = floors()
    assert stated == sorted(stated)
    allowed = schema.revisions()[3:]
    assert len(stated) == len(allowed)
    assert all(floor <= own for floor, own in zip(stated, allowed, strict=True))
    assert set(stated) <= set(allowed)


def floors() -> list[str]:
    """Return what each migration from 0004 on states, oldest first."""
    config = Config()
    config.set_main_option("script_location", str(schema.MIGRATIONS))
    every = ScriptDirectory.from_config(config).walk_revisions()
    return [one.module.floor for one in every if one.revision >= "0004"][::-1]


async def of_the_first_schema(url: str) -> SqlStore:
    """Return a store on a database that the first version of the program made."""
    database = await opened(url)

    def upgrade(connection: Connection) -> None:
        config = Config()
        config.set_main_option("script_location", str(schema.MIGRATIONS))
        config.attributes["connection"] = connection
        command.upgrade(config, "0001")

    await database.write(lambda db: db.run_sync(upgrade))
    return SqlStore(database)


LATER_TABLES = (
    "handled",
    "spent",
    "departed",
    "installation",
    "oauth_state",
    "lead",
    "learnt_limit",
    "schema_floor",
)
"""What every step after the first one made; none of them changed a table that was there."""


async def lose_later_tables(store: SqlStore) -> None:
    """Leave the database as the first version of the program would have written it."""

    async def lose(db: AsyncConnection) -> None:
        for name in LATER_TABLES:
            await db.execute(text(f"DROP TABLE {name}"))
        await db.execute(text("UPDATE alembic_version SET version_num = '0001'"))

    await store.database.write(lose)


async def test_the_later_tables_are_all_that_the_first_schema_lacks(bare_url: str) -> None:
    first = await of_the_first_schema(bare_url)
    found = await first.database.read(lambda db: db.run_sync(described))
    assert METADATA.tables.keys() - found.keys() == set(LATER_TABLES)
    await first.close()


async def test_an_older_schema_is_brought_up_to_date_without_loss(bare_url: str) -> None:
    await migrate(bare_url)
    old = await open_store(bare_url)
    made = await old.subscribe(channel(), Settings(components=frozenset({"chat"})), "somebody", START)
    await told(old, record("open"), record("over", closed=START))
    before = await known_of(old)
    await lose_later_tables(old)
    await old.close()
    assert await migrate(bare_url)
    store = await open_store(bare_url)
    assert await known_of(store) == before
    assert await store.subscription(channel()) == made
    assert keys(await taken(store)) == [("channel1", "open"), ("channel1", "over")]
    assert await store.first_time("event1", START)
    assert await store.spend("starts", START, [(timedelta(hours=1), 1)]) == timedelta(0)
    await store.left("terminal", "home", START)
    await store.close()


async def known_of(store: SqlStore) -> tuple[object, ...]:
    """Return what a store holds of the page and of the channel."""
    return await store.known(), await store.deliveries(channel(), ["open", "over"])


async def test_an_older_sqlite_schema_is_brought_up_to_date_when_opened(tmp_path: Any) -> None:
    url = f"sqlite:///{tmp_path}/old.db"
    await (await of_the_first_schema(url)).close()
    store = await open_store(url)
    assert await store.first_time("event1", START)
    await store.close()


async def test_an_older_postgresql_schema_is_refused_with_the_command(postgresql_url: str) -> None:
    await (await of_the_first_schema(postgresql_url)).close()
    with pytest.raises(StorageError, match="run python -m bot migrate"):
        await open_store(postgresql_url)


async def test_a_migration_that_fails_half_way_leaves_nothing_behind(bare_url: str) -> None:
    database = await opened(bare_url)
    await database.write(lambda db: db.execute(text("CREATE TABLE delivery (id INTEGER)")))  # in the way
    with pytest.raises(StorageError, match="already exists"):
        await migrate(bare_url)
    names = await database.read(lambda db: db.run_sync(lambda sync: inspect(sync).get_table_names()))
    assert names == ["delivery"]
    await database.write(lambda db: db.execute(text("DROP TABLE delivery")))
    assert await migrate(bare_url)
    await database.close()


async def test_a_server_that_is_not_there_is_told_without_the_password() -> None:
    with pytest.raises(StorageError, match="check that the server of DATABASE_URL runs") as refusal:
        await open_store("postgresql://somebody:hunter2@127.0.0.1:1/nowhere")
    assert "hunter2" not in str(refusal.value)


async def test_connections_that_a_restarted_server_lost_are_made_anew(emptied_schema: str) -> None:
    name = f"cut_off_{uuid4().hex}"
    store, hand = await open_store(f"{emptied_schema}&application_name={name}"), await opened(emptied_schema)
    theirs = text("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = :name")

    async def cut(db: AsyncConnection) -> int:
        return len((await db.execute(theirs, {"name": name})).all())

    await store.known()
    assert await hand.write(cut) >= 1
    await store.subscribe(channel(), Settings(), "somebody", START)
    assert await store.subscription(channel()) is not None
    await hand.close()
    await store.close()


async def test_a_broken_deadlock_is_tried_again(emptied_schema: str) -> None:
    store = await open_store(emptied_schema)
    for number in (1, 2):
        await store.subscribe(channel(number), Settings(), "somebody", START)
    both_began = asyncio.Barrier(2)
    tries = 0

    async def rename(db: AsyncConnection, order: tuple[int, int]) -> None:
        nonlocal tries
        tries += 1
        statement = text("UPDATE subscription SET created_by = created_by || '!' WHERE channel = :channel")
        await db.execute(statement, {"channel": f"channel{order[0]}"})
        if tries <= 2:
            await both_began.wait()
        await db.execute(statement, {"channel": f"channel{order[1]}"})

    orders = ((1, 2), (2, 1))
    await asyncio.gather(*(store.database.write(lambda db, o=o: rename(db, o)) for o in orders))  # type: ignore[misc]
    assert tries == 3
    for number in (1, 2):
        subscription = await store.subscription(channel(number))
        assert subscription is not None
        assert subscription.created_by == "somebody!!"
    await store.close()


def test_a_usual_start_on_sqlite_loads_neither_psycopg_nor_alembic(tmp_path: Any) -> None:
    program = (
        "import asyncio, sys\n"
        "from storage.opening import open_store\n"
        "async def main():\n"
        "    await (await open_store(sys.argv[1])).close()\n"
        "asyncio.run(main())\n"
        "print([name for name in ('psycopg', 'alembic') if name in sys.modules])\n"
    )
    command = [sys.executable, "-c", program, f"sqlite:///{tmp_path}/memory.db"]
    said = [subprocess.run(command, capture_output=True, text=True, check=True).stdout for _ in range(2)]
    assert said == ["['alembic']\n", "[]\n"]
