"""Removals: `app_uninstalled` and `tokens_revoked`, which come in any order, twice, and late.

https://docs.slack.dev/reference/events/app_uninstalled, https://docs.slack.dev/reference/events/tokens_revoked
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from adapters.slack.many_workspaces import ManyWorkspaces
from adapters.slack.request import ID
from bot.installations import Installations
from bot.ports import Clock

log = logging.getLogger(__name__)

REVOKED = "tokens_revoked"


class Removals:
    """Deletes the token of a workspace that removed the app, in the process that hears of it at once."""

    def __init__(self, installations: Installations, workspaces: ManyWorkspaces, clock: Clock) -> None:
        self._installations = installations
        self._workspaces = workspaces
        self._clock = clock

    async def heed(self, body: Mapping[str, Any], next: Callable[[], Awaitable[None]]) -> None:  # noqa: A002
        """Do what the event in *body* says before it is acknowledged, then go on with *next*.

        Raises what the database does: Bolt acknowledges an event before its listener ends, and this one
        has to come again where it failed.
        """
        workspace, happened_at = body.get("team_id"), _moment(body.get("event_time"))
        if not (isinstance(workspace, str) and ID.fullmatch(workspace)) or happened_at is None:
            log.warning("a removal was not understood: it names no workspace or no time")
        elif _is_ours(body):
            await self._remove(workspace, happened_at)
        await next()

    async def _remove(self, workspace: str, happened_at: datetime) -> None:
        try:
            removed = await self._installations.remove(workspace, happened_at, self._clock.now())
        finally:
            self._workspaces.forget(workspace)
        if removed:
            log.info("the app was removed, its token is deleted workspace=%s", workspace)


def _is_ours(body: Mapping[str, Any]) -> bool:
    """Return whether the event is about our token; those of people, named alone, are none we keep."""
    event = body.get("event")
    if not isinstance(event, Mapping) or event.get("type") != REVOKED:
        return True
    tokens = event.get("tokens")
    return isinstance(tokens, Mapping) and bool(tokens.get("bot"))


def _moment(seconds: object) -> datetime | None:
    """Return the moment that an `event_time` names: whole seconds since 1970, by Slack's clock."""
    if not isinstance(seconds, int) or isinstance(seconds, bool):
        return None
    try:
        return datetime.fromtimestamp(seconds, UTC)
    except (OverflowError, ValueError, OSError):
        return None
