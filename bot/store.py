"""The port of the memory: what the core writes down and asks for again."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Protocol

from bot.domain.claim import Claim, Settlement
from bot.domain.delivery import Delivery
from bot.domain.health import Health
from bot.domain.kept import Kept
from bot.domain.limit import Learnt, Limit
from bot.domain.queue import Queue
from bot.domain.record import Known, Record
from bot.domain.status import Endpoint
from bot.domain.subscription import Channel, Mute, Settings, Subscription
from bot.domain.transitions import Change


class Store(Protocol):
    """The memory. Every write is one transaction; every time is aware and in UTC.

    A method that changes a subscription takes the *notice* by which the channel is told: a record of the
    tier NOTICE with a key of its own. Its only delivery is made in the same transaction, and only if
    something was changed. A paused subscription is tried at once with it. Notices of one channel are
    claimed in the order of their changes; two that are claimed together, or of which the earlier was
    put off by a refusal, may appear in the other order.
    """

    async def known(self) -> Known:
        """Return the present knowledge: every open record and the newest closed ones."""

    async def records_by_official_id(self, ids: Collection[str]) -> dict[str, Record]:
        """Return the records, however old, that the page knows under *ids*, by our key."""

    async def record(
        self,
        change: Change,
        readings: Sequence[tuple[Endpoint, bytes]],
        now: datetime,
        *,
        fence: str | None = None,
    ) -> int:
        """Write new knowledge, the bodies it came from, and each delivery it makes due, in one transaction.

        For every record in `change.woken`: a delivery is made (or found) for each subscription that
        wants it, and every delivery of it becomes due. Returns how many deliveries became due. Raises
        `Superseded` where *fence* does not lead WATCH any more: then nothing is written.
        """

    async def health(self) -> Health: ...

    async def set_health(self, health: Health, *, fence: str | None = None) -> None:
        """Write how reading the page goes. Raises `Superseded` as `record` does."""

    async def lead(
        self, duties: Collection[str], owner: str, now: datetime, lease: timedelta
    ) -> dict[str, str]:
        """Take the leads of *duties* for so long, or keep them; returns the fences of those *owner* has then.

        A fence is the same until somebody else had the lead. *owner* must be like that of no other process.
        A *lease* of no time keeps what is there, and lets others take it.
        """

    async def give_up(self, duty: str, fence: str) -> None:
        """Let others have the lead at once, if *fence* has it still."""

    async def learn(self, limits: Sequence[Limit], now: datetime) -> None:
        """Tell all processes what this one has learnt of platforms' limits; of a pause the longest holds."""

    async def learnt(self, since: datetime | None, now: datetime) -> Learnt:
        """Return what was learnt since a moment of an earlier answer; None: all that still counts."""

    async def claim(
        self, owner: str, platforms: Collection[str], limit: int, now: datetime, lease: timedelta
    ) -> list[Claim]:
        """Take up to *limit* due deliveries on *platforms* of subscriptions that may be served.

        Due deliveries come in the order: new cards, then the rest, each oldest first. A paused
        subscription's deliveries are due only when its next try is. A delivery whose former lease
        ran out without a result comes with `unknown` set.
        """

    async def settle(self, settlements: Sequence[Settlement], now: datetime) -> Sequence[Settlement]:
        """Write results, in one transaction; a fenced one changes nothing. Returns those that counted."""

    async def release_all(self) -> int:
        """Void every lease (SQLite at start: no other process can hold one).

        Returns how many leases were held.
        """

    async def next_due(self) -> datetime | None:
        """Return when the next delivery is due, None when none is."""

    async def subscription(self, channel: Channel) -> Subscription | None:
        """Return the subscription of *channel*, ended or not, None if there never was one."""

    async def subscribe(
        self, channel: Channel, settings: Settings, actor: str, now: datetime, *, notice: Record | None = None
    ) -> Subscription | None:
        """Make or revive the subscription and a delivery for each open incident it wants.

        Where somebody subscribes the bot is: the workspace has `joined`; but not on Slack, where only an
        installation says so. None, and nothing changed: the workspace has MOST_SUBSCRIPTIONS that have not
        ended, and this channel's is none of them. It holds between processes.
        """

    async def unsubscribe(
        self, channel: Channel, actor: str, now: datetime, *, notice: Record | None = None
    ) -> bool:
        """End the subscription and wake its deliveries; False if there was none to end."""

    async def change_settings(
        self, channel: Channel, settings: Settings, actor: str, now: datetime, *, notice: Record | None = None
    ) -> Subscription | None:
        """Write *settings* as a new version; None if the channel is not subscribed."""

    async def mute(
        self, channel: Channel, mute: Mute | None, now: datetime, *, notice: Record | None = None
    ) -> Subscription | None:
        """Set or, with None, end the channel's mute now; wakes its deliveries. None if not subscribed."""

    async def mute_incident(
        self, channel: Channel, key: str, now: datetime, *, notice: Record | None = None
    ) -> bool:
        """Mute one incident here until it is over; False if the channel has no delivery for it."""

    async def subscriptions(self, platform: str, workspace: str) -> list[Subscription]:
        """Return the subscriptions of a workspace that have not ended."""

    async def settings_at(self, channel: Channel, moment: datetime) -> Settings | None:
        """Return the settings that held at *moment*, None if the channel was not subscribed then."""

    async def last_test(self, channel: Channel) -> datetime | None:
        """Return when the channel's last test was made, None if there was none for some days."""

    async def test(
        self, channel: Channel, record: Record, now: datetime, *, last: datetime | None = None
    ) -> bool:
        """Write a test's record and its only delivery; False if the channel is not subscribed.

        False also where its last test is not the one made at *last* (None: there was none): of several
        that ask at once, one gets True.
        """

    async def history(self, limit: int) -> list[Record]:
        """Return the newest incidents (no tests, notices, maintenances), newest first by opening."""

    async def records_since(self, moment: datetime) -> list[Record]:
        """Return the incidents (no tests, notices) that were open at any time since *moment*, by opening."""

    async def deliveries(self, channel: Channel, keys: Collection[str]) -> dict[str, Delivery]:
        """Return the deliveries of *channel* for the records *keys*, by record key."""

    async def covered_since(self) -> datetime | None:
        """Return when the oldest incident we remember opened, None while there is none."""

    async def first_time(self, key: str, now: datetime) -> bool:
        """Return True the first time *key* (up to 255 characters) is given, False for at least a day after.

        It holds between processes: of several that ask at once, one gets True.
        """

    async def first_times(self, keys: Collection[str], now: datetime) -> frozenset[str]:
        """Return those of *keys* that are given for the first time, as `first_time` for each of them.

        All are written in one transaction: many that are asked for together cost what one costs.
        """

    async def not_yet(self, *keys: str) -> None:
        """Forget *keys*, whose handling failed, so that the next one who gives them handles them."""

    async def spend(self, budget: str, now: datetime, limits: Sequence[tuple[timedelta, int]]) -> timedelta:
        """Take one of *budget*, of which at most so many (1 or more) may be taken within each span.

        A span is at most two days. Returns zero when one was taken; else how long until one is free,
        and none is taken. It holds between processes: of several that ask at once, each sees what the
        others took. What was taken after *now*, as a clock was wrong, counts as taken now.
        """

    async def present(self, platform: str, workspaces: Collection[str], now: datetime) -> None:
        """Take *workspaces* for the whole truth about *platform*: those that have the bot, and no others.

        Workspaces with subscriptions that are not among them have `left` now, unless they had before;
        those among them have `joined`.
        """

    async def left(self, platform: str, workspace: str, now: datetime) -> None:
        """Note that the bot was removed from *workspace*; `forget` deletes later what it had.

        That is seven days later, but on Slack twelve hours: who uninstalls an app there is told that its
        data goes. Noted twice, the first time counts.
        """

    async def joined(self, platform: str, workspace: str) -> None:
        """Forget that the bot was removed from *workspace*: whatever is still there is kept."""

    async def queue(self, now: datetime) -> Queue:
        """Return how much is due now on each platform. Fails where the memory cannot be written, either."""

    async def ring(self, now: datetime) -> None:
        """Ring for whoever watches the page: something may have changed there."""

    async def rung(self) -> datetime | None:
        """Return when somebody rang last, by the clock of whoever did; None if nobody ever has."""

    async def erase(self, platform: str, workspace: str) -> int:
        """Delete everything of *workspace* but an installation's token; returns how many channels it had.

        Nobody sees any of it from the first moment on; the rows go in small transactions, and where these
        are cut off `forget` goes on. Whoever subscribes meanwhile begins anew.
        """

    async def kept(self, platform: str, workspace: str, *, whole: bool = True) -> Kept:
        """Return all that is kept of *workspace*, but an installation's token.

        Of a great many channels and changes only the newest are in it, while all are counted; where it
        is not to be *whole* no channels are.
        """

    async def forget(self, now: datetime) -> int:
        """Delete one small batch of what retention no longer keeps; returns how many rows went.

        That includes everything of the workspaces that `left` long enough ago.
        """
