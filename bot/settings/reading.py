"""From an environment to `Settings`, or to everything that is wrong with it at once."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TypeVar

from bot.settings import values
from bot.settings.addresses import address_to_call, gateway_address, is_loopback, web_address
from bot.settings.combinations import missing, near_misses
from bot.settings.model import SECRETS, VARIABLES, LogFormat, LogLevel, Policy, Settings
from bot.settings.problems import BadSettings, Problem, Wrong

LARGEST_SECRET_BYTES = 64 * 1024
"""More is not read of a NAME_FILE: somebody named the wrong file."""

T = TypeVar("T")
D = TypeVar("D")


def read(environment: Mapping[str, str], *, serves: bool = True) -> Settings:
    """Return the settings of *environment*. Raises `BadSettings`, and nothing else.

    An empty variable counts as not set. *serves* is False for a program that opens no port, which
    then need not be told one.
    """
    reader = _Reader(environment)
    settings = _settings(reader)
    given = reader.given()
    names = [name for name, text in environment.items() if text]
    problems = [*reader.problems, *missing(given, serves=serves), *near_misses(names, given)]
    if problems:
        raise BadSettings(tuple(problems))
    return settings


def _settings(reader: _Reader) -> Settings:
    """Take every variable; what is wrong has its default here and its problem in *reader*."""
    take, default = reader.take, Settings()
    loopback = is_loopback(reader.environment.get("STATUS_PAGE_URL", ""))
    return Settings(
        status_page_url=take("STATUS_PAGE_URL", web_address, default.status_page_url),
        poll_seconds=take("POLL_SECONDS", values.poll_seconds(loopback=loopback), default.poll_seconds),
        database_url=take("DATABASE_URL", values.database_address, default.database_url),
        slack_bot_token=take("SLACK_BOT_TOKEN", values.token("xoxb-"), None),
        slack_app_token=take("SLACK_APP_TOKEN", values.token("xapp-"), None),
        slack_signing_secret=take("SLACK_SIGNING_SECRET", values.token(), None),
        slack_client_id=take("SLACK_CLIENT_ID", values.word, None),
        slack_client_secret=take("SLACK_CLIENT_SECRET", values.token(), None),
        discord_bot_token=take("DISCORD_BOT_TOKEN", values.token(), None),
        port=take("PORT", values.port, None),
        public_url=take("PUBLIC_URL", web_address, None),
        token_encryption_key=take("TOKEN_ENCRYPTION_KEY", values.key_ring, default.token_encryption_key),
        status_webhook_secret=take("STATUS_WEBHOOK_SECRET", values.path_secret, None),
        metrics_token=take("METRICS_TOKEN", values.token(), None),
        heartbeat_url=take("HEARTBEAT_URL", address_to_call, None),
        settings_policy=take("SETTINGS_POLICY", values.choice(Policy), default.settings_policy),
        log_level=take("LOG_LEVEL", values.choice(LogLevel), default.log_level),
        log_format=take("LOG_FORMAT", values.choice(LogFormat), default.log_format),
        slack_api_url=take("SLACK_API_URL", web_address, None),
        discord_api_url=take("DISCORD_API_URL", web_address, None),
        discord_gateway_url=take("DISCORD_GATEWAY_URL", gateway_address, None),
    )


class _Reader:
    """Takes values out of *environment* and gathers what is wrong with them."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self.environment = environment
        self.problems: list[Problem] = []

    def given(self) -> frozenset[str]:
        """Return the names of the variables that are set, rightly or wrongly."""
        return frozenset(name for name in VARIABLES if self._sources(name))

    def take(self, name: str, parse: Callable[[str], T], default: D) -> T | D:
        """Return the value of *name*; *default* where it is not set, and where it is wrong."""
        sources = self._sources(name)
        if not sources:
            return default
        try:
            if len(sources) > 1:
                raise Wrong(f"is set, and so is {sources[1]}", "keep one of the two")
            return parse(_clean(self._text(sources[0], is_file=sources[0] != name)))
        except Wrong as wrong:
            self.problems.append(Problem(sources[0], wrong.problem, wrong.cure))
            return default

    def _sources(self, name: str) -> list[str]:
        names = [name, f"{name}_FILE"] if name in SECRETS else [name]
        return [source for source in names if self.environment.get(source)]

    def _text(self, source: str, *, is_file: bool) -> str:
        text = self.environment[source]
        return _content(Path(_clean(text))) if is_file else text


def _clean(text: str) -> str:
    """Return *text* as it is, if it has nothing around or inside it that comes from copying badly."""
    if text != text.strip() or text[:1] in {'"', "'"} or text[-1:] in {'"', "'"}:
        raise Wrong("has spaces, line breaks or quotes around it", "remove them")
    if not text.isprintable():
        raise Wrong("has a line break or another invisible character in it", "copy it again, on one line")
    return text


def _content(path: Path) -> str:
    """Return what a secret's file holds, without the line break at its end."""
    cure = "name a file this user may read"
    try:
        with path.open("rb") as file:
            content = file.read(LARGEST_SECRET_BYTES + 1)
        text = content.decode("utf-8-sig").rstrip("\r\n")
    except OSError as error:
        raise Wrong(f"the file cannot be read ({error.strerror})", cure) from None
    except ValueError:
        raise Wrong("the file does not hold text", cure) from None
    if not text or len(content) > LARGEST_SECRET_BYTES:
        raise Wrong("the file is empty" if not text else "the file is too large to hold a secret", cure)
    return text
