"""Watching over the bot: readiness, numbers, the watchdog, the doorbell."""

from __future__ import annotations
