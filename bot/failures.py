"""The ways the outside fails.

Exception
|- Unreadable   the status page could not be read; nothing is known to have changed
|- Refused      a chat platform did not (surely) accept a message
|- NotYet       a message was not sent, because it is not its turn
`- Superseded   nothing was written, because another process has the duty by now
"""

from __future__ import annotations

from datetime import timedelta
from traceback import extract_tb

from bot.domain.delivery import Scope, Verdict


class Unreadable(Exception):
    """The page gave no usable answer. *reason* is for people, *retry_after* is what the page asked for.

    *refused* is True when the page answered and would not give the document (an HTTP status of 400
    to 599, or a redirect), so that another document may be worth a look.
    """

    def __init__(self, reason: str, *, retry_after: timedelta | None = None, refused: bool = False) -> None:
        super().__init__(reason)
        self.reason = reason
        self.retry_after = retry_after
        self.refused = refused


class Refused(Exception):
    """A platform's refusal, with what it means.

    *code* is the platform's own word or the name of the failure. *reason* and *cure* are sentences
    for the people of the channel. *retry_after* is a floor, None if the platform named none.
    *unknown* is True when the message may have been accepted all the same.
    """

    def __init__(
        self,
        verdict: Verdict,
        scope: Scope,
        code: str,
        reason: str,
        *,
        cure: str = "",
        retry_after: timedelta | None = None,
        unknown: bool = False,
    ) -> None:
        super().__init__(f"{code}: {reason}")
        self.verdict = verdict
        self.scope = scope
        self.code = code
        self.reason = reason
        self.cure = cure
        self.retry_after = retry_after
        self.unknown = unknown


class NotYet(Exception):
    """It is not this message's turn, and nothing was sent; *wait* is how long to put it off."""

    def __init__(self, wait: timedelta) -> None:
        super().__init__(f"not for {wait.total_seconds():g} s")
        self.wait = wait


class Superseded(Exception):
    """Another process leads *duty*, or nobody does: what was to be written under its fence was not."""

    def __init__(self, duty: str) -> None:
        super().__init__(f"another process leads {duty}")
        self.duty = duty


def kind_and_place(error: BaseException) -> str:
    """Return what *error* is and where it arose: its own words may hold what somebody wrote, or a secret."""
    places = extract_tb(error.__traceback__)
    place = f" in {places[-1].name}, line {places[-1].lineno}" if places else ""
    return f"{type(error).__name__}{place}"
