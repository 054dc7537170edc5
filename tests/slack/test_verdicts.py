"""Every documented error means one thing, through the real client, and people are told what to do."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from slack_sdk.web.async_client import AsyncWebClient

from adapters.slack.rows import Row
from adapters.slack.session import open_client
from adapters.slack.verdicts import ROWS, TABLE, refusal
from adapters.slack.web_api import WebApi
from bot.domain.delivery import Scope, Verdict
from bot.ports import Refused
from tests.fakes.slack.faults import Fault, answer, error
from tests.fakes.slack.standin import SlackStandIn, slack_stand_in
from tests.slack.documented_errors import DOCUMENTED, METHOD_PAGE, SEEN, WEBHOOK_PAGE

CASES = [
    (page.removeprefix(METHOD_PAGE), code)
    for page, codes in DOCUMENTED.items()
    if page != WEBHOOK_PAGE
    for code in sorted(codes)
]
ALL_CODES = frozenset(code for row in TABLE for code in row.codes.split())


class OneToken:
    """Every workspace has the same token."""

    async def token(self, workspace: str) -> str:
        return "xoxb-test"

    async def present_token(self, workspace: str) -> str | None:
        return "xoxb-test"


@pytest.fixture
async def slack() -> AsyncIterator[SlackStandIn]:
    async with slack_stand_in() as slack:
        yield slack


@pytest.fixture
async def client(slack: SlackStandIn) -> AsyncIterator[AsyncWebClient]:
    async with open_client(slack.base_url) as client:
        yield client


async def refused(client: AsyncWebClient, method: str) -> Refused:
    with pytest.raises(Refused) as caught:
        await WebApi(client, OneToken()).call("T0CLAUDE", method, {})
    return caught.value


@pytest.mark.parametrize("page", DOCUMENTED)
def test_every_documented_error_is_in_exactly_one_row(page: str) -> None:
    counts = Counter(code for row in TABLE for code in row.codes.split())
    assert {code: counts[code] for code in DOCUMENTED[page]} == dict.fromkeys(DOCUMENTED[page], 1)


def test_no_error_is_in_two_rows() -> None:
    counts = Counter(code for row in TABLE for code in row.codes.split())
    assert not [code for code, count in counts.items() if count > 1]


def test_every_error_of_the_table_is_documented_or_explained() -> None:
    documented = frozenset().union(*DOCUMENTED.values())
    assert documented | SEEN.keys() == ALL_CODES
    assert not documented & SEEN.keys()


@pytest.mark.parametrize("row", TABLE, ids=lambda row: row.codes.split()[0])
def test_a_reason_is_a_sentence_and_what_people_can_mend_has_its_cure(row: Row) -> None:
    for sentence in filter(None, (row.reason, row.cure)):
        assert sentence[0].isupper()
        assert sentence.endswith(".")
    if row.verdict is Verdict.PAUSE:
        assert row.cure
    if row.unknown:
        assert row.verdict is Verdict.RETRY


async def test_every_documented_error_reaches_the_caller_as_its_row_says(
    slack: SlackStandIn, client: AsyncWebClient
) -> None:
    for method, code in CASES:
        slack.fail(method, error(code))
        got, row = await refused(client, method), ROWS[code]
        assert (got.code, got.verdict, got.scope) == (code, row.verdict, row.scope), (method, code)
        assert (got.unknown, got.retry_after) == (row.unknown, row.pause), (method, code)
    assert len(slack.ledger.calls) == len(CASES)


@pytest.mark.parametrize("code", sorted(DOCUMENTED[WEBHOOK_PAGE] | {"used_url", "expired_url"}))
async def test_the_errors_of_a_response_url_come_as_a_word_or_as_json(
    slack: SlackStandIn, client: AsyncWebClient, code: str
) -> None:
    slack.fail("response_url", Fault(status=404, body=code.encode(), content_type="text/html"))
    slack.fail("response_url", answer({"ok": False, "error": code}))
    for _ in range(2):
        with pytest.raises(Refused) as caught:
            await WebApi(client, OneToken()).respond(slack.response_url(), {"text": "x"})
        assert (caught.value.code, caught.value.verdict) == (code, ROWS[code].verdict)


@pytest.mark.parametrize(
    ("code", "verdict", "scope"),
    [
        ("message_not_found", Verdict.RESEND, Scope.POST),
        ("edit_window_closed", Verdict.RESEND, Scope.POST),
        ("cant_update_message", Verdict.RESEND, Scope.POST),
        ("not_in_channel", Verdict.PAUSE, Scope.CHANNEL),
        ("is_archived", Verdict.PAUSE, Scope.CHANNEL),
        ("token_revoked", Verdict.PAUSE, Scope.WORKSPACE),
        ("app_access_restricted", Verdict.PAUSE, Scope.WORKSPACE),
        ("send_on_behalf_not_allowed", Verdict.DROP, Scope.POST),
        ("too_many_users", Verdict.DROP, Scope.POST),
        ("ratelimited", Verdict.RETRY, Scope.WORKSPACE),
        ("invalid_blocks", Verdict.DROP, Scope.POST),
    ],
)
def test_the_errors_that_matter_most(code: str, verdict: Verdict, scope: Scope) -> None:
    got = refusal(code)
    assert (got.verdict, got.scope, got.unknown) == (verdict, scope, False)


@pytest.mark.parametrize("code", ["fatal_error", "internal_error", "request_timeout"])
def test_of_an_error_in_the_middle_nobody_knows_what_was_done(code: str) -> None:
    assert (refusal(code).verdict, refusal(code).unknown) == (Verdict.RETRY, True)


def test_an_error_nobody_knows_yet_is_tried_again() -> None:
    got = refusal("brand_new_error")
    assert (got.verdict, got.scope, got.unknown) == (Verdict.RETRY, Scope.POST, False)
    assert "brand_new_error" in got.reason
    assert "Update claudestatus" in got.cure


async def test_a_missing_scope_is_named_with_where_to_add_it(
    slack: SlackStandIn, client: AsyncWebClient
) -> None:
    slack.home.scopes = frozenset({"commands"})
    got = await refused(client, "chat.postMessage")
    assert (got.code, got.scope) == ("missing_scope", Scope.WORKSPACE)
    assert "`chat:write`" in got.reason
    assert "`chat:write`" in got.cure


async def test_what_a_scope_is_called_is_believed_only_if_it_looks_like_one(
    slack: SlackStandIn, client: AsyncWebClient
) -> None:
    slack.fail("auth.test", error("missing_scope", needed="<!channel> come here"))
    got = await refused(client, "auth.test")
    assert "channel" not in got.reason + got.cure
    assert "{" not in got.reason + got.cure


def test_who_is_not_in_the_channel_is_told_what_to_type() -> None:
    assert "`/invite @claudestatus`" in refusal("not_in_channel").cure


def test_who_restricted_the_app_is_named_as_who_can_allow_it() -> None:
    assert "Ask an admin of the workspace to allow the app" in refusal("app_access_restricted").cure


def test_a_pause_is_only_that_of_a_rate_limit() -> None:
    asked = timedelta(seconds=7)
    assert refusal("ratelimited", retry_after=asked).retry_after == asked
    assert refusal("ratelimited").retry_after == timedelta(seconds=30)
    assert refusal("is_archived", retry_after=asked).retry_after is None
