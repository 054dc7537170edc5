"""The command line: run, status, replay, check, migrate, rotate-keys, backup."""

from __future__ import annotations

import argparse
import asyncio
import io
import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from bot.settings import BadSettings, LogLevel, Settings, read, read_dotenv

if TYPE_CHECKING:
    from adapters.console import Terminal

EXIT_BAD_INPUT = 2
EXIT_CHECK_FAILED = 1
EXIT_INTERRUPTED = 130


class BadArgument(Exception):
    """A word of the command line cannot be used; says which, and what can."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code."""
    options = _parser().parse_args(arguments)
    try:
        environment = {**read_dotenv(Path(".env")), **os.environ}
        code: int = options.command(options, environment)
    except _known_failures() as error:
        print(error, file=sys.stderr)
        return EXIT_BAD_INPUT
    except KeyboardInterrupt:
        return 0 if options.command is _run else EXIT_INTERRUPTED
    except BrokenPipeError:
        # Whoever read our output has gone: nothing is left to say, and flushing at exit must not complain.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    return code


def _known_failures() -> tuple[type[Exception], ...]:
    """Return what is said in one line with its cure; looked up only once something failed."""
    from adapters.console import BadLedger
    from adapters.statuspage.transfer import BadProxy
    from adapters.web import CannotServe
    from storage.errors import StorageError

    return BadArgument, BadLedger, BadProxy, BadSettings, CannotServe, StorageError


def _parser() -> argparse.ArgumentParser:
    from bot import replay

    parser = argparse.ArgumentParser(prog="python -m bot", description="Tells when Claude is down.")
    words = parser.add_subparsers(required=True, metavar="COMMAND")

    run = words.add_parser("run", help="watch the page and keep every subscribed channel up to date")
    run.add_argument("--roles", default=None, help="watch,deliver,slack,discord,web (all by default)")
    run.add_argument("--ledger", type=Path, metavar="FILE", help="write each message of the terminal down")
    run.set_defaults(command=_run)

    status = words.add_parser("status", help="one look at the page, one answer")
    status.add_argument("component", nargs="?", help="a component's name, part of it, or its id")
    status.add_argument("--json", action="store_true", help="print one JSON object")
    status.set_defaults(command=_status)

    replayed = words.add_parser("replay", help="play a recording: what would a channel have seen?")
    replay.add_arguments(replayed)
    replayed.set_defaults(command=_replay)

    checked = words.add_parser("check", help="look whether everything needed is there")
    checked.set_defaults(command=_check)

    migrated = words.add_parser("migrate", help="bring the database up to date")
    migrated.set_defaults(command=_migrate)

    rotated = words.add_parser("rotate-keys", help="encrypt stored tokens with the first key of the ring")
    rotated.set_defaults(command=_rotate_keys)

    saved = words.add_parser("backup", help="copy the SQLite file, also while the bot runs")
    saved.add_argument("file", type=Path, metavar="FILE", help="where to; an older copy is replaced")
    saved.set_defaults(command=_backup)
    return parser


def _run(options: argparse.Namespace, environment: Mapping[str, str]) -> int:
    from adapters.console import Terminal
    from bot.app import run
    from bot.parts import Options, Role

    roles = _roles(options.roles, [role.value for role in Role])
    chosen = Options(frozenset(map(Role, roles)), options.ledger)
    settings = read(environment, serves=Role.WEB in chosen.roles)
    if chosen.ledger is not None and settings.slack_bot_token is not None:
        raise BadArgument("--ledger writes down what the terminal is told; where Slack is set up it is not.")
    _configure_logs(settings, environment, interactive=sys.stdout.isatty())
    return asyncio.run(run(settings, chosen, Terminal(sys.stdout, environment), _typed()))


def _typed() -> TextIO | None:
    """Return standard input if somebody can type there; what is not text in their language becomes `?`."""
    if sys.stdin is None or not sys.stdin.isatty():
        return None
    if isinstance(sys.stdin, io.TextIOWrapper):
        sys.stdin.reconfigure(errors="replace")
    return sys.stdin


