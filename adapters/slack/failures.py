"""How a call that got no good answer is told: as a `Refused`, whatever went wrong."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import timedelta
from math import isfinite
from typing import Any

from aiohttp import ClientConnectorError, ClientHttpProxyError, ConnectionTimeoutError, InvalidURL
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from adapters.slack.session import Redirected
from adapters.slack.verdicts import USUAL_PAUSE, refusal
from bot.domain.delivery import Scope, Verdict
from bot.ports import Refused

LEAST_PAUSE = timedelta(seconds=1)
LONGEST_PAUSE = timedelta(minutes=15)
"""A pause is bounded, so that one broken header does not silence a workspace for days."""

NOT_SENT = (ClientConnectorError, ClientHttpProxyError, ConnectionTimeoutError, InvalidURL, Redirected)
"""After these no byte of the request can have been accepted."""

_CODE = re.compile(r"[a-z][a-z_]{1,60}")


def failure(error: Exception) -> Refused:
    """Return what *error* of a call means, be it Slack's own answer or the lack of one."""
    if isinstance(error, SlackApiError):
        return _answered(error)
    if isinstance(error, NOT_SENT):
        reason = "Slack could not be reached."
        return Refused(Verdict.RETRY, Scope.PLATFORM, "not_connected", reason)
    if isinstance(error, TimeoutError):
        return unsure("no_answer", "Slack did not answer in time.")
    if isinstance(error, OSError):
        return unsure("connection_lost", "The connection broke before Slack answered.")
    return unsure("unreadable_answer", "Slack's answer could not be read.")


def unsure(code: str, reason: str) -> Refused:
    """Return a refusal of which nobody knows whether the call was accepted all the same."""
    return Refused(Verdict.RETRY, Scope.POST, code, reason, unknown=True)


def refused_answer(status: int, headers: Mapping[str, str], data: Any) -> Refused:
    """Return what an HTTP answer means that is no success: Slack's code where it names one."""
    code = _code(data)
    pause = retry_after(headers.get("Retry-After"))
    if status == 429:
        return refusal(code or "ratelimited", retry_after=pause or USUAL_PAUSE)
    if code is not None:
        needed = data.get("needed") if isinstance(data, Mapping) else ""
        return refusal(code, needed=_scope(needed), retry_after=pause)
    if 300 <= status < 500:
        return Refused(Verdict.RETRY, Scope.PLATFORM, f"http_{status}", "Something in between refused.")
    return unsure(f"http_{status}", "Slack's answer could not be read.")


def _code(data: Any) -> str | None:
    """Return the error that an answer names, be it an object or (of a response_url) a bare word."""
    code = data.get("error") if isinstance(data, Mapping) else data
    return code if isinstance(code, str) and _CODE.fullmatch(code) else None


def retry_after(value: str | None) -> timedelta | None:
    """Return the pause that a `Retry-After` header asks for, between 1 s and 15 min; None without one.

    Slack sends whole seconds (https://docs.slack.dev/apis/web-api/rate-limits); what is no number
    of seconds counts as its usual pause.
    """
    if value is None:
        return None
    try:
        seconds = float(value)
    except ValueError:
        return USUAL_PAUSE
    if not isfinite(seconds):
        return USUAL_PAUSE
    bounded = min(max(seconds, LEAST_PAUSE.total_seconds()), LONGEST_PAUSE.total_seconds())
    return timedelta(seconds=bounded)


def _answered(error: SlackApiError) -> Refused:
    """Return what a complete answer means; the SDK hands over its own or aiohttp's object."""
    response: Any = error.response
    status = response.status_code if isinstance(response, AsyncSlackResponse) else response.status
    data = response.data if isinstance(response, AsyncSlackResponse) else None
    return refused_answer(status, response.headers, data)


def _scope(needed: Any) -> str:
    """Return the name of a missing scope, if it is one."""
    return needed if isinstance(needed, str) and re.fullmatch(r"[a-z:._,]{1,80}", needed) else ""
