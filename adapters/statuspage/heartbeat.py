"""The operator's dead-man switch: an address called after each good poll."""

from __future__ import annotations

from datetime import timedelta

import httpx

from adapters.statuspage.transfer import DEADLINE, fetch
from bot.ports import Unreadable


class Heartbeat:
    """Tells *url* that we are alive, within *deadline*."""

    def __init__(self, url: str, client: httpx.AsyncClient, deadline: timedelta = DEADLINE) -> None:
        self._url = url
        self._client = client
        self._deadline = deadline

    async def beat(self) -> bool:
        """Call once; True if the answer was of the 2xx kind. Raises nothing."""
        try:
            answer = await fetch(self._client, self._url, {}, self._deadline)
        except Unreadable:
            return False
        return 200 <= answer.status < 300
