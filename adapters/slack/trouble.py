"""What keeps Socket Mode from connecting: told once, and waited out."""

from __future__ import annotations

import logging
import math
import random
from dataclasses import dataclass

from aiohttp import ClientError
from slack_sdk.errors import SlackApiError

log = logging.getLogger(__name__)

SWITCHED_OFF = "link_disabled"
TOO_MANY = "too_many_websockets"
"""Reasons of `disconnect`: https://docs.slack.dev/apis/events-api/using-socket-mode#disconnect."""

PASSING = frozenset(
    {
        "fatal_error",
        "internal_error",
        "ratelimited",
        "request_timeout",
        "service_unavailable",
        "team_added_to_org",
    }
)
"""What https://docs.slack.dev/reference/methods/apps.connections.open says while Slack itself is unwell.
Every other code is about the token or the app, and stays until somebody mends that."""

LONGEST_RETRY_AFTER = 300.0


@dataclass(frozen=True, slots=True)
class Waits:
    """Seconds between tries: *first*, then double, up to *longest*; *mend* while only a person can help."""

    first: float = 1
    longest: float = 30
    mend: float = 60


class Trouble:
    """The present trouble, if there is any; most methods return how many seconds to wait then."""

    def __init__(self, waits: Waits) -> None:
        self._waits = waits
        self._told = ""
        self._failures = 0

    def refused(self, error: SlackApiError) -> float:
        """Slack answered `apps.connections.open` with *error*."""
        code = _code(error)
        if not code or code in PASSING:
            self._tell(logging.WARNING, f"Slack cannot be reached ({code or 'its answer is not understood'})")
            return max(self.soon(), _retry_after(error))
        self._tell(
            logging.ERROR,
            f"Slack refuses SLACK_APP_TOKEN ({code}): set it to the app-level token (xapp-…, with the scope "
            "connections:write) that the app's settings show under Basic Information, App-Level Tokens",
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
        return wait * random.uniform(0.5, 1)  # noqa: S311  so that a thousand bots do not come back at once

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


def _code(error: SlackApiError) -> str:
    """Return Slack's word for *error*, empty where the answer was none of Slack's."""
    data = getattr(error.response, "data", None)
    return word(data.get("error")) if isinstance(data, dict) else ""


def _retry_after(error: SlackApiError) -> float:
    headers = getattr(error.response, "headers", None) or {}
    seconds: float
    try:
        seconds = float(headers.get("Retry-After", 0))
    except (TypeError, ValueError):
        return 0
    return min(max(seconds, 0), LONGEST_RETRY_AFTER) if math.isfinite(seconds) else 0


def _kind(error: Exception) -> str:
    if isinstance(error, TimeoutError):
        return "no answer in time"
    name = type(error).__name__
    return name if isinstance(error, ClientError | OSError) else f"unexpected: {name}"
