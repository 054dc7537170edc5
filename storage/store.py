"""The `Store` of the core as one object: each method is a transaction of the module that knows how."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.domain.delivery import Delivery
from bot.domain.health import Health
from bot.domain.kept import Kept
from bot.domain.limit import Learnt, Limit
from bot.domain.queue import Queue
from bot.domain.record import Known, Record
from bot.domain.status import Endpoint
from bot.domain.subscription import Channel, Mute, Settings, Subscription
from bot.domain.transitions import Change
from bot.ports import Claim, Settlement
from storage import (
    backlog,
    claims,
    deliveries,
    departures,
    export,
    handled,
    knowledge,
    leading,
    limits,
    retention,
    settlements,
    spending,
    subscriptions,
    versions,
)
from storage.database import Database


@dataclass(frozen=True, slots=True)
class SqlStore:
    """What the methods promise is written at `bot.ports.Store`. Each may raise `StorageError`."""

    database: Database

    async def close(self) -> None:
        """Give the database back."""
        await self.database.close()

    async def known(self) -> Known:
        """Return open and newest records, and the page's state, as of one moment."""
        return await self.database.read(knowledge.known)

    async def records_by_official_id(self, ids: Collection[str]) -> dict[str, Record]:
        """Return records by our key."""
        return await self.database.read(lambda db: knowledge.records_by_official_id(db, ids))

    async def record(
        self,
        change: Change,
        readings: Sequence[tuple[Endpoint, bytes]],
        now: datetime,
        *,
        fence: str | None = None,
    ) -> int:
        """Write what changed and everything that follows from it, however long that takes."""
        bodies = knowledge.compressed(readings)
        return await self.database.write(
            lambda db: knowledge.record(db, change, bodies, now, fence=fence), hurried=False
        )

    async def health(self) -> Health:
        """Return how reading the page goes."""
        return await self.database.read(knowledge.health)

    async def set_health(self, health: Health, *, fence: str | None = None) -> None:
        """Write how reading the page goes."""
        await self.database.write(lambda db: knowledge.set_health(db, health, fence=fence))

    async def lead(
        self, duties: Collection[str], owner: str, now: datetime, lease: timedelta
    ) -> dict[str, str]:
        """Take or keep leads; by the database's clock on PostgreSQL, by *now* on SQLite."""
        return await self.database.lead(lambda db: leading.take(db, duties, owner, now, lease))

    async def give_up(self, duty: str, fence: str) -> None:
        """Give a lead up."""
        await self.database.lead(lambda db: leading.give_up(db, duty, fence))

    async def learn(self, learnt: Sequence[Limit], now: datetime) -> None:
        """Write limits; by the database's clock on PostgreSQL, by *now* on SQLite."""
        await self.database.write(lambda db: limits.learn(db, learnt, now))

    async def learnt(self, since: datetime | None, now: datetime) -> Learnt:
        """Read limits, and who else keeps to them."""
        return await self.database.look(lambda db: limits.learnt(db, since, now))

    async def claim(
        self, owner: str, platforms: Collection[str], limit: int, now: datetime, lease: timedelta
    ) -> list[Claim]:
        """Take due deliveries; leases run by the database's clock on PostgreSQL, by *now* on SQLite."""
        request = claims.Request(owner, tuple(platforms), limit, now, lease)
        if not await self.database.look(lambda db: claims.any_due(db, request)):
            return []
        return await self.database.write(lambda db: claims.claim(db, request))

    async def settle(self, settlements_: Sequence[Settlement], now: datetime) -> list[Settlement]:
        """Write results under their leases."""
        return await self.database.write(lambda db: settlements.settle(db, settlements_, now))

    async def release_all(self) -> int:
        """Void every lease; what was under one has an unknown outcome."""
        return await self.database.write(claims.release_all)

    async def next_due(self) -> datetime | None:
        """Return when something can be claimed."""
        return await self.database.read(claims.next_due)

    async def subscription(self, channel: Channel) -> Subscription | None:
        """Return the subscription of a channel."""
        return await self.database.read(lambda db: subscriptions.find(db, channel))

    async def subscribe(
        self, channel: Channel, settings: Settings, actor: str, now: datetime, *, notice: Record | None = None
    ) -> Subscription | None:
        """Make, revive or change a subscription, and end its pause; None where there are too many."""
        return await self.database.ask(
            lambda db: subscriptions.subscribe(db, channel, settings, actor, now, notice=notice)
        )

    async def unsubscribe(
        self, channel: Channel, actor: str, now: datetime, *, notice: Record | None = None
    ) -> bool:
        """End a subscription."""
        return await self.database.ask(
            lambda db: subscriptions.unsubscribe(db, channel, actor, now, notice=notice)
        )

    async def change_settings(
        self, channel: Channel, settings: Settings, actor: str, now: datetime, *, notice: Record | None = None
    ) -> Subscription | None:
        """Write new settings."""
        return await self.database.ask(
            lambda db: subscriptions.change_settings(db, channel, settings, actor, now, notice=notice)
        )

    async def mute(
        self, channel: Channel, mute: Mute | None, now: datetime, *, notice: Record | None = None
    ) -> Subscription | None:
        """Set or end a mute."""
        return await self.database.ask(lambda db: subscriptions.mute(db, channel, mute, now, notice=notice))

    async def mute_incident(
        self, channel: Channel, key: str, now: datetime, *, notice: Record | None = None
    ) -> bool:
        """Mute one incident in one channel."""
        return await self.database.ask(
            lambda db: deliveries.mute_incident(db, channel, key, now, notice=notice)
        )

    async def subscriptions(self, platform: str, workspace: str) -> list[Subscription]:
        """Return a workspace's subscriptions, by channel."""
        return await self.database.read(lambda db: subscriptions.served(db, platform, workspace))

    async def settings_at(self, channel: Channel, moment: datetime) -> Settings | None:
        """Return former settings; they are kept for 90 days after they were replaced."""
        return await self.database.read(lambda db: versions.settings_at(db, channel, moment))

    async def last_test(self, channel: Channel) -> datetime | None:
        """Return when a channel was last tested; tests are remembered for a week."""
        return await self.database.read(lambda db: deliveries.last_test(db, channel))

    async def test(
        self, channel: Channel, record: Record, now: datetime, *, last: datetime | None = None
    ) -> bool:
        """Make a test's delivery; a paused subscription is tried at once."""
        return await self.database.ask(lambda db: deliveries.test(db, channel, record, now, last))

    async def history(self, limit: int) -> list[Record]:
        """Return the newest incidents."""
        return await self.database.read(lambda db: knowledge.history(db, limit))

    async def records_since(self, moment: datetime) -> list[Record]:
        """Return incidents and maintenances."""
        return await self.database.read(lambda db: knowledge.records_since(db, moment))

    async def deliveries(self, channel: Channel, keys: Collection[str]) -> dict[str, Delivery]:
        """Return a channel's deliveries by record key."""
        return await self.database.read(lambda db: deliveries.deliveries(db, channel, keys))

    async def covered_since(self) -> datetime | None:
        """Return when the oldest incident opened."""
        return await self.database.read(knowledge.covered_since)

    async def first_time(self, key: str, now: datetime) -> bool:
        """Write a key down, unless it is there."""
        return key in await self.first_times((key,), now)

    async def first_times(self, keys: Collection[str], now: datetime) -> frozenset[str]:
        """Write keys down and return those that were not there."""
        return await self.database.write(lambda db: handled.first_times(db, keys, now))

    async def not_yet(self, *keys: str) -> None:
        """Forget keys."""
        await self.database.write(lambda db: handled.not_yet(db, keys))

    async def spend(self, budget: str, now: datetime, limits: Sequence[tuple[timedelta, int]]) -> timedelta:
        """Take one of a budget, or say how long until there is one."""
        return await self.database.write(lambda db: spending.spend(db, budget, now, limits))

    async def present(self, platform: str, workspaces: Collection[str], now: datetime) -> None:
        """Note who left, and who is there."""
        await self.database.write(lambda db: departures.present(db, platform, workspaces, now))

    async def left(self, platform: str, workspace: str, now: datetime) -> None:
        """Note that a workspace left."""
        await self.database.write(lambda db: departures.left(db, platform, workspace, now))

    async def joined(self, platform: str, workspace: str) -> None:
        """Take it back that a workspace left."""
        await self.database.write(lambda db: departures.joined(db, platform, workspace))

    async def queue(self, now: datetime) -> Queue:
        """Return what is due, read as a writer does: that tells whether there can be one."""
        return await self.database.write(lambda db: backlog.queue(db, now))

    async def ring(self, now: datetime) -> None:
        """Write down that somebody rang."""
        await self.database.write(lambda db: backlog.ring(db, now))

    async def rung(self) -> datetime | None:
        """Return when somebody rang."""
        return await self.database.look(backlog.rung)

    async def erase(self, platform: str, workspace: str) -> int:
        """Take a workspace out of sight, then delete what it had, some rows in each transaction."""
        count = await self.database.write(lambda db: departures.detach(db, platform, workspace))
        while await self.database.write(departures.forget_detached):
            pass
        await self.database.scrub()
        return count

    async def kept(self, platform: str, workspace: str, *, whole: bool = True) -> Kept:
        """Return all of a workspace, as of one moment."""
        return await self.database.read(lambda db: export.kept(db, platform, workspace, whole=whole))

    async def forget(self, now: datetime) -> int:
        """Delete at most 500 rows of each kind, each kind in a short transaction of its own."""
        return sum([await self._forget(kind, now) for kind in retention.KINDS])

    async def _forget(self, kind: retention.Kind, now: datetime) -> int:
        return await self.database.write(lambda db: kind(db, now))
