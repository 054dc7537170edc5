"""Which channels, workspaces and platforms asked for a pause, and until when."""

from __future__ import annotations

from datetime import datetime

from bot.domain.delivery import Scope
from bot.domain.subscription import Channel

DEPTHS = {Scope.PLATFORM: 1, Scope.WORKSPACE: 2, Scope.CHANNEL: 3}
"""How much of (platform, workspace, channel) a scope names; a single post holds nothing else up."""


class Holds:
    """The pauses of one process. Nothing is lost with it: whoever does not know them is asked again."""

    def __init__(self) -> None:
        self._until: dict[tuple[str, ...], datetime] = {}
        self._latest: datetime | None = None

    def add(self, channel: Channel, scope: Scope, until: datetime) -> None:
        """Let everything of *channel*'s *scope* wait until then, and nothing else."""
        depth = DEPTHS.get(scope)
        if depth is not None:
            place = _place(channel)[:depth]
            self._until[place] = max(until, self._until.get(place, until))

    def until(self, channel: Channel, now: datetime) -> datetime | None:
        """Return the latest moment for which *channel* has to wait, None if it need not.

        Where *now* is before one that was given already the clock was put back, and all pauses with it.
        """
        if self._latest is not None and now < self._latest:
            back = self._latest - now
            self._until = {place: moment - back for place, moment in self._until.items()}
        self._latest = now
        moments = []
        for depth in DEPTHS.values():
            place = _place(channel)[:depth]
            moment = self._until.get(place)
            if moment is not None and moment > now:
                moments.append(moment)
            else:
                self._until.pop(place, None)
        return max(moments, default=None)


def _place(channel: Channel) -> tuple[str, str, str]:
    return channel.platform, channel.workspace, channel.id
