"""What keeps Socket Mode from connecting: told once, and waited out."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from random import Random

from aiohttp import ClientError
from slack_sdk.errors import SlackApiError

from adapters.slack.failures import failure
from bot.domain.delivery import Verdict

log = logging.getLogger(__name__)

SWITCHED_OFF = "link_disabled"
TOO_MANY = "too_many_websockets"
"""Reasons of `disconnect`: https://docs.slack.dev/apis/events-api/using-socket-mode#disconnect."""


@dataclass(frozen=True, slots=True)
class Waits:
    """Seconds between tries: *first*, then double, up to *longest*.

    A try may hang for the ten seconds it has, and Slack be back just after it began: then what is left
    of it, *longest* and one more try have to fit in thirty. *asked* is the most we stay away because
    Slack asks for it, *mend* is for what only a person can help.
    """

    first: float = 1
    longest: float = 15
    asked: float = 300
    mend: float = 60


class Trouble:
    """The present trouble, if there is any; most methods return how many seconds to wait then."""

    def __init__(self, waits: Waits, chance: Random | None = None) -> None:
        """*chance* spreads the tries, so that a thousand bots do not come back at once."""
        self._waits = waits
        self._chance = chance or Random()  # noqa: S311  it keeps no secret
        self._told = ""
        self._failures = 0

    def refused(self, error: SlackApiError) -> float:
        """Slack answered `apps.connections.open` with *error*."""
        refusal = failure(error)
        if refusal.verdict is not Verdict.PAUSE:
            self._tell(logging.WARNING, f"Slack cannot be reached ({refusal.code}: {refusal.reason})")
            asked = refusal.retry_after.total_seconds() if refusal.retry_after else 0
            return max(self.soon(), min(asked, self._waits.asked))
        self._tell(
            logging.ERROR,
            f"Slack refuses SLACK_APP_TOKEN ({refusal.code}): set it to the app-level token (xapp-…, with "
            "the scope connections:write) that the app's settings show under Basic Information, App-Level "
            "Tokens",
        )
        return self._waits.mend

    def turned_away(self, reason: str) -> float:
        """Slack said `disconnect` with *reason* to a new connection."""
        if reason == SWITCHED_OFF:
            words = (
                "Socket Mode is switched off for this app: switch it on in the app's settings, Socket Mode"
            )
            self._tell(logging.ERROR, words)
            return self._waits.mend
        if reason == TOO_MANY:
            words = (
                "all connections of this app are in use: does it run elsewhere with the same SLACK_APP_TOKEN?"
            )
            self._tell(logging.WARNING, words)
        return self.soon()

    def failed(self, error: Exception) -> float:
        """Nothing came of a try; the words of *error* may hold the address, which is a secret."""
        self._tell(logging.WARNING, f"Slack cannot be reached ({_kind(error)})")
        return self.soon()

    def soon(self) -> float:
        """Something is not as it should be, and most likely passes."""
        wait: float = min(self._waits.longest, self._waits.first * 2 ** min(self._failures, 10))
        self._failures += 1
        return wait * self._chance.uniform(0.5, 1)

    def connected(self) -> None:
        """A connection is open."""
        if self._told:
            log.info("Slack is connected again")
        self._told = ""

    def over(self) -> None:
        """A connection has lasted."""
        self._failures = 0

    def _tell(self, level: int, words: str) -> None:
        """Log what is wrong when it begins and when it changes, not each time it is met."""
        if words != self._told:
            log.log(level, "%s", words)
        self._told = words


def word(value: object) -> str:
    """Return a word of Slack's as it may be logged, empty for what is none."""
    text = str(value or "")
    return text if len(text) <= 60 and text.isascii() and text.replace("_", "").isalnum() else ""


def _kind(error: Exception) -> str:
    if isinstance(error, TimeoutError):
        return "no answer in time"
    name = type(error).__name__
    return name if isinstance(error, ClientError | OSError) else f"unexpected: {name}"
