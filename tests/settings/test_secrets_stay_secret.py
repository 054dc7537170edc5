"""No secret is shown, whatever the environment holds."""

from __future__ import annotations

import copy
import json
import pickle
import traceback
from dataclasses import asdict

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.settings import SECRETS, VARIABLES, BadSettings, Secret, Settings, read

CANARY = "hunter2canary"
NAMES = [*VARIABLES, *(f"{name}_FILE" for name in sorted(SECRETS)), "SLACK_TOKEN", "DISCORD_SECRET"]
FRAGMENTS = [
    CANARY, "xoxb-", "xapp-", "https://", "http://localhost", "wss://", "sqlite:///", "postgres://", "@",
    ":", "/", "?", "#", "[", "]", " ", "\n", "\x00", "\x1b[31m", '"', "10", "1" * 400, "\u0660", "\udc80",
    ",", "=",
]  # fmt: skip
TEXTS = st.one_of(st.text(max_size=40), st.lists(st.sampled_from(FRAGMENTS), max_size=6).map("".join))


@given(
    st.dictionaries(st.one_of(st.sampled_from(NAMES), st.text(max_size=20)), TEXTS, max_size=12),
    st.booleans(),
)
@example(dict.fromkeys(NAMES, f"xoxb-{CANARY}"), True)
@example(dict.fromkeys(NAMES, f" {CANARY}"), True)
def test_any_environment_gives_settings_or_problems_and_shows_no_secret(
    environment: dict[str, str], serves: bool
) -> None:
    secrets = {name: text for name, text in environment.items() if name.removesuffix("_FILE") in SECRETS}
    assert CANARY not in shown(secrets, serves=serves)
    shown(environment, serves=serves)


def shown(environment: dict[str, str], *, serves: bool) -> str:
    """Return all that can be seen of what *environment* gives."""
    try:
        return repr(read(environment, serves=serves))
    except BadSettings as caught:
        bad = caught
    lines = str(bad).splitlines()
    assert len(lines) == len(bad.problems) > 0
    assert all(line.isprintable() for line in lines)
    assert CANARY not in str(bad)
    return "".join(traceback.format_exception(bad)) + repr(bad)


def test_a_secret_shows_itself_only_when_asked() -> None:
    secret = Secret(CANARY)
    assert secret.reveal() == CANARY
    for shown in (repr(secret), str(secret), f"{secret}", f"{secret!r:>20}", f"{[secret]}"):
        assert CANARY not in shown
        assert "<secret>" in shown


def test_settings_taken_apart_still_hide_their_secrets() -> None:
    settings = Settings(slack_bot_token=Secret(CANARY), token_encryption_key=(Secret(CANARY),))
    assert CANARY not in repr(settings) + repr(asdict(settings)) + repr(copy.deepcopy(settings))
    with pytest.raises(TypeError):
        json.dumps(asdict(settings))


def test_a_secret_cannot_be_changed_or_pickled() -> None:
    secret = Secret(CANARY)
    with pytest.raises(AttributeError):
        secret._value = "other"
    with pytest.raises(TypeError):
        pickle.dumps(secret)


def test_secrets_are_equal_when_their_texts_are() -> None:
    assert Secret("a") == Secret("a")
    assert len({Secret("a"), Secret("a"), Secret("b")}) == 2
    assert Secret("a") != "a"
