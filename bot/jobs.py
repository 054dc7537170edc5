"""The jobs of one process: each is caught and told of, so that one failure stops nothing."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine
from typing import Any

from bot.complaints import Complaints

log = logging.getLogger(__name__)

CUT_OFF_WITHIN = 1.0  # seconds


class Jobs:
    """Runs jobs until told to stop. *on_unread* is called when what a job prints has no reader any more;
    *complaints* are told what fails.
    """

    def __init__(self, on_unread: Callable[[], None], complaints: Complaints | None = None) -> None:
        self._on_unread = on_unread
        self._complaints = complaints or Complaints()
        self._stopped = False
        self._running: dict[str, asyncio.Task[Any]] = {}

    def runs(self, name: str) -> bool:
        return name in self._running

    def begin(self, name: str, work: Coroutine[Any, Any, Any]) -> None:
        """Let *work* run beside everything else; nobody waits for what comes of it."""
        task = asyncio.create_task(work)
        self._running[name] = task
        task.add_done_callback(lambda _: self._running.pop(name, None))

    async def run(self, job: Callable[[], Coroutine[Any, Any, None]]) -> None:
        """Run *job* once and wait for its end, unless stopping. Raises nothing."""
        if self._stopped:
            return
        self.begin(job.__name__, job())
        try:
            await self._running[job.__name__]
        except asyncio.CancelledError:
            log.info("job cut off job=%s", job.__name__)
        except BrokenPipeError:
            self._on_unread()
        except Exception as error:  # noqa: BLE001  whatever it is, it stops nothing else
            self._complaints.failed(job.__name__, error)
        else:
            self._complaints.went_well()

    def stop(self) -> None:
        """Begin nothing new and cut off what runs: a poll writes all or nothing, so it may be cut off."""
        self._stopped = True
        for task in self._running.values():
            task.cancel()

    async def ended(self) -> None:
        """Wait a moment for what was cut off."""
        if self._running:
            await asyncio.wait(set(self._running.values()), timeout=CUT_OFF_WITHIN)
