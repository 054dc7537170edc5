"""What `check` says of where the program runs: its host, its clock, its address for others."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from bot.finding import Finding
from bot.settings import Settings
from bot.settings.addresses import is_loopback

CLOCK_TOLERANCE = timedelta(minutes=1)
"""Slack's requests are taken for forged from five minutes on, and every age we show is wrong by as much:
https://docs.slack.dev/authentication/verifying-requests-from-slack"""

POSTGRESQL = "heroku addons:create heroku-postgresql sets DATABASE_URL to a database that stays"
"""https://devcenter.heroku.com/articles/heroku-postgresql"""

LOST_DISK = (
    "DATABASE_URL names a SQLite file, and a dyno's disk is emptied whenever it restarts, at least once a day"
)
"""https://devcenter.heroku.com/articles/dynos#ephemeral-filesystem"""

SLEEPING = (
    "an eco dyno sleeps after 30 minutes without a web request, and whoever sleeps tells nothing: see with "
    "heroku ps which type it is; heroku ps:type web=basic takes one that stays awake"
)
"""https://devcenter.heroku.com/articles/eco-dyno-hours#dyno-sleeping; a dyno cannot see its own type."""


def of_heroku(settings: Settings, dyno: str | None) -> Iterator[Finding]:
    """Look at what only Heroku does. *dyno* is DYNO, which Heroku sets for every process, else None.

    https://devcenter.heroku.com/articles/dynos#local-environment-variables
    """
    if not dyno:
        return
    if settings.database_url.reveal().startswith("sqlite"):
        yield Finding(good=False, subject="Heroku disk", words=f"{LOST_DISK}: {POSTGRESQL}")
    yield Finding(good=True, subject="Heroku dyno", words=SLEEPING, warns=True)


def of_clock(given_at: datetime | None, now: datetime) -> Finding | None:
    """Compare our clock with the page's, None where the page does not tell the time."""
    if given_at is None:
        return None
    off = now - given_at
    if abs(off) <= CLOCK_TOLERANCE:
        return Finding(good=True, subject="clock", words="agrees with the status page's")
    minutes, way = round(abs(off) / timedelta(minutes=1)), "ahead of" if off > timedelta(0) else "behind"
    cure = "let it be set over the network, as by timedatectl set-ntp true"
    return Finding(good=False, subject="clock", words=f"is {minutes} min {way} the status page's: {cure}")


def of_address(settings: Settings) -> Iterator[Finding]:
    """Look at whether others can reach what they are told to reach."""
    loopback = settings.slack_api_url is not None and is_loopback(settings.slack_api_url)
    if settings.public_url is not None:
        yield _public(settings.public_url, settings.port, among_us=loopback)
        if settings.metrics_token is None:
            words = "is not set, so nobody may read /metrics: PUBLIC_URL may let others in as this machine"
            yield Finding(good=True, subject="METRICS_TOKEN", words=words)
    if settings.status_webhook_secret is not None and settings.port is None:
        words = "is set, but no PORT to be rung at: set PORT, or leave the doorbell out"
        yield Finding(good=False, subject="STATUS_WEBHOOK_SECRET", words=words)


def _public(url: str, port: int | None, *, among_us: bool) -> Finding:
    """Look at PUBLIC_URL; *among_us*: Slack itself is a program on this machine."""
    if port is None:
        words = f"{url} leads nowhere, as no PORT is opened: set PORT to the one that it leads to"
        return Finding(good=False, subject="PUBLIC_URL", words=words)
    if is_loopback(url) and not among_us:
        words = f"{url} is this machine alone: set it to the address, with https, by which Slack gets here"
        return Finding(good=False, subject="PUBLIC_URL", words=words)
    return Finding(good=True, subject="PUBLIC_URL", words=f"{url} has to lead to port {port}")
