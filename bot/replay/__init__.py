"""The command `replay`: plays a recording and tells what a channel would have seen."""

from __future__ import annotations

import argparse
import json
import math
import os
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from bot.domain.subscription import Settings, Style

if TYPE_CHECKING:
    from bot.replay.play import Options
    from bot.replay.result import Result

EXIT_BAD_INPUT = 2
IMPACTS = ("none", "minor", "major", "critical")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Give *parser* the arguments that `run` takes."""
    parser.add_argument(
        "path",
        type=Path,
        metavar="PATH",
        help="a recorded incidents.json, summary.json or scheduled-maintenances.json, a folder of them,"
        " or a .jsonl file of one incident a line; each may be compressed with gzip",
    )
    parser.add_argument(
        "--speed",
        type=_speed,
        metavar="N",
        help="N times faster than real time (as fast as it can by default)",
    )
    parser.add_argument("--json", action="store_true", help="print one JSON object: counts and threads")
    parser.add_argument(
        "--components",
        type=_components,
        default=(),
        metavar="A,B",
        help="only incidents of these components, by name or id (all by default)",
    )
    parser.add_argument(
        "--impact", choices=IMPACTS, default="none", help="least impact (everything by default)"
    )
    parser.add_argument("--style", choices=[style.value for style in Style], default=Style.THREAD.value)


def _speed(text: str) -> float:
    with suppress(ValueError):
        speed = float(text)
        if math.isfinite(speed) and speed > 0:
            return speed
    raise argparse.ArgumentTypeError("must be a number above 0, such as 3600 for an hour in a second")


def _components(text: str) -> tuple[str, ...]:
    found = tuple(part.strip() for part in text.split(",") if part.strip())
    if not found:
        raise argparse.ArgumentTypeError("names nothing; give names or ids with commas between")
    return found


async def run(arguments: argparse.Namespace, stdout: TextIO, stderr: TextIO) -> int:
    """Play what *arguments* name. Returns 0, or 2 where it cannot be played, with a line that says why."""
    from adapters.statuspage.recordings import BadRecording
    from bot.ports import Refused
    from bot.settings import Settings as Defaults
    from storage.errors import StorageError

    options = _options(arguments, Defaults().status_page_url)
    try:
        await (_as_json if arguments.json else _for_people)(arguments.path, options, stdout, stderr)
    except (BadRecording, StorageError, Refused) as error:
        print(error, file=stderr)
        return EXIT_BAD_INPUT
    return 0


def _options(arguments: argparse.Namespace, page_url: str) -> Options:
    from bot.replay.play import Options

    settings = Settings(least_impact=arguments.impact, style=Style(arguments.style))
    return Options(page_url, settings, arguments.components, arguments.speed)


async def _as_json(path: Path, options: Options, stdout: TextIO, stderr: TextIO) -> None:
    from bot.replay.play import replay
    from bot.replay.show import ProgressBar

    bar = ProgressBar(stderr)
    try:
        result = await replay(path, options, on_progress=bar.move)
    finally:
        bar.clear()
    plain = (stdout.encoding or "").lower().replace("-", "") != "utf8"
    json.dump(result.document(), stdout, ensure_ascii=plain, indent=2)
    stdout.write("\n")
    _warn(result, stderr)


async def _for_people(path: Path, options: Options, stdout: TextIO, stderr: TextIO) -> None:
    from adapters.console import Terminal
    from bot.replay.play import replay
    from bot.replay.show import Printer, ProgressBar

    bar = ProgressBar(stderr)
    printer = Printer(Terminal(stdout, os.environ), bar)
    try:
        result = await replay(path, options, audience=printer.show, on_progress=bar.move)
    finally:
        bar.clear()
    printer.sum_up(result.counts)
    _warn(result, stderr)


def _warn(result: Result, stderr: TextIO) -> None:
    for warning in result.warnings:
        print(warning, file=stderr)
