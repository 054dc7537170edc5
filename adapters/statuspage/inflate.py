"""The body of one answer, decoded as it arrives and never larger than a cap.

Half a megabyte of gzip can hold half a gigabyte, and httpx inflates a whole chunk before anyone may
look at it, so the bytes are taken as they come over the wire and inflated here.
"""

from __future__ import annotations

import zlib

from adapters.statuspage.text import line
from bot.ports import Unreadable

MAX_BYTES = 5 * 1024 * 1024
"""The cap, before and after decoding; the page's largest document is about 210 KB."""

ACCEPTED_ENCODING = "gzip"

_GZIP = 16 + zlib.MAX_WBITS  # https://docs.python.org/3/library/zlib.html#zlib.decompress


class Body:
    """Collects the chunks of a body. Every method raises `Unreadable`."""

    def __init__(self, encoding: str = "", limit: int = MAX_BYTES) -> None:
        """*encoding* is the answer's `Content-Encoding`, empty if it has none."""
        encoding = encoding.strip().lower()
        if encoding not in {"", "identity", ACCEPTED_ENCODING}:
            raise Unreadable(f"the answer is encoded in a way nobody asked for ({line(encoding, 40)})")
        self._decoder = zlib.decompressobj(_GZIP) if encoding == ACCEPTED_ENCODING else None
        self._limit = limit
        self._pieces: list[bytes] = []
        self._received = 0
        self._decoded = 0

    def feed(self, chunk: bytes) -> None:
        """Take the next *chunk* from the wire."""
        self._received += len(chunk)
        piece = self._inflate(chunk)
        self._decoded += len(piece)
        if max(self._received, self._decoded) > self._limit:
            raise Unreadable(f"the answer is larger than {self._limit / 1024 / 1024:g} MiB")
        self._pieces.append(piece)

    def finish(self) -> bytes:
        """Return the whole body."""
        if self._decoder and not self._decoder.eof:
            raise Unreadable("the compressed answer was cut short")
        return b"".join(self._pieces)

    def _inflate(self, chunk: bytes) -> bytes:
        """Return what *chunk* holds, or one byte more than is allowed."""
        if self._decoder is None:
            return chunk
        try:
            piece = self._decoder.decompress(chunk, self._limit - self._decoded + 1)
        except zlib.error:
            raise Unreadable("the compressed answer is damaged") from None
        if self._decoder.unused_data:
            raise Unreadable("the compressed answer goes on after its end")
        return piece
