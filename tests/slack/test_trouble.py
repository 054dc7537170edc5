"""How long is waited for what, what is said of it, and by which proxy a websocket goes."""

from __future__ import annotations

import logging
from itertools import pairwise
from types import SimpleNamespace
from typing import Any

import pytest
from slack_sdk.errors import SlackApiError

from adapters.slack.trouble import PASSING, Trouble, Waits
from adapters.slack.websocket import proxy_for

WAITS = Waits(first=1, longest=30, mend=60)


def refusal(data: Any, **headers: str) -> SlackApiError:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return SlackApiError("no", SimpleNamespace(data=data, headers=named))  # type: ignore[no-untyped-call]


def test_tries_follow_each_other_ever_more_slowly_and_not_in_step() -> None:
    trouble = Trouble(WAITS)
    waits = [trouble.failed(OSError()) for _ in range(2000)]
    assert all(0.5 * 2**number <= wait <= 2**number for number, wait in enumerate(waits[:5]))
    assert max(waits) <= 30
    assert min(waits[5:]) >= 15
    assert len(set(waits[5:])) > 1900
    trouble.over()
    assert trouble.failed(OSError()) <= 1


@pytest.mark.parametrize(
    ("given", "least"),
    [("20", 20), ("1.5", 1.5), ("86400", 300), ("-5", 0), ("soon", 0), ("nan", 0), ("inf", 0)],
)
def test_slack_is_left_alone_for_as_long_as_it_asks_within_reason(given: str, least: float) -> None:
    wait = Trouble(WAITS).refused(refusal({"ok": False, "error": "ratelimited"}, Retry_After=given))
    assert least <= wait <= max(least, 1)


@pytest.mark.parametrize("code", sorted(PASSING))
def test_what_passes_by_itself_is_tried_again_soon(code: str) -> None:
    assert Trouble(WAITS).refused(refusal({"ok": False, "error": code})) <= 1


@pytest.mark.parametrize(
    "code", ["invalid_auth", "not_allowed_token_type", "account_inactive", "missing_scope"]
)
def test_what_a_person_must_mend_is_tried_again_slowly(code: str, caplog: pytest.LogCaptureFixture) -> None:
    trouble = Trouble(WAITS)
    assert {trouble.refused(refusal({"ok": False, "error": code})) for _ in range(5)} == {60}
    assert [record.levelno for record in caplog.records] == [logging.ERROR]
    assert f"({code})" in caplog.text


@pytest.mark.parametrize(
    "data", [None, [], {}, "text", b"", {"error": None}, {"error": 7}, {"error": "a b\n"}]
)
def test_an_answer_that_is_none_of_slack_s_is_tried_again_soon(
    data: Any, caplog: pytest.LogCaptureFixture
) -> None:
    assert Trouble(WAITS).refused(refusal(data)) <= 1 or data == {"error": 7}
    assert "a b" not in caplog.text


def test_each_trouble_is_told_when_it_begins_and_when_it_changes(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    trouble = Trouble(WAITS)
    for error in (OSError(), OSError(), TimeoutError(), ValueError("wss://secret"), OSError()):
        trouble.failed(error)
    trouble.connected()
    trouble.connected()
    assert all(one != other for one, other in pairwise(caplog.messages))
    assert [line.partition("(")[2] for line in caplog.messages] == [
        "OSError)",
        "no answer in time)",
        "unexpected: ValueError)",
        "OSError)",
        "",
    ]


ADDRESS = "wss://wss-primary.slack.com/link/?ticket=1"


@pytest.mark.parametrize(
    ("variables", "address", "proxy"),
    [
        ({}, ADDRESS, (None, {})),
        ({"HTTPS_PROXY": "http://proxy:3128"}, ADDRESS, ("http://proxy:3128", {})),
        ({"https_proxy": "proxy:3128"}, ADDRESS, ("http://proxy:3128", {})),
        ({"HTTP_PROXY": "http://proxy:3128"}, ADDRESS, (None, {})),
        ({"ALL_PROXY": "http://proxy:3128"}, ADDRESS, ("http://proxy:3128", {})),
        ({"HTTPS_PROXY": "http://proxy:3128", "NO_PROXY": ".slack.com"}, ADDRESS, (None, {})),
        (
            {"HTTPS_PROXY": "http://me:p%40ss@proxy:3128"},
            ADDRESS,
            ("http://proxy:3128", {"Proxy-Authorization": "Basic bWU6cEBzcw=="}),
        ),
        ({"HTTP_PROXY": "http://proxy:3128"}, "ws://127.0.0.1:9/link/", (None, {})),
        ({"HTTP_PROXY": "http://proxy:3128"}, "ws://[::1]:9/link/", (None, {})),
    ],
)
def test_a_websocket_goes_by_the_proxy_of_https(
    variables: dict[str, str], address: str, proxy: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert proxy_for(address) == proxy
