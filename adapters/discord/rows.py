"""One row of the table of Discord's errors, and short ways to write one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from bot.domain.delivery import Scope, Verdict


@dataclass(frozen=True, slots=True)
class Row:
    """What some *codes* mean.

    *pause*: how long to wait where Discord does not say, None where this is no rate limit. *wording*:
    what was refused are the words or how they were dressed, so that bare words are worth another try.
    `{needed}` in a sentence is the permission that the call needs.
    """

    codes: tuple[int, ...]
    verdict: Verdict
    scope: Scope
    reason: str
    cure: str = ""
    unknown: bool = False
    pause: timedelta | None = None
    wording: bool = False


def channel(*codes: int, reason: str, cure: str) -> Row:
    """Return the row of what pauses one channel, until people there do something about it."""
    return Row(codes, Verdict.PAUSE, Scope.CHANNEL, reason, cure)


def server(*codes: int, reason: str, cure: str) -> Row:
    """Return the row of what pauses a server: whichever channel is asked for, nothing opens."""
    return Row(codes, Verdict.PAUSE, Scope.WORKSPACE, reason, cure)


def limit(*codes: int, scope: Scope, reason: str, pause: timedelta) -> Row:
    """Return the row of a rate limit, which lasts *pause* where Discord names no time."""
    return Row(codes, Verdict.RETRY, scope, reason, pause=pause)


def passing(*codes: int, scope: Scope, reason: str, cure: str = "", unknown: bool = False) -> Row:
    """Return the row of what passes by itself; *unknown*: it may have been done all the same."""
    return Row(codes, Verdict.RETRY, scope, reason, cure, unknown)


def gone(*codes: int, reason: str) -> Row:
    """Return the row of what is about a message or thread that is no more, or is not what it was."""
    return Row(codes, Verdict.RESEND, Scope.POST, reason)


def final(*codes: int, reason: str, cure: str = "", wording: bool = False) -> Row:
    """Return the row of what would be refused for ever."""
    return Row(codes, Verdict.DROP, Scope.POST, reason, cure, wording=wording)
