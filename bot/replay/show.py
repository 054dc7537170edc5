"""A replay for people: what appeared in the channel under the moment at which it did, and how far it got."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TextIO

from adapters.console import Console, Terminal
from adapters.console.page import DIM, local
from bot.domain.message import When
from bot.ports import Refused
from bot.replay.result import Counts
from bot.replay.witness import CHANNEL, Note, RecordingClock

BAR_CELLS = 24


class ProgressBar:
    """One line at the bottom of *stream*, which is left alone unless it is a terminal."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._shown = stream.isatty()
        self._width = 0

    def move(self, played: int, of: int, moment: datetime) -> None:
        """Show that *played* of *of* documents were played, and the *moment* reached."""
        if self._shown:
            full = BAR_CELLS * played // of
            bar = "█" * full + "·" * (BAR_CELLS - full)
            self._draw(f"{bar} {100 * played // of:3} %  {When(moment).in_utc()}")

    def clear(self) -> None:
        """Leave an empty line for others to write on."""
        if self._width:
            self._draw("")
            self._stream.write("\r")

    def _draw(self, text: str) -> None:
        self._stream.write(f"\r{text.ljust(self._width)}")
        self._stream.flush()
        self._width = len(text)


class Printer:
    """Prints what appears, as the bot's own terminal does; *bar* makes room for it."""

    def __init__(self, terminal: Terminal, bar: ProgressBar) -> None:
        self._terminal = terminal
        self._bar = bar
        self._clock = RecordingClock(datetime.min.replace(tzinfo=UTC))
        self._console = Console(terminal, self._clock)

    async def show(self, note: Note) -> None:
        """Print one message or edit. Raises `BrokenPipeError` where nobody reads on, else `Refused`."""
        self._bar.clear()
        try:
            if note.moment > self._clock.now():
                self._clock.reach(note.moment)
                self._terminal.write(self._heading(note.moment))
            if note.edit:
                await self._console.edit(CHANNEL, note.reference, note.post)
            else:
                await self._console.send(CHANNEL, note.post, note.reference.id, note.parent)
        except Refused as refusal:
            raise (refusal.__cause__ if isinstance(refusal.__cause__, BrokenPipeError) else refusal) from None

    def sum_up(self, counts: Counts) -> None:
        """Print the counts."""
        self._bar.clear()
        self._terminal.write(
            f"Played: snapshots {counts.snapshots} · incidents {counts.incidents}"
            f" · updates {counts.updates}\n"
            f"Shown: cards {counts.cards} · edits {counts.edits} · replies {counts.replies}"
            f" · loud posts {counts.loud} · filtered {counts.filtered}\n"
        )
        self._terminal.flush()

    def _heading(self, moment: datetime) -> str:
        look = self._terminal.look
        words = f"── {local(When(moment), look.zone)} ──"
        return f"\x1b[{DIM}m{words}\x1b[0m\n" if look.colour else f"{words}\n"
