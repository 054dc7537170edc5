"""The log: one line an event, for people or for programs, on standard error."""

from __future__ import annotations

import logging

import structlog

from bot.settings import LogFormat, LogLevel

NOISY = {
    "alembic": logging.WARNING,
    "apscheduler": logging.ERROR,
    "httpcore": logging.WARNING,
    "httpx": logging.WARNING,
}
"""Libraries that tell of every request, and a scheduler that warns when a slow poll skips its turn."""


def configure_logs(level: LogLevel, form: LogFormat, *, colours: bool) -> None:
    """Send every logger's lines of at least *level* to standard error in *form*."""
    handler = logging.StreamHandler()
    handler.setFormatter(_formatter(form, colours=colours))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level.value.upper())
    for name, least in NOISY.items():
        logging.getLogger(name).setLevel(least)


def _formatter(form: LogFormat, *, colours: bool) -> logging.Formatter:
    before: list[structlog.typing.Processor] = [
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True, key="at"),
        structlog.stdlib.ExtraAdder(),
    ]
    renderer: structlog.typing.Processor = structlog.dev.ConsoleRenderer(colors=colours, timestamp_key="at")
    if form is LogFormat.JSON:
        before.append(structlog.processors.format_exc_info)
        renderer = structlog.processors.JSONRenderer()
    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=before,
        processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer],
    )
