"""What environments give which settings, and which problems."""

from __future__ import annotations

import base64
import os
from dataclasses import fields
from pathlib import Path

import pytest

from bot.settings import SECRETS, BadSettings, LogFormat, LogLevel, Policy, Secret, Settings, read

KEY = base64.urlsafe_b64encode(bytes(range(32))).decode()
OTHER_KEY = base64.urlsafe_b64encode(bytes(range(32, 64))).decode()
SOCKET_MODE = {"SLACK_BOT_TOKEN": "xoxb-1", "SLACK_APP_TOKEN": "xapp-1"}
HTTP_MODE = {"SLACK_BOT_TOKEN": "xoxb-1", "SLACK_SIGNING_SECRET": "s1", "PORT": "8080"}
MANY_WORKSPACES = {
    "SLACK_CLIENT_ID": "1.2",
    "SLACK_CLIENT_SECRET": "c1",
    "SLACK_SIGNING_SECRET": "s1",
    "PORT": "8080",
    "PUBLIC_URL": "https://bot.example.com/",
    "TOKEN_ENCRYPTION_KEY": KEY,
}


def problems(environment: dict[str, str], *, serves: bool = True) -> dict[str, str]:
    """Return what is wrong: variable to problem and cure."""
    with pytest.raises(BadSettings) as caught:
        read(environment, serves=serves)
    found: dict[str, str] = {}
    for one in caught.value.problems:
        found[one.variable] = found.get(one.variable, "") + f"{one.problem}; {one.cure}. "
    return found


def test_an_empty_environment_is_complete() -> None:
    settings = read({})
    assert settings == Settings()
    assert settings.status_page_url == "https://status.claude.com"
    assert settings.poll_seconds == 10
    assert settings.database_url.reveal() == "sqlite:///./data/claudestatus.db"
    assert not settings.slack
    assert not settings.discord


def test_an_empty_variable_counts_as_not_set() -> None:
    assert read({field.name.upper(): "" for field in fields(Settings)}) == Settings()


def test_every_variable_arrives() -> None:
    environment = {
        **MANY_WORKSPACES,
        "SLACK_APP_TOKEN": "xapp-1",
        "STATUS_PAGE_URL": "https://status.example.com/",
        "POLL_SECONDS": "12.5",
        "DATABASE_URL": "postgres://user:word@db.example.com/bot",
        "DISCORD_BOT_TOKEN": "a.b.c",
        "TOKEN_ENCRYPTION_KEY": f"{KEY},{OTHER_KEY}",
        "STATUS_WEBHOOK_SECRET": "w" * 22,
        "METRICS_TOKEN": "m",
        "HEARTBEAT_URL": "https://ping.example.com/uuid/?rid=1",
        "SETTINGS_POLICY": "admins",
        "LOG_LEVEL": "DEBUG",
        "LOG_FORMAT": "json",
        "SLACK_API_URL": "http://127.0.0.1:1/api/",
        "DISCORD_API_URL": "http://[::1]:2/api",
        "DISCORD_GATEWAY_URL": "ws://localhost:3/",
    }
    settings = read(environment)
    assert settings == Settings(
        status_page_url="https://status.example.com",
        poll_seconds=12.5,
        database_url=Secret("postgres://user:word@db.example.com/bot"),
        slack_app_token=Secret("xapp-1"),
        slack_signing_secret=Secret("s1"),
        slack_client_id="1.2",
        slack_client_secret=Secret("c1"),
        discord_bot_token=Secret("a.b.c"),
        port=8080,
        public_url="https://bot.example.com",
        token_encryption_key=(Secret(KEY), Secret(OTHER_KEY)),
        status_webhook_secret=Secret("w" * 22),
        metrics_token=Secret("m"),
        heartbeat_url=Secret("https://ping.example.com/uuid/?rid=1"),
        settings_policy=Policy.ADMINS,
        log_level=LogLevel.DEBUG,
        log_format=LogFormat.JSON,
        slack_api_url="http://127.0.0.1:1/api",
        discord_api_url="http://[::1]:2/api",
        discord_gateway_url="ws://localhost:3",
    )
    one_workspace_alone = "slack_bot_token"
    missing = [field.name for field in fields(Settings) if field.name.upper() not in environment]
    assert missing == [one_workspace_alone]
    assert read(SOCKET_MODE).slack_bot_token == Secret("xoxb-1")


@pytest.mark.parametrize("environment", [SOCKET_MODE, HTTP_MODE, MANY_WORKSPACES])
def test_each_way_to_slack_is_complete(environment: dict[str, str]) -> None:
    assert read(environment).slack
    for name in environment:
        lacking = {key: value for key, value in environment.items() if key != name}
        assert problems(lacking), name


