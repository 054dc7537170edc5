"""What Slack granted: kept for its workspace, or given back where we cannot work with it."""

from __future__ import annotations

import asyncio
import logging

from slack_sdk.web.async_client import AsyncWebClient

from adapters.slack.dead_tokens import DeadTokens
from adapters.slack.install_words import InstallWords
from adapters.slack.many_workspaces import ManyWorkspaces
from adapters.slack.oauth import Grant
from adapters.slack.pages import Instead, Page
from adapters.slack.questions import DATABASE_SECONDS
from adapters.slack.web_api import ask
from bot.failures import kind_and_place
from bot.installations import Installations
from bot.ports import Clock, Refused
from bot.underway import Underway

log = logging.getLogger(__name__)

REVOKE_SECONDS = 5.0


class Granted:
    """Keeps grants that hold all of *scopes*."""

    def __init__(  # noqa: PLR0913  each part by its name
        self,
        *,
        scopes: tuple[str, ...],
        client: AsyncWebClient,
        installations: Installations,
        workspaces: ManyWorkspaces,
        dead_tokens: DeadTokens,
        clock: Clock,
        underway: Underway,
        words: InstallWords,
        patience: float = DATABASE_SECONDS,
    ) -> None:
        """*underway* saves, for which somebody waits *patience* seconds, and gives back what is refused."""
        self.scopes = scopes
        self.underway = underway
        self._patience = patience
        self._client = client
        self._installations = installations
        self._workspaces = workspaces
        self._dead_tokens = dead_tokens
        self._clock = clock
        self._words = words

    async def keep(self, grant: Grant) -> None:
        """Write *grant* down. Raises `Instead` where we cannot work with it, or it may be forgotten."""
        refusal = self._refusal(grant)
        if refusal is not None:
            log.warning("an installation was refused: %s", refusal.title)
            _ = self.underway.start(self._give_back(grant))
            raise Instead(refusal)
        saving = self.underway.start(self._save(grant))
        done, _ = await asyncio.wait({saving}, timeout=self._patience)
        if not done or not saving.result():
            raise Instead(self._words.uncertain())

    async def _save(self, grant: Grant) -> bool:
        """Write *grant* down, however long it takes; what cannot be kept is given back.

        Whoever removed the app before it was written was heard while there was nothing to delete, so that
        Slack is asked afterwards whether the token is good.
        """
        now = self._clock.now()
        try:
            await self._installations.save(grant.installation(now), now)
        except Exception as error:  # noqa: BLE001  whatever it is, people get an answer
            log.error(
                "an installation was not kept workspace=%s (%s)", grant.workspace, kind_and_place(error)
            )
            _ = self.underway.start(self._give_back(grant))
            return False
        finally:
            self._workspaces.forget(grant.workspace)
        _ = self.underway.start(self._dead_tokens.confirm(grant.workspace, grant.token))
        log.info("the app was installed workspace=%s", grant.workspace)
        return True

    def _refusal(self, grant: Grant) -> Page | None:
        if not grant.workspace:
            return self._words.organisation()
        if grant.rotates:
            return self._words.rotating()
        missing = set(self.scopes) - grant.scopes
        return self._words.missing_scopes(missing) if missing else None

    async def _give_back(self, grant: Grant) -> None:
        """Revoke a token that is not kept, unless its workspace has the app already.

        Revoking throws the bot out of its channels, and a workspace has but one bot of ours:
        https://docs.slack.dev/reference/methods/auth.revoke
        """
        if grant.workspace and await self._has_the_app(grant.workspace):
            return
        try:
            await ask(self._client, "auth.revoke", grant.token, {}, REVOKE_SECONDS)
        except Refused as refused:
            log.warning("a token that is not kept could not be revoked code=%s", refused.code)

    async def _has_the_app(self, workspace: str) -> bool:
        """Return whether *workspace* has an installation; it may have one where nobody can say."""
        try:
            return await self._installations.find(workspace) is not None
        except Exception as error:  # noqa: BLE001  whatever it is, nothing is taken away for it
            log.warning("a token that is not kept was not revoked either (%s)", kind_and_place(error))
            return True
