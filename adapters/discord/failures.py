"""How a call that got no good answer is told: as a `Refused`, whatever went wrong."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from math import isfinite
from typing import Any

from aiohttp import (
    ClientConnectionError,
    ClientConnectorError,
    ClientHttpProxyError,
    ConnectionTimeoutError,
    InvalidURL,
)
from discord import HTTPException, RateLimited

from adapters.discord.verdicts import BAD_TOKEN, BLOCKED, BLOCKED_FOR, ROWS, refusal
from adapters.discord.wire import Unslept
from bot.domain.delivery import Scope, Verdict
from bot.ports import Refused

USUAL_PAUSE = timedelta(seconds=5)
"""Where Discord asks for a pause and names none: the span of its usual buckets."""

LONGEST_PAUSE = timedelta(minutes=15)
"""A pause is bounded, so that one broken answer does not silence a channel for days."""

NOT_SENT = (ClientConnectorError, ClientHttpProxyError, ConnectionTimeoutError, InvalidURL)
"""After these no byte of the request can have been accepted."""

MESSAGE_GONE = 10008
"""Of one message alone, whichever place it was in."""

INVALID = (401, 403, 429)
"""https://docs.discord.com/developers/topics/rate-limits#invalid-request-limit-aka-cloudflare-bans"""


@dataclass(frozen=True, slots=True)
class Failure:
    """What became of a call. *refused* is what it means.

    *counts* is True where Discord counts the answer against us, *denied* where a place does not let us
    in, *bad_token* where Discord takes our token no more, *quiet* is how long no call at all may be made.
    """

    refused: Refused
    counts: bool = False
    denied: bool = False
    bad_token: bool = False
    quiet: timedelta | None = None


def failure(error: Exception, needed: str = "") -> Failure:
    """Return what *error* of a call means; *needed* are the permissions that the call needs."""
    if isinstance(error, Unslept):
        return _answered(error.status, error.headers, error.data, needed)
    if isinstance(error, HTTPException):
        return _answered(error.status, error.response.headers, {"code": error.code}, needed)
    if isinstance(error, RateLimited):
        return Failure(_limited(Scope.CHANNEL, timedelta(seconds=error.retry_after)))
    return Failure(_unanswered(error))


def _unanswered(error: Exception) -> Refused:
    """Return what a call means that got no answer, or none that can be read."""
    if isinstance(error, NOT_SENT):
        return Refused(Verdict.RETRY, Scope.PLATFORM, "not_connected", "Discord could not be reached.")
    if isinstance(error, TimeoutError):
        return unsure("no_answer", "Discord did not answer in time.")
    if isinstance(error, (OSError, ClientConnectionError)):
        return unsure("connection_lost", "The connection broke before Discord answered.")
    return unsure("unreadable_answer", "Discord's answer could not be read.")


def unsure(code: str, reason: str) -> Refused:
    """Return a refusal of which nobody knows whether the call was accepted all the same."""
    return Refused(Verdict.RETRY, Scope.POST, code, reason, unknown=True)


def _answered(status: int, headers: Mapping[str, str], data: Any, needed: str) -> Failure:
    """Return what an answer means that is no success: Discord's own code where it names a known one."""
    code = _code(data)
    if code in BAD_TOKEN or (status == 401 and _is_discords(data)):
        return _bad_token()
    counts = status in INVALID and headers.get("X-RateLimit-Scope") != "shared"
    if code == BLOCKED:
        return Failure(refusal(code), counts, quiet=BLOCKED_FOR)
    if status == 429 and (code not in ROWS or ROWS[code].pause is not None):
        return _rate_limited(headers, data, code, counts=counts)
    if code:
        denied = status in (403, 404) and code != MESSAGE_GONE
        return Failure(refusal(code, needed=needed), counts, denied=denied)
    return Failure(_by_status(status), counts)


def _by_status(status: int) -> Refused:
    """Return what an answer means that names no code."""
    if status >= 500:
        return unsure(f"http_{status}", "Discord failed in the middle of it.")
    return Refused(Verdict.RETRY, Scope.PLATFORM, f"http_{status}", "Something in between refused.")


def _rate_limited(headers: Mapping[str, str], data: Any, code: int, *, counts: bool) -> Failure:
    """Return what HTTP 429 means; without Discord's own words it is Cloudflare who shut us out."""
    asked = _seconds(data.get("retry_after") if isinstance(data, dict) else None)
    pause = asked or _seconds(headers.get("Retry-After"))
    if code in ROWS:
        return Failure(refusal(code, retry_after=pause), counts)
    if not isinstance(data, dict) or not headers.get("Via"):
        shut = max(pause or BLOCKED_FOR, BLOCKED_FOR)
        return Failure(_limited(Scope.PLATFORM, shut, "Discord shut me out for a while."), counts, quiet=shut)
    if data.get("global") is True or headers.get("X-RateLimit-Scope") == "global":
        wait = pause or USUAL_PAUSE
        return Failure(_limited(Scope.PLATFORM, wait), counts, quiet=wait)
    return Failure(_limited(Scope.CHANNEL, pause or USUAL_PAUSE), counts)


def _limited(scope: Scope, pause: timedelta, reason: str = "Discord asked for a pause.") -> Refused:
    return Refused(Verdict.RETRY, scope, "http_429", reason, retry_after=pause)


def _bad_token() -> Failure:
    """Return what is true of every call once one was refused for its token; `Breaker` says it to people."""
    return Failure(refusal(50014), counts=True, bad_token=True)


def _is_discords(data: Any) -> bool:
    """Return whether *data* has the form of an error of Discord's own, whose code may be 0.

    https://docs.discord.com/developers/reference#error-messages; a proxy's page about a login has not.
    """
    code = data.get("code") if isinstance(data, dict) else None
    return isinstance(code, int) and isinstance(data.get("message"), str)


def _code(data: Any) -> int:
    """Return the JSON error code of an answer, 0 where it names none."""
    code = data.get("code") if isinstance(data, dict) else None
    return code if isinstance(code, int) and not isinstance(code, bool) else 0


def _seconds(value: Any) -> timedelta | None:
    """Return the pause that *value* asks for, up to `LONGEST_PAUSE`; None for what is no number above 0."""
    try:
        seconds = float(value)
    except (TypeError, ValueError, OverflowError):
        return None
    if not isfinite(seconds) or seconds <= 0:
        return None
    return min(timedelta(seconds=min(seconds, 1e6)), LONGEST_PAUSE)
