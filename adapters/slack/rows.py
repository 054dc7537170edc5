"""One row of the table of Slack's errors, and short ways to write one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from bot.domain.delivery import Scope, Verdict


@dataclass(frozen=True, slots=True)
class Row:
    """What some *codes*, separated by blanks, mean.

    *unknown*: the call may have done its work all the same. *pause*: how long to wait where Slack
    does not say, None where this is no rate limit. *wording*: what was refused is how the words were
    dressed, so that the bare words are worth another try. `{needed}` is the missing scope.
    """

    codes: str
    verdict: Verdict
    scope: Scope
    reason: str
    cure: str = ""
    unknown: bool = False
    pause: timedelta | None = None
    wording: bool = False


def channel(codes: str, reason: str, cure: str) -> Row:
    """Return the row of what pauses one channel, until people there do something about it."""
    return Row(codes, Verdict.PAUSE, Scope.CHANNEL, reason, cure)


def workspace(codes: str, reason: str, cure: str) -> Row:
    """Return the row of what pauses a workspace: whichever channel is asked for, nothing opens."""
    return Row(codes, Verdict.PAUSE, Scope.WORKSPACE, reason, cure)


def limit(codes: str, reason: str, pause: timedelta) -> Row:
    """Return the row of a rate limit, which lasts *pause* where Slack names no time."""
    return Row(codes, Verdict.RETRY, Scope.WORKSPACE, reason, pause=pause)


def passing(scope: Scope, codes: str, reason: str, cure: str = "") -> Row:
    """Return the row of what passes by itself; nothing was done."""
    return Row(codes, Verdict.RETRY, scope, reason, cure)


def gone(codes: str, reason: str) -> Row:
    """Return the row of what is about a message that is no more, or is not what it was."""
    return Row(codes, Verdict.RESEND, Scope.POST, reason)


def final(codes: str, reason: str, cure: str = "", *, wording: bool = False) -> Row:
    """Return the row of what would be refused for ever."""
    return Row(codes, Verdict.DROP, Scope.POST, reason, cure, wording=wording)
