"""Ways in which a call of Discord's API fails, and which call is to fail next."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum, auto
from typing import Any


class End(Enum):
    """What becomes of the connection."""

    ANSWER = auto()
    CUT = auto()
    RESET = auto()
    HANG = auto()


@dataclass(frozen=True, slots=True)
class Fault:
    """One failure. *accepted*: the call was performed all the same, only its answer was lost.

    CUT sends the head and half of the *body* and ends; RESET and HANG send nothing.
    """

    end: End = End.ANSWER
    accepted: bool = False
    status: int = 200
    body: bytes = b""
    content_type: str = "application/json"
    headers: Mapping[str, str] = field(default_factory=dict)


def error(status: int, code: int, message: str = "refused", **more: Any) -> Fault:
    """Return a refusal with Discord's JSON error *code*."""
    body = {"message": message, "code": code, **more}
    return Fault(status=status, body=json.dumps(body).encode())


def limited(
    retry_after: float = 1.0, *, scope: str = "user", via: bool = True, header: bool = True, code: int = 0
) -> Fault:
    """Return HTTP 429; *scope* is user, global or shared, *via* False looks like Cloudflare's ban.

    https://docs.discord.com/developers/topics/rate-limits#exceeding-a-rate-limit
    """
    headers = {"X-RateLimit-Scope": scope}
    if header:
        headers["Retry-After"] = str(max(1, round(retry_after)))
    if scope == "global":
        headers["X-RateLimit-Global"] = "true"
    if via:
        headers["Via"] = "1.1 google"
    told = {"message": "You are being rate limited.", "retry_after": retry_after, "global": scope == "global"}
    if code:
        told["code"] = code
    return Fault(status=429, body=json.dumps(told).encode(), headers=headers)


def http(status: int, *, accepted: bool = False, headers: Mapping[str, str] | None = None) -> Fault:
    """Return an HTML page with an HTTP *status*, as what stands in front of Discord makes one."""
    page = b"<!DOCTYPE html><title>Discord</title><h1>error</h1>"
    return Fault(accepted=accepted, status=status, body=page, content_type="text/html", headers=headers or {})


def raw(
    body: bytes, content_type: str = "application/json", *, status: int = 200, accepted: bool = False
) -> Fault:
    """Return any *body* in the place of Discord's answer."""
    return Fault(accepted=accepted, status=status, body=body, content_type=content_type)


def reset(*, accepted: bool = False) -> Fault:
    """Reset the connection after the request was read."""
    return Fault(End.RESET, accepted)


def cut(*, accepted: bool = False) -> Fault:
    """End the connection in the middle of the answer."""
    return Fault(End.CUT, accepted, body=b'{"id": "1", "chann')


def hang(*, accepted: bool = False) -> Fault:
    """Answer nothing, until the stand-in is healed or stopped."""
    return Fault(End.HANG, accepted)


Match = Callable[[str, Any], bool]
"""Of a call's path and body: whether the fault is meant for it."""


@dataclass(slots=True)
class Planned:
    """A fault that waits for *left* more calls (None: for every one) of *route* that *match*."""

    route: str
    fault: Fault
    left: int | None
    match: Match


@dataclass(slots=True)
class Faults:
    """The faults to come, first planned first met. *struck* is set when one of them met its first call."""

    planned: list[Planned] = field(default_factory=list)
    struck: asyncio.Event = field(default_factory=asyncio.Event)

    def take(self, route: str, path: str, body: Any) -> Fault | None:
        """Return what befalls this call, None if nothing."""
        for one in self.planned:
            if one.route in {route, "*"} and one.left != 0 and one.match(path, body):
                if one.left is not None:
                    one.left -= 1
                self.struck.set()
                return one.fault
        return None
