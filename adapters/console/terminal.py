"""The stream that people read, and what may be expected of it."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping
from datetime import tzinfo
from typing import TextIO

from adapters.console.page import Look, page
from bot.domain.message import Message

MOST_COLUMNS = 100
"""Longer lines are hard to read."""

LEAST_COLUMNS = 30
"""Below that lines may stand out: wrapping would leave nothing in one piece."""


class Terminal:
    """Writes text to *stream*. Its methods raise OSError or ValueError (closed) when that fails."""

    def __init__(
        self,
        stream: TextIO,
        environment: Mapping[str, str],
        *,
        zone: tzinfo | None = None,
        columns: Callable[[], int] = lambda: shutil.get_terminal_size().columns,
    ) -> None:
        """*zone* is the reader's, None for this machine's; *columns* is asked again for each message."""
        self._stream = stream
        self._colour = _shows_colour(stream, environment)
        self._zone = zone
        self._columns = columns

    @property
    def look(self) -> Look:
        """How messages are laid out at this moment."""
        columns = max(LEAST_COLUMNS, min(MOST_COLUMNS, self._columns()))
        return Look(columns, colour=self._colour, zone=self._zone)

    def show(self, message: Message) -> None:
        """Print a message that stands for itself, such as an answer."""
        self.write(page(message, self.look))
        self.flush()

    def write(self, text: str) -> None:
        """Hand *text* to the stream; what its encoding lacks becomes `?`."""
        encoding = getattr(self._stream, "encoding", None) or "utf-8"
        self._stream.write(text.encode(encoding, "replace").decode(encoding))

    def flush(self) -> None:
        """Push what was written to the reader."""
        self._stream.flush()


def _shows_colour(stream: TextIO, environment: Mapping[str, str]) -> bool:
    """Return whether colour is wanted: on a terminal only, and see https://no-color.org."""
    if environment.get("NO_COLOR") or environment.get("TERM") == "dumb":
        return False
    return not stream.closed and stream.isatty()
