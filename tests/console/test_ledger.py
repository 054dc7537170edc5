"""The ledger's file: what stands in it, and what it survives."""

from __future__ import annotations

import json
import resource
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import asdict, replace
from datetime import UTC
from pathlib import Path

import pytest

from adapters.console import BadLedger, Console, Ledger, Terminal
from adapters.console.ledger import Entry
from bot.domain.delivery import Post, PostKind, Reference
from bot.domain.message import Line, Message, Tone
from bot.domain.record import MarkKind
from bot.domain.subscription import Channel
from tests.console.screen import Screen
from tests.fakes.clock import SetClock

ROOT = Path(__file__).resolve().parents[2]
HERE = Channel("console", "local", "terminal")
CARD = Post(
    "card",
    PostKind.CARD,
    Message(Tone.RED, "Größere Störung \ud800", (Line(("Line\x1b.",)),)),
    shows=("u1", "u2"),
    loud=(MarkKind.START,),
)
REPLY = Post("u3", PostKind.REPLY, Message(Tone.GREEN, "Resolved"), shows=("u3",))
EDITED = replace(CARD, message=Message(Tone.GREEN, "Größere Störung"))


@pytest.fixture
def open_ledger() -> Iterator[Callable[[Path], Ledger]]:
    """Open ledgers that are closed when the test is over."""
    ledgers: list[Ledger] = []

    def opened(path: Path) -> Ledger:
        ledgers.append(Ledger(path))
        return ledgers[-1]

    yield opened
    for ledger in ledgers:
        ledger.close()


Open = Callable[[Path], Ledger]


async def tell(ledger: Ledger) -> Screen:
    """Print a card, a reply and an edit of the card."""
    screen = Screen()
    chat = Console(Terminal(screen, {}, zone=UTC), SetClock(), ledger)
    card = await chat.send(HERE, CARD, "n1", None)
    await chat.send(HERE, REPLY, "n2", card)
    await chat.edit(HERE, card, EDITED)
    return screen


async def test_each_line_is_an_object_with_everything_about_a_message(
    tmp_path: Path, open_ledger: Open
) -> None:
    path = tmp_path / "ledger.jsonl"
    await tell(open_ledger(path))
    card, reply, edit = map(json.loads, path.read_bytes().splitlines())
    assert card == {
        "at": "2026-05-04T12:00:00+00:00",
        "op": "send",
        "channel": "console/local/terminal",
        "nonce": "n1",
        "reference": "n1",
        "post": "card",
        "kind": "card",
        "loud": ["start"],
        "updates": ["u1", "u2"],
        "thread": "n1",
        "text": "🔴 Größere Störung \ud800\nLine\x1b.",
        "digest": CARD.digest,
    }
    assert (reply["op"], reply["kind"], reply["thread"], reply["loud"]) == ("send", "reply", "n1", [])
    assert (edit["op"], edit["reference"], edit["digest"]) == ("edit", "n1", EDITED.digest)
    assert edit["loud"] == [], "nobody hears an edit"


async def test_the_file_can_be_shown_on_a_terminal(tmp_path: Path, open_ledger: Open) -> None:
    path = tmp_path / "ledger.jsonl"
    await tell(open_ledger(path))
    assert path.read_bytes().replace(b"\n", b"").decode("ascii").isprintable()


async def test_what_was_written_is_read_back(tmp_path: Path, open_ledger: Open) -> None:
    ledger = open_ledger(tmp_path / "ledger.jsonl")
    await tell(ledger)
    assert open_ledger(tmp_path / "ledger.jsonl").entries == ledger.entries


async def test_a_line_is_on_the_disk_before_the_call_returns(tmp_path: Path, open_ledger: Open) -> None:
    path = tmp_path / "ledger.jsonl"
    chat = Console(Terminal(Screen(), {}), SetClock(), open_ledger(path))
    await chat.send(HERE, CARD, "n1", None)
    assert path.read_bytes().count(b"\n") == 1


