"""What one installation chose: environment variables, read once into a frozen `Settings`."""

from __future__ import annotations

from bot.settings.dotenv import read_dotenv
from bot.settings.model import SECRETS, VARIABLES, LogFormat, LogLevel, Policy, Settings
from bot.settings.problems import BadSettings, Problem
from bot.settings.reading import read
from bot.settings.secret import Secret

__all__ = [
    "SECRETS",
    "VARIABLES",
    "BadSettings",
    "LogFormat",
    "LogLevel",
    "Policy",
    "Problem",
    "Secret",
    "Settings",
    "read",
    "read_dotenv",
]
