"""The command `replay`: what it prints for people and for programs, and its exit code."""

from __future__ import annotations

import argparse
import io
import json
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import dev
from bot.replay import add_arguments, run
from tests.factories import CHAT, change, incident, incidents_document, minute, update
from tests.replay.recorder import record, write_timeline

BEGUN = update("investigating", "Chat is slow.", at=minute(0), identifier="begun", affected=[change(CHAT)])
OVER = update("resolved", "It is over.", at=minute(30), identifier="over")


class Screen(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        return True


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A recording of one incident, from before it began to its end."""
    record(tmp_path / "june", minute(-1), incidents_document(updated_at=minute(-1)))
    for at, told in ((1, [BEGUN]), (31, [BEGUN, OVER])):
        document = incidents_document(incident(updates=told), updated_at=minute(at))
        record(tmp_path / "june", minute(at), document)
    return tmp_path / "june"


def arguments(*words: str | Path) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    add_arguments(parser)
    return parser.parse_args(list(map(str, words)))


async def replayed(*words: str | Path) -> tuple[int, str, str]:
    stdout, stderr = io.StringIO(), io.StringIO()
    code = await run(arguments(*words), stdout, stderr)
    return code, stdout.getvalue(), stderr.getvalue()


async def test_json_is_one_object_of_counts_and_threads(folder: Path) -> None:
    code, out, err = await replayed(folder, "--json")
    document = json.loads(out)
    for post in document["threads"][0]["posts"]:
        assert isinstance(post.pop("text"), str)
        assert post.pop("key")
    assert (code, err) == (0, "")
    assert document == {
        "counts": {
            "snapshots": 3,
            "incidents": 1,
            "updates": 2,
            "cards": 1,
            "edits": 1,
            "replies": 1,
            "loud": 2,
            "filtered": 0,
        },
        "threads": [
            {
                "incident": "incident0001",
                "name": "Raised error rates in chat",
                "status": "resolved",
                "posts": [
                    {
                        "kind": "card",
                        "loud": True,
                        "updates": ["begun"],
                        "sent": "2026-05-04T12:01:00+00:00",
                        "edited": "2026-05-04T12:31:00+00:00",
                    },
                    {
                        "kind": "reply",
                        "loud": True,
                        "updates": ["over"],
                        "sent": "2026-05-04T12:31:00+00:00",
                        "edited": None,
                    },
                ],
            }
        ],
    }


@pytest.fixture
def in_utc() -> Iterator[None]:
    """Read the clock in UTC, as nobody else in particular does."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TZ", "UTC")
        time.tzset()
        yield
    time.tzset()


@pytest.mark.usefixtures("in_utc")
async def test_people_read_messages_under_their_moments_and_the_counts_at_the_end(folder: Path) -> None:
    code, out, err = await replayed(folder)
    lines = out.splitlines()
    assert (code, err) == (0, "")
    headings = [line for line in lines if line.startswith("──")]
    assert headings == ["── 4 May 2026 12:01 UTC ──", "── 4 May 2026 12:31 UTC ──"]
    assert lines[1].startswith("🟠 Raised error rates in chat")
    assert "   │ Chat is slow." in lines
    assert any("Resolved: Raised error rates in chat" in line for line in lines)
    assert lines[-2:] == [
        "Played: snapshots 3 · incidents 1 · updates 2",
        "Shown: cards 1 · edits 1 · replies 1 · loud posts 2 · filtered 0",
    ]


async def test_on_a_terminal_headings_are_dim_and_a_bar_tells_how_far_it_is(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("TERM", "xterm")
    stdout, stderr = Screen(), Screen()
    assert await run(arguments(folder), stdout, stderr) == 0
    assert "\x1b[2m── 4 May 2026" in stdout.getvalue()
    states = [state.rstrip() for state in stderr.getvalue().split("\r") if state.strip()]
    assert states == [
        "████████················  33 %  4 May 2026 11:59 UTC",
        "████████████████········  66 %  4 May 2026 12:01 UTC",
        "████████████████████████ 100 %  4 May 2026 12:31 UTC",
    ]


async def test_the_bar_is_gone_before_anything_else_is_written_on_its_line(folder: Path) -> None:
    shared = Screen()
    assert await run(arguments(folder), shared, shared) == 0
    bars = [line for line in shared.getvalue().split("\n") if "%" in line]
    assert bars
    for line in bars:
        *_, blank, rest = line.split("\r")
        assert (blank.strip(), "%" in rest) == ("", False)


async def test_filters_and_style_are_those_a_channel_would_have(folder: Path) -> None:
    _, out, _ = await replayed(folder, "--json", "--impact", "major")
    assert json.loads(out)["counts"]["filtered"] == 1
    _, out, _ = await replayed(folder, "--json", "--components", "chat, API")
    assert json.loads(out)["counts"]["cards"] == 1
    _, out, _ = await replayed(folder, "--json", "--style", "card")
    [card, notice] = json.loads(out)["threads"][0]["posts"]
    assert (card["updates"], notice["updates"]) == (["begun", "over"], [])


async def test_an_unknown_component_is_warned_of_on_standard_error(folder: Path) -> None:
    for words in ([], ["--json"]):
        code, out, err = await replayed(folder, *words, "--components", "Chad")
        assert code == 0
        assert "“Chad”" in err
        assert "Chat (" in err
        assert "“Chad”" not in out


@pytest.mark.parametrize("words", [[], ["--json"]])
async def test_bad_input_is_one_clear_line_and_exit_code_2(folder: Path, words: list[str]) -> None:
    broken = folder / "2026-05-04T12-40-00Z.json"
    broken.write_text('{"page": ')
    code, out, err = await replayed(folder, *words)
    assert code == 2
    assert err.startswith(str(broken))
    assert err.count("\n") == 1
    assert "{" not in out


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (["--speed", "0"], "must be a number above 0"),
        (["--speed", "nan"], "must be a number above 0"),
        (["--speed", "fast"], "must be a number above 0"),
        (["--components", " , "], "names nothing"),
        (["--impact", "huge"], "invalid choice"),
        (["--style", "loud"], "invalid choice"),
    ],
)
def test_a_word_that_is_none_is_refused(
    words: list[str], reason: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as refusal:
        arguments("somewhere", *words)
    assert refusal.value.code == 2
    assert reason in capsys.readouterr().err


class Torn(io.StringIO):
    """A stream whose reader has gone."""

    def write(self, text: str) -> int:
        raise BrokenPipeError


async def test_a_reader_that_goes_away_ends_it(folder: Path) -> None:
    with pytest.raises(BrokenPipeError):
        await run(arguments(folder), Torn(), io.StringIO())


def bot(*words: str | Path, **environment: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [sys.executable, "-m", "bot", "replay", *map(str, words)],
        cwd=dev.ROOT,
        capture_output=True,
        env={"PATH": "", **environment},
        timeout=60,
    )


def test_the_program_replays_a_timeline_where_only_ascii_can_be_written(tmp_path: Path) -> None:
    path = write_timeline(tmp_path / "one.jsonl.gz", [incident(updates=[BEGUN, OVER])])
    done = bot(path, "--json", PYTHONIOENCODING="ascii")
    document: dict[str, Any] = json.loads(done.stdout)
    assert (done.returncode, done.stderr) == (0, b"")
    assert document["threads"][0]["posts"][0]["text"].startswith("🟢")


def test_the_program_says_what_is_wrong_and_exits_with_2(tmp_path: Path) -> None:
    done = bot(tmp_path / "nowhere")
    assert (done.returncode, done.stdout) == (2, b"")
    assert b"does not exist" in done.stderr
    assert b"Traceback" not in done.stderr
