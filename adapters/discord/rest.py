"""Discord's REST API for deliveries: one call in, its answer or a `Refused` out."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Coroutine
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from discord.http import Route

from adapters.discord.breaker import Breaker, refusal_of_token
from adapters.discord.budget import Budget
from adapters.discord.failures import Failure, failure, unsure
from adapters.discord.rewriting import Rewriting
from adapters.discord.strikes import Strikes
from adapters.discord.wire import Wire
from bot.domain.delivery import Scope, Verdict
from bot.failures import kind_and_place
from bot.ports import Clock, NotYet, Refused

log = logging.getLogger(__name__)

Json = dict[str, Any]

DEADLINE = timedelta(seconds=10)
"""How long somebody waits for a call. The call goes on behind their back: what becomes of it is unknown."""

MOST_UNDER_WAY = 200
"""Calls at once, those among them that nobody waits for any more: a Discord that hangs gets no others."""

MOST_DENIED = 25
"""Calls that one server may deny us within ten minutes: a channel that did is paused and not asked again,
so that more are either many channels closed at once or somebody who wants us shut out."""

CLOSED_WITHIN = timedelta(seconds=1.5)
"""How long closing waits for calls that are under way."""

CUT_OFF_WITHIN = timedelta(seconds=0.3)
"""And then for those it had to end."""


@dataclass(frozen=True, slots=True)
class About:
    """What a call is about beyond its words, each empty where it says nothing.

    *needed* are the permissions it needs. *place* in *server* is where it counts when it is denied, and it
    is not made where too many were. *rewrites* is the message that it edits, alone as
    long as it is under way.
    """

    needed: str = ""
    server: str = ""
    place: str = ""
    rewrites: str = ""


NOTHING = About()


class Rest:
    """The one place that makes REST calls for deliveries, with a session of its own.

    It logs in with the first call, so that it works where Discord was away at the start, or the gateway
    is. No call is ever cancelled while the session lasts.
    """

    def __init__(self, token: str, clock: Clock, *, deadline: timedelta = DEADLINE) -> None:
        self._token = token
        self._clock = clock
        self._deadline = deadline
        self._budget = Budget(clock)
        self._breaker = Breaker(clock)
        self._denials = Strikes(clock, "calls", MOST_DENIED)
        self._rewriting = Rewriting(clock)
        self._wire: Wire | None = None
        self._logging_in: asyncio.Task[Wire] | None = None
        self._under_way: set[asyncio.Task[Any]] = set()
        self._closed = False

    @property
    def refused(self) -> str | None:
        """Why no calls are made until somebody does something, with the cure; None while they are."""
        return self._breaker.refused

    @property
    def under_way(self) -> int:
        """How many calls are, those among them that nobody waits for any more."""
        return len(self._under_way)

    def turn(self, key: str, cost: int = 1) -> None:
        """Raise `NotYet` before it is the turn of the *cost* calls known as *key*: see `Budget`."""
        wait = self._budget.wait(key, cost)
        if wait is not None:
            raise NotYet(wait)

    def may_rewrite(self, message: str) -> None:
        """Raise `NotYet` while an edit of *message* is under way, be it that nobody waits for it."""
        self._rewriting.check(message)

    def unsettled(self, message: str) -> timedelta | None:
        """Return how long an edit of *message* that got no answer may still overwrite another; None: not."""
        return self._rewriting.unsettled(message)

    async def call(
        self, method: str, path: str, body: Json | None = None, about: About = NOTHING, **parameters: str
    ) -> Json:
        """Make one call and return the object it answers. Raises `Refused`, `NotYet`, and nothing else.

        *path* is written as in Discord's documentation, *parameters* are its ids.
        """
        self._may_call(about)
        self._breaker.check()
        wire = await self._logged_in()
        self._may_call(about)
        self._budget.made()
        options: Json = {} if body is None else {"json": body}
        task = self._begin(wire.request(Route(method, path, **parameters), **options), about)
        if about.rewrites:
            self._rewriting.begin(about.rewrites, task)
        answer = await self._within_deadline(task)
        if not isinstance(answer, dict):
            raise unsure("unreadable_answer", "Discord's answer could not be read.")
        return answer

    async def close(self) -> None:
        """Make no more calls; those under way have a moment to end."""
        self._closed = True
        tasks = set(self._under_way)
        if tasks:
            await asyncio.wait(tasks, timeout=CLOSED_WITHIN.total_seconds())
        if self._wire is not None:
            await self._wire.close()
        left = {task for task in tasks if not task.done()}
        for task in left:
            task.cancel()
        if left:
            log.warning("calls to discord cut off count=%d", len(left))
            await asyncio.wait(left, timeout=CUT_OFF_WITHIN.total_seconds())

    def _may_call(self, about: About) -> None:
        if self._closed:
            raise Refused(Verdict.RETRY, Scope.PLATFORM, "closed", "I am shutting down.")
        if len(self._under_way) >= MOST_UNDER_WAY:
            reason = "Discord does not answer."
            raise Refused(Verdict.RETRY, Scope.PLATFORM, "hanging", reason, retry_after=self._deadline)
        alone = self._denials.wait(about.server, about.place)
        if alone is not None:
            scope = Scope.CHANNEL if self._denials.knows(about.place) else Scope.WORKSPACE
            reason = "Many channels of this server do not let me in; I ask it again later."
            raise Refused(Verdict.RETRY, scope, "server_denies", reason, retry_after=alone)
        self._rewriting.check(about.rewrites)

    async def _logged_in(self) -> Wire:
        """Return a session that Discord knows. Nothing of a delivery was sent where this raises."""
        if self._wire is not None:
            return self._wire
        if self._logging_in is None or self._logging_in.done():
            self._logging_in = self._begin(self._log_in(), NOTHING)
        try:
            wire: Wire = await self._within_deadline(self._logging_in)
        except Refused as refused:
            raise _of_the_login(refused) from None
        return wire

    async def _log_in(self) -> Wire:
        wire = Wire(self._clock)
        try:
            user: object = await wire.static_login(self._token)
            if not isinstance(user, dict):
                raise ValueError("Discord did not say who we are")
        except BaseException:
            await wire.close()
            raise
        self._wire = wire
        return wire

    def _begin(self, call: Coroutine[Any, Any, Any], about: About) -> asyncio.Task[Any]:
        """Let *call* go its way: nobody's impatience ends it."""
        task = asyncio.create_task(self._made(call, about))
        self._under_way.add(task)
        task.add_done_callback(self._ended)
        return task

    async def _made(self, call: Coroutine[Any, Any, Any], about: About) -> Any:
        """Return what *call* gives, having learnt from what becomes of it."""
        try:
            answer = await call
        except NotYet:
            raise
        except Exception as error:  # noqa: BLE001 - discord.py lets everything through, none of it may go on
            raise self._learn(failure(error, about.needed), about) from None
        self._breaker.good_token()
        return answer

    async def _within_deadline(self, task: asyncio.Task[Any]) -> Any:
        """Return what *task* gives, or leave it alone once the deadline is over or our caller is gone."""
        done, _ = await asyncio.wait({task}, timeout=self._deadline.total_seconds())
        if not done:
            raise unsure("no_answer", "Discord did not answer in time.")
        if task.cancelled():
            raise unsure("cut_off", "The call was cut off.")
        return task.result()

    def _ended(self, task: asyncio.Task[Any]) -> None:
        """Take note of what became of a call that nobody may be waiting for."""
        self._under_way.discard(task)
        error = None if task.cancelled() else task.exception()
        if error is not None:
            log.debug("call to discord failed error=%s", kind_and_place(error))

    def _learn(self, failed: Failure, about: About) -> Refused:
        """Take what a failure says about the calls to come, and return what it means for this one."""
        if failed.counts:
            self._breaker.invalid()
        if failed.denied and about.server:
            self._denials.add(about.server, about.place)
        if failed.quiet is not None:
            self._breaker.quiet(failed.quiet)
        if failed.bad_token:
            self._breaker.bad_token()
            return refusal_of_token()
        if failed.refused.code.isdecimal():  # Discord's own word: it knows who we are
            self._breaker.good_token()
        return failed.refused


def _of_the_login(refused: Refused) -> Refused:
    """Return what a refused login means for a delivery: no channel is to blame, nothing was sent."""
    return Refused(
        Verdict.RETRY,
        Scope.PLATFORM,
        refused.code,
        refused.reason,
        cure=refused.cure,
        retry_after=refused.retry_after,
    )
