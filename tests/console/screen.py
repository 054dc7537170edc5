"""A screen to print on."""

from __future__ import annotations

import io


class Screen(io.StringIO):
    """A text stream that can be a terminal, and can fail."""

    def __init__(self, *, terminal: bool = False) -> None:
        super().__init__(newline="")
        self.write_failure: Exception | None = None
        self.flush_failure: Exception | None = None
        self._terminal = terminal

    @property
    def messages(self) -> list[str]:
        """What was printed, a text for each message."""
        return [text for text in self.getvalue().split("\n\n") if text]

    def isatty(self) -> bool:
        return self._terminal

    def write(self, text: str) -> int:
        if self.write_failure is not None:
            raise self.write_failure
        return super().write(text)

    def flush(self) -> None:
        if self.flush_failure is not None:
            raise self.flush_failure