async def test_cut_anywhere_it_keeps_the_whole_lines_and_the_next_run_adds_what_is_missing(
    tmp_path: Path, open_ledger: Open
) -> None:
    """A kill leaves any number of bytes of the last write behind."""
    whole = tmp_path / "whole.jsonl"
    await tell(open_ledger(whole))
    content = whole.read_bytes()
    cut = tmp_path / "cut.jsonl"
    for length in range(len(content) + 1):
        cut.write_bytes(content[:length])
        ledger = Ledger(cut)
        kept = content[:length].count(b"\n")
        assert len(ledger.entries) == kept
        assert cut.read_bytes() == b"".join(content.splitlines(keepends=True)[:kept])
        screen = await tell(ledger)
        ledger.close()
        assert len(screen.messages) == 3 - kept
        assert cut.read_bytes() == content


def test_a_process_killed_at_any_moment_leaves_a_ledger_that_the_next_one_completes(
    tmp_path: Path, open_ledger: Open
) -> None:
    path = tmp_path / "ledger.jsonl"
    path.touch()
    for _ in range(5):
        with subprocess.Popen([sys.executable, "-m", "tests.console.endless", path], cwd=ROOT) as process:
            wanted = path.read_bytes().count(b"\n") + 20
            while path.read_bytes().count(b"\n") < wanted:
                assert process.poll() is None
            process.kill()
    nonces = [entry.nonce for entry in open_ledger(path).entries]
    assert nonces == [f"n{number}" for number in range(len(nonces))]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"notes\n", "line 1"),
        (b"{}\n", "line 1 is no line of a ledger (at is missing or of the wrong type)"),
        (b"[]\n", "it holds no object"),
        (b"\xff\n", "line 1"),
        (b"[" * 100_000 + b"\n", "line 1"),
        (b"\n", "line 1"),
        (b"notes without a line break", "its last line"),
        (b"\0\0\0", "its last line"),
    ],
)
def test_a_file_that_is_no_ledger_is_named_with_its_line_and_left_as_it_is(
    tmp_path: Path, content: bytes, words: str
) -> None:
    path = tmp_path / "notes.txt"
    path.write_bytes(content)
    with pytest.raises(BadLedger) as caught:
        Ledger(path)
    assert str(path) in str(caught.value)
    assert words in str(caught.value)
    assert path.read_bytes() == content


async def test_a_malformed_line_in_the_middle_is_named_by_its_number(
    tmp_path: Path, open_ledger: Open
) -> None:
    path = tmp_path / "ledger.jsonl"
    await tell(open_ledger(path))
    lines = path.read_bytes().splitlines(keepends=True)
    for name, value in [("updates", "u1"), ("loud", [1]), ("text", None), ("thread", 1), ("digest", 1)]:
        broken = json.dumps({**json.loads(lines[1]), name: value}).encode() + b"\n"
        path.write_bytes(lines[0] + broken + lines[2])
        with pytest.raises(BadLedger, match=rf"line 2 .*{name}"):
            Ledger(path)


@pytest.mark.parametrize("place", ["", "nowhere/ledger.jsonl"])
def test_a_place_that_cannot_hold_a_file_is_named(tmp_path: Path, place: str) -> None:
    with pytest.raises(BadLedger, match=r"cannot be opened .*; name a file you may write"):
        Ledger(tmp_path / place)


def test_a_write_that_fails_half_way_leaves_nothing_behind(tmp_path: Path, open_ledger: Open) -> None:
    """A full disk, made with the process's own limit of file size."""
    path = tmp_path / "ledger.jsonl"
    ledger = open_ledger(path)
    ledger.append(entry("n1"))
    size = path.stat().st_size
    former = resource.getrlimit(resource.RLIMIT_FSIZE)
    ignored = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size + 10, former[1]))
    try:
        with pytest.raises(OSError, match="File too large"):
            ledger.append(entry("n2"))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, former)
        signal.signal(signal.SIGXFSZ, ignored)
    assert [one.nonce for one in ledger.entries] == ["n1"]
    ledger.append(entry("n2"))
    assert [json.loads(line)["nonce"] for line in path.read_bytes().splitlines()] == ["n1", "n2"]
    assert open_ledger(path).entries == [entry("n1"), entry("n2")]


def entry(nonce: str) -> Entry:
    return Entry("", "send", "", nonce, nonce, "card", "card", (), (), nonce, "🔴 Title", "")


def test_a_reference_of_another_ledger_is_unknown(open_ledger: Open, tmp_path: Path) -> None:
    ledger = open_ledger(tmp_path / "ledger.jsonl")
    ledger.append(entry("n1"))
    assert ledger.latest(Reference("n2").id) is None
    assert asdict(ledger.entries[0]) == asdict(entry("n1"))
