"""Values of the domain for the store's tests: small, and different only in what a test is about."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from bot.domain.delivery import Attempt, PostKind, Receipt, Reference
from bot.domain.notice import Notice, NoticeKind
from bot.domain.record import Affected, Known, Record, Tier
from bot.domain.status import Incident, Kind, Page, Update
from bot.domain.subscription import Channel, Mention, Settings, Style
from bot.domain.transitions import Change, Edge, Transition
from bot.ports import Claim, Settlement, Store
from tests.factories import START

PAGE = Page("pageexample1", "Example", "https://status.example.com", START)
PLATFORM = "terminal"
LEASE = timedelta(hours=1)


def channel(number: int = 1, *, workspace: str = "home", platform: str = PLATFORM) -> Channel:
    """Return a channel."""
    return Channel(platform, workspace, f"channel{number}")


def record(
    key: str = "incident0001",
    *,
    impact: str = "major",
    broken: Iterable[str] = (),
    kind: Kind = Kind.INCIDENT,
    opened: datetime = START,
    closed: datetime | None = None,
    **fields: Any,
) -> Record:
    """Return a record; *broken* are ids of components, *closed* is when its last update said it is over."""
    updates = [Update(f"{key}-first", "investigating", "We are looking into it.", opened)]
    if closed is not None:
        updates.append(Update(f"{key}-last", "resolved", "It is over.", closed))
    incident = Incident(
        id=key,
        name="Raised error rates",
        status=updates[-1].status,
        impact=impact,
        created_at=opened,
        updates=tuple(updates),
        kind=kind,
    )
    affected = tuple(Affected(one, one.title(), "major_outage", "major_outage") for one in broken)
    ours: dict[str, Any] = {"tier": Tier.OFFICIAL, "official_id": key, **fields}
    ours.setdefault("told_since", None if closed is None else opened)
    return Record(
        key, incident=incident, first_seen_at=opened, highest_impact=impact, affected=affected, **ours
    )


def trial(key: str = "test0001", *, at: datetime = START) -> Record:
    """Return the record of a test, which no page knows."""
    return record(key, opened=at, tier=Tier.TEST, official_id=None)


def notice(key: str = "notice0001", *, at: datetime = START, actor: str = "somebody") -> Record:
    """Return the record of a notice that tells everything a notice can tell."""
    told = Notice(
        NoticeKind.CHANGED,
        actor,
        before=Settings(components=frozenset({"chat"})),
        after=Settings(mention=Mention("role1", "critical")),
        names=(("chat", "Chat"),),
        until=at,
        incident="Raised error rates",
    )
    incident = Incident(id=key, name="", status="notice", impact="none", created_at=at, resolved_at=at)
    return Record(key, Tier.NOTICE, None, incident, at, "none", notice=told)


def change(*records: Record, wakes: bool = True) -> Change:
    """Return the change that makes *records* known, and wakes their deliveries."""
    known = Known(PAGE, records={one.key: one for one in records})
    edges = tuple(Transition(Edge.UPDATED, one.key, one.newest_at) for one in records)
    return Change(known, edges if wakes else (), frozenset(known.records))


async def told(store: Store, *records: Record, now: datetime = START) -> int:
    """Write *records* down as news; returns how many deliveries became due."""
    return await store.record(change(*records), [], now)


async def taken(
    store: Store,
    now: datetime = START,
    *,
    limit: int = 100,
    lease: timedelta = LEASE,
    platform: str = PLATFORM,
) -> list[Claim]:
    """Claim what is due."""
    return await store.claim("tester", (platform,), limit, now, lease)


def result(
    claim: Claim,
    *,
    due_at: datetime | None = None,
    pause: str | None = None,
    resume: bool = False,
    **changes: Any,
) -> Settlement:
    """Return the settlement that puts *changes* into the claim's delivery."""
    return Settlement(claim, replace(claim.delivery, **changes), due_at, pause, resume)


def shown(claim: Claim, *, due_at: datetime | None = None, now: datetime = START) -> Settlement:
    """Return the settlement after the card was sent."""
    card = Receipt("card", PostKind.CARD, Reference("message1", "thread1"), "digest", now, shows=("first",))
    sent = Attempt(now, "send", "card", "ok")
    return result(claim, due_at=due_at, style=Style.THREAD, receipts=(card,), trace=(sent,))


async def show_all(store: Store, now: datetime = START) -> int:
    """Serve everything that is due as if each card was sent; returns how many that were."""
    return len(await store.settle([shown(claim, now=now) for claim in await taken(store, now)], now))


def keys(claims: Iterable[Claim]) -> list[tuple[str, str]]:
    """Return what is claimed, in order: channel and record."""
    return [(claim.subscription.channel.id, claim.record.key) for claim in claims]
