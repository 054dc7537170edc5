"""What may go wrong between us and a web server, in words for people."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterator
from itertools import islice

import httpx

_WORDS: tuple[tuple[type[BaseException], str], ...] = (
    (socket.gaierror, "its host name could not be looked up (DNS)"),
    (httpx.ProxyError, "the proxy would not connect us"),
    (ConnectionRefusedError, "the connection was refused"),
    (ssl.SSLError, "no secure connection could be made (TLS)"),
    (httpx.ConnectError, "it could not be reached"),
    (httpx.UnsupportedProtocol, "its address is not one of the web (https://…)"),
    (httpx.InvalidURL, "its address is not valid"),
    (httpx.ProtocolError, "the connection broke off, or what came was not HTTP"),
    (httpx.NetworkError, "the connection broke off"),
    (OSError, "the network failed"),
)
"""The first line whose exception is the failure, or is behind it, holds."""


def in_words(failure: Exception) -> str:
    """Return why *failure* happened, as the end of a sentence about the server.

    No address and nothing a server sent is in it but the flaw of a certificate.
    """
    behind = list(islice(_behind(failure), 50))
    for one in behind:
        if isinstance(one, ssl.SSLCertVerificationError):
            return f"its certificate is not valid ({one.verify_message.rstrip('.')})"
    for kind, words in _WORDS:
        if any(isinstance(one, kind) for one in behind):
            return words
    return f"it failed in a way nobody foresaw ({type(failure).__name__})"


def _behind(failure: BaseException) -> Iterator[BaseException]:
    """Yield *failure* and all that led to it; several addresses of one host fail as a group."""
    yield failure
    if isinstance(failure, BaseExceptionGroup):
        for one in failure.exceptions:
            yield from _behind(one)
    former = failure.__cause__ or failure.__context__
    if former is not None:
        yield from _behind(former)
