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

    def remembered(self, workspace: str, user: str) -> Standing | None:
        """Return what is known without asking, None if nothing is."""
        if not self._may_ask(workspace):
            return Standing.UNTOLD
        found = self._known.get((workspace, user))
        if found is None or self._clock.now() - found[1] >= REMEMBERED:
            return None
        return found[0]

    async def standing(self, workspace: str, user: str, patience: float | None = None) -> Standing:
        """Return who *user* is. DOUBT where Slack fails or takes longer than *patience* seconds."""
        known = self.remembered(workspace, user)
        if known is not None:
            return known
        try:
            async with asyncio.timeout(patience):
                answer = await self._api.call(workspace, "users.info", {"user": user})
        except TimeoutError:
            return Standing.DOUBT
        except Refused as refusal:
            return Standing.UNTOLD if refusal.code == "missing_scope" else Standing.DOUBT
        return self._remember(workspace, user, _standing(answer.get("user")))

    def _may_ask(self, workspace: str) -> bool:
        scopes = self._api.scopes(workspace)
        return scopes is None or SCOPE in scopes

    def _remember(self, workspace: str, user: str, standing: Standing) -> Standing:
        if standing is not Standing.DOUBT:
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
