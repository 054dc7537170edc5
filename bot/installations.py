"""The port of the installations: which workspaces of Slack let us in, each with a token of its own."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol


class TokenUnreadable(Exception):
    """A stored token cannot be decrypted: its key is not in the ring, or it is another workspace's."""


@dataclass(frozen=True, slots=True)
class Installation:
    """One workspace that installed the app. *installed_at* is by Slack's clock, whole seconds.

    *bot_user* is our own user there, *scopes* are what the token was given, *installed_by* is a user's id.
    """

    workspace: str
    token: str = field(repr=False)
    bot_user: str
    scopes: frozenset[str]
    installed_by: str
    installed_at: datetime


class Installations(Protocol):
    """Where installations are kept, tokens encrypted, and the states of those under way. Times are UTC."""

    async def begin(self, state: str, browser: str, now: datetime) -> None:
        """Keep *state*, which only *browser* may bring back, for ten minutes; of too many the oldest go.

        Both are random texts; only their hashes are stored.
        """

    async def consume(self, state: str, browser: str, now: datetime) -> bool:
        """Take *state* back; True once, for the browser that it was given to, within ten minutes.

        It holds between processes: of several that ask at once, one gets True.
        """

    async def save(self, installation: Installation, now: datetime) -> None:
        """Write *installation* over whatever there was of its workspace.

        The workspace has `joined`, which nothing else says of one in Slack; what is paused in it is tried
        at once.
        """

    async def find(self, workspace: str) -> Installation | None:
        """Return the installation of *workspace*, None if it has none. Raises `TokenUnreadable`."""

    async def remove(self, workspace: str, happened_at: datetime, now: datetime) -> bool:
        """Delete the token at once and note that the bot has `left`; False where nothing was to remove.

        An installation made after *happened_at*, by Slack's clock, stays: what is heard of is older.
        """

    async def drop(self, workspace: str, token: str, now: datetime) -> bool:
        """Delete *token*, which Slack says is dead, as `remove` does; False where *workspace* has another.

        Raises `TokenUnreadable`.
        """

    async def note_absent(self, now: datetime) -> None:
        """Note that workspaces of Slack which have subscriptions, but no installation, have `left`.

        Not to be called where there is one token for good, and so no installation.
        """

    async def workspaces(self) -> list[str]:
        """Return the workspaces that have an installation, by their ids."""

    async def unreadable(self) -> list[str]:
        """Return the workspaces whose token cannot be decrypted."""
