"""What `run` says first: what it watches, where it stores, whom it tells and how it is spoken to."""

from __future__ import annotations

from adapters.slack.oauth import INSTALL
from bot.parts import Bot, Role
from storage.address import read_address


def greeting(bot: Bot, *, typed: bool) -> list[str]:
    """Return the lines; *typed* tells whether commands can be typed where they are read."""
    settings, roles = bot.settings, bot.options.roles
    watching = f"Watching {settings.status_page_url} every {settings.poll_seconds:g} s."
    silent = "This process delivers no alerts (see --roles)."
    memory = read_address(settings.database_url.reveal())
    lines = [
        watching if Role.WATCH in roles else "This process does not watch the page (see --roles).",
        f"Storing in {memory.shown}.",
        _told(bot) if Role.DELIVER in roles else silent,
        *_ways_in(bot),
    ]
    if memory.is_postgresql:
        lines.append(
            "What only one may do (watch, send to Discord, hear Discord) waits while another process does."
        )
    if typed:
        lines.append("Type /claudestatus help for what you can ask, Ctrl-C to stop.")
    return lines


def _told(bot: Bot) -> str:
    if bot.tells_terminal:
        return "Alerts appear here."
    told = [name for name, platform in (("Slack", bot.slack), ("Discord", bot.discord)) if platform]
    return f"Alerts go to {' and '.join(told)}."


def _ways_in(bot: Bot) -> list[str]:
    """Return how people's commands reach this process."""
    settings, roles = bot.settings, bot.options.roles
    ways = []
    if bot.slack and bot.slack.socket and Role.SLACK in roles:
        ways.append("Slack is answered through Socket Mode.")
    if settings.port is not None and Role.WEB in roles:
        slack = ", for Slack at /slack/events" if bot.slack and bot.slack.http else ""
        ways.append(f"Listening on port {settings.port}{slack}.")
        if bot.slack and bot.slack.install:
            ways.append(f"Slack workspaces install the app at {settings.public_url}{INSTALL}.")
    if bot.slack and not ways:
        ways.append("This process answers nobody in Slack (see --roles).")
    if bot.discord and Role.DISCORD in roles:
        ways.append("Discord is answered through its gateway.")
    elif bot.discord:
        ways.append("This process answers nobody in Discord (see --roles).")
    return ways
