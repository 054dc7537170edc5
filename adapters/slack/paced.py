"""Calls in their turn: one pace for everything that posts, and what each outcome teaches it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from adapters.slack.pace import Pace
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


class Paced:
    """Makes calls no faster than each workspace takes them.

    Alerts and answers in a channel share one of these: Slack counts them together. What it holds in
    memory may be lost at any moment.
    """

    def __init__(self, api: WebApi, clock: Clock) -> None:
        self._api = api
        self._clock = clock
        self._pace = Pace(clock)
        self._shut: dict[str, tuple[datetime, Refused]] = {}

    def turn(
        self, channel: Channel, method: str, key: str, *, apart: bool, within: timedelta | None = None
    ) -> None:
        """Raise `Refused` while the workspace lets nobody in, `NotYet` before the call's turn: see `Pace`."""
        shut = self._shut.get(channel.workspace)
        if shut is not None and self._clock.now() < shut[0]:
            raise _again(shut[1])
        wait = self._pace.wait(channel, method, key, apart=apart, within=within)
        if wait is not None:
            raise NotYet(wait)

    async def call(self, channel: Channel, method: str, body: Mapping[str, Any]) -> Mapping[str, Any]:
        """Make a call whose turn it is, and learn how fast the workspace is, and whether it is open."""
        try:
            answer = await self._api.call(channel.workspace, method, body)
        except Refused as refused:
            if refused.retry_after is not None:
                self._pace.limited(channel.workspace, method, refused.retry_after)
            if (refused.verdict, refused.scope) == (Verdict.PAUSE, Scope.WORKSPACE):
                self._shut[channel.workspace] = (self._clock.now() + SHUT, refused)
            raise
        self._pace.accepted(channel.workspace, method)
        self._shut.pop(channel.workspace, None)
        return answer


def _again(refused: Refused) -> Refused:
    """Return *refused* once more, for another call that was not even made."""
    return Refused(refused.verdict, refused.scope, refused.code, refused.reason, cure=refused.cure)
