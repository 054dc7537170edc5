"""Seals: what must travel through Slack and back unchanged, for one person of one workspace."""

from __future__ import annotations

import base64
import binascii
import hmac
import json
from collections.abc import Mapping
from hashlib import blake2b, sha256

TAG_BYTES = 16

LABEL = b"claudestatus slack seal 1"


def seal_key(secret: str) -> bytes:
    """Return the key that belongs to *secret* (a token or signing secret), from which it cannot be told."""
    return blake2b(secret.encode(), key=LABEL, digest_size=32).digest()


class Seal:
    """Closes and opens values with one key. What is inside can be read, and not changed or passed on."""

    def __init__(self, key: bytes) -> None:
        """*key* holds at least 16 bytes; the same key opens after a restart."""
        if len(key) < TAG_BYTES:
            raise ValueError(f"a seal needs a key of at least {TAG_BYTES} bytes")
        self._key = key

    def close(self, workspace: str, user: str, values: Mapping[str, str]) -> str:
        """Return *values* as printable text that opens for this *user* of this *workspace* only."""
        body = json.dumps(values, separators=(",", ":"), sort_keys=True).encode()
        return f"{_text(body)}.{_text(self._tag(workspace, user, body))}"

    def open(self, workspace: str, user: str, text: str) -> dict[str, str] | None:
        """Return what was closed for them, None where *text* was changed, made up or meant for others."""
        body, _, tag = text.partition(".")
        try:
            content, given = _bytes(body), _bytes(tag)
        except (binascii.Error, ValueError):
            return None
        if not hmac.compare_digest(given, self._tag(workspace, user, content)):
            return None
        values: dict[str, str] = json.loads(content)
        return values

    def _tag(self, workspace: str, user: str, body: bytes) -> bytes:
        holder = json.dumps([workspace, user]).encode()
        return hmac.digest(self._key, holder + b"\x00" + body, sha256)[:TAG_BYTES]


def _text(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).decode().rstrip("=")


def _bytes(text: str) -> bytes:
    padded = text.encode("ascii") + b"=" * (-len(text) % 4)
    return base64.b64decode(padded, altchars=b"-_", validate=True)
