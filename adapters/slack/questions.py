"""What an installation asks the database: seldom, little at a time, and nobody waits for it long."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine
from datetime import timedelta
from typing import Any, Final, TypeVar

from adapters.slack.install_words import InstallWords
from adapters.slack.pages import Instead
from bot.commands.limits import Count, Limit
from bot.failures import kind_and_place
from bot.ports import Clock
from bot.steady import SteadyClock
from bot.underway import Underway

log = logging.getLogger(__name__)

Result = TypeVar("Result")

MOST_UNDER_WAY = 2
"""Questions at a time. Anybody may cause one, and alerts want the same database."""

BEGINNINGS: Final = Limit(60, timedelta(minutes=1))
"""Of all people together: each is a write, and nobody is known yet who could be counted apart."""

DATABASE_SECONDS = 2.0
"""For each question to the database; somebody looks at an empty page meanwhile."""


class Questions:
    """Asks for one process. Whoever is too much is sent away without the database hearing of it."""

    def __init__(
        self, words: InstallWords, underway: Underway, clock: Clock, patience: float = DATABASE_SECONDS
    ) -> None:
        """*underway* holds what nobody waits for any more; *patience* is how many seconds somebody does."""
        self._words = words
        self._underway = underway
        self._clock = SteadyClock(clock)
        self._patience = patience
        self._begun = Count([BEGINNINGS])
        self._under_way = 0

    def count_beginning(self) -> None:
        """Count one installation that is begun. Raises `Instead` where there are too many, or is no place.

        Then it counts for nothing: whoever comes in crowds uses up less of what there is for all.
        """
        now = self._clock.now()
        if self._under_way >= MOST_UNDER_WAY or self._begun.reached("all", now):
            raise Instead(self._words.too_many())
        self._begun.take("all", now)

    async def ask(self, question: Callable[[], Coroutine[Any, Any, Result]]) -> Result:
        """Return the answer to *question*. Raises `Instead` where there is no place, or no answer in time.

        A transaction ends when it ends, however soon whoever wanted it has gone; so does its place.
        """
        if self._under_way >= MOST_UNDER_WAY:
            raise Instead(self._words.too_many())
        self._under_way += 1
        asking = self._underway.start(self._answered(question))
        done, _ = await asyncio.wait({asking}, timeout=self._patience)
        if not done:
            log.error("an installation needs the database (no answer in %g s)", self._patience)
        answer = asking.result() if done else None
        if answer is None:
            raise Instead(self._words.memory_away())
        return answer[0]

    async def _answered(self, question: Callable[[], Coroutine[Any, Any, Result]]) -> tuple[Result] | None:
        """Return the answer in a tuple, None where the database fails."""
        try:
            return (await question(),)
        except Exception as error:  # noqa: BLE001  whatever it is, people get an answer
            log.error("an installation needs the database (%s)", kind_and_place(error))
            return None
        finally:
            self._under_way -= 1
