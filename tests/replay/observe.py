"""A program: replays what its argument names and prints all that the channel saw, as one JSON object.

It runs in a process of its own, so that its processor time and memory can be measured.
"""

from __future__ import annotations

import asyncio
import json
import resource
import sys
import time
from pathlib import Path
from typing import Any

from bot.domain.message import plain_lines
from bot.replay.play import Options, replay
from bot.replay.witness import Note


def _document(note: Note) -> dict[str, Any]:
    return {
        "at": note.moment.isoformat(),
        "kind": note.post.kind.value,
        "edit": note.edit,
        "loud": [kind.value for kind in note.post.loud],
        "updates": note.post.shows,
        "text": "\n".join(plain_lines(note.post.message)),
        "link": note.post.message.link.url if note.post.message.link else "",
    }


async def _observe(path: Path) -> dict[str, Any]:
    notes: list[dict[str, Any]] = []

    async def watch(note: Note) -> None:
        notes.append(_document(note))

    result = await replay(path, Options("https://status.claude.com"), audience=watch)
    return {"notes": notes, **result.document()}


def _peak_mebibytes() -> float:
    """Return the most memory this program held: on Linux `ru_maxrss` also counts who started it."""
    status = Path("/proc/self/status")
    if status.exists():
        (line,) = (line for line in status.read_text().splitlines() if line.startswith("VmHWM"))
        return int(line.split()[1]) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024 / 1024


if __name__ == "__main__":
    seen = asyncio.run(_observe(Path(sys.argv[1])))
    json.dump({"seen": seen, "seconds": time.process_time(), "mebibytes": _peak_mebibytes()}, sys.stdout)