@pytest.mark.parametrize(
    ("environment", "variable", "words"),
    [
        ({"SLACK_BOT_TOKEN": "xoxb-1"}, "SLACK_BOT_TOKEN", "set SLACK_APP_TOKEN"),
        ({"SLACK_APP_TOKEN": "xapp-1"}, "SLACK_BOT_TOKEN", "SLACK_APP_TOKEN needs it"),
        ({"SLACK_SIGNING_SECRET": "s", "PORT": "1"}, "SLACK_BOT_TOKEN", "SLACK_SIGNING_SECRET needs it"),
        ({"SLACK_BOT_TOKEN": "xoxb-1", "SLACK_SIGNING_SECRET": "s"}, "PORT", "SLACK_SIGNING_SECRET (HTTP)"),
    ],
)
def test_half_of_slack_is_a_problem_of_the_missing_half(
    environment: dict[str, str], variable: str, words: str
) -> None:
    assert words in problems(environment)[variable]


def test_many_workspaces_name_all_that_they_lack_at_once() -> None:
    lacking = set(MANY_WORKSPACES) - {"SLACK_CLIENT_ID"}
    assert set(problems({"SLACK_CLIENT_ID": "1.2"})) == lacking


def test_one_workspace_and_many_are_not_served_together() -> None:
    found = problems({**MANY_WORKSPACES, "SLACK_BOT_TOKEN": "xoxb-1"})
    assert set(found) == {"SLACK_BOT_TOKEN"}
    assert "SLACK_CLIENT_ID serves many" in found["SLACK_BOT_TOKEN"]


def test_what_is_set_wrongly_is_not_called_missing() -> None:
    assert set(problems({**MANY_WORKSPACES, "PORT": "eighty"})) == {"PORT"}


@pytest.mark.parametrize("environment", [HTTP_MODE, MANY_WORKSPACES])
def test_a_program_that_opens_no_port_needs_none(environment: dict[str, str]) -> None:
    without = {name: value for name, value in environment.items() if name != "PORT"}
    assert "PORT" in problems(without)
    assert read(without, serves=False).slack


