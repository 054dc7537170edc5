"""The stand-in for Discord: REST and gateway on loopback, with a ledger of what it accepted."""

from __future__ import annotations
