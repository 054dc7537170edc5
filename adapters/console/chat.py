"""A `Chat` that prints: cards, replies below them, and what an edit changed; nothing is redrawn."""

from __future__ import annotations

import errno
import os
from collections.abc import Collection
from dataclasses import replace

from adapters.console.ledger import Entry, Ledger
from adapters.console.page import page
from adapters.console.terminal import Terminal
from bot.domain.delivery import Post, PostKind, Reference, Scope, Verdict
from bot.domain.message import Block, Listing, Message, plain_lines
from bot.domain.subscription import Channel
from bot.ports import Clock, Refused


class Console:
    """Prints on *terminal* what *ledger* does not hold yet.

    A message is printed first and then written down, with no pause for another one in between:
    killed between the two it is printed again, never lost. A message's reference is its nonce.
    """

    def __init__(self, terminal: Terminal, clock: Clock, ledger: Ledger | None = None) -> None:
        self._terminal = terminal
        self._clock = clock
        self._ledger = ledger or Ledger()
        self._unrecorded: set[tuple[str, str, str]] = set()

    async def send(self, channel: Channel, post: Post, nonce: str, parent: Reference | None) -> Reference:
        """Print *post*, indented if it has a *parent*; a nonce that is known already prints nothing."""
        known = self._ledger.latest(nonce)
        if known is not None:
            return Reference(nonce, known.thread)
        card = self._known(parent) if parent else None
        thread = card.thread if card else None
        thread = nonce if post.kind is PostKind.CARD else thread
        entry = self._entry("send", channel, post, nonce, thread)
        self._tell(entry, self._page(entry, post.message, card, mark=_bell(post)))
        return Reference(nonce, thread)

    async def edit(self, channel: Channel, reference: Reference, post: Post) -> None:
        """Print what *post* says that readers have not seen yet; the same words again print nothing."""
        last = self._known(reference)
        if last.digest == post.digest:
            return
        entry = self._entry("edit", channel, post, reference.id, last.thread)
        named = self._ledger.latest(last.thread) if last.thread else last
        news = _unseen(post.message, self._ledger.lines_since(reference.id))
        self._tell(entry, self._page(entry, news, named, mark="(edited)"))

    def _known(self, reference: Reference) -> Entry:
        entry = self._ledger.latest(reference.id)
        if entry is None:
            reason = "this terminal has not shown the message it belongs to"
            raise Refused(Verdict.RESEND, Scope.POST, "message_not_found", reason)
        return entry

    def _entry(self, op: str, channel: Channel, post: Post, nonce: str, thread: str | None) -> Entry:
        return Entry(
            at=self._clock.now().isoformat(),
            op=op,
            channel="/".join((channel.platform, channel.workspace, channel.id)),
            nonce=nonce,
            reference=nonce,
            post=post.key,
            kind=post.kind.value,
            loud=tuple(kind.value for kind in post.loud) if op == "send" else (),
            updates=post.shows,
            thread=thread,
            text="\n".join(plain_lines(post.message)),
            digest=post.digest,
        )

    def _page(self, entry: Entry, message: Message, known: Entry | None, *, mark: str) -> str:
        """Return what to print, under the name by which readers know the incident if the title lacks it."""
        reply = entry.thread is not None and entry.thread != entry.reference
        above = known.title if known and known.title not in message.title else ""
        return page(message, self._terminal.look, mark=mark, above=above, reply=reply)

    def _tell(self, entry: Entry, words: str) -> None:
        """Print and write down, so that what failed half-way is finished, not repeated, by the next try."""
        key = (entry.op, entry.reference, entry.digest)
        try:
            if key not in self._unrecorded:
                self._terminal.write(words)
                self._unrecorded.add(key)
            self._terminal.flush()
        except (OSError, ValueError) as error:
            raise _unwritable("the terminal", error) from error
        try:
            self._ledger.append(entry)
        except (OSError, ValueError) as error:
            raise _unwritable(f"the ledger {self._ledger.path}", error) from error
        self._unrecorded.discard(key)


def _unwritable(what: str, error: OSError | ValueError) -> Refused:
    number = error.errno if isinstance(error, OSError) else None
    code = errno.errorcode.get(number or 0, type(error).__name__)
    words = os.strerror(number) if number else str(error)
    cure = "Make room on the disk, or start again with an open terminal."
    return Refused(Verdict.RETRY, Scope.PLATFORM, code, f"{what} cannot be written ({words})", cure=cure)


def _bell(post: Post) -> str:
    """Return the mark of a loud post: what it is loud about, and whom it would call."""
    if not post.loud:
        return ""
    calling = f", calling {post.mention}" if post.mention else ""
    return f"🔔 {', '.join(kind.value for kind in post.loud)}{calling}"


def _unseen(message: Message, seen: Collection[str]) -> Message:
    """Return *message* with those of its parts that hold a line not *seen*."""
    bare = Message(message.tone, message.title)

    def is_new(part: Message) -> bool:
        lines = "\n".join(plain_lines(part)[1:]).split("\n")
        return any(line not in seen for line in lines)

    def unseen(block: Block) -> Block:
        if not isinstance(block, Listing):
            return block
        entries = (Listing((entry,)) for entry in block.lines)
        return replace(
            block, lines=tuple(one.lines[0] for one in entries if is_new(replace(bare, blocks=(one,))))
        )

    return replace(
        message,
        blocks=tuple(unseen(block) for block in message.blocks if is_new(replace(bare, blocks=(block,)))),
        link=message.link if is_new(replace(bare, link=message.link)) else None,
        footer=message.footer if is_new(replace(bare, footer=message.footer)) else (),
    )
