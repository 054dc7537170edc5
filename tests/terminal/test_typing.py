"""What is typed is answered line by line, whatever one of the lines does."""

from __future__ import annotations

import io
import json
import sqlite3
from pathlib import Path

from adapters.console.terminal import LEAST_COLUMNS
from bot.commands import Desk
from bot.domain.message import Message, plain_lines
from bot.terminal import TERMINAL, Lines, answer_lines, subscribe_terminal
from storage.opening import open_store
from tests.fakes.clock import SetClock


async def typed(text: str, desk: Desk) -> list[str]:
    """Return the titles of what is shown when somebody types *text*."""
    shown: list[Message] = []
    await answer_lines(Lines(io.StringIO(text)), desk, shown.append)
    return [message.title for message in shown]


async def test_every_line_is_answered_and_empty_ones_are_passed_over(tmp_path: Path) -> None:
    store = await open_store(f"sqlite:///{tmp_path / 'bot.db'}")
    desk = Desk(store, SetClock(), "https://status.example.com")

    titles = await typed("/claudestatus\n\n  \nhelp\nsubscribe\n", desk)
    await store.close()

    assert len(titles) == 3
    assert titles[1] == "What you can type here"


async def test_a_line_that_cannot_be_answered_says_so_and_the_next_one_is_answered(tmp_path: Path) -> None:
    path = tmp_path / "bot.db"
    store = await open_store(f"sqlite:///{path}")
    desk = Desk(store, SetClock(), "https://status.example.com")
    with sqlite3.connect(path) as other:
        other.execute("ALTER TABLE subscription RENAME TO away")

    titles = await typed("settings\nhelp\n", desk)
    await store.close()

    assert titles == ["That could not be answered", "What you can type here"]


async def test_the_terminal_is_subscribed_once_and_stays_unsubscribed_if_it_chose_to(tmp_path: Path) -> None:
    store = await open_store(f"sqlite:///{tmp_path / 'bot.db'}")
    clock = SetClock()
    await subscribe_terminal(store, clock)
    first = await store.subscription(TERMINAL)
    await store.unsubscribe(TERMINAL, "terminal", clock.now())
    await subscribe_terminal(store, clock)
    last = await store.subscription(TERMINAL)
    await store.close()

    assert first is not None
    assert last is not None
    assert (first.state.value, last.state.value) == ("active", "ended")


async def test_an_export_is_printed_whole_and_there_is_no_limit(tmp_path: Path) -> None:
    """Wrapped or not, what is printed stays JSON: its lines are short and hold no two words in a row."""
    store = await open_store(f"sqlite:///{tmp_path / 'bot.db'}")
    desk = Desk(store, SetClock(), "https://status.example.com")
    shown: list[Message] = []
    await subscribe_terminal(store, SetClock())

    await answer_lines(Lines(io.StringIO("help\n" * 80 + "privacy export\n")), desk, shown.append)
    await store.close()

    assert {message.title for message in shown[:-1]} == {"What you can type here"}
    _, *lines = plain_lines(shown[-1])
    told = json.loads("\n".join(lines[lines.index("  {") :]))
    assert [one["channel"] for one in told["channels"]] == [TERMINAL.id]
    assert max(map(len, lines)) < LEAST_COLUMNS * 3
