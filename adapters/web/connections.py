"""The connections that are open: a bounded number, so that whoever holds many takes none from the program.

Each is a file to the system, and so are the calls to Slack and Discord, and the database.
"""

from __future__ import annotations

import asyncio
import logging
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any, Protocol

if sys.platform != "win32":
    import resource

log = logging.getLogger(__name__)

SHARE = 4
"""Of so many files that the process may open, one is for somebody who asks us."""

MOST = 1000

MOST_TAKEN = 100
"""Connections taken in one turn of the loop, as asyncio has it by itself."""

TURNS = 4
"""Until what was taken is counted, and closed again where it is one too many:
https://github.com/python/cpython/blob/3.13/Lib/asyncio/selector_events.py"""

NO_FILES = "socket.accept() out of system resource"
"""What asyncio calls it, at the address above."""

TELL_EVERY = 60.0
"""Seconds."""


class Closable(Protocol):
    """A connection."""

    def abort(self) -> None:
        """End it, whatever is under way on it."""


class Connections:
    """Knows all that are open and which of them are idle: no whole head has come since the last answer."""

    def __init__(self, most: int) -> None:
        self._most = max(1, most)
        self._open: set[Closable] = set()
        self._idle: dict[Closable, None] = {}

    @property
    def taken_at_once(self) -> int:
        """How many may be accepted in one turn, so that together they stay within twice the bound."""
        return max(1, min(MOST_TAKEN, self._most // TURNS))

    def opened(self, one: Closable) -> None:
        """Let *one* in. Beyond the bound the longest idle one ends: *one* itself where all else are busy."""
        self._open.add(one)
        self._idle[one] = None
        if len(self._open) > self._most:
            longest = next(iter(self._idle))
            self.closed(longest)
            longest.abort()

    def busy(self, one: Closable) -> None:
        """A request has come on *one*."""
        self._idle.pop(one, None)

    def idle(self, one: Closable) -> None:
        """*one* has been answered."""
        if one in self._open:
            self._idle[one] = None

    def closed(self, one: Closable) -> None:
        """Forget *one*."""
        self._open.discard(one)
        self._idle.pop(one, None)


def may_be_open() -> int:
    """Let the process open as many files as it may at all, and return how many connections that makes.

    The lower of the two limits is for programs that use `select`, as this one does not.
    """
    if sys.platform == "win32":
        return MOST
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    with suppress(ValueError, OSError):  # some systems allow less than they say
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return MOST if soft == resource.RLIM_INFINITY else min(MOST, soft // SHARE)


@contextmanager
def told_rarely(loop: asyncio.AbstractEventLoop) -> Iterator[None]:
    """Say once a minute that nobody can connect; asyncio would do it hundreds of times a second."""
    told_at = -TELL_EVERY

    def handle(loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        nonlocal told_at
        if context.get("message") != NO_FILES:
            loop.default_exception_handler(context)
        elif loop.time() - told_at >= TELL_EVERY:
            told_at = loop.time()
            log.error("nobody can connect: too many files are open; raise the limit (ulimit -n, LimitNOFILE)")

    before = loop.get_exception_handler()
    loop.set_exception_handler(handle)
    try:
        yield
    finally:
        loop.set_exception_handler(before)
