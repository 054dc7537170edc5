"""Calls in their turn: one pace for everything that posts, and what each outcome teaches it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from adapters.slack.limits import Limits, Memory
from adapters.slack.pace import Pace
from adapters.slack.scouts import Scouts
from adapters.slack.web_api import WebApi
from bot.domain.delivery import Scope, Verdict
from bot.domain.subscription import Channel
from bot.ports import Clock, NotYet, Refused

AS_IT_IS = {"parse": "none", "link_names": False}
"""Nothing in a text becomes a link or a mention; chat.update would take `parse` for `client` if left out.

https://docs.slack.dev/reference/methods/chat.update
"""

NO_PREVIEW = {"unfurl_links": False, "unfurl_media": False}
"""https://docs.slack.dev/reference/methods/chat.postMessage"""

SHUT = timedelta(minutes=1)
"""How long a workspace whose token opens nothing is not asked again, for all of its channels together."""

Heed = Callable[[str, str | None, Refused], Refused]
"""Takes note of the workspace whose token was refused, and returns the refusal as people are told it."""


@dataclass(frozen=True, slots=True)
class _Shut:
    """A workspace that lets nobody in with this *token* (None: there was none) *until* then."""

    until: datetime
    token: str | None
    refused: Refused


class Paced:
    """Makes calls no faster than each workspace takes them.

    Alerts and answers in a channel share one of these: Slack counts them together. What it holds in
    memory may be lost at any moment. *limits* shares it with other processes, None where there are none.
    """

    def __init__(
        self, api: WebApi, clock: Clock, memory: Memory | None = None, heed: Heed | None = None
    ) -> None:
        """*memory* is where all processes share what they learn; None where there is only one.

        *heed* is told of each refused call; None where a refused token is the operator's.
        """
        self._api = api
        self._clock = clock
        self._heed = heed
        self._pace = Pace(clock)
        self.limits = Limits(self._pace, memory, clock) if memory is not None else None
        self._scouts = Scouts(clock)
        self._shut: dict[str, _Shut] = {}

    async def turn(
        self, channel: Channel, method: str, key: str, *, apart: bool, within: timedelta | None = None
    ) -> None:
        """Raise `Refused` while the workspace lets nobody in, `NotYet` before the call's turn: see `Pace`."""
        await self._enter(channel.workspace)
        wait = self._pace.wait(channel, method, key, apart=apart, within=within)
        if wait is not None:
            raise NotYet(wait)

    async def call(self, channel: Channel, method: str, body: Mapping[str, Any]) -> Mapping[str, Any]:
        """Make a call whose turn it is, and learn how fast the workspace is, and whether it is open."""
        async with self._scouts.way(channel.workspace):
            await self._enter(channel.workspace)
            return await self._call(channel, method, body)

    async def _call(self, channel: Channel, method: str, body: Mapping[str, Any]) -> Mapping[str, Any]:
        token = await self._api.present_token(channel.workspace)
        try:
            answer = await self._api.call(channel.workspace, method, body)
        except Refused as error:
            raise self._refused(channel.workspace, method, token, error) from None
        self._pace.accepted(channel.workspace, method)
        self._scouts.heard(channel.workspace)
        self._shut.pop(channel.workspace, None)
        return answer

    def _refused(self, workspace: str, method: str, token: str | None, refused: Refused) -> Refused:
        """Learn from *refused*, and return it as it is told."""
        if refused.retry_after is not None:
            self._pace.limited(workspace, method, refused.retry_after)
            if self.limits is not None:
                self.limits.note(workspace, method)
        if self._heed is not None:
            refused = self._heed(workspace, token, refused)
        if (refused.verdict, refused.scope) == (Verdict.PAUSE, Scope.WORKSPACE):
            self._shut[workspace] = _Shut(self._clock.now() + SHUT, token, refused)
        return refused

    async def _enter(self, workspace: str) -> None:
        """Raise `Refused` while *workspace* is shut; whoever installs the app again opens it at once."""
        shut = self._shut.get(workspace)
        if shut is None or self._clock.now() >= shut.until:
            return
        if await self._api.present_token(workspace) == shut.token:
            raise _again(shut.refused)


def _again(refused: Refused) -> Refused:
    """Return *refused* once more, for another call that was not even made."""
    return Refused(refused.verdict, refused.scope, refused.code, refused.reason, cure=refused.cure)
