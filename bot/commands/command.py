"""The commands: what somebody may ask of the bot, however it was said."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from bot.commands.changes import NOTHING, Changes


@dataclass(frozen=True, slots=True)
class Ask:
    """Is it down? *component* is what was typed for one component, None for the whole page."""

    component: str | None = None


@dataclass(frozen=True, slots=True)
class History:
    """The last incidents."""


@dataclass(frozen=True, slots=True)
class Uptime:
    """The share of time without an incident."""


@dataclass(frozen=True, slots=True)
class Help:
    """What can be typed here."""


@dataclass(frozen=True, slots=True)
class Misunderstood:
    """Words that are no command: *problem* is a sentence, *nearest* what may have been meant, or empty."""

    text: str
    problem: str
    nearest: str = ""


@dataclass(frozen=True, slots=True)
class Subscribe:
    """Alert this channel from now on. Where it is subscribed, *changes* are applied and a pause ends."""

    changes: Changes = NOTHING


@dataclass(frozen=True, slots=True)
class Unsubscribe:
    """Alert this channel no more."""


@dataclass(frozen=True, slots=True)
class ShowSettings:
    """What this channel chose, and whether anything stands in the way."""


@dataclass(frozen=True, slots=True)
class ChangeSettings:
    """Change this channel's settings."""

    changes: Changes


@dataclass(frozen=True, slots=True)
class ListSubscriptions:
    """All subscriptions of this workspace."""


@dataclass(frozen=True, slots=True)
class Mute:
    """Silence this channel's alerts for *length*."""

    length: timedelta


@dataclass(frozen=True, slots=True)
class Unmute:
    """End the silence now."""


@dataclass(frozen=True, slots=True)
class MuteIncident:
    """Silence one incident here until it is over. *key* is a record's key and may come from anywhere."""

    key: str


@dataclass(frozen=True, slots=True)
class Test:
    """Send a test alert to this channel, the way every alert goes."""


@dataclass(frozen=True, slots=True)
class Why:
    """Why the last incidents were told here, or were not."""


@dataclass(frozen=True, slots=True)
class Privacy:
    """What is kept about this workspace: show, export or, once that is confirmed, delete it.

    *asked_at* is when a button offered to delete; None where it was typed out.
    """

    action: Literal["show", "export", "delete", "confirmed"] = "show"
    asked_at: datetime | None = None


Looking = Ask | History | Uptime | Help | Misunderstood
Choosing = Subscribe | Unsubscribe | ShowSettings | ChangeSettings | ListSubscriptions
Silencing = Mute | Unmute | MuteIncident
Command = Looking | Choosing | Silencing | Test | Why | Privacy
