"""Playing a recording: the real parts of the bot, on a clock that follows what was recorded."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import chain
from pathlib import Path

from adapters.statuspage.recordings import Recorded, open_recording
from bot.courier import Courier
from bot.domain.status import Endpoint
from bot.domain.subscription import Settings
from bot.ports import Headline, Reading, Store, Unreadable, Validator
from bot.replay.choice import choose
from bot.replay.result import Result, conclude
from bot.replay.witness import CHANNEL, Note, RecordingClock, Witness
from bot.watcher import Watcher
from storage.opening import open_store

Audience = Callable[[Note], Awaitable[None]]
"""Sees what appears in the channel, in order."""

Pause = Callable[[float], Awaitable[None]]
"""Waits for a number of seconds."""

Progress = Callable[[int, int, datetime], None]
"""Is told how many of how many documents were played, and the moment reached."""


@dataclass(frozen=True, slots=True)
class Options:
    """How to play: the channel's *settings*, and the *components* it wants, by id or name.

    *speed* is how many times faster than real time, None for as fast as it can.
    *page_url* is the page's address where a recording names none.
    """

    page_url: str
    settings: Settings = field(default_factory=Settings)
    components: tuple[str, ...] = ()
    speed: float | None = None


class NoSource:
    """A `StatusSource` that is never asked: a replay hands its readings to the watcher itself."""

    async def read(self, endpoint: Endpoint, validator: Validator | None) -> Reading:
        """Refuse."""
        del endpoint, validator
        raise Unreadable("a recording is played; the page itself is not read")

    async def headlines(self) -> tuple[Headline, ...]:
        """Return nothing: a recording holds no feed."""
        return ()


class Stage:
    """A channel, and the bot that serves it, in the course of a recording."""

    def __init__(self, store: Store, begun: datetime, options: Options, pause: Pause) -> None:
        """*begun* is the moment of the first document."""
        self.clock = RecordingClock(begun)
        self.witness = Witness(self.clock)
        self._store = store
        self._watcher = Watcher(NoSource(), store, self.clock, on_due=self._ring)
        chats = {CHANNEL.platform: self.witness}
        self._courier = Courier(store, chats, self.clock, page_url=options.page_url)
        self._rung = False
        self._next_due: datetime | None = None
        self._speed = options.speed
        self._pause = pause

    async def play(self, recorded: Recorded) -> AsyncIterator[Note]:
        """Let the time pass until *recorded*, show it to the watcher, and yield all that appears.

        On the way the clock stops at every moment at which a delivery is due, as a reminder is.
        """
        while self._next_due is not None and self._next_due <= recorded.moment:
            await self._reach(self._next_due)
            for note in await self._serve():
                yield note
        await self._reach(recorded.moment)
        # Nobody will ask the store for the bodies: the recording has them.
        await self._watcher.observe(recorded.endpoint, replace(recorded.reading, body=b""))
        if self._rung:
            for note in await self._serve():
                yield note

    def _ring(self) -> None:
        self._rung = True

    async def _serve(self) -> list[Note]:
        self._rung = False
        await self._courier.run_dry()
        self._next_due = await self._store.next_due()
        return self.witness.take()

    async def _reach(self, moment: datetime) -> None:
        ahead = (moment - self.clock.now()).total_seconds()
        if self._speed and ahead > 0:
            await self._pause(ahead / self._speed)
        self.clock.reach(moment)


async def replay(
    path: Path,
    options: Options,
    *,
    audience: Audience | None = None,
    on_progress: Progress | None = None,
    pause: Pause = asyncio.sleep,
) -> Result:
    """Play the recording at *path* to a channel that subscribes at the moment of its first document.

    What is open in that document is told as it is; what is closed is history. Raises `BadRecording`.
    """
    recording = open_recording(path, options.page_url)
    settings, warnings = choose(recording, options.settings, options.components)
    async with _memory() as store:
        recorded = iter(recording)
        first = next(recorded)
        stage = Stage(store, first.moment, options, pause)
        subscription = await store.subscribe(CHANNEL, settings, CHANNEL.id, first.moment)
        assert subscription is not None  # noqa: S101 - it is the only one
        for played, one in enumerate(chain([first], recorded), 1):
            async for note in stage.play(one):
                if audience is not None:
                    await audience(note)
            if on_progress is not None:
                on_progress(played, len(recording), stage.clock.now())
        counts, threads = await conclude(store, subscription, stage.witness, len(recording))
    return Result(counts, threads, warnings)


@asynccontextmanager
async def _memory() -> AsyncIterator[Store]:
    """Open a store that is gone afterwards."""
    store = await open_store("sqlite://")
    try:
        yield store
    finally:
        await store.close()
