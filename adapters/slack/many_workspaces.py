"""The workspaces that installed the app by themselves: each has a token of its own, kept in the database."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.domain.delivery import Scope, Verdict
from bot.failures import kind_and_place
from bot.installations import Installation, Installations, TokenUnreadable
from bot.ports import Clock, Refused
from bot.steady import SteadyClock

log = logging.getLogger(__name__)

FRESH = timedelta(seconds=2)
"""How old what was read may be: so long a token that another process deleted may still be used."""

MOST_KNOWN = 10_000

PATIENCE_SECONDS = 3.0
"""How long a call waits for its token."""

GLANCE_SECONDS = 0.4
"""How long a request waits to be told whether its workspace is one of ours; it has 3 s in all."""


@dataclass(frozen=True, slots=True)
class _Found:
    """What the database said at *read_at*; *readable* is False where the token cannot be decrypted."""

    read_at: datetime
    installation: Installation | None
    readable: bool = True


class ManyWorkspaces:
    """Implements `Workspaces` for every workspace that installed the app at *install_url*."""

    def __init__(
        self,
        installations: Installations,
        clock: Clock,
        install_url: str,
        *,
        patience: float = PATIENCE_SECONDS,
        glance: float = GLANCE_SECONDS,
    ) -> None:
        self._patience = patience
        self._glance = glance
        self._installations = installations
        self._clock = SteadyClock(clock)
        self._install_url = install_url
        self._known: dict[str, _Found] = {}
        self._asking: dict[str, asyncio.Task[_Found]] = {}

    @property
    def cure(self) -> str:
        """What people do where the token is none (any more); they have no part in the operator's settings."""
        return f"Install it again at {self._install_url}."

    async def token(self, workspace: str) -> str:
        """Return the token of *workspace*. Raises `Refused` where there is none, or nobody can say."""
        try:
            async with asyncio.timeout(self._patience):
                found = await self._find(workspace)
        except Exception as error:  # noqa: BLE001  whatever it is, the call was not made
            log.warning("a token could not be looked up (%s)", kind_and_place(error))
            raise _no_memory() from None
        if not found.readable:
            raise self._unreadable()
        if found.installation is None:
            raise self._not_installed()
        return found.installation.token

    async def present_token(self, workspace: str) -> str | None:
        """Return the token of *workspace*, None where there is none that can be had."""
        try:
            return await self.token(workspace)
        except Refused:
            return None

    async def opens(self, workspace: str) -> bool | None:
        """Return whether *workspace* has the app, None where the database does not say in time."""
        try:
            async with asyncio.timeout(self._glance):
                found = await self._find(workspace)
        except Exception as error:  # noqa: BLE001  whatever it is, people get an answer
            log.warning("it is not known who has the app (%s)", kind_and_place(error))
            return None
        return _has_the_app(found)

    def known(self, workspace: str) -> bool | None:
        """Return what `opens` found out just now, None where it is too old, or found out nothing."""
        found = self._fresh(workspace)
        return None if found is None else _has_the_app(found)

    def forget(self, workspace: str) -> None:
        """Know nothing of *workspace* any more: what is under way to be read may be old already."""
        self._known.pop(workspace, None)
        self._asking.pop(workspace, None)

    async def _find(self, workspace: str) -> _Found:
        """Return what is known; many may ask at once, the database is asked once."""
        found = self._fresh(workspace)
        if found is not None:
            return found
        asking = self._asking.get(workspace)
        if asking is None:
            asking = self._asking[workspace] = asyncio.create_task(self._read(workspace))
            asking.add_done_callback(lambda task: self._answered(workspace, task))
        return await asyncio.shield(asking)

    def _fresh(self, workspace: str) -> _Found | None:
        found = self._known.get(workspace)
        return found if found is not None and self._clock.now() - found.read_at < FRESH else None

    async def _read(self, workspace: str) -> _Found:
        now = self._clock.now()
        try:
            return _Found(now, await self._installations.find(workspace))
        except TokenUnreadable:
            return _Found(now, None, readable=False)

    def _answered(self, workspace: str, asking: asyncio.Task[_Found]) -> None:
        failed = asking.cancelled() or asking.exception() is not None
        if self._asking.get(workspace) is not asking:
            return  # it was told to forget meanwhile
        del self._asking[workspace]
        if not failed:
            self._known.pop(workspace, None)
            self._known[workspace] = asking.result()
            while len(self._known) > MOST_KNOWN:
                del self._known[next(iter(self._known))]

    def _not_installed(self) -> Refused:
        reason = "The app is not installed in this workspace (any more)."
        return Refused(Verdict.PAUSE, Scope.WORKSPACE, "not_installed", reason, cure=self.cure)

    def _unreadable(self) -> Refused:
        reason = "The token of this workspace cannot be decrypted."
        cure = (
            "Put the key it was encrypted with back into TOKEN_ENCRYPTION_KEY, or install the app again at"
            f" {self._install_url}."
        )
        return Refused(Verdict.PAUSE, Scope.WORKSPACE, "token_unreadable", reason, cure=cure)


def _has_the_app(found: _Found) -> bool:
    """Return whether a workspace has the app, be it with a token that cannot be read."""
    return found.installation is not None or not found.readable


def _no_memory() -> Refused:
    reason = "The token of this workspace could not be looked up in the database."
    return Refused(Verdict.RETRY, Scope.WORKSPACE, "token_not_looked_up", reason)
