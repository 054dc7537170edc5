"""The console keeps the contract, with a ledger and without one."""

from __future__ import annotations

import errno
import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from datetime import UTC
from pathlib import Path
from typing import Any

import pytest

from adapters.console import Console, Ledger, Terminal
from bot.domain.delivery import Reference
from bot.domain.subscription import Channel
from tests.console.screen import Screen
from tests.contracts.chat import ChatContract, ChatDriver, Failure, Seen
from tests.fakes.clock import SetClock


class ConsoleDriver:
    """Drives a console; its channels show what the ledger holds, read from its file if there is one."""

    def __init__(self, path: Path | None) -> None:
        self.path = path
        self.screen = Screen()
        self.channel = Channel("console", "local", "terminal")
        self.other_channel = Channel("console", "local", "other")
        self.deduplicates = True
        self.deletes = False
        self.survives = path is not None
        self.failures = frozenset({Failure.BEFORE})
        self.ledger = Ledger(path)
        self.chat = self._console()

    def seen(self, channel: Channel) -> Sequence[Seen]:
        self.screen.write_failure = None
        entries = self._entries()
        assert len(self.screen.messages) == len(entries)
        name = f"{channel.platform}/{channel.workspace}/{channel.id}"
        latest = {entry["reference"]: entry for entry in entries if entry["channel"] == name}
        tops = [entry for entry in latest.values() if entry["thread"] in (None, entry["reference"])]
        return [Seen(top["text"], _replies(top, list(latest.values()))) for top in tops]

    def delete(self, channel: Channel, reference: Reference) -> None:
        raise NotImplementedError("nobody can delete what is printed")

    def fail_next(self, failure: Failure) -> None:
        self.screen.write_failure = OSError(errno.ENOSPC, "no space")

    def restart(self) -> None:
        self.ledger.close()
        self.ledger = Ledger(self.path)
        self.chat = self._console()

    def _console(self) -> Console:
        terminal = Terminal(self.screen, {}, zone=UTC, columns=lambda: 100)
        return Console(terminal, SetClock(), self.ledger)

    def _entries(self) -> list[dict[str, Any]]:
        if self.path is None:
            return [asdict(entry) for entry in self.ledger.entries]
        return [json.loads(line) for line in self.path.read_text().splitlines()]


def _replies(top: dict[str, Any], entries: list[dict[str, Any]]) -> tuple[Seen, ...]:
    return tuple(
        Seen(entry["text"])
        for entry in entries
        if entry["thread"] == top["reference"] and entry["reference"] != top["reference"]
    )


class TestTheConsoleWithALedger(ChatContract):
    """Remembers, and finds its messages again."""

    @pytest.fixture
    def driver(self, tmp_path: Path) -> Iterator[ChatDriver]:
        driver = ConsoleDriver(tmp_path / "ledger.jsonl")
        yield driver
        driver.ledger.close()


class TestTheConsoleWithoutALedger(ChatContract):
    """Remembers as long as it runs."""

    @pytest.fixture
    def driver(self) -> ChatDriver:
        return ConsoleDriver(None)
