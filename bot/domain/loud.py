"""Which words are loud now, and whom they call."""

from __future__ import annotations

from datetime import timedelta

from bot.domain.delivery import Origin
from bot.domain.record import Mark, MarkKind, Record
from bot.domain.scene import LOUD_ONCE_IN, Scene
from bot.domain.status import impact_rank

NEWS_FOR = timedelta(hours=6)
"""What happened longer ago is told silently: after a downtime it is no news."""

CRITICAL_RANK = impact_rank("critical")


def start_is_loud(scene: Scene) -> bool:
    """Return whether the first card is loud: it opens, by its newest word, something that is news here.

    What had all happened before the channel subscribed is not, nor what is over; a test is.
    """
    record = scene.record
    if not any(mark.kind is MarkKind.START for mark in record.marks):
        return False
    if scene.delivery.origin is not Origin.TEST and not _begins_here(scene):
        return False
    return _may_be_loud(scene, Mark("start", MarkKind.START, record.newest_at, scene.delivery.created_at))


def start_is_published(scene: Scene) -> bool:
    """Return whether the first card also goes to those who follow the channel: it is news, if not loud.

    They chose no quiet hours here; what is over, or was open before the channel subscribed, is no news.
    """
    fresh = scene.now - scene.record.newest_at <= NEWS_FOR
    return scene.settings.publish and fresh and _begins_here(scene)


def _begins_here(scene: Scene) -> bool:
    """Return whether the incident is open, and its newest word came after the channel subscribed."""
    record = scene.record
    is_news = scene.delivery.origin is Origin.NEWS
    return is_news and record.is_open and record.newest_at >= scene.subscription.since


def loud_marks(scene: Scene, marks: tuple[Mark, ...]) -> tuple[Mark, ...]:
    """Return those of *marks*, none told yet, that a new post may tell loudly."""
    return tuple(mark for mark in marks if _still_matters(scene, mark) and _may_be_loud(scene, mark))


def mention(scene: Scene, loud: tuple[MarkKind, ...]) -> str | None:
    """Return whom a loud post calls: nobody when all it has to say is that it is over."""
    wish = scene.settings.mention
    if wish is None or not set(loud) - {MarkKind.RESOLVED}:
        return None
    return wish.target if scene.record.rank >= impact_rank(wish.least_impact) else None


def _still_matters(scene: Scene, mark: Mark) -> bool:
    """Return whether *mark* still holds, and is not the end of what was never said to begin here."""
    if scene.record.is_open is (mark.kind is MarkKind.RESOLVED):
        return False
    if mark.kind is not MarkKind.RESOLVED:
        return True
    kinds = {one.id: one.kind for one in scene.record.marks}
    for receipt in scene.delivery.receipts:
        said = {kinds.get(one) for one in receipt.says} if receipt.reference.id else set()
        if MarkKind.RESOLVED not in said and said & {MarkKind.START, MarkKind.WORSENING}:
            return True
    return False


def _may_be_loud(scene: Scene, mark: Mark) -> bool:
    """Return whether *mark* may be loud now: news, outside every silence, not said too lately."""
    if _is_planned(scene.record) or scene.now - mark.at > NEWS_FOR:
        return False
    if mark.seen_at < scene.subscription.since or scene.delivery.muted is not None:
        return False
    mute = scene.subscription.mute
    if mute and mark.seen_at < mute.until:  # a mute held it back, this one or another before
        return False
    return not _is_quiet(scene) and not _said_lately(scene, mark.kind)


def _is_planned(record: Record) -> bool:
    """Return whether it is a maintenance, by its kind or by the only impact it ever had."""
    return record.is_maintenance or (record.rank == 0 and record.incident.impact == "maintenance")


def _is_quiet(scene: Scene) -> bool:
    quiet = scene.settings.quiet_hours
    if quiet is None or not quiet.cover(scene.now):
        return False
    return not (quiet.critical_breaks and scene.record.rank == CRITICAL_RANK)


def _said_lately(scene: Scene, kind: MarkKind) -> bool:
    receipts = scene.delivery.receipts
    return any(kind in one.loud and scene.now - one.sent_at < LOUD_ONCE_IN for one in receipts)
