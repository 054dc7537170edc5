"""The terminal as a channel: what is typed becomes a command, the answer is printed."""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Callable
from dataclasses import replace
from typing import TextIO

from bot.commands import Caller, Desk, Reply, parse
from bot.domain.message import Line, Listing, Message, Tone
from bot.domain.subscription import Channel, Settings, Style
from bot.ports import Clock, Store

log = logging.getLogger(__name__)

TERMINAL = Channel("terminal", "local", "terminal")
"""The channel that runs with no account: the one who started the program reads it."""

CALLER = Caller(TERMINAL, user="terminal", may_configure=True, may_list=True, default_style=Style.THREAD)


async def subscribe_terminal(store: Store, clock: Clock) -> None:
    """Subscribe the terminal to everything, unless somebody already chose something else for it."""
    if await store.subscription(TERMINAL) is None:
        await store.subscribe(TERMINAL, Settings(), CALLER.user, clock.now())


class Lines:
    """The lines of a stream, read on a thread of its own: a terminal cannot be read without blocking."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._queue: asyncio.Queue[str | None] = asyncio.Queue()
        self._loop = asyncio.get_running_loop()
        threading.Thread(target=self._pump, name="terminal", daemon=True).start()

    def _pump(self) -> None:
        for line in self._stream:
            self._put(line)
        self._put(None)

    def _put(self, line: str | None) -> None:
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._queue.put_nowait, line)

    async def next(self) -> str | None:
        """Return the next line, None at the end of the stream."""
        return await self._queue.get()


async def answer_lines(lines: Lines, desk: Desk, show: Callable[[Message], None]) -> None:
    """Answer every line typed until the stream ends."""
    while (line := await lines.next()) is not None:
        if line.strip():
            show(await _answered(desk, line))


async def _answered(desk: Desk, line: str) -> Message:
    """Return the answer to *line*; what goes wrong with one line is no reason to be silent from then on."""
    try:
        return _whole(await desk.handle(parse(line), CALLER))
    except Exception as error:
        log.exception("command failed")
        return Message(Tone.GREY, "That could not be answered", (Line((f"{error}",)),))


def _whole(reply: Reply) -> Message:
    """Return the message of *reply* with its document below, line by line."""
    if reply.document is None:
        return reply.message
    lines = Listing(tuple((line,) for line in reply.document.splitlines()))
    return replace(reply.message, blocks=(*reply.message.blocks, lines))
