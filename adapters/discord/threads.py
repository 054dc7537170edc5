"""Threads below our cards: started with the first reply, found again, woken and put to rest.

A thread has the id of the message it was started from:
https://docs.discord.com/developers/topics/threads#public--private-threads
"""

from __future__ import annotations

import logging

from adapters.discord.rest import About, Rest
from adapters.discord.strikes import Strikes
from adapters.discord.text import neutral
from adapters.discord.verdicts import DENIED, THREAD_EXISTS, is_code, is_wording
from bot.domain.delivery import Scope, Verdict
from bot.domain.subscription import Channel
from bot.ports import Clock, NotYet, Refused

log = logging.getLogger(__name__)

NAME_UNITS = 100
PLAIN_NAME = "Updates"
"""Where the incident's own name is not taken (a server's moderation blocks it) or holds nothing."""

MOST_KNOWN = 10_000
"""Threads that are remembered; of one that was forgotten it takes a call to find out that it is there."""

ONLY_IN_CHANNELS = (50008, 50024, 50068, 40058)
"""Said where no thread can be started: in a thread, a forum, a voice channel's chat."""

MOST_DENIED = 10
"""So many threads may a server deny us within ten minutes; then what belongs in one stands in its channel
without asking."""

TO_START = "Create Public Threads"

START = "/channels/{channel_id}/messages/{message_id}/threads"


class Threads:
    """Starts threads, one for each message. What it remembers may be lost at any moment."""

    def __init__(self, rest: Rest, clock: Clock) -> None:
        self._rest = rest
        self._denials = Strikes(clock, "threads", MOST_DENIED)
        self._known: dict[str, None] = {}

    def knows(self, thread: str) -> bool:
        """Return whether the thread was there when we last met it."""
        return thread in self._known

    def forget(self, thread: str) -> None:
        """Take note that the thread is not there (any more)."""
        self._known.pop(thread, None)

    def check(self, channel: Channel) -> None:
        """Raise `Refused` (RESEND) where the server of *channel* has just denied us many threads."""
        if self._denials.wait(channel.workspace) is not None:
            reason = "Many threads of this server are closed to me."
            raise Refused(Verdict.RESEND, Scope.POST, "no_threads", reason)

    def denied(self, channel: Channel, refused: Refused, missing: str) -> Refused:
        """Take note that there is no thread for us, for want of *missing*, and return the word of that."""
        self._denials.add(channel.workspace)
        log.warning(
            "replies stand in the channel itself missing=%s code=%s server=%s channel=%s",
            missing,
            refused.code,
            channel.workspace,
            channel.id,
        )
        return no_thread(refused)

    async def start(self, channel: Channel, message: str, name: str) -> None:
        """Start the thread of *message*, unless it is there. Raises `Refused`, `NotYet`.

        The verdict is RESEND where none can be: the message is gone, in a place that has none, or we
        lack the permission.
        """
        try:
            await self._start(channel.id, message, neutral(name, NAME_UNITS) or PLAIN_NAME)
        except Refused as refused:
            if is_code(refused, *ONLY_IN_CHANNELS):
                raise no_thread(refused) from None
            if is_code(refused, *DENIED):
                raise self.denied(channel, refused, TO_START) from None
            if not is_code(refused, THREAD_EXISTS):
                raise
        self._known[message] = None
        if len(self._known) > MOST_KNOWN:
            self._known.pop(next(iter(self._known)))

    async def _start(self, channel: str, message: str, name: str) -> None:
        """Start a thread; where its name is refused, with a plain one."""
        place, about = {"channel_id": channel, "message_id": message}, About(TO_START)
        try:
            await self._rest.call("POST", START, {"name": name}, about, **place)
        except Refused as refused:
            if not is_wording(refused) or name == PLAIN_NAME:
                raise
            log.warning("name of a thread refused, plain one taken code=%s", refused.code)
            await self._rest.call("POST", START, {"name": PLAIN_NAME}, about, **place)

    async def wake(self, thread: str) -> None:
        """Take the thread out of the archive. Raises `Refused` (RESEND where it is locked), `NotYet`."""
        try:
            await self._set_archived(thread, archived=False)
        except Refused as refused:
            raise no_thread(refused) if refused.verdict is Verdict.PAUSE else refused from None

    async def put_to_rest(self, thread: str) -> None:
        """Put the thread into the archive: nothing more is expected. That it cannot be is no harm."""
        try:
            await self._set_archived(thread, archived=True)
        except (Refused, NotYet) as error:
            log.warning("thread not archived error=%s", error)

    async def _set_archived(self, thread: str, *, archived: bool) -> None:
        await self._rest.call(
            "PATCH",
            "/channels/{channel_id}",
            {"archived": archived},
            About("Manage Threads"),
            channel_id=thread,
        )


def no_thread(refused: Refused) -> Refused:
    """Return *refused* as the word that there is no such thread: what belonged there stands elsewhere."""
    return Refused(Verdict.RESEND, Scope.POST, refused.code, "The thread is gone, locked, or cannot be.")
