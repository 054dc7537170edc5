"""What a channel does not show yet, and which post that is there takes it up."""

from __future__ import annotations

from dataclasses import dataclass, replace

from bot.domain.delivery import Post, PostKind, Receipt
from bot.domain.loud import loud_marks
from bot.domain.record import Mark
from bot.domain.scene import CARD_KEY, Scene
from bot.domain.subscription import Style

UPDATE_PREFIX = "update:"
"""What a post's key begins with where it is an update's, so that the page's ids are not taken for ours."""


@dataclass(frozen=True, slots=True)
class Pending:
    """What the channel does not show yet, in the order we saw it. *key* is that of the oldest."""

    key: str
    updates: tuple[str, ...]
    marks: tuple[Mark, ...]

    def beside(self, post: Post | None) -> Pending:
        """Return what is left to tell beside *post*, which says some of the marks."""
        said = post.says if post else ()
        return replace(self, marks=tuple(mark for mark in self.marks if mark.id not in said))


def find_pending(scene: Scene) -> Pending | None:
    """Return what no receipt tells of yet, None if all is told."""
    shown = {one for receipt in scene.delivery.receipts for one in receipt.shows}
    said = {one for receipt in scene.delivery.receipts for one in receipt.says}
    updates = [(seen, 0, UPDATE_PREFIX + one) for one, seen in scene.record.seen if one not in shown]
    marks = [mark for mark in scene.record.marks if mark.id not in said]
    order = sorted(updates + [(mark.seen_at, 1, mark.id) for mark in marks], key=lambda item: item[:2])
    if not order:
        return None
    return Pending(order[0][2], tuple(one.removeprefix(UPDATE_PREFIX) for _, _, one in updates), tuple(marks))


def card_tells(scene: Scene) -> bool:
    """Return whether the card's own timeline takes up what is pending."""
    return scene.card_lives and (scene.style is Style.CARD or scene.stale)


def taken_up_by(scene: Scene, pending: Pending) -> str | None:
    """Return the key of the post that takes up *pending* by an edit, None where that needs a new post."""
    if card_tells(scene):
        return CARD_KEY
    word = _short_word(scene)
    if word is None or loud_marks(scene, pending.marks):
        return None
    seen_at = dict(scene.record.seen)
    moments = [*(seen_at[one] for one in pending.updates), *(mark.seen_at for mark in pending.marks)]
    return word.key if max(moments) <= word.sent_at else None


def _short_word(scene: Scene) -> Receipt | None:
    """Return the newest short loud post that stands beside a card which was to tell the rest.

    Where that card turns out to be lost, the word has told the channel: it gets the rest, and there is
    no second post of the same.
    """
    if scene.style is not Style.CARD:
        return None
    words = (
        one for one in scene.delivery.receipts if one.kind is PostKind.POST and one.says and not one.dead
    )
    return max(words, key=lambda one: one.sent_at, default=None)
