"""The cipher of stored tokens: a ring of keys, of which the first seals and all open."""

from __future__ import annotations

import base64
import binascii
import hashlib
import os
from collections.abc import Sequence
from typing import NoReturn

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from bot.installations import TokenUnreadable

VERSION = "v1"

NONCE = 12
"""Bytes, drawn anew for each sealing: https://csrc.nist.gov/pubs/sp/800/38/d/final, section 8.2.2."""

KEY = 32
"""Bytes: AES-256."""

CHANGED = "it was changed, or sealed for somebody else"


class Cipher:
    """Seals texts with AES-256-GCM, each for one *owner*: sealed for one, it opens for no other.

    A sealed text is `v1.<id of the key>.<nonce and ciphertext, base64url>`. The ring's keys are not used
    themselves: those used are derived from them (HKDF), so that they fit this purpose and no other.
    """

    def __init__(self, keys: Sequence[str]) -> None:
        """Take a ring of one key or more, each 32 bytes as url-safe base64."""
        derived = [_derived(key, b"claudestatus token") for key in keys]
        self._ring = {_name(key): AESGCM(one) for key, one in zip(keys, derived, strict=True)}
        self._first = _name(keys[0])

    def seal(self, text: str, owner: str) -> str:
        """Return *text* encrypted with the first key, bound to *owner*."""
        nonce = os.urandom(NONCE)
        sealed = self._ring[self._first].encrypt(nonce, text.encode(), _bound(owner))
        return f"{VERSION}.{self._first}.{base64.urlsafe_b64encode(nonce + sealed).decode()}"

    def open(self, sealed: str, owner: str) -> str:
        """Return what was sealed for *owner*. Raises `TokenUnreadable`."""
        version, _, rest = sealed.partition(".")
        name, _, body = rest.partition(".")
        key = self._ring.get(name)
        if version != VERSION or key is None:
            _refuse(owner, "no key of the ring sealed it")
        try:
            held = base64.b64decode(body.encode(), altchars=b"-_", validate=True)
            if base64.urlsafe_b64encode(held).decode() != body:  # its last sign has bits that tell nothing
                _refuse(owner, CHANGED)
            return key.decrypt(held[:NONCE], held[NONCE:], _bound(owner)).decode()
        except (InvalidTag, ValueError, binascii.Error):
            _refuse(owner, CHANGED)

    def is_current(self, sealed: str) -> bool:
        """Return whether *sealed* says that the first key made it."""
        return sealed.startswith(f"{VERSION}.{self._first}.")


def _bound(owner: str) -> bytes:
    """Return what is authenticated with each text."""
    return f"{VERSION}:{owner}".encode()


def _derived(key: str, purpose: bytes, length: int = KEY) -> bytes:
    return HKDF(SHA256(), length, salt=None, info=purpose).derive(base64.urlsafe_b64decode(key))


def _name(key: str) -> str:
    """Return a name for *key* that tells nothing about it."""
    return hashlib.sha256(_derived(key, b"claudestatus key name")).hexdigest()[:8]


def _refuse(owner: str, why: str) -> NoReturn:
    raise TokenUnreadable(
        f"The token of {owner} cannot be decrypted: {why}. Put the key that sealed it into"
        " TOKEN_ENCRYPTION_KEY, or install the app there again."
    ) from None
