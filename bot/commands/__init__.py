"""Commands: what people want as values, how text becomes them, and the desk that answers them."""

from __future__ import annotations

from bot.commands.caller import Caller, Reply
from bot.commands.changes import IMPACTS, NOTHING, OFF, Changes, Hours, Off
from bot.commands.command import (
    Ask,
    ChangeSettings,
    Command,
    Help,
    History,
    ListSubscriptions,
    Misunderstood,
    Mute,
    MuteIncident,
    Privacy,
    ShowSettings,
    Subscribe,
    Test,
    Unmute,
    Unsubscribe,
    Uptime,
    Why,
)
from bot.commands.desk import Desk
from bot.commands.parse import parse

__all__ = [
    "IMPACTS",
    "NOTHING",
    "OFF",
    "Ask",
    "Caller",
    "ChangeSettings",
    "Changes",
    "Command",
    "Desk",
    "Help",
    "History",
    "Hours",
    "ListSubscriptions",
    "Misunderstood",
    "Mute",
    "MuteIncident",
    "Off",
    "Privacy",
    "Reply",
    "ShowSettings",
    "Subscribe",
    "Test",
    "Unmute",
    "Unsubscribe",
    "Uptime",
    "Why",
    "parse",
]
