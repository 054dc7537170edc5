"""Prints one card after another until it is killed: `python -m tests.console.endless LEDGER`."""

from __future__ import annotations

import asyncio
import io
import sys
from itertools import count
from pathlib import Path

from adapters.console import Console, Ledger, Terminal
from bot.domain.delivery import Post, PostKind
from bot.domain.message import Line, Message, Tone
from bot.domain.subscription import Channel
from tests.fakes.clock import SetClock


async def main(path: Path) -> None:
    """Send the posts n0, n1, n2 …, each run from the first on."""
    chat = Console(Terminal(io.StringIO(), {}), SetClock(), Ledger(path))
    card = Post("card", PostKind.CARD, Message(Tone.RED, "Title", (Line(("word " * 2000,)),)))
    for number in count():
        await chat.send(Channel("console", "local", "terminal"), card, f"n{number}", None)


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1])))
