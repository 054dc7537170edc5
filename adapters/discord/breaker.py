"""What stops all calls before Discord stops us: a token it does not take, too many refusals, a long pause."""

from __future__ import annotations

import logging
from collections import deque
from datetime import datetime, timedelta

from bot.domain.delivery import Scope, Verdict
from bot.ports import Clock, Refused
from bot.steady import SteadyClock

log = logging.getLogger(__name__)

MOST = 2000
WITHIN = timedelta(minutes=10)
"""Of 10,000 answers 401, 403 and 429 within that time Discord shuts out our whole address:
https://docs.discord.com/developers/topics/rate-limits#invalid-request-limit-aka-cloudflare-bans. The
gateway and others behind the address have their share."""

LOOKS_AGAIN = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 60))
"""After these, and the last of them again and again, one call finds out whether Discord takes the token."""

FOUND_NOTHING = timedelta(minutes=1)
"""After this another call does where the last one met something else."""

SAYS_SO_EVERY = timedelta(minutes=1)
"""For so long a delivery is put off that found all calls stopped: it costs nothing to ask us again."""

STOPPED = (
    "Discord does not accept the bot token: calls to Discord are stopped. "
    "Set DISCORD_BOT_TOKEN to the token shown under Bot in the Developer Portal and restart."
)


class Breaker:
    """Counts what Discord refuses. What it holds in memory may be lost: a restart is a try."""

    def __init__(self, clock: Clock) -> None:
        self._clock = SteadyClock(clock)
        self._invalid: deque[datetime] = deque(maxlen=MOST)
        self._quiet_until: datetime | None = None
        self._next_look: datetime | None = None
        self._looks = 0
        self._looking = False

    @property
    def refused(self) -> str | None:
        """Why no calls are made until somebody does something, None while they are."""
        return None if self._next_look is None else STOPPED

    def check(self) -> None:
        """Raise `Refused` while no call may be made. With a bad token one may at times: see `LOOKS_AGAIN`."""
        now = self._clock.now()
        if self._next_look is not None:
            if now < self._next_look:
                raise refusal_of_token()
            self._next_look = now + FOUND_NOTHING
            self._looking = True
        if self._quiet_until is not None and now < self._quiet_until:
            raise _pause("quiet", "Discord asked for a pause.", self._quiet_until - now)
        if len(self._invalid) == MOST and now - self._invalid[0] < WITHIN:
            reason = "Discord refused too many calls; I stop before it shuts me out."
            raise _pause("too_many_refusals", reason, self._invalid[0] + WITHIN - now)

    def quiet(self, pause: timedelta) -> None:
        """Make no call for so long."""
        until = self._clock.now() + pause
        self._quiet_until = max(until, self._quiet_until or until)

    def invalid(self) -> None:
        """Count an answer that Discord counts against us."""
        now = self._clock.now()
        was_shut = len(self._invalid) == MOST and now - self._invalid[0] < WITHIN
        self._invalid.append(now)
        if not was_shut and len(self._invalid) == MOST and now - self._invalid[0] < WITHIN:
            log.error("too many calls refused by discord, all stopped count=%d minutes=10", MOST)

    def bad_token(self) -> None:
        """Stop all calls, or go on so after a look; said once, however many calls find it out."""
        if self._next_look is not None and not self._looking:
            return
        wait = LOOKS_AGAIN[min(self._looks, len(LOOKS_AGAIN) - 1)]
        level = logging.WARNING if self._looks else logging.ERROR
        log.log(level, "%s I look again by myself in minutes=%d", STOPPED, wait / timedelta(minutes=1))
        self._next_look = self._clock.now() + wait
        self._looks += 1
        self._looking = False

    def good_token(self) -> None:
        """Go on, as Discord took the token."""
        if self._next_look is not None:
            log.warning("discord accepts the bot token again")
            self._next_look = None
            self._looks = 0
            self._looking = False


def refusal_of_token() -> Refused:
    """Return what every delivery is told while the token is bad: it stays due."""
    reason, _, cure = STOPPED.partition(". ")
    return Refused(
        Verdict.RETRY, Scope.PLATFORM, "bad_token", f"{reason}.", cure=cure, retry_after=SAYS_SO_EVERY
    )


def _pause(code: str, reason: str, wait: timedelta) -> Refused:
    return Refused(Verdict.RETRY, Scope.PLATFORM, code, reason, retry_after=wait)
