"""How long is waited for what, what is said of it, and by which proxy a websocket goes."""

from __future__ import annotations

import logging
from itertools import pairwise
from typing import Any

import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from adapters.slack.trouble import Trouble, Waits
from adapters.slack.verdicts import ROWS
from adapters.slack.websocket import proxy_for
from bot.domain.delivery import Verdict
from tests.slack.documented_errors import DOCUMENTED, METHOD_PAGE

WAITS = Waits(first=1, longest=30, mend=60)

MENDED_BY_PEOPLE = {
    code for code in DOCUMENTED[f"{METHOD_PAGE}apps.connections.open"] if ROWS[code].verdict is Verdict.PAUSE
}
LIMITED = {"ratelimited"}
PASSING = DOCUMENTED[f"{METHOD_PAGE}apps.connections.open"] - MENDED_BY_PEOPLE - LIMITED


def refusal(data: Any, *, status: int = 200, **headers: str) -> SlackApiError:
    """Return what the SDK raises for an answer of `apps.connections.open`."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    answer = AsyncSlackResponse(
        client=None,
        http_verb="POST",
        api_url="https://slack.com/api/apps.connections.open",
        req_args={},
        data=data,
        headers=named,
        status_code=status,
    )
    return SlackApiError("no", answer)  # type: ignore[no-untyped-call]


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
    [("20", 20), ("1.5", 1.5), ("86400", 300), ("-5", 1), ("soon", 30), ("nan", 30), ("inf", 30)],
)
def test_slack_is_left_alone_for_as_long_as_it_asks_within_reason(given: str, least: float) -> None:
    answer = refusal({"ok": False, "error": "ratelimited"}, status=429, Retry_After=given)
    assert Trouble(WAITS).refused(answer) == least


def test_a_limit_without_a_time_has_the_usual_one() -> None:
    assert Trouble(WAITS).refused(refusal({"ok": False, "error": "ratelimited"}, status=429)) == 30


@pytest.mark.parametrize("code", sorted(PASSING))
def test_what_passes_by_itself_is_tried_again_soon(code: str) -> None:
    assert Trouble(WAITS).refused(refusal({"ok": False, "error": code})) <= 1


def test_a_code_nobody_knows_yet_is_tried_again_soon(caplog: pytest.LogCaptureFixture) -> None:
    assert Trouble(WAITS).refused(refusal({"ok": False, "error": "brand_new_error"})) <= 1
    assert "(brand_new_error: " in caplog.text


@pytest.mark.parametrize("code", sorted(MENDED_BY_PEOPLE))
def test_what_a_person_must_mend_is_tried_again_slowly(code: str, caplog: pytest.LogCaptureFixture) -> None:
    trouble = Trouble(WAITS)
    assert {trouble.refused(refusal({"ok": False, "error": code})) for _ in range(5)} == {60}
    assert [record.levelno for record in caplog.records] == [logging.ERROR]
    assert f"({code})" in caplog.text


@pytest.mark.parametrize(
    ("code", "blamed"),
    [
        ("invalid_auth", True),
        ("not_allowed_token_type", True),
        ("account_inactive", True),
        ("missing_scope", True),
        ("team_added_to_org", False),
        ("org_login_required", False),
        ("service_unavailable", False),
        ("fatal_error", False),
    ],
)
def test_the_token_is_blamed_for_what_the_one_table_says_of_it(code: str, blamed: bool) -> None:
    assert (code in MENDED_BY_PEOPLE, code in PASSING) == (blamed, not blamed)


@pytest.mark.parametrize("data", [None, [], {}, "a text", {"error": None}, {"error": 7}, {"error": "a b\n"}])
def test_an_answer_that_is_none_of_slack_s_is_tried_again_soon(
    data: Any, caplog: pytest.LogCaptureFixture
) -> None:
    assert Trouble(WAITS).refused(refusal(data)) <= 1
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
