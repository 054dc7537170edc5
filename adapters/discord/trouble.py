"""What keeps us from Discord's gateway: told once, with its cure, and waited out."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime
from random import Random
from typing import Final

import discord
from aiohttp import ClientError

from adapters.discord.client import TurnedAway
from adapters.discord.identify import Spent, Uncounted
from bot.failures import kind_and_place

log = logging.getLogger(__name__)

NOT_TAKEN: Final = (
    "Discord refuses DISCORD_BOT_TOKEN: set it to the token that https://discord.com/developers/applications "
    "shows under Bot (Reset Token makes a new one), and start again. Until then no command is heard; whether "
    "Discord takes it again is looked at after 1, 5, 15 and 60 minutes, then every hour"
)

LOOKS_AGAIN: Final = (60.0, 300.0, 900.0, 3600.0)
"""Seconds after which a token that was refused is tried again, the last of them from then on: by a login,
which costs no session."""

UNCOUNTED: Final = (
    "the database cannot be used ({reason}), so nobody knows how often Discord's gateway was entered and it "
    "is left alone: no command is heard. `check` says what is wrong with the database; it is tried again"
)

UNREACHABLE_CURE: Final = "see the proxy variables and https://discordstatus.com; it is tried again"

FATAL: Final = frozenset({4010, 4011, 4012, 4013, 4014})
"""Close codes after which another try would end the same; 4004 is a bad token:
https://docs.discord.com/developers/topics/opcodes-and-status-codes#gateway-gateway-close-event-codes."""


class Lost(Exception):
    """The connection was lost and its session could not be resumed."""

    def __str__(self) -> str:
        return "the connection was lost"


@dataclass(frozen=True, slots=True)
class Waits:
    """Seconds between tries: *first*, then double, up to *longest*; *asked* is the most that Discord's
    own wish is followed.
    """

    first: float = 1
    longest: float = 30
    asked: float = 900


class Trouble:
    """The present trouble, if there is any. *chance* spreads the tries of many bots."""

    def __init__(self, waits: Waits, chance: Random | None = None) -> None:
        self._waits = waits
        self._chance = chance or Random()  # noqa: S311  it keeps no secret
        self._told = ""
        self._ours = False
        self._failures = 0
        self._refusals = 0

    @property
    def words(self) -> str | None:
        """What is wrong and what helps, None while nothing is."""
        return self._told or None

    @property
    def is_ours(self) -> bool:
        """True where another process might fare better: it has the same token and budget, not our network."""
        return self._ours

    def met(self, error: Exception, now: datetime) -> float | None:
        """Tell of what ended a client; return the seconds until the next try, None for no more tries."""
        self._ours = False
        if is_bad_token(error):
            self._tell(logging.ERROR, NOT_TAKEN)
            return self._much_later()
        match error:
            case discord.PrivilegedIntentsRequired():
                self._tell(logging.ERROR, _fatal_words(4014))
                return None
            case discord.ConnectionClosed(code=code) if code in FATAL:
                self._tell(logging.ERROR, _fatal_words(code))
                return None
            case Spent():
                self._tell(logging.WARNING, _spent_words(error))
                return max(0.0, (error.until - now).total_seconds())
            case Uncounted():
                self._tell(logging.WARNING, UNCOUNTED.format(reason=error.reason))
                return self._soon()
        self._ours = True
        self._tell(
            logging.WARNING, f"Discord's gateway cannot be reached ({described(error)}): {UNREACHABLE_CURE}"
        )
        return max(self._soon(), min(_asked(error), self._waits.asked))

    def connected(self, servers: int) -> None:
        """Every shard is connected."""
        if self._told:
            log.warning("Discord is connected again, servers: %d", servers)  # as loud as the trouble was
        self._told, self._ours = "", False

    def over(self) -> None:
        """A connection has lasted."""
        self._failures = self._refusals = 0

    def _much_later(self) -> float:
        wait = LOOKS_AGAIN[min(self._refusals, len(LOOKS_AGAIN) - 1)]
        self._refusals += 1
        return wait

    def _soon(self) -> float:
        wait: float = min(self._waits.longest, self._waits.first * 2 ** min(self._failures, 10))
        self._failures += 1
        return wait * self._chance.uniform(0.5, 1)

    def _tell(self, level: int, words: str) -> None:
        """Log what is wrong when it begins and when it changes, not each time it is met."""
        if words != self._told:
            log.log(level, "%s", words)
        self._told = words


def is_bad_token(error: Exception) -> bool:
    """Tell whether it was Discord itself that refused the token.

    A proxy refuses with a page of its own; https://docs.discord.com/developers/reference#error-messages.
    """
    if isinstance(error, discord.ConnectionClosed):
        return error.code == 4004
    refusal = error.__cause__ if isinstance(error, discord.LoginFailure) else error
    if not isinstance(refusal, discord.HTTPException) or refusal.status != 401:
        return False
    is_json = refusal.response.headers.get("Content-Type", "").startswith("application/json")
    return is_json and bool(refusal.text)


def _fatal_words(code: int) -> str:
    return (
        f"Discord does not take this version's connections any more (close code {code}): install a newer one"
    )


def _spent_words(spent: Spent) -> str:
    return (
        f"Discord's gateway is left alone until {spent.until:%Y-%m-%d %H:%M} UTC, because {spent.reason} and "
        "more would cost the token. Alerts go out, commands are not heard: find out what starts this program "
        "so often, or what else uses its token, or see https://discordstatus.com"
    )


def _asked(error: Exception) -> float:
    """Return how many seconds Discord wants to be left alone, zero where it does not say."""
    if isinstance(error, discord.RateLimited):
        return error.retry_after
    if not isinstance(error, discord.HTTPException):
        return 0.0
    named = error.response.headers.get("Retry-After", "")
    return float(named) if named.isdecimal() else 0.0


def described(error: Exception) -> str:
    """Return in a few words why Discord was not reached; an error's own may hold a secret."""
    match error:
        case TimeoutError():
            return "no answer in time"
        case discord.LoginFailure(__cause__=discord.HTTPException(status=status)):
            return f"HTTP {status}, not from Discord"
        case discord.HTTPException(status=status):
            return f"HTTP {status}"
        case Lost() | TurnedAway():
            return str(error)
        case ClientError() | OSError() | discord.DiscordException():
            return type(error).__name__
    return f"unexpected: {kind_and_place(error)}"
