"""Dead tokens: those of workspaces whose removal nobody told us of, found in rounds.

Slack tells of a removal four times within minutes, and then no more:
https://docs.slack.dev/apis/events-api/#retries
"""

from __future__ import annotations

import logging
import random
from datetime import timedelta

from slack_sdk.web.async_client import AsyncWebClient

from adapters.slack.many_workspaces import ManyWorkspaces
from adapters.slack.verdicts import NEEDS_ANOTHER_TOKEN
from adapters.slack.web_api import ask
from bot.domain.delivery import Verdict
from bot.installations import Installations, TokenUnreadable
from bot.ports import Clock, Refused

log = logging.getLogger(__name__)

GONE = frozenset({"token_revoked", "account_inactive"})
"""What `auth.test` says of a token that will never open anything again.

Other refusals may pass: in its outages Slack has answered `invalid_auth` to tokens that are good.
https://docs.slack.dev/reference/methods/auth.test#errors
"""

SECONDS = 5.0
"""How long Slack may take to say whose a token is; nobody waits for it."""

ROUND_EVERY = timedelta(minutes=10)
ROUNDS_A_DAY = timedelta(days=1) // ROUND_EVERY

LEAST_TRIED = 20
"""Tokens that are tried in each round; more where all would not have their turn within a day."""


class DeadTokens:
    """Deletes a token that Slack itself says is dead, asked with that very token; others are kept."""

    def __init__(
        self, client: AsyncWebClient, installations: Installations, workspaces: ManyWorkspaces, clock: Clock
    ) -> None:
        self._client = client
        self._installations = installations
        self._workspaces = workspaces
        self._clock = clock
        self._suspected: dict[str, None] = {}
        self._ahead: list[str] = []

    def heed(self, workspace: str, token: str | None, refused: Refused) -> Refused:
        """Return *refused* with the cure that a tenant has; where *token* may be dead, its turn is next.

        That is soon enough, and the event of the removal mostly comes before: then no call is made.
        """
        if refused.code not in NEEDS_ANOTHER_TOKEN:
            return refused
        if token is not None:
            self._suspected[workspace] = None
        cure = self._workspaces.cure
        return Refused(refused.verdict, refused.scope, refused.code, refused.reason, cure=cure)

    async def tick(self) -> None:
        """Note who has no installation (any more), and try some tokens; to be called each ROUND_EVERY.

        Raises what the database does.
        """
        await self._installations.note_absent(self._clock.now())
        for workspace in self._next(await self._installations.workspaces()):
            if not await self._is_settled(workspace):
                self._ahead.append(workspace)

    async def confirm(self, workspace: str, token: str) -> bool:
        """Ask Slack whether *token* is dead, and delete it then; False where Slack does not say.

        Raises what the database does.
        """
        try:
            await ask(self._client, "auth.test", token, {}, SECONDS)
        except Refused as refused:
            if refused.code in GONE:
                await self._drop(workspace, token)
            return refused.verdict is not Verdict.RETRY
        return True

    def _next(self, workspaces: list[str]) -> list[str]:
        """Return whose turn it is: who is suspected, then some of *workspaces*, each once before all again.

        They come in any order, so that a process that is often started anew begins with others.
        """
        if not self._ahead:
            self._ahead = random.sample(workspaces, len(workspaces))
        count = max(LEAST_TRIED, -(-len(workspaces) // ROUNDS_A_DAY))
        these = list({**self._suspected, **dict.fromkeys(self._ahead)})[:count]
        for workspace in these:
            self._suspected.pop(workspace, None)
        tried = frozenset(these)
        self._ahead = [one for one in self._ahead if one not in tried]
        return these

    async def _is_settled(self, workspace: str) -> bool:
        """Try the token of *workspace*; False where Slack does not say, so that it is tried again."""
        try:
            found = await self._installations.find(workspace)
        except TokenUnreadable:
            return True  # nobody can try it; `check` tells of it
        return found is None or await self.confirm(workspace, found.token)

    async def _drop(self, workspace: str, token: str) -> None:
        try:
            dropped = await self._installations.drop(workspace, token, self._clock.now())
        finally:
            self._workspaces.forget(workspace)
        if dropped:
            log.info("the app was removed unheard, its token is deleted workspace=%s", workspace)
