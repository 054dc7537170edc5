"""What the text of a single variable must look like: each function returns the value or raises `Wrong`."""

from __future__ import annotations

import re
from collections.abc import Callable
from enum import StrEnum
from typing import TypeVar

from bot.settings.problems import Wrong
from bot.settings.secret import Secret

LONGEST_POLL_SECONDS = 300
"""Above this the bot would be slower than people are."""

SHORTEST_POLL_SECONDS = 10
"""The max-age the page's own caches ask for; the page of this machine may be read more often."""

_VISIBLE_ASCII = re.compile(r"[!-~]+")
_NUMBER = re.compile(r"[0-9]{1,9}(\.[0-9]{1,9})?")
_PORT = re.compile(r"[0-9]{1,5}")
_URL_SAFE = re.compile(r"[A-Za-z0-9_-]{22,}")  # 22 characters of 6 bits: at least 128 bits
# 43 characters of 6 bits and the padding: always 32 bytes, as in https://github.com/fernet/spec/
_FERNET_KEY = re.compile(r"[A-Za-z0-9_-]{43}=")
_SERVER_DATABASE = re.compile(r"postgres(ql)?(\+[a-z0-9_]+)?://.+")
_FILE_DATABASE = re.compile(r"sqlite(\+[a-z0-9_]+)?:///(?!:memory:|\?|$).+")

_MAKE_KEY = 'python3 -c "import base64, os; print(base64.urlsafe_b64encode(os.urandom(32)).decode())"'
_MAKE_TEXT = 'python3 -c "import secrets; print(secrets.token_urlsafe(32))"'

E = TypeVar("E", bound=StrEnum)


def word(text: str) -> str:
    """Return what Slack, Discord and HTTP headers can carry: visible ASCII without spaces."""
    if not _VISIBLE_ASCII.fullmatch(text):
        raise Wrong(
            "has spaces or characters that are not ASCII", "copy it again, without anything around it"
        )
    return text


def token(prefix: str = "") -> Callable[[str], Secret]:
    """Return a check for a secret that begins with *prefix*."""

    def check(text: str) -> Secret:
        if not text.startswith(prefix):
            raise Wrong(f"does not begin with {prefix}", f"copy the token that begins with {prefix}")
        return Secret(word(text))

    return check


def choice(kind: type[E]) -> Callable[[str], E]:
    """Return a check for one word of *kind*, in upper or lower case."""

    def check(text: str) -> E:
        try:
            return kind(text.lower())
        except ValueError:
            raise Wrong("is none of the words it may be", f"use one of {', '.join(kind)}") from None

    return check


def poll_seconds(*, loopback: bool) -> Callable[[str], float]:
    """Return a check for the seconds between two polls; a *loopback* page may be polled at will."""

    least = 0 if loopback else SHORTEST_POLL_SECONDS
    cure = f"use a number {'above 0' if loopback else f'from {least}'} up to {LONGEST_POLL_SECONDS}"

    def check(text: str) -> float:
        seconds = float(text) if _NUMBER.fullmatch(text) else 0.0
        if seconds > 0 and least <= seconds <= LONGEST_POLL_SECONDS:
            return seconds
        raise Wrong("is not a number of seconds the page may be polled at", cure)

    return check


def port(text: str) -> int:
    """Return a TCP port, 1 to 65535."""
    number = int(text) if _PORT.fullmatch(text) else 0
    if not 1 <= number <= 65535:
        raise Wrong("is not a port", "use a whole number between 1 and 65535")
    return number


def database_address(text: str) -> Secret:
    """Return the address of a SQLite file or of a PostgreSQL database."""
    if _SERVER_DATABASE.fullmatch(text) or _FILE_DATABASE.fullmatch(text):
        return Secret(text)
    if text.startswith("sqlite"):
        raise Wrong(
            "names no SQLite file", "write sqlite:/// and the path, as in sqlite:///./data/claudestatus.db"
        )
    raise Wrong(
        "is the address of no database we know", "begin it with sqlite:///, postgres:// or postgresql://"
    )


def key_ring(text: str) -> tuple[Secret, ...]:
    """Return Fernet keys, of which there is at least one."""
    keys = text.split(",")
    for number, key in enumerate(keys, start=1):
        if not _FERNET_KEY.fullmatch(key):
            raise Wrong(
                f"holds something else than a key in place {number} of {len(keys)}",
                f"separate keys by a comma without spaces; {_MAKE_KEY} makes one",
            )
    return tuple(map(Secret, keys))


def path_secret(text: str) -> Secret:
    """Return a secret that stands in an address and cannot be guessed."""
    if not _URL_SAFE.fullmatch(text):
        raise Wrong("is not at least 22 letters, digits, - and _", f"{_MAKE_TEXT} makes one")
    return Secret(text)
