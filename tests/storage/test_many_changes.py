"""A channel that is changed again and again keeps its newest settings, and costs an export no more."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy import func, insert, select, update

from bot.domain.kept import MOST_VERSIONS, Kept, KeptInstallation
from bot.domain.subscription import Settings, State
from storage.documents import encode
from storage.export import MOST_READ
from storage.store import SqlStore
from storage.tables import settings_version, subscription
from tests.factories import START, minute
from tests.storage.factories import channel
from tests.storage.keys import NEW, installations, installed
from tests.storage.test_departures import GUILD, place

SECOND = timedelta(seconds=1)


async def versions_of(store: SqlStore) -> int:
    counted = select(func.count()).select_from(settings_version)
    found: int | None = await store.database.read(lambda db: db.scalar(counted))
    return found or 0


async def changed(store: SqlStore, number: int, versions: int) -> None:
    """Let channel *number* have had so many *versions* before there was a limit, a second apart."""
    there = await store.subscribe(place(number), Settings(), "ann", START)
    assert there is not None
    rows: list[dict[str, Any]] = [
        {
            "subscription_id": there.id,
            "version": one,
            "at": START + one * SECOND,
            "actor": "bob",
            "action": "settings",
            "document": encode(Settings()),
        }
        for one in range(2, versions + 1)
    ]
    newest = update(subscription).where(subscription.c.id == there.id).values(version=versions)
    await store.database.write(lambda db: db.execute(insert(settings_version), rows))
    await store.database.write(lambda db: db.execute(newest))


async def test_the_newest_two_hundred_versions_of_a_channel_are_kept(store: SqlStore) -> None:
    """What held at an incident before them is lost."""
    await store.subscribe(channel(), Settings(), "ann", minute(0))
    await changed(store, 1, MOST_VERSIONS + 300)
    assert await versions_of(store) == MOST_VERSIONS + 301
    await store.change_settings(place(1), Settings(echo=False), "ann", minute(60))
    assert await versions_of(store) == MOST_VERSIONS + 1
    await store.change_settings(place(1), Settings(), "ann", minute(61))
    assert await versions_of(store) == MOST_VERSIONS + 1
    assert await store.settings_at(place(1), minute(60)) == Settings(echo=False)
    assert await store.settings_at(place(1), START) is None
    assert await store.settings_at(channel(), minute(0)) == Settings()
    kept = await store.kept("discord", GUILD)
    assert (kept.tally.changes, len(kept.channels[0].versions)) == (MOST_VERSIONS, MOST_VERSIONS)


async def test_of_very_many_versions_the_newest_are_read_and_all_are_counted(store: SqlStore) -> None:
    for number in range(26):
        await changed(store, number, MOST_VERSIONS + 2)
    kept = await store.kept("discord", GUILD)
    assert {one.changes for one in kept.channels} == {MOST_VERSIONS + 2}
    assert sum(len(one.versions) for one in kept.channels) == MOST_READ < 26 * MOST_VERSIONS
    assert {one.versions[-1].at for one in kept.channels} == {START + (MOST_VERSIONS + 2) * SECOND}
    assert {len(one.versions) for one in kept.channels} <= {MOST_READ // 26, MOST_READ // 26 + 1}


async def test_without_its_channels_a_workspace_is_only_counted(store: SqlStore) -> None:
    await changed(store, 1, 5)
    await changed(store, 2, 3)
    await store.unsubscribe(place(2), "ann", minute(9))
    kept = await store.kept("discord", GUILD, whole=False)
    whole = await store.kept("discord", GUILD)
    assert (kept.tally.channels, kept.tally.ended, kept.tally.changes) == (2, 1, 9)
    assert kept == Kept(whole.tally)
    assert [one.subscription.state for one in whole.channels] == [State.ACTIVE, State.ENDED]


async def test_who_installed_the_app_is_handed_out_and_erased_and_the_token_serves_on(
    store: SqlStore,
) -> None:
    found = installations(store, NEW)
    for workspace in ("T1", "T2"):
        await found.save(installed(workspace), START)
    one = await found.find("T1")
    assert one is not None
    kept = await store.kept("slack", "T1")
    assert kept.installation == KeptInstallation(
        tuple(sorted(one.scopes)), one.installed_by, one.installed_at
    )
    assert (await store.kept("discord", "T1")).is_nothing
    assert await store.erase("slack", "T1") == 0
    after, other = await found.find("T1"), await found.find("T2")
    assert after is not None
    assert other is not None
    assert (after.installed_by, after.token) == ("", one.token)
    assert other.installed_by
