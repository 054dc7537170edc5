"""Keys, ciphers and installations for tests."""

from __future__ import annotations

import base64
from datetime import datetime

from bot.installations import Installation
from storage.cipher import Cipher
from storage.installations import SqlInstallations
from storage.store import SqlStore
from tests.factories import START


def key(number: int) -> str:
    """Return a key as TOKEN_ENCRYPTION_KEY holds it."""
    return base64.urlsafe_b64encode(bytes([number]) * 32).decode()


OLD, NEW, LOST = key(1), key(2), key(3)


def installations(store: SqlStore, *ring: str) -> SqlInstallations:
    """Return those of *store*, by the keys of *ring*."""
    return SqlInstallations(store.database, Cipher(ring or (OLD,)))


def installed(workspace: str = "T1", *, token: str = "", at: datetime = START) -> Installation:
    """Return an installation with a token of its own."""
    return Installation(
        workspace,
        token or f"xoxb-{workspace}-sesame",
        "U0BOT",
        frozenset({"chat:write", "commands"}),
        "U0ANN",
        at,
    )
