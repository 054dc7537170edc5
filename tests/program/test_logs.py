"""A line of the log is for whom it is meant, and holds no secret."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator

import pytest

from bot.logs import NOISY, configure_logs
from bot.settings import LogFormat, LogLevel

LOOKING_SECRET = [
    "xoxb-17653672481-19874698323-pdFZKVeTuE8sk7oOcHrzqqgy",
    "xoxe.xoxb-1-MS0yLTM5NTI5",
    "xapp-1-A0CLAUDE-5678-0123456789abcdef",
    "https://hooks.slack.com/commands/T0CLAUDE/397700885554/96rGlfmibIGlgcZRskXaIFfN",
    "v0=" + "a2" * 32,
    ".".join(("A" * 24, "b2" * 3, "c3" * 14)),
    "aW50ZXJhY3Rpb246" + "d4" * 40,
]


@pytest.fixture(autouse=True)
def _as_it_was() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    levels = {name: logging.getLogger(name).level for name in NOISY}
    yield
    root.handlers[:] = handlers
    root.setLevel(level)
    for name, before in levels.items():
        logging.getLogger(name).setLevel(before)


@pytest.mark.parametrize("form", LogFormat)
@pytest.mark.parametrize("secret", LOOKING_SECRET)
def test_what_looks_like_a_secret_is_taken_out(
    form: LogFormat, secret: str, capsys: pytest.CaptureFixture[str]
) -> None:
    configure_logs(LogLevel.DEBUG, form, colours=False)
    try:
        raise ValueError(f"it cannot be sent to {secret}")
    except ValueError:
        logging.getLogger("bot.somewhere").exception("with %s", secret, extra={"also": secret})
    said = capsys.readouterr().err
    assert secret not in said
    assert said.count("(secret)") >= 3
    assert "ValueError: it cannot be sent to (secret)" in said


def test_a_ticket_is_taken_out_and_the_rest_of_the_address_stays(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logs(LogLevel.DEBUG, LogFormat.CONSOLE, colours=False)
    logging.getLogger("bot").info("wss://wss-primary.slack.com/link/?ticket=canary-1&app_id=A0")
    assert "/link/?ticket=(secret)&app_id=A0" in capsys.readouterr().err


def test_the_address_of_an_interaction_keeps_no_token(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logs(LogLevel.DEBUG, LogFormat.CONSOLE, colours=False)
    logging.getLogger("bot").info(
        "POST /webhooks/100/canary-1/messages/2 and /interactions/7/canary-2/callback"
    )
    said = capsys.readouterr().err
    assert "/webhooks/(secret)/messages/2 and /interactions/(secret)/callback" in said


def test_the_secrets_of_the_settings_are_taken_out_however_they_look(
    capsys: pytest.CaptureFixture[str],
) -> None:
    configure_logs(
        LogLevel.DEBUG, LogFormat.CONSOLE, colours=False, secrets=["8f742231b10e8888", "short", ""]
    )
    logging.getLogger("bot").info("signed with 8f742231b10e8888 in short")
    assert "signed with (secret) in short" in capsys.readouterr().err


@pytest.mark.parametrize("name", NOISY)
def test_a_library_stays_at_its_level_though_its_loggers_take_that_of_the_root(
    name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    configure_logs(LogLevel.DEBUG, LogFormat.CONSOLE, colours=False)
    child = logging.getLogger(f"{name}.child")
    child.setLevel(logging.DEBUG)
    child.log(NOISY[name] - 1, "canary")
    child.log(NOISY[name], "heard")
    child.setLevel(logging.NOTSET)
    said = capsys.readouterr().err
    assert "canary" not in said
    assert "heard" in said


@pytest.mark.parametrize("form", LogFormat)
def test_a_traceback_shows_no_variables(form: LogFormat, capsys: pytest.CaptureFixture[str]) -> None:
    configure_logs(LogLevel.DEBUG, form, colours=False)
    hidden = "canary".upper()
    try:
        raise ValueError(len(hidden))
    except ValueError:
        logging.getLogger("bot").exception("it failed")
    said = capsys.readouterr().err
    assert "ValueError: 6" in said
    assert "CANARY" not in said


def test_a_line_for_programs_is_json(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logs(LogLevel.INFO, LogFormat.JSON, colours=False)
    logging.getLogger("bot").warning("the page is %s", "away")
    line = json.loads(capsys.readouterr().err)
    assert (line["event"], line["level"], line["logger"]) == ("the page is away", "warning", "bot")


STEP = "step taken step=%s platform=%s post=%s tries=%d seconds=%.1f reason=another process has it"


def test_what_a_line_names_are_fields_for_programs(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logs(LogLevel.INFO, LogFormat.JSON, colours=False)
    logging.getLogger("bot.courier").info(STEP, "send", "slack", "update:1 of 2", 3, 0.25)
    line = json.loads(capsys.readouterr().err)
    del line["at"], line["level"], line["logger"]
    fields = {"step": "send", "platform": "slack", "post": "update:1 of 2", "tries": 3, "seconds": 0.25}
    assert line == {"event": "step taken", **fields, "reason": "another process has it"}


def test_what_a_line_names_follows_its_words_for_people(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logs(LogLevel.INFO, LogFormat.CONSOLE, colours=False)
    logging.getLogger("bot.courier").info(STEP, "send", "slack", "card", 3, 0.25)
    said = capsys.readouterr().err
    assert "step taken " in said
    assert "platform=slack post=card reason='another process has it' seconds=0.25 step=send tries=3" in said


@pytest.mark.parametrize(
    ("template", "values", "event", "fields"),
    [
        ("%s duty=%s", ("lead taken", "watch"), "lead taken", {"duty": "watch"}),
        ("not answered what=%s (%s)", ("help", "ValueError"), "not answered (ValueError)", {"what": "help"}),
        ("all stopped count=%d minutes=10", (8,), "all stopped", {"count": 8, "minutes": "10"}),
        ("results count=%d; trying again", (2,), "results; trying again", {"count": 2}),
        ("Slack is back: %s", ("with a=b in it",), "Slack is back: with a=b in it", {}),
        ("as it stands x=", (), "as it stands", {"x": ""}),
    ],
)
def test_words_and_fields_are_told_apart(
    template: str,
    values: tuple[object, ...],
    event: str,
    fields: dict[str, object],
    capsys: pytest.CaptureFixture[str],
) -> None:
    configure_logs(LogLevel.INFO, LogFormat.JSON, colours=False)
    logging.getLogger("adapters.somewhere").warning(template, *values)
    line = json.loads(capsys.readouterr().err)
    assert {name: value for name, value in line.items() if name not in {"at", "level", "logger"}} == {
        "event": event,
        **fields,
    }


def test_a_line_of_a_library_stays_as_it_is(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logs(LogLevel.INFO, LogFormat.JSON, colours=False)
    logging.getLogger("somebody").warning("it failed code=%s", 7)
    assert json.loads(capsys.readouterr().err)["event"] == "it failed code=7"


def test_a_field_holds_no_secret_either(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logs(LogLevel.INFO, LogFormat.JSON, colours=False, secrets=["8f742231b10e8888"])
    logging.getLogger("bot").warning("it failed reason=%s", "with 8f742231b10e8888")
    assert json.loads(capsys.readouterr().err)["reason"] == "with (secret)"
