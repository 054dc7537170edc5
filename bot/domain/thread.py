"""What a channel should show of one incident at one moment: the rules of the mirror."""

from __future__ import annotations

from datetime import datetime

from bot.domain import card, reply
from bot.domain.delivery import Delivery, Post, PostKind, Receipt, Thread
from bot.domain.loud import loud_marks, mention, start_is_loud, start_is_published
from bot.domain.notice import Notice
from bot.domain.notice_words import notice_message
from bot.domain.pending import Pending, find_pending, taken_up_by
from bot.domain.record import Mark, MarkKind, Record, Tier
from bot.domain.scene import CARD_KEY, Scene
from bot.domain.subscription import State, Style, Subscription

NOTICE_KEY = "notice"
REMINDER_PREFIX = "reminder:"
"""What a key begins with, so that the page's ids cannot be taken for keys of ours."""

UNFOLLOWED = "the channel no longer follows"
REFUSED_AT_LAST = "the platform refused it after the channel had unsubscribed"
TOO_OLD = "it was over for more than 24 hours"
NOTICE_TOO_OLD = "it was done more than 24 hours ago"
MUTED = "muted"
MUTED_THROUGHOUT = "it opened and closed while muted"
"""Why nothing, or nothing more, is sent."""


def compose(
    record: Record, subscription: Subscription, delivery: Delivery, page_url: str, now: datetime
) -> Thread:
    """Return what the channel should show of *record* at *now*, given what it already shows."""
    scene = Scene(record, subscription, delivery, page_url, now)
    if record.notice is not None:
        return _noticed(scene, record.notice)
    if subscription.state is State.ENDED:
        given_up = delivery.conclusion == REFUSED_AT_LAST
        return Thread(_unfollowed(scene), conclusion=REFUSED_AT_LAST if given_up else UNFOLLOWED)
    return _later(scene) if delivery.receipts else _first(scene)


def _noticed(scene: Scene, notice: Notice) -> Thread:
    """Return the only post of a notice: silent whatever the settings, and never edited once it was tried.

    It is told also where the subscription has ended meanwhile, be it that this is what it tells.
    """
    if scene.delivery.receipts:
        return Thread(())
    if scene.delivery.conclusion == REFUSED_AT_LAST:
        return Thread((), conclusion=REFUSED_AT_LAST)
    if scene.stale:
        return Thread((), conclusion=NOTICE_TOO_OLD)
    return Thread((Post(NOTICE_KEY, PostKind.POST, notice_message(notice)),))


def _first(scene: Scene) -> Thread:
    """Return the card that opens the thread, or why there is none."""
    if scene.stale and scene.record.tier is not Tier.TEST:
        return Thread((), conclusion=TOO_OLD)
    if scene.passed_in_silence or _stays_untold(scene):
        return Thread((), conclusion=MUTED_THROUGHOUT)
    if scene.muted:
        return Thread((), due_at=scene.mute_ends, conclusion=MUTED)
    shows = tuple(update_id for update_id, _ in scene.record.seen)
    loud = (MarkKind.START,) if start_is_loud(scene) else ()
    post = Post(
        CARD_KEY,
        PostKind.CARD,
        card.card(scene.record, scene.page_url, shows),
        shows=shows,
        says=tuple(mark.id for mark in scene.record.marks),
        loud=loud,
        mention=mention(scene, loud),
        publish=start_is_published(scene),
    )
    return Thread((post,))


def _stays_untold(scene: Scene) -> bool:
    """Return whether it passed inside a former mute: that one is forgotten once there is another."""
    return scene.delivery.conclusion == MUTED_THROUGHOUT and not scene.record.is_open


def _later(scene: Scene) -> Thread:
    """Return the thread as it stands, in its present words, and the next new post if one is due."""
    pending = find_pending(scene)
    carrier = taken_up_by(scene, pending) if pending else None
    fresh = _next_post(scene, pending, carrier) if pending else None
    posts = _standing(scene, carrier, pending.beside(fresh) if pending else None)
    if pending and not fresh and not carrier:
        return _held_back(scene, posts)
    due_at = None
    if fresh is None:
        fresh, due_at = _reminder(scene)
    return Thread((*posts, *([fresh] if fresh else [])), due_at=_earliest(due_at, _lost_card_due(scene)))


def _held_back(scene: Scene, posts: tuple[Post, ...]) -> Thread:
    """Return the thread as it stands while what is pending has to wait, or came too late."""
    if scene.stale:
        return Thread(posts, conclusion=TOO_OLD)
    due_at = _earliest(scene.mute_ends, scene.stale_from, _lost_card_due(scene))
    return Thread(posts, due_at=due_at, conclusion=MUTED)


