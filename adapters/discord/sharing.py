"""Sharing an answer with the channel: by those who may write there, once, and not one upon the other."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from adapters.discord import words
from adapters.discord.answers import Answer, Answers
from adapters.discord.preflight import IN_THREADS, NAMES, SEND
from adapters.discord.request import Request
from adapters.discord.saying import Saying, Shared, Told
from bot.domain.message import Message
from bot.ports import Clock, Store

SPELL: Final = timedelta(seconds=10)
"""In which a channel is shared one answer, whoever presses."""


@dataclass(frozen=True, slots=True)
class Sharing:
    """Says answers to everybody, on behalf of somebody: where they may, and as often as is of use."""

    answers: Answers
    store: Store
    clock: Clock

    async def share(self, component: str, request: Request) -> Saying:
        """Return the present answer for everybody, or to the person alone why not."""
        against = _forbidden(request) or await self._too_much(request)
        if against is not None:
            return Told(Answer(against))
        return Shared(await self.answers.share(component, request))

    async def _too_much(self, request: Request) -> Message | None:
        """Return why this would be one too many. Presses may come at once, and to several processes."""
        now = self.clock.now()
        wait = await self.store.spend(f"discord share {request.channel}", now, [(SPELL, 1)])
        if wait:
            return words.shared_just_now(wait)
        if await self.store.first_time(f"discord shared {request.message}", now):
            return None
        return words.shared_already()


def _forbidden(request: Request) -> Message | None:
    """Return why the person may not write in the request's channel; outside of servers everybody may."""
    needed = IN_THREADS if request.is_thread else SEND
    may = not request.guild or request.permissions.administrator or getattr(request.permissions, needed)
    return None if may else words.may_not_speak(NAMES[needed])
