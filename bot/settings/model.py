"""The settings of one installation and the names of the variables they come from."""

from __future__ import annotations

from dataclasses import dataclass, fields
from enum import StrEnum

from bot.settings.secret import Secret

DEFAULT_DATABASE = Secret("sqlite:///./data/claudestatus.db")


class Policy(StrEnum):
    """Who may change a channel's subscription."""

    MEMBERS = "members"
    ADMINS = "admins"


class LogLevel(StrEnum):
    """The least weight of what is logged."""

    DEBUG = "debug"
    INFO = "info"
    WARNING = "warning"
    ERROR = "error"
    CRITICAL = "critical"


class LogFormat(StrEnum):
    """For whom the log is written: people or programs."""

    CONSOLE = "console"
    JSON = "json"


@dataclass(frozen=True, slots=True)
class Settings:
    """One installation's settings; each field is the variable of the same name in upper case.

    None means "not set", the defaults are those of an empty environment. Addresses have no trailing
    slash, but for *heartbeat_url*, which is called as it is given. *heartbeat_url* and *database_url*
    are secrets because services put keys and passwords into them. *token_encryption_key* is a ring:
    the first key encrypts, all decrypt. *slack_api_url*, *discord_api_url* and *discord_gateway_url*
    are None for the platform's own.
    """

    status_page_url: str = "https://status.claude.com"
    poll_seconds: float = 10.0
    database_url: Secret = DEFAULT_DATABASE
    slack_bot_token: Secret | None = None
    slack_app_token: Secret | None = None
    slack_signing_secret: Secret | None = None
    slack_client_id: str | None = None
    slack_client_secret: Secret | None = None
    discord_bot_token: Secret | None = None
    port: int | None = None
    public_url: str | None = None
    token_encryption_key: tuple[Secret, ...] = ()
    status_webhook_secret: Secret | None = None
    metrics_token: Secret | None = None
    heartbeat_url: Secret | None = None
    settings_policy: Policy = Policy.MEMBERS
    log_level: LogLevel = LogLevel.INFO
    log_format: LogFormat = LogFormat.CONSOLE
    slack_api_url: str | None = None
    discord_api_url: str | None = None
    discord_gateway_url: str | None = None

    @property
    def secrets(self) -> tuple[Secret, ...]:
        """Every secret that is set: what no log may hold."""
        values = (getattr(self, field.name) for field in fields(self))
        held = (value if isinstance(value, tuple) else (value,) for value in values)
        return tuple(
            one for many in held for one in many if isinstance(one, Secret) and one is not DEFAULT_DATABASE
        )

    @property
    def slack(self) -> bool:
        """True where Slack is configured, for one workspace or for many."""
        return self.slack_bot_token is not None or self.slack_client_id is not None

    @property
    def discord(self) -> bool:
        """True where Discord is configured."""
        return self.discord_bot_token is not None


VARIABLES = tuple(field.name.upper() for field in fields(Settings))
"""Every variable, in the order of the documentation."""

SECRETS = frozenset(
    {
        "DATABASE_URL",
        "SLACK_BOT_TOKEN",
        "SLACK_APP_TOKEN",
        "SLACK_SIGNING_SECRET",
        "SLACK_CLIENT_SECRET",
        "DISCORD_BOT_TOKEN",
        "TOKEN_ENCRYPTION_KEY",
        "STATUS_WEBHOOK_SECRET",
        "METRICS_TOKEN",
        "HEARTBEAT_URL",
    }
)
"""The variables that may also be given as NAME_FILE, the path of a file that holds the value."""