BAD = [
    ("STATUS_PAGE_URL", "http://status.claude.com", "https://"),
    ("STATUS_PAGE_URL", "http://127.0.0.1.example.com", "https://"),
    ("STATUS_PAGE_URL", "http://0.0.0.0", "https://"),
    ("STATUS_PAGE_URL", "http://[::ffff:127.0.0.1]", "https://"),
    ("STATUS_PAGE_URL", "ws://localhost", "https://"),
    ("STATUS_PAGE_URL", "ftp://status.claude.com", "https://"),
    ("STATUS_PAGE_URL", "status.claude.com", "not an address"),
    ("STATUS_PAGE_URL", "https://", "not an address"),
    ("STATUS_PAGE_URL", "https:///path", "not an address"),
    ("STATUS_PAGE_URL", "https://[::1", "not an address"),
    ("STATUS_PAGE_URL", "https://[v1.x]", "not an address"),
    ("STATUS_PAGE_URL", "https://[fe80::1%25eth0]", "not an address"),
    ("STATUS_PAGE_URL", "https://a..b", "not an address"),
    ("STATUS_PAGE_URL", "https://a%00b", "not an address"),
    ("STATUS_PAGE_URL", "https://host:0", "not an address"),
    ("STATUS_PAGE_URL", "https://host:65536", "not an address"),
    ("STATUS_PAGE_URL", "https://status.clau\tde.com", "invisible"),
    ("STATUS_PAGE_URL", "https://status.clau de.com", "do not belong"),
    ("STATUS_PAGE_URL", "https://st\u0430tus.claude.com", "do not belong"),
    ("STATUS_PAGE_URL", "https://evil.example\\@status.claude.com", "do not belong"),
    ("STATUS_PAGE_URL", "https://me@status.claude.com", "user or a password"),
    ("STATUS_PAGE_URL", "https://status.claude.com?", "query"),
    ("STATUS_PAGE_URL", "https://status.claude.com/#x", "fragment"),
    ("PUBLIC_URL", "http://bot.example.com", "https://"),
    ("SLACK_API_URL", "http://slack.com/api", "https://"),
    ("DISCORD_API_URL", "http://discord.com/api", "https://"),
    ("DISCORD_GATEWAY_URL", "ws://gateway.discord.gg", "wss://"),
    ("DISCORD_GATEWAY_URL", "https://gateway.discord.gg", "wss://"),
    ("HEARTBEAT_URL", "http://ping.example.com/uuid", "https://"),
    ("HEARTBEAT_URL", "https://ping.example.com/#x", "remove what follows the #"),
    ("POLL_SECONDS", "9.9", "from 10 up to 300"),
    ("POLL_SECONDS", "301", "from 10 up to 300"),
    ("POLL_SECONDS", "nan", "from 10"),
    ("POLL_SECONDS", "inf", "from 10"),
    ("POLL_SECONDS", "-20", "from 10"),
    ("POLL_SECONDS", "2e1", "from 10"),
    ("POLL_SECONDS", "1_0", "from 10"),
    ("POLL_SECONDS", "\u0661\u0660", "from 10"),
    ("POLL_SECONDS", "9" * 5000, "from 10"),
    ("DATABASE_URL", "mysql://localhost/bot", "postgresql://"),
    ("DATABASE_URL", "sqlite://data/bot.db", "sqlite:///"),
    ("DATABASE_URL", "sqlite://", "names no SQLite file"),
    ("DATABASE_URL", "sqlite:///", "names no SQLite file"),
    ("DATABASE_URL", "sqlite+aiosqlite:///:memory:", "names no SQLite file"),
    ("DATABASE_URL", "postgresql://", "no database"),
    ("SLACK_BOT_TOKEN", "xapp-1", "xoxb-"),
    ("SLACK_APP_TOKEN", "xoxb-1", "xapp-"),
    ("SLACK_BOT_TOKEN", "xoxb-1 2", "has spaces"),
    ("SLACK_BOT_TOKEN", " xoxb-1", "around it; remove them"),
    ("SLACK_BOT_TOKEN", "xoxb-1\n", "around it; remove them"),
    ("SLACK_BOT_TOKEN", '"xoxb-1"', "quotes around it; remove them"),
    ("SLACK_BOT_TOKEN", "xoxb-1'", "quotes around it; remove them"),
    ("SLACK_SIGNING_SECRET", "a\nb", "on one line"),
    ("SLACK_CLIENT_ID", "1 2", "has spaces"),
    ("DISCORD_BOT_TOKEN", "Bot a.b.c", "has spaces"),
    ("METRICS_TOKEN", "schl\u00fcssel", "not ASCII"),
    ("METRICS_TOKEN", "a\udc80b", "invisible"),
    ("PORT", "0", "between 1 and 65535"),
    ("PORT", "65536", "between 1 and 65535"),
    ("PORT", "80.0", "between 1 and 65535"),
    ("PORT", "http", "between 1 and 65535"),
    ("TOKEN_ENCRYPTION_KEY", "secret", "place 1 of 1"),
    ("TOKEN_ENCRYPTION_KEY", f"{KEY}, {KEY}", "place 2 of 2"),
    ("TOKEN_ENCRYPTION_KEY", f"{KEY},", "place 2 of 2"),
    ("TOKEN_ENCRYPTION_KEY", KEY[:-1], "base64"),
    ("TOKEN_ENCRYPTION_KEY", base64.b64encode(b"\xff" * 32).decode(), "base64"),
    ("STATUS_WEBHOOK_SECRET", "w" * 21, "22"),
    ("STATUS_WEBHOOK_SECRET", "w" * 21 + "/", "22"),
    ("SETTINGS_POLICY", "everyone", "members, admins"),
    ("LOG_LEVEL", "loud", "debug, info, warning, error, critical"),
    ("LOG_FORMAT", "text", "console, json"),
]


@pytest.mark.parametrize(("variable", "value", "words"), BAD)
def test_a_wrong_value_is_named_with_its_cure(variable: str, value: str, words: str) -> None:
    assert words in problems({variable: value})[variable]


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("STATUS_PAGE_URL", "http://127.8.9.10:5000"),
        ("STATUS_PAGE_URL", "http://LOCALHOST:5000/"),
        ("STATUS_PAGE_URL", "http://[::1]"),
        ("STATUS_PAGE_URL", "https://example.com:8443/status"),
        ("POLL_SECONDS", "300"),
        ("DATABASE_URL", "sqlite+aiosqlite:////var/lib/bot/status.db"),
        ("DATABASE_URL", "postgresql+psycopg://user:p%40ss@db/bot?sslmode=require"),
        ("DATABASE_URL", "postgresql:///bot?host=/run/postgresql"),
        ("HEARTBEAT_URL", "http://localhost:1/ping?a=b"),
    ],
)
def test_a_right_value_is_taken(variable: str, value: str) -> None:
    assert read({variable: value}) != Settings()


@pytest.mark.parametrize("value", ["0", "0.0", "301", "-1"])
def test_a_page_of_this_machine_is_polled_at_any_pace_above_zero(value: str) -> None:
    loopback = {"STATUS_PAGE_URL": "http://127.0.0.1:5000"}
    assert read({**loopback, "POLL_SECONDS": "0.05"}).poll_seconds == 0.05
    assert "above 0" in problems({**loopback, "POLL_SECONDS": value})["POLL_SECONDS"]


