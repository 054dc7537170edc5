"""A file of lines that survives being killed: a line counts once it is whole and on the disk."""

from __future__ import annotations

import os
from pathlib import Path


class Journal:
    """Appends lines to a file. Its methods raise OSError."""

    def __init__(self, path: Path) -> None:
        """Open *path*, or make it; nothing in it is changed before `mend` or `append`."""
        self._file = path.open("a+b", buffering=0)
        self._file.seek(0)
        whole, newline, torn = self._file.read().rpartition(b"\n")
        self.torn = torn
        self.lines = whole.split(b"\n") if newline else []
        self._end = len(whole) + len(newline)

    def mend(self) -> None:
        """Cut off what stands behind the last whole line: the rest of a write that was killed."""
        if self.torn:
            self._file.truncate(self._end)
            self.torn = b""

    def append(self, line: bytes) -> None:
        """Write *line* (without a line break) to the disk; one that fails leaves nothing behind."""
        self.mend()
        self.torn = rest = line + b"\n"
        while rest:
            rest = rest[self._file.write(rest) :]
        os.fsync(self._file.fileno())
        self._end += len(self.torn)
        self.torn = b""

    def close(self) -> None:
        """Let go of the file."""
        self._file.close()
