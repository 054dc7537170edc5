"""The command rotate-keys: tokens of workspaces, encrypted anew with the ring's first key."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TextIO

from storage.address import read_address
from storage.cipher import Cipher
from storage.installations import SqlInstallations
from storage.opening import open_store


async def rotate_keys(url: str, ring: Sequence[str], out: TextIO) -> bool:
    """Encrypt anew what is stored at *url*, and say what came of it; False where a token cannot be read.

    A bot that knows the whole *ring* may run meanwhile. Raises `StorageError`.
    """
    store = await open_store(url)
    try:
        installations = SqlInstallations(store.database, Cipher(ring))
        count, kept = await installations.rotate(), await installations.count()
        unreadable = await installations.unreadable()
    finally:
        await store.close()
    print(_done(read_address(url).shown, count, kept), file=out)
    if unreadable:
        print(_cure(unreadable), file=out)
    return not unreadable


def _done(where: str, count: int, kept: int) -> str:
    if not kept:
        return f"{where} holds no installation, so there is nothing to encrypt."
    return f"{where}: {count} of {kept} tokens encrypted anew with the first key."


def _cure(unreadable: Sequence[str]) -> str:
    return (
        f"No key of TOKEN_ENCRYPTION_KEY opens the token of: {', '.join(unreadable)}. Add the key that it"
        " was encrypted with behind the others and run this again, or install the app there once more."
    )