def _next_post(scene: Scene, pending: Pending, carrier: str | None) -> Post | None:
    """Return the post that tells what is pending, None while muted or where *carrier* tells it."""
    if scene.muted or scene.stale:
        return None
    marks = loud_marks(scene, pending.marks)
    loud = tuple(dict.fromkeys(mark.kind for mark in marks))
    if carrier:
        return _word(scene, marks, loud) if marks else None
    kind = PostKind.POST if scene.style is Style.POST else PostKind.REPLY
    says = tuple(mark.id for mark in pending.marks)
    return Post(
        pending.key,
        kind,
        reply.reply(scene.record, scene.page_url, pending.updates, says),
        shows=pending.updates,
        says=says,
        loud=loud,
        echo=kind is PostKind.REPLY and scene.settings.echo and MarkKind.RESOLVED in loud,
        mention=mention(scene, loud),
        closes=_closes(scene, kind),
    )


def _closes(scene: Scene, kind: PostKind) -> bool:
    """Return whether nothing is expected below the card after a post of *kind*, be it sent or edited."""
    return kind is PostKind.REPLY and not scene.record.is_open


def _word(scene: Scene, marks: tuple[Mark, ...], loud: tuple[MarkKind, ...]) -> Post:
    """Return the short loud post that stands beside a card which tells the rest."""
    says = tuple(mark.id for mark in marks)
    message = reply.reply(scene.record, scene.page_url, (), says)
    return Post(says[0], PostKind.POST, message, says=says, loud=loud, mention=mention(scene, loud))


def _standing(scene: Scene, carrier: str | None, taken_up: Pending | None) -> tuple[Post, ...]:
    """Return the posts that are there, in their present words; *carrier* is the key of what is edited
    so that it tells what is *taken_up* as well.
    """
    posts = []
    for receipt in scene.delivery.receipts:
        if receipt.key.startswith(REMINDER_PREFIX) or receipt is not scene.delivery.receipt(receipt.key):
            continue
        if scene.card_lives if receipt.kind is PostKind.CARD else not receipt.dead:
            posts.append(_now(scene, receipt, taken_up if receipt.key == carrier else None))
    return tuple(posts)


def _now(scene: Scene, receipt: Receipt, taken_up: Pending | None) -> Post:
    shows, says = receipt.shows, receipt.says
    if taken_up:
        shows += taken_up.updates
        says += tuple(mark.id for mark in taken_up.marks)
    if receipt.kind is PostKind.CARD:
        message = card.card(scene.record, scene.page_url, shows)
    else:
        message = reply.reply(scene.record, scene.page_url, shows, says)
    closes = _closes(scene, receipt.kind)
    return Post(receipt.key, receipt.kind, message, shows=shows, says=says, closes=closes)


def _unfollowed(scene: Scene) -> tuple[Post, ...]:
    """Return the last edit of the card: whoever reads an open one must know that nobody keeps it up to date.

    Once that is said, or refused, nothing changes any more, whatever becomes of the incident.
    """
    receipt = scene.card
    if receipt is None or receipt.dead or scene.delivery.conclusion in (UNFOLLOWED, REFUSED_AT_LAST):
        return ()
    followed = not scene.record.is_open
    message = card.card(scene.record, scene.page_url, receipt.shows, followed=followed)
    return (Post(CARD_KEY, PostKind.CARD, message, shows=receipt.shows, says=receipt.says),)


def _lost_card_due(scene: Scene) -> datetime | None:
    """Return when a lost card is to be sent anew, None where it is already among the posts."""
    return None if scene.lost_card_returns else scene.lost_card_due


def _reminder(scene: Scene) -> tuple[Post | None, datetime | None]:
    """Return the current reminder if it is due, and else when it will be.

    It comes some time after the last news or post, and never of a test or a maintenance.
    """
    interval, record = scene.settings.reminder, scene.record
    silent = record.is_maintenance or record.tier is Tier.TEST or scene.delivery.muted is not None
    if interval is None or not record.is_open or silent:
        return None, None
    base = max(
        [*(receipt.sent_at for receipt in scene.delivery.receipts), *(seen for _, seen in record.seen)]
    )
    due_at = max(base + interval, scene.mute_ends or base)
    if scene.now < due_at:
        return None, due_at
    kind = PostKind.POST if scene.style is Style.POST else PostKind.REPLY
    message = reply.reminder(record, scene.page_url, base)
    return Post(f"{REMINDER_PREFIX}{int(base.timestamp())}", kind, message), None


def _earliest(*moments: datetime | None) -> datetime | None:
    return min((moment for moment in moments if moment is not None), default=None)
