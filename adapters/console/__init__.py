"""The terminal as a chat platform: prints what a channel would be told, and needs no account."""

from __future__ import annotations

from adapters.console.chat import Console
from adapters.console.ledger import BadLedger, Ledger
from adapters.console.terminal import Terminal

__all__ = ["BadLedger", "Console", "Ledger", "Terminal"]
