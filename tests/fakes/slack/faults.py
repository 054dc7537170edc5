"""Ways in which a call of Slack's Web API fails, and which call is to fail next."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum, auto
from typing import Any

Body = Mapping[str, Any]


class End(Enum):
    """What becomes of the connection."""

    ANSWER = auto()
    CUT = auto()
    RESET = auto()
    HANG = auto()


@dataclass(frozen=True, slots=True)
class Fault:
    """One failure. *accepted*: the method was performed all the same, only its answer was lost.

    CUT sends the head and half of the *body* and ends; RESET and HANG send nothing.
    """

    end: End = End.ANSWER
    accepted: bool = False
    status: int = 200
    body: bytes = b""
    content_type: str = "application/json; charset=utf-8"
    headers: Mapping[str, str] = field(default_factory=dict)


def error(code: str, **more: Any) -> Fault:
    """Return a refusal with Slack's error *code*."""
    return Fault(body=json.dumps({"ok": False, "error": code, **more}).encode())


def limited(retry_after: str | int | None = 30) -> Fault:
    """Return HTTP 429; https://docs.slack.dev/apis/web-api/rate-limits."""
    headers = {} if retry_after is None else {"Retry-After": str(retry_after)}
    return Fault(status=429, body=b'{"ok":false,"error":"ratelimited"}', headers=headers)


def http(status: int, *, accepted: bool = False) -> Fault:
    """Return an HTML page with an HTTP *status*, as a proxy in front of Slack makes one."""
    page = b"<!DOCTYPE html><title>Slack</title><h1>Server Error</h1>"
    return Fault(status=status, body=page, content_type="text/html; charset=utf-8", accepted=accepted)


def answer(value: Any, *, accepted: bool = False) -> Fault:
    """Return any JSON *value* in the place of Slack's answer."""
    return Fault(body=json.dumps(value).encode(), accepted=accepted)


def raw(body: bytes, content_type: str = "application/json", *, accepted: bool = False) -> Fault:
    """Return any *body*."""
    return Fault(body=body, content_type=content_type, accepted=accepted)


def redirect(location: str) -> Fault:
    """Return a redirect."""
    return Fault(status=302, headers={"Location": location})


def reset(*, accepted: bool = False) -> Fault:
    """Reset the connection after the request was read."""
    return Fault(End.RESET, accepted)


def cut(*, accepted: bool = False) -> Fault:
    """End the connection in the middle of the answer."""
    return Fault(End.CUT, accepted, body=b'{"ok":true,"channel":"C0')


def hang(*, accepted: bool = False) -> Fault:
    """Answer nothing, until the stand-in is healed or stopped."""
    return Fault(End.HANG, accepted)


Match = Callable[[str | None, Body], bool]
"""Of a call's token and body: whether the fault is meant for it."""


@dataclass(slots=True)
class Planned:
    """A fault that waits for *left* more calls (None: for every one) of *method* that *match*."""

    method: str
    fault: Fault
    left: int | None
    match: Match


@dataclass(slots=True)
class Faults:
    """The faults to come, first planned first met. *struck* is set when one of them met its first call."""

    planned: list[Planned] = field(default_factory=list)
    struck: asyncio.Event = field(default_factory=asyncio.Event)

    def take(self, method: str, token: str | None, body: Body) -> Fault | None:
        """Return what befalls this call, None if nothing."""
        for one in self.planned:
            if one.method in {method, "*"} and one.left != 0 and one.match(token, body):
                if one.left is not None:
                    one.left -= 1
                self.struck.set()
                return one.fault
        return None
