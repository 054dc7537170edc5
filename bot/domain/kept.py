"""Everything that is kept of one workspace: what an export hands out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from bot.domain.subscription import Settings, Subscription

MOST_VERSIONS: Final = 200
"""Of a channel's settings: older ones are forgotten, and what held at an incident before them with them."""

MOST_CHANNELS: Final = 1000
"""Of one workspace that are handed out: those that are served first, then those that ended last."""


@dataclass(frozen=True, slots=True)
class KeptVersion:
    """One former or present version of a channel's settings; *settings* is None where it unsubscribed.

    *actor* is the id of who made it, *action* is `subscribe`, `settings` or `unsubscribe`.
    """

    at: datetime
    actor: str
    action: str
    settings: Settings | None


@dataclass(frozen=True, slots=True)
class KeptSubscription:
    """One channel. *first_at* and *last_at* are when its deliveries began, None where there is none.

    *versions* are the newest of its *changes*, oldest first. *messages* counts the references to messages
    that were posted; the messages themselves are not kept.
    """

    subscription: Subscription
    versions: tuple[KeptVersion, ...] = ()
    changes: int = 0
    deliveries: int = 0
    first_at: datetime | None = None
    last_at: datetime | None = None
    messages: int = 0


@dataclass(frozen=True, slots=True)
class KeptInstallation:
    """How the workspace installed the app, without its token. *installed_by* is empty once that is erased."""

    scopes: tuple[str, ...]
    installed_by: str
    installed_at: datetime


@dataclass(frozen=True, slots=True)
class Tally:
    """How much there is of one workspace; *ended* of its *channels* are served no more."""

    channels: int = 0
    ended: int = 0
    changes: int = 0
    deliveries: int = 0
    messages: int = 0


@dataclass(frozen=True, slots=True)
class Kept:
    """One workspace: channels that ever subscribed and are remembered, and when the bot was removed.

    *tally* counts everything, also what is not read: of a great many only some *channels* are.
    """

    tally: Tally = Tally()
    channels: tuple[KeptSubscription, ...] = ()
    installation: KeptInstallation | None = None
    departed_at: datetime | None = None

    @property
    def is_nothing(self) -> bool:
        """Whether there is nothing to hand out."""
        return not self.tally.channels and self.installation is None