def _roles(text: str | None, allowed: Sequence[str]) -> list[str]:
    """Return the roles of *text*, all if it is None. Raises `BadArgument` naming those there are."""
    if text is None:
        return list(allowed)
    roles = [role.strip() for role in text.split(",") if role.strip()]
    unknown = [role for role in roles if role not in allowed]
    if unknown or not roles:
        wrong = ", ".join(unknown) or "nothing"
        raise BadArgument(f"--roles names {wrong}; choose from {', '.join(allowed)}, with commas between.")
    return roles


def _status(options: argparse.Namespace, environment: Mapping[str, str]) -> int:
    from adapters.console import Terminal

    settings = read(environment, serves=False)
    _configure_logs(settings, environment, interactive=True)
    terminal = Terminal(sys.stdout, environment)
    return asyncio.run(_look(settings, options.component, terminal, as_json=options.json))


async def _look(settings: Settings, component: str | None, terminal: Terminal, *, as_json: bool) -> int:
    from adapters.clock import SystemClock
    from adapters.statuspage.client import open_status_page
    from bot.look import status

    async with open_status_page(settings.status_page_url) as source:
        return await status(
            source,
            SystemClock(),
            settings.status_page_url,
            component,
            as_json=as_json,
            out=sys.stdout,
            show=terminal.show,
        )


def _replay(options: argparse.Namespace, environment: Mapping[str, str]) -> int:
    from bot import replay

    _configure_logs(Settings(), environment, interactive=True)
    return asyncio.run(replay.run(options, sys.stdout, sys.stderr))


def _check(options: argparse.Namespace, environment: Mapping[str, str]) -> int:
    del options
    settings = read(environment, serves=False)
    _configure_logs(settings, environment, interactive=True)
    return asyncio.run(_findings(settings, environment.get("DYNO")))


async def _findings(settings: Settings, dyno: str | None) -> int:
    from adapters.statuspage.client import open_status_page
    from bot.check import check

    good = True
    async with open_status_page(settings.status_page_url) as source:
        async for finding in check(settings, source, dyno=dyno):
            print(finding)
            good = good and finding.good
    return 0 if good else EXIT_CHECK_FAILED


def _migrate(options: argparse.Namespace, environment: Mapping[str, str]) -> int:
    from storage.address import read_address
    from storage.opening import migrate

    del options
    url = read(environment, serves=False).database_url.reveal()
    moved = asyncio.run(migrate(url))
    print(f"{read_address(url).shown} {'was brought' if moved else 'is'} up to date.")
    return 0


def _rotate_keys(options: argparse.Namespace, environment: Mapping[str, str]) -> int:
    from bot.rotation import rotate_keys

    del options
    settings = read(environment, serves=False)
    ring = [key.reveal() for key in settings.token_encryption_key]
    if not ring:
        raise BadArgument(
            "TOKEN_ENCRYPTION_KEY is not set, so there is nothing to encrypt with: set it to the ring of the"
            " running bot, the new key first."
        )
    good = asyncio.run(rotate_keys(settings.database_url.reveal(), ring, sys.stdout))
    return 0 if good else EXIT_CHECK_FAILED


def _backup(options: argparse.Namespace, environment: Mapping[str, str]) -> int:
    from bot.backup import backup

    backup(read(environment, serves=False).database_url.reveal(), options.file, sys.stdout)
    return 0


def _configure_logs(settings: Settings, environment: Mapping[str, str], *, interactive: bool) -> None:
    """Set the log up. Where a person reads the output, only warnings are logged unless asked for more."""
    from adapters.console import Terminal
    from bot.logs import configure_logs

    level = settings.log_level
    if interactive and not environment.get("LOG_LEVEL"):
        level = LogLevel.WARNING
    configure_logs(
        level,
        settings.log_format,
        colours=Terminal(sys.stderr, environment).look.colour,
        secrets=[secret.reveal() for secret in settings.secrets],
    )


if __name__ == "__main__":
    sys.exit(main())
