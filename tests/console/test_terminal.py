"""What the terminal's stream is asked for, and what it is given."""

from __future__ import annotations

import io

import pytest

from adapters.console import Terminal
from bot.domain.message import Message, Tone
from tests.console.screen import Screen

TITLE = Message(Tone.RED, "Title")


@pytest.mark.parametrize(
    ("terminal", "environment", "colour"),
    [
        (True, {}, True),
        (True, {"TERM": "xterm-256color", "NO_COLOR": ""}, True),
        (True, {"NO_COLOR": "1"}, False),
        (True, {"NO_COLOR": "0"}, False),
        (True, {"TERM": "dumb"}, False),
        (False, {"TERM": "xterm"}, False),
    ],
)
def test_colour_is_for_terminals_that_did_not_decline(
    terminal: bool, environment: dict[str, str], colour: bool
) -> None:
    screen = Screen(terminal=terminal)
    Terminal(screen, environment).show(TITLE)
    assert ("\x1b" in screen.getvalue()) == colour


@pytest.mark.parametrize(("columns", "used"), [(0, 30), (29, 30), (72, 72), (500, 100)])
def test_lines_stay_readable_on_narrow_and_on_wide_terminals(columns: int, used: int) -> None:
    assert Terminal(Screen(), {}, columns=lambda: columns).look.columns == used


def test_the_width_is_asked_again_for_each_message() -> None:
    """People resize their windows."""
    widths = iter([40, 80])
    terminal = Terminal(Screen(), {}, columns=lambda: next(widths))
    assert [terminal.look.columns, terminal.look.columns] == [40, 80]


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "cp1252", "utf-8"])
def test_an_encoding_that_lacks_a_character_is_no_failure(encoding: str) -> None:
    raw = io.BytesIO()
    stream = io.TextIOWrapper(raw, encoding=encoding, write_through=True)
    Terminal(stream, {}).show(Message(Tone.RED, "Title \ud800 日本"))
    assert b"Title" in raw.getvalue()
    assert raw.getvalue().decode(encoding).startswith("🔴" if encoding == "utf-8" else "? Title")
