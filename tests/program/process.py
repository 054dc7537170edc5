"""`python -m bot …` as a child process, with an environment that holds nothing of ours."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]

PATIENCE_SECONDS = 60
"""For a machine that is busy with other things; nothing here takes more than a few."""


@dataclass(frozen=True, slots=True)
class Ended:
    """How a process ended, and what it printed."""

    code: int
    out: str
    err: str


def environment(home: Path, variables: Mapping[str, str]) -> dict[str, str]:
    """Return an environment with an empty *home*, no proxy, and *variables*."""
    kept = {name: os.environ[name] for name in ("PATH", "SYSTEMROOT", "TMPDIR") if name in os.environ}
    return {
        **kept,
        "HOME": str(home),
        "PYTHONPATH": str(ROOT),
        "COLUMNS": "100",
        "LOG_LEVEL": "warning",
        **variables,
    }


async def start(folder: Path, *arguments: str, **variables: str) -> asyncio.subprocess.Process:
    """Start the program in *folder*."""
    return await start_into(asyncio.subprocess.PIPE, folder, *arguments, **variables)


async def start_into(out: int, folder: Path, *arguments: str, **variables: str) -> asyncio.subprocess.Process:
    """Start the program in *folder* with its output going to the descriptor *out*."""
    return await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "bot",
        *arguments,
        cwd=folder,
        env=environment(folder, variables),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=out,
        stderr=asyncio.subprocess.PIPE,
    )


async def ended(process: asyncio.subprocess.Process) -> Ended:
    """Wait for the end of *process* and return all of its output."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        out, err = await process.communicate()
    assert process.returncode is not None
    return Ended(process.returncode, (out or b"").decode(), err.decode())


async def until(holds: Callable[[], bool], *, every: float = 0.02) -> None:
    """Wait for what another process does, which no event of ours can tell; look *every* so many seconds."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        while not holds():  # noqa: ASYNC110 - see above
            await asyncio.sleep(every)


async def completed(folder: Path, *arguments: str, **variables: str) -> Ended:
    """Run the program to its end."""
    return await ended(await start(folder, *arguments, **variables))


async def line_with(process: asyncio.subprocess.Process, words: str) -> str:
    """Read the output of *process* up to the line that holds *words* and return it."""
    assert process.stdout is not None
    async with asyncio.timeout(PATIENCE_SECONDS):
        async for line in process.stdout:
            if words in line.decode():
                return line.decode()
    raise AssertionError(f"the program ended without saying {words!r}")


async def killed(process: asyncio.subprocess.Process) -> None:
    """Kill *process* as an operating system does that is out of memory."""
    if process.returncode is None:
        process.send_signal(signal.SIGKILL)
    await ended(process)
