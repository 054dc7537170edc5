"""What every handler works with."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bot.domain.record import Known
from bot.domain.status import Page
from bot.domain.subscription import Channel, State, Subscription
from bot.ports import Clock, Store


@dataclass(frozen=True, slots=True)
class Context:
    """The memory, the time, and the page's address (no trailing slash) until the page says it itself."""

    store: Store
    clock: Clock
    page_url: str

    @property
    def now(self) -> datetime:
        """The present moment."""
        return self.clock.now()

    def page(self, known: Known) -> Page:
        """Return the page, by our own words before the first read."""
        return known.page or Page("", "Claude", self.page_url)

    async def subscription(self, channel: Channel) -> Subscription | None:
        """Return the subscription of *channel* unless it has ended."""
        found = await self.store.subscription(channel)
        return None if found is None or found.state is State.ENDED else found
