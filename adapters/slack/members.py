"""What Slack says of the people of a workspace: guest, admin or member; asked seldom and remembered."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Protocol

from bot.ports import Clock, Refused

SCOPE = "users:read"
REMEMBERED = timedelta(minutes=10)
SERVES = timedelta(days=1)
"""How old an answer may be that serves while Slack gives none."""

FRESH = timedelta(seconds=5)
"""How old one may be that makes somebody an admin for what cannot be taken back."""

MOST_REMEMBERED = 10_000


class Standing(StrEnum):
    """Who somebody is to the workspace. UNTOLD: the app may not ask. DOUBT: it asked and was not told."""

    MEMBER = "member"
    ADMIN = "admin"
    GUEST = "guest"
    STRANGER = "stranger"
    BOT = "bot"
    UNTOLD = "untold"
    DOUBT = "doubt"


class Asks(Protocol):
    """The part of the Web API that is needed here."""

    async def call(self, workspace: str, method: str, body: Mapping[str, Any]) -> Mapping[str, Any]: ...

    def scopes(self, workspace: str) -> frozenset[str] | None: ...


class Members:
    """Asks `users.info` where the scope allows it, and remembers the answer for ten minutes."""

    def __init__(self, api: Asks, clock: Clock) -> None:
        self._api = api
        self._clock = clock
        self._known: dict[tuple[str, str], tuple[Standing, datetime]] = {}
        self._quiet_until: dict[str, datetime] = {}

    def remembered(self, workspace: str, user: str) -> Standing | None:
        """Return what is known without asking, None if nothing is."""
        if not self._may_ask(workspace):
            return Standing.UNTOLD
        return self._last(workspace, user, REMEMBERED)

    async def standing(self, workspace: str, user: str, patience: float | None = None) -> Standing:
        """Return who *user* is, and DOUBT where nobody can say.

        Where Slack fails, takes longer than *patience* seconds or asked for a pause that is not over, it
        is what was known before, if that is at most a day old.
        """
        known = self.remembered(workspace, user)
        if known is not None:
            return known
        told = await self._asked(workspace, user, patience) if self._may_ask_now(workspace) else None
        return told or self._last(workspace, user, SERVES) or Standing.DOUBT

    async def fresh(self, workspace: str, user: str, patience: float | None = None) -> Standing:
        """Return who *user* is, ADMIN only as Slack said it just now; DOUBT where it says nothing.

        Who was something else lately is not asked about again, so that they cannot use up our calls.
        """
        known = self.remembered(workspace, user)
        if known is not None and known is not Standing.ADMIN:
            return known
        if just_now := self._last(workspace, user, FRESH):
            return just_now
        told = await self._asked(workspace, user, patience) if self._may_ask_now(workspace) else None
        return told or Standing.DOUBT

    def is_guest(self, workspace: str, user: str) -> bool:
        """Return whether *user* was a guest or a stranger when they were last asked about, if at all."""
        return self._last(workspace, user, SERVES) in {Standing.GUEST, Standing.STRANGER}

    async def _asked(self, workspace: str, user: str, patience: float | None) -> Standing | None:
        """Return what Slack says now, None where it says nothing of use."""
        try:
            async with asyncio.timeout(patience):
                answer = await self._api.call(workspace, "users.info", {"user": user})
        except TimeoutError:
            return None
        except Refused as refusal:
            if refusal.retry_after is not None:
                self._quiet_until[workspace] = self._clock.now() + refusal.retry_after
            return Standing.UNTOLD if refusal.code == "missing_scope" else None
        return self._remember(workspace, user, _standing(answer.get("user")))

    def _last(self, workspace: str, user: str, age: timedelta) -> Standing | None:
        """Return what was known at most *age* ago."""
        found = self._known.get((workspace, user))
        return found[0] if found and self._clock.now() - found[1] < age else None

    def _may_ask_now(self, workspace: str) -> bool:
        until = self._quiet_until.get(workspace)
        return until is None or until <= self._clock.now()

    def _may_ask(self, workspace: str) -> bool:
        scopes = self._api.scopes(workspace)
        return scopes is None or SCOPE in scopes

    def _remember(self, workspace: str, user: str, standing: Standing) -> Standing | None:
        if standing is Standing.DOUBT:
            return None
        while len(self._known) >= MOST_REMEMBERED:
            del self._known[next(iter(self._known))]
        self._known[workspace, user] = (standing, self._clock.now())
        return standing


def _standing(user: object) -> Standing:
    """Return what a `user` object says: https://docs.slack.dev/reference/objects/user-object."""
    if not isinstance(user, Mapping):
        return Standing.DOUBT
    if user.get("is_bot") or user.get("is_workflow_bot"):
        return Standing.BOT
    if user.get("is_stranger"):
        return Standing.STRANGER
    if user.get("is_restricted") or user.get("is_ultra_restricted") or user.get("deleted"):
        return Standing.GUEST
    if user.get("is_admin") or user.get("is_owner") or user.get("is_primary_owner"):
        return Standing.ADMIN
    return Standing.MEMBER
