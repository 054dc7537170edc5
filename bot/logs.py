"""The log: one line an event, for people or for programs, on standard error, and no secret in it."""

from __future__ import annotations

import logging
import re
from collections.abc import Collection, Iterator
from typing import Any

import structlog

from bot.settings import LogFormat, LogLevel

NOISY = {
    "aiohttp": logging.ERROR,
    "aiosqlite": logging.WARNING,
    "alembic": logging.WARNING,
    "apscheduler": logging.ERROR,
    "discord": logging.CRITICAL,
    "httpcore": logging.WARNING,
    "httpx": logging.WARNING,
    "psycopg": logging.WARNING,
    "slack_bolt": logging.CRITICAL,
    "slack_sdk": logging.CRITICAL,
    "sqlalchemy": logging.WARNING,
}
"""Libraries that tell of every request or every statement with all that is in it, and a scheduler that
warns when a slow poll skips its turn.

Slack's and Discord's quote whole requests, with tokens and what people wrote, up to the level of errors;
what goes wrong there is told by `adapters.slack` and `adapters.discord`.
"""

SHAPES = re.compile(
    r"xox[a-z](?:\.xox[a-z])?-[\w-]+"  # https://docs.slack.dev/authentication/tokens
    r"|xapp-[\w-]+"
    r"|https://hooks\.slack\.com/[^\s\"'<>)\\]+"
    r"|(?<=ticket=)[\w-]+"
    r"|v0=[0-9a-f]{64}"
    r"|(?<=/webhooks/)\d+/[\w-]+"  # https://discord.com/developers/docs/interactions/receiving-and-responding
    r"|(?<=/interactions/)\d+/[\w-]+"
    r"|aW50ZXJhY3Rpb2[\w=-]+"  # how the tokens of interactions begin: "interactio" in base64
    r"|[\w-]{24,28}\.[\w-]{6}\.[\w-]{27,}"  # https://discord.com/developers/docs/reference#authentication
)
"""Secrets that are known by how they look: tokens, response_urls, websocket tickets, signatures."""

SHORTEST_SECRET = 8
"""A shorter text is part of too many words to be taken out wherever it is found."""


OURS = ("adapters", "bot", "storage")

FIELD = re.compile(r"(?:^| )([a-z_]+)=(%[a-z]|%\.\d[a-z]|[^%=]*?(?=$| [a-z_]+=))")
"""What a line of ours names after its words: `incident=%s`, or as it stands, as in `minutes=10`."""

CONVERSION = re.compile(r"%(?:\.\d)?[a-z]")


def configure_logs(level: LogLevel, form: LogFormat, *, colours: bool, secrets: Collection[str] = ()) -> None:
    """Send every logger's lines of at least *level* to standard error in *form*, without *secrets*."""
    handler = logging.StreamHandler()
    handler.setFormatter(_formatter(form, colours=colours, redact=Redactor(secrets)))
    handler.addFilter(_is_wanted)
    handler.addFilter(name_fields)
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level.value.upper())
    for name, least in NOISY.items():
        logging.getLogger(name).setLevel(least)


class Redactor:
    """Takes *secrets*, and whatever looks like one, out of a line; the last of structlog's processors."""

    def __init__(self, secrets: Collection[str]) -> None:
        known = sorted(
            (secret for secret in secrets if len(secret) >= SHORTEST_SECRET), key=len, reverse=True
        )
        self._known = re.compile("|".join(map(re.escape, known)) if known else r"(?!)")

    def __call__(self, _logger: object, _method: str, line: object) -> str:
        return SHAPES.sub("(secret)", self._known.sub("(secret)", str(line)))


def name_fields(record: logging.LogRecord) -> bool:
    """Note what one of our lines names: `step taken platform=%s` has words and a field *platform*.

    So a call is written as for any log, and read by people and by programs. A filter that lets all pass.
    """
    if record.name.partition(".")[0] in OURS:
        template, values = str(record.msg), record.args if isinstance(record.args, tuple) else ()
        if FIELD.search(template) and len(CONVERSION.findall(template)) == len(values):
            record.named = {**dict(_fields(template, values)), "event": _words(template, values)}
    return True


def _with_fields(
    _logger: object, _method: str, line: structlog.typing.EventDict
) -> structlog.typing.EventDict:
    """Say what `name_fields` noted; one of structlog's processors."""
    line.update(line.pop("named", {}))
    return line


def _fields(template: str, values: tuple[Any, ...]) -> Iterator[tuple[str, Any]]:
    for found in FIELD.finditer(template):
        name, value = found.groups()
        if CONVERSION.fullmatch(value):
            given = values[len(CONVERSION.findall(template, 0, found.start(2)))]
            value = given if isinstance(given, bool | int | float) else str(given)
        yield name, value


def _words(template: str, values: tuple[Any, ...]) -> str:
    """Return the line without its fields."""
    starts = {found.start() for found in CONVERSION.finditer(template)}
    named = {found.start(2) for found in FIELD.finditer(template)}
    kept = (value for start, value in zip(sorted(starts), values, strict=True) if start not in named)
    return (FIELD.sub("", template) % tuple(kept)).strip()


def _is_wanted(record: logging.LogRecord) -> bool:
    """Hold the libraries to their levels, also a logger that takes its own from the root, as bolt's do."""
    return record.levelno >= NOISY.get(record.name.partition(".")[0], logging.NOTSET)


def _formatter(form: LogFormat, *, colours: bool, redact: Redactor) -> logging.Formatter:
    before: list[structlog.typing.Processor] = [
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True, key="at"),
        structlog.stdlib.ExtraAdder(),
        _with_fields,
    ]
    renderer: structlog.typing.Processor = structlog.dev.ConsoleRenderer(
        colors=colours,
        timestamp_key="at",
        exception_formatter=structlog.dev.plain_traceback,  # the others, where installed, show all variables
    )
    if form is LogFormat.JSON:
        before.append(structlog.processors.format_exc_info)
        renderer = structlog.processors.JSONRenderer()
    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=before,
        processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer, redact],
    )
