"""What came of a replay: the counts, and the threads as the channel shows them at the end."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any

from bot.domain.delivery import Delivery, PostKind
from bot.domain.matching import match
from bot.domain.message import plain_lines
from bot.domain.record import Record
from bot.domain.subscription import Subscription
from bot.ports import Store
from bot.replay.witness import Shown, Witness

EVER = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Counts:
    """What was played, and what the channel saw of it.

    *snapshots* are the documents (of a timeline: the moments at which updates were written).
    *incidents* (maintenances and our own included) are those that were open in the first document, and
    those of which something happened later, by the page's clock. What was closed before and stayed as
    it was is history. *updates* are all the updates of these incidents. *cards*, *replies* (all other
    messages) and *edits* are what appeared, *loud* how many of the messages were. *filtered* are
    those of *incidents* that the channel's filters refused to the end. What was over for more than
    24 hours when it was first seen is neither shown nor filtered.
    """

    snapshots: int
    incidents: int
    updates: int
    cards: int
    edits: int
    replies: int
    loud: int
    filtered: int


@dataclass(frozen=True, slots=True)
class ShownPost:
    """One message. *kind* is `card` or `reply`, which is any other; *edited* is None if it never was."""

    key: str
    kind: str
    loud: bool
    updates: tuple[str, ...]
    text: str
    sent: datetime
    edited: datetime | None


@dataclass(frozen=True, slots=True)
class ShownThread:
    """One incident: the page's id of it (our key if it has none) and the page's status, or `withdrawn`."""

    incident: str
    name: str
    status: str
    posts: tuple[ShownPost, ...]


@dataclass(frozen=True, slots=True)
class Result:
    """All of it. The threads are in the order in which they began; *warnings* are sentences for people."""

    counts: Counts
    threads: tuple[ShownThread, ...]
    warnings: tuple[str, ...] = ()

    def document(self) -> dict[str, Any]:
        """Return what `--json` prints; times are in ISO 8601."""
        return {
            "counts": asdict(self.counts),
            "threads": [
                {**asdict(thread), "posts": [_post_document(post) for post in thread.posts]}
                for thread in self.threads
            ],
        }


def _post_document(post: ShownPost) -> dict[str, Any]:
    edited = post.edited.isoformat() if post.edited else None
    return {**asdict(post), "sent": post.sent.isoformat(), "edited": edited}


async def conclude(
    store: Store, subscription: Subscription, witness: Witness, snapshots: int
) -> tuple[Counts, tuple[ShownThread, ...]]:
    """Return what the channel shows at the end of a replay of that many *snapshots*."""
    records = {record.key: record for record in await store.records_since(EVER)}
    deliveries = await store.deliveries(subscription.channel, records)
    present = [one for one in records.values() if one.key in deliveries or _is_of(subscription.since, one)]
    untold = [one for one in present if one.key not in deliveries]
    counts = Counts(
        snapshots=snapshots,
        incidents=len(present),
        updates=sum(len(record.seen) for record in present),
        filtered=sum(not match(subscription.settings, record).wanted for record in untold),
        **asdict(witness.tally),
    )
    return counts, tuple(_threads(records, deliveries.values(), witness.shown()))


def _is_of(begun: datetime, record: Record) -> bool:
    """Return whether *record* was open at *begun*, or something of it happened later."""
    return record.is_open or max(record.newest_at, record.closed_at or record.newest_at) > begun


def _threads(
    records: Mapping[str, Record], deliveries: Iterable[Delivery], messages: Iterable[Shown]
) -> Iterator[ShownThread]:
    """Yield the incidents with their *messages*; one without a receipt (a former reminder) is its card's."""
    owners = {receipt.reference.id: one.record_key for one in deliveries for receipt in one.receipts}
    posts: dict[str, list[ShownPost]] = {}
    for shown in messages:
        place = shown.reference
        owner = owners[place.id if place.id in owners else place.thread or ""]
        posts.setdefault(owner, []).append(_post(shown))
    for key, told in posts.items():
        record = records[key]
        status = "withdrawn" if record.withdrawn_at else record.incident.status
        yield ShownThread(record.official_id or key, record.incident.name, status, tuple(told))


def _post(shown: Shown) -> ShownPost:
    return ShownPost(
        key=shown.post.key,
        kind="card" if shown.post.kind is PostKind.CARD else "reply",
        loud=shown.loud,
        updates=shown.post.shows,
        text="\n".join(plain_lines(shown.post.message)),
        sent=shown.sent,
        edited=shown.edited,
    )
