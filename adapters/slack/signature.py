"""The proof that an HTTP request comes from Slack: a keyed hash of its raw body.

https://docs.slack.dev/authentication/verifying-requests-from-slack
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol

from bot.ports import Clock

SIGNATURE = "X-Slack-Signature"
TIMESTAMP = "X-Slack-Request-Timestamp"

TOLERANCE = timedelta(minutes=5)
"""How far the time in a request may be from ours, either way; a replay later than that is refused by it."""

LONGEST_TIMESTAMP = 12
LONGEST_SIGNATURE = 100


class Headers(Protocol):
    """The headers of a request, a name of which may be there more than once."""

    def getall(self, key: str, default: list[str], /) -> Sequence[str]: ...


@dataclass(frozen=True, slots=True)
class Claim:
    """What a request says in proof of its origin. Well-formed and of our time, but not proven."""

    timestamp: bytes
    signature: bytes


class Signatures:
    """Tells Slack's requests from all others by *secrets*; several, while one replaces another.

    Raises `ValueError` where there is no secret or an empty one, because anybody could sign with that.
    """

    def __init__(self, secrets: Sequence[str], clock: Clock) -> None:
        if not secrets or not all(secret.strip() for secret in secrets):
            raise ValueError("A signing secret is empty; set SLACK_SIGNING_SECRET to the one of your app.")
        self._secrets = tuple(secret.encode() for secret in secrets)
        self._clock = clock

    def claim(self, headers: Headers) -> Claim | None:
        """Return what *headers* claim, None where they claim nothing that could be true."""
        timestamp = _only(headers, TIMESTAMP, LONGEST_TIMESTAMP)
        signature = _only(headers, SIGNATURE, LONGEST_SIGNATURE)
        if timestamp is None or signature is None or not timestamp.isdigit():
            return None
        if abs(self._clock.now().timestamp() - int(timestamp)) > TOLERANCE.total_seconds():
            return None
        return Claim(timestamp, signature)

    def proves(self, claim: Claim, body: bytes) -> bool:
        """Return True if whoever made *claim* for exactly this *body* knew a secret.

        It takes as long for a wrong signature as for a right one.
        """
        signed = b"v0:" + claim.timestamp + b":" + body
        matches = [hmac.compare_digest(_sign(secret, signed), claim.signature) for secret in self._secrets]
        return any(matches)


def _sign(secret: bytes, signed: bytes) -> bytes:
    return b"v0=" + hmac.new(secret, signed, hashlib.sha256).hexdigest().encode()


def _only(headers: Headers, name: str, longest: int) -> bytes | None:
    """Return the value of the header *name*, None unless it is there once, in ASCII and not too long."""
    values = headers.getall(name, [])
    if len(values) != 1 or not values[0].isascii() or not 0 < len(values[0]) <= longest:
        return None
    return values[0].encode("ascii")