def test_every_problem_is_reported_at_once_each_on_its_line() -> None:
    environment = dict(reversed([(variable, value) for variable, value, _ in BAD]))
    with pytest.raises(BadSettings) as caught:
        read({**environment, "SLACK_CLIENT_SECRETS": "x"})
    named = [one.variable for one in caught.value.problems]
    assert set(named) >= {*environment, "SLACK_CLIENT_SECRETS"}
    lines = str(caught.value).splitlines()
    assert [line.split(":")[0] for line in lines] == named


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("SLACK_TOKEN", "SLACK_BOT_TOKEN"),
        ("SLACK_APPTOKEN", "SLACK_APP_TOKEN"),
        ("slack_signing_secret", "SLACK_SIGNING_SECRET"),
        ("SLACK_CLIENT_ID_FILE", "SLACK_CLIENT_ID"),
        ("DISCORD_TOKEN", "DISCORD_BOT_TOKEN"),
        ("DISCORD_BOT_TOKEN_FLE", "DISCORD_BOT_TOKEN"),
    ],
)
def test_a_name_that_is_almost_ours_is_a_problem(name: str, meant: str) -> None:
    assert meant in problems({name: "x"})[name]


@pytest.mark.parametrize(
    "name",
    ["SLACK_WEBHOOK_URL", "DISCORD_PORT", "SLACK_API_PORT", "DISCORD_BOT_PORT_80_TCP", "LOG_LEVELS", "PATH"],
)
def test_names_of_other_programs_are_left_alone(name: str) -> None:
    assert read({name: "x"}) == Settings()


def test_a_name_like_ours_is_left_alone_where_ours_is_set_and_where_it_is_empty() -> None:
    assert read({**SOCKET_MODE, "SLACK_TOKEN": "another program's"}) == read(SOCKET_MODE)
    assert read({"DISCORD_TOKEN": ""}) == Settings()


def test_a_name_that_cannot_be_printed_is_left_alone() -> None:
    assert read({"SLACK_\x1b[31mTOKEN": "x", "SLACK_TOKEN\n": "x"}) == Settings()


def test_every_secret_may_be_kept_in_a_file(tmp_path: Path) -> None:
    file = tmp_path / "token"
    file.write_bytes(b"\xef\xbb\xbfa.b.c\r\n")
    assert read({"DISCORD_BOT_TOKEN_FILE": str(file)}).discord_bot_token == Secret("a.b.c")
    nowhere = {f"{name}_FILE": str(tmp_path / "nowhere") for name in SECRETS}
    assert set(problems(nowhere)) >= set(nowhere)


def test_secrets_are_exactly_the_fields_that_hold_one() -> None:
    holding = {field.name.upper() for field in fields(Settings) if "Secret" in str(field.type)}
    assert holding == SECRETS


def test_a_secret_given_twice_is_a_problem_and_given_once_empty_is_not(tmp_path: Path) -> None:
    file = tmp_path / "token"
    file.write_text("m")
    both = {"METRICS_TOKEN": "n", "METRICS_TOKEN_FILE": str(file)}
    assert "METRICS_TOKEN_FILE; keep one" in problems(both)["METRICS_TOKEN"]
    assert read({**both, "METRICS_TOKEN": ""}).metrics_token == Secret("m")


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "empty"),
        (b"\n", "empty"),
        (b"\xff\xfe", "does not hold text"),
        (b"m" * 65537, "too large"),
        (b"one\ntwo\n", "on one line"),
        (b" m", "around it"),
    ],
)
def test_a_file_that_holds_no_secret_is_a_problem(tmp_path: Path, content: bytes, words: str) -> None:
    file = tmp_path / "token"
    file.write_bytes(content)
    assert words in problems({"METRICS_TOKEN_FILE": str(file)})["METRICS_TOKEN_FILE"]


def test_a_file_that_cannot_be_read_is_a_problem_that_does_not_name_it(tmp_path: Path) -> None:
    """Somebody may have put the secret itself where the path belongs."""
    pasted = problems({"METRICS_TOKEN_FILE": "hunter2"})["METRICS_TOKEN_FILE"]
    assert os.strerror(2) in pasted
    assert "hunter2" not in pasted
    assert "Is a directory" in problems({"METRICS_TOKEN_FILE": str(tmp_path)})["METRICS_TOKEN_FILE"]


def test_every_secret_that_is_set_is_known_and_nothing_else() -> None:
    settings = read({**MANY_WORKSPACES, "TOKEN_ENCRYPTION_KEY": f"{KEY},{OTHER_KEY}"})
    assert {secret.reveal() for secret in settings.secrets} == {"c1", "s1", KEY, OTHER_KEY}
    assert Settings().secrets == ()
