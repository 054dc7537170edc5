"""Installing: from the link to the last page, and every way in which it comes to nothing."""

from __future__ import annotations

import asyncio
import itertools
import re
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, quote, urlsplit

import pytest

from adapters.slack.install import COOKIE, OURS
from adapters.slack.oauth import INSTALL, REDIRECT, OAuthAccess, exchange
from adapters.slack.session import open_client
from bot.ports import Refused
from tests.fakes.broken_store import BrokenStore
from tests.fakes.slack.browser import Browser, Seen
from tests.fakes.slack.faults import Fault, answer, cut, error, hang, http, limited, raw, reset
from tests.fakes.slack.oauth import Kind
from tests.slack.many import ManyScene, many_scene

SCRIPT = "<script>alert(1)</script>"


@pytest.fixture
async def scene() -> AsyncIterator[ManyScene]:
    async with many_scene() as scene:
        yield scene


async def back(scene: ManyScene, browser: Browser, query: str) -> Seen:
    """Open the address that Slack sends people back to, with a query that somebody made."""
    return await browser.opens(f"{scene.process.url}{REDIRECT}?{query}")


async def state_of(scene: ManyScene, browser: Browser) -> str:
    """Begin an installation and return its state."""
    return (await browser.begins(scene.process.install_url))["state"]


# --- it works ----------------------------------------------------------------------------------------------


async def test_a_workspace_is_installed_and_told_what_to_do_next(scene: ManyScene) -> None:
    workspace = scene.workspace("T1")
    seen = await scene.installs(workspace)
    assert (seen.status, seen.headers["Content-Type"]) == (200, "text/html; charset=utf-8")
    assert "is installed in Team T1" in seen.words
    assert "/invite @claudestatus" in seen.words
    assert "/claudestatus subscribe" in seen.words
    assert seen.links == ["https://slack.com/app_redirect?app=A0CLAUDE&team=T1"]
    kept = await scene.installations.find("T1")
    assert kept is not None
    assert (kept.token, kept.bot_user, kept.installed_by) == (workspace.token, "U0BOT", "U0ADMIN")
    assert kept.scopes == {"commands", "chat:write", "app_mentions:read", "users:read"}
    assert kept.installed_at == scene.clock.now()


async def test_the_moment_of_an_installation_is_by_slack_s_clock(scene: ManyScene) -> None:
    """Slack's events are compared with it, and our clock may be wrong."""
    asked = await scene.browser().begins(scene.process.install_url)
    headers = {"Date": "Mon, 04 May 2026 11:58:07 GMT"}
    told = answer(
        {"ok": True, "access_token": "xoxb-1", "token_type": "bot", "team": {"id": "T1", "name": "x"}}
        | {"scope": asked["scope"], "bot_user_id": "U1", "authed_user": {"id": "U2"}}
    )
    scene.slack.fail("oauth.v2.access", Fault(body=told.body, headers=headers))
    await scene.installs(scene.workspace("T1"))
    kept = await scene.installations.find("T1")
    assert kept is not None
    assert kept.installed_at.isoformat() == "2026-05-04T11:58:07+00:00"


async def test_slack_is_asked_for_what_the_app_needs_and_sends_people_back_to_one_address(
    scene: ManyScene,
) -> None:
    sent = await scene.browser().opens(scene.process.install_url)
    place = urlsplit(sent.headers["Location"])
    assert (sent.status, place.path) == (302, "/oauth/v2/authorize")
    asked = parse_qs(place.query)
    assert OURS.fullmatch(asked.pop("state")[0])
    assert asked == {
        "client_id": [scene.slack.oauth.client_id],
        "scope": ["commands,chat:write,app_mentions:read,users:read"],
        "redirect_uri": [f"{scene.process.url}/slack/oauth_redirect"],
    }


async def test_the_cookie_is_of_the_kind_that_no_other_host_can_set(scene: ManyScene) -> None:
    sent = await scene.browser().opens(scene.process.install_url)
    name, _, rest = sent.headers["Set-Cookie"].partition("=")
    assert name == COOKIE == "__Host-claudestatus-install"
    value, *attributes = (one.strip() for one in rest.split(";"))
    assert OURS.fullmatch(value)
    assert sorted(attributes) == ["HttpOnly", "Max-Age=600", "Path=/", "SameSite=Lax", "Secure"]


async def test_the_secret_travels_in_no_address_and_no_argument(scene: ManyScene) -> None:
    await scene.installs(scene.workspace("T1"))
    (call,) = scene.slack.ledger.calls_of("oauth.v2.access")
    assert sorted(call.body) == ["code", "redirect_uri"]
    assert call.status == 200


async def test_two_tabs_of_one_browser_both_end_well(scene: ManyScene) -> None:
    browser, oauth = scene.browser(), scene.slack.oauth
    first = await browser.begins(scene.process.install_url)
    second = await browser.begins(scene.process.install_url)
    assert first["state"] != second["state"]
    seen = [
        await browser.opens(oauth.consent(asked, scene.workspace(team), "U0ADMIN"))
        for asked, team in ((second, "T2"), (first, "T1"))
    ]
    assert [one.status for one in seen] == [200, 200]
    assert await scene.kept() == ["T1", "T2"]


async def test_two_browsers_install_in_one_workspace_and_it_has_one_installation(scene: ManyScene) -> None:
    workspace = scene.workspace("T1")
    seen = [await scene.installs(workspace) for _ in range(2)]
    assert [one.status for one in seen] == [200, 200]
    assert await scene.kept() == ["T1"]


async def test_a_second_installation_replaces_the_first(scene: ManyScene) -> None:
    workspace = await scene.installed("T1")
    before = await scene.installations.find("T1")
    scene.slack.dead[workspace.token] = "token_revoked"
    await scene.installs(workspace)
    after = await scene.installations.find("T1")
    assert before is not None
    assert after is not None
    assert (after.token, before.token != after.token) == (workspace.token, True)
    assert await scene.kept() == ["T1"]


# --- it comes to nothing -----------------------------------------------------------------------------------


async def test_whoever_cancels_is_told_that_nothing_was_installed(scene: ManyScene) -> None:
    browser = scene.browser()
    asked = await browser.begins(scene.process.install_url)
    seen = await browser.opens(scene.slack.oauth.cancel(asked))
    assert (seen.status, "Nothing was installed" in seen.words) == (403, True)
    assert seen.links == [scene.process.install_url]
    assert scene.slack.ledger.calls == []


async def test_whatever_error_is_named_it_is_shown_as_words(scene: ManyScene) -> None:
    browser = scene.browser()
    for words in (SCRIPT, "a`b", "x" * 500, "'\"&lt;", "\x00\n", "é\u202e"):
        asked = await browser.begins(scene.process.install_url)
        seen = await browser.opens(scene.slack.oauth.cancel(asked, words))
        assert (seen.status, await scene.kept()) == (502, [])
        assert "<script" not in seen.text
        assert len(seen.text) < 5000
        assert_harmless(seen)


FORGED = ("", "state=", "code=c", *(f"state={one}&code=c" for one in ("guessed", "A" * 43, "é" * 43)))


async def test_a_state_that_is_absent_or_forged_is_refused(scene: ManyScene) -> None:
    browser = scene.browser()
    await browser.begins(scene.process.install_url)
    for query in FORGED:
        assert_not_ours(await back(scene, browser, query))
    assert (scene.slack.ledger.calls, await scene.kept()) == ([], [])


async def test_what_cannot_be_ours_is_refused_without_asking_the_database(scene: ManyScene) -> None:
    away = await scene.start(kept=BrokenStore(scene.installations))  # type: ignore[arg-type]
    browser = scene.browser()
    assert_not_ours(await browser.opens(f"{away.url}{REDIRECT}?state={'A' * 43}&code=c"))  # has no cookie
    await browser.begins(scene.process.install_url)
    assert_not_ours(await browser.opens(f"{away.url}{REDIRECT}?state=guessed&code=c"))


async def test_a_state_of_another_browser_is_refused_and_stays_good_for_its_own(scene: ManyScene) -> None:
    victim, attacker, stranger = scene.browser(), scene.browser(), scene.browser()
    asked = await attacker.begins(scene.process.install_url)
    await victim.begins(scene.process.install_url)
    link = scene.slack.oauth.consent(asked, scene.workspace("T1"), "U0ADMIN")
    assert_not_ours(await victim.opens(link))
    assert_not_ours(await stranger.opens(link))
    assert (scene.slack.ledger.calls, await scene.kept()) == ([], [])
    assert (await attacker.opens(link)).status == 200


async def test_a_state_serves_once(scene: ManyScene) -> None:
    browser = scene.browser()
    asked = await browser.begins(scene.process.install_url)
    link = scene.slack.oauth.consent(asked, scene.workspace("T1"), "U0ADMIN")
    seen = await asyncio.gather(*(browser.opens(link) for _ in range(2)))
    assert sorted(one.status for one in seen) == [200, 400]
    assert len(scene.slack.ledger.calls_of("oauth.v2.access")) == 1
    assert_not_ours(await browser.opens(link))


async def test_a_state_serves_for_ten_minutes(scene: ManyScene) -> None:
    browser = scene.browser()
    links = []
    for team in ("T1", "T2"):
        asked = await browser.begins(scene.process.install_url)
        links.append(scene.slack.oauth.consent(asked, scene.workspace(team), "U0ADMIN"))
    scene.clock.advance(timedelta(minutes=9, seconds=59))
    assert (await browser.opens(links[0])).status == 200
    scene.clock.advance(timedelta(seconds=2))
    assert_not_ours(await browser.opens(links[1]))
    assert await scene.kept() == ["T1"]


async def test_a_cancelled_installation_is_over(scene: ManyScene) -> None:
    browser = scene.browser()
    asked = await browser.begins(scene.process.install_url)
    await browser.opens(scene.slack.oauth.cancel(asked))
    assert_not_ours(await browser.opens(scene.slack.oauth.consent(asked, scene.workspace("T1"), "U0ADMIN")))


async def test_a_code_that_slack_refuses_is_over(scene: ManyScene) -> None:
    for code in ("bad_code", "invalid_code", "code_already_used"):
        scene.slack.fail("oauth.v2.access", error(code))
        seen = await scene.installs(scene.workspace("T1"))
        assert (seen.status, "This installation is over" in seen.words) == (400, True), code
        assert seen.links == [scene.process.install_url]
    assert await scene.kept() == []


async def test_a_code_that_is_made_up_is_refused_by_slack(scene: ManyScene) -> None:
    browser = scene.browser()
    seen = await back(scene, browser, f"state={await state_of(scene, browser)}&code={quote(SCRIPT)}")
    assert (seen.status, await scene.kept()) == (400, [])


AWAY = {
    "5xx": http(503),
    "HTML with 200": raw(b"<html>hello</html>", "text/html"),
    "no object": answer([1]),
    "a reset": reset(),
    "half an answer": cut(),
    "too fast": limited(30),
    "a fault of Slack's": error("internal_error"),
    "not available": error("service_unavailable"),
    "404": http(404),
}


async def test_slack_that_gives_no_answer_installs_nothing(scene: ManyScene) -> None:
    for name, fault in AWAY.items():
        scene.slack.fail("oauth.v2.access", fault)
        seen = await scene.installs(scene.workspace("T1"))
        assert (seen.status, "Slack did not answer" in seen.words) == (502, True), name
    assert await scene.kept() == []


async def test_slack_that_hangs_is_not_waited_for(scene: ManyScene) -> None:
    """Whoever waits looks at an empty page; what is said then is what is said of a broken connection."""
    scene.slack.fail("oauth.v2.access", hang())
    access = OAuthAccess("1", "2", scene.process.url)
    async with open_client(scene.slack.base_url) as client:
        with pytest.raises(Refused) as refused:
            await exchange(client, access, "c", 0.05)
    assert (refused.value.code, refused.value.unknown) == ("no_answer", True)
    scene.slack.heal()


async def test_what_the_operator_has_to_mend_is_in_the_log_and_not_on_the_page(
    scene: ManyScene, caplog: pytest.LogCaptureFixture
) -> None:
    codes = ("bad_client_secret", "invalid_client_id", "bad_redirect_uri")
    for code in codes:
        scene.slack.fail("oauth.v2.access", error(code))
        seen = await scene.installs(scene.workspace("T1"))
        assert (seen.status, code in seen.words) == (500, False)
    lines = [one.getMessage() for one in caplog.records if one.levelname == "ERROR"]
    assert all(code in line and "the app's settings" in line for code, line in zip(codes, lines, strict=True))
    assert f"list {scene.process.url}/slack/oauth_redirect under" in lines[-1]


async def test_a_word_of_slack_s_that_nobody_knows_is_shown(scene: ManyScene) -> None:
    scene.slack.fail("oauth.v2.access", error("quite_new_error"))
    seen = await scene.installs(scene.workspace("T1"))
    assert (seen.status, "quite_new_error" in seen.words, await scene.kept()) == (502, True, [])


WITHOUT_A_BOT: list[dict[str, Any]] = [
    {"ok": True},
    {"ok": True, "access_token": "", "token_type": "bot", "team": {"id": "T1"}},
    {"ok": True, "access_token": 7, "token_type": "bot", "team": {"id": "T1"}},
    {"ok": True, "access_token": "xoxp-1", "token_type": "user", "team": {"id": "T1"}},
    {"ok": True, "access_token": "xoxb-1", "team": {"id": "T1"}},
]


async def test_an_answer_without_a_bot_s_token_installs_nothing(scene: ManyScene) -> None:
    for told in WITHOUT_A_BOT:
        scene.slack.fail("oauth.v2.access", answer(told))
        seen = await scene.installs(scene.workspace("T1"))
        assert (seen.status, "no token for the bot" in seen.words) == (502, True), told
    assert await scene.kept() == []


async def test_a_consent_to_a_person_s_token_alone_installs_nothing(scene: ManyScene) -> None:
    seen = await scene.installs(scene.workspace("T1"), Kind.PERSON_ALONE)
    assert (seen.status, await scene.kept()) == (502, [])


# --- what is granted, and of no use: given back ------------------------------------------------------------


async def test_a_missing_scope_is_named_and_the_token_is_given_back(scene: ManyScene) -> None:
    scene.slack.oauth.withheld = frozenset({"chat:write"})
    workspace = scene.workspace("T1")
    seen = await scene.installs(workspace)
    assert (seen.status, "chat:write" in seen.words, "commands" in seen.words) == (403, True, False)
    assert await scene.kept() == []
    await scene.process.slack.underway.finish()
    assert scene.slack.dead == {workspace.token: "token_revoked"}


async def test_a_missing_scope_takes_nothing_from_a_workspace_that_has_the_app(scene: ManyScene) -> None:
    """The bot has one token there, and revoking that would throw it out of its channels."""
    workspace = await scene.installed("T1")
    kept = await scene.installations.find("T1")
    workspace.scopes -= {"chat:write"}
    scene.slack.oauth.withheld = frozenset({"chat:write"})
    assert (await scene.installs(workspace)).status == 403
    await scene.process.slack.underway.finish()
    assert (scene.slack.dead, await scene.installations.find("T1")) == ({}, kept)


async def test_a_whole_organisation_is_refused_and_its_token_given_back(scene: ManyScene) -> None:
    seen = await scene.installs(scene.workspace("T1"), Kind.ORGANISATION)
    assert (seen.status, "One workspace at a time" in seen.words) == (403, True)
    await scene.process.slack.underway.finish()
    assert (list(scene.slack.dead.values()), await scene.kept()) == (["token_revoked"], [])


async def test_tokens_that_expire_are_refused_and_given_back(scene: ManyScene) -> None:
    workspace = scene.workspace("T1")
    seen = await scene.installs(workspace, Kind.ROTATING)
    assert (seen.status, "rotat" in seen.words, seen.links) == (501, True, [])
    await scene.process.slack.underway.finish()
    assert (list(scene.slack.dead), await scene.kept()) == ([workspace.token], [])


async def test_a_token_that_cannot_be_given_back_is_told_to_the_operator(
    scene: ManyScene, caplog: pytest.LogCaptureFixture
) -> None:
    scene.slack.fail("auth.revoke", http(500))
    await scene.installs(scene.workspace("T1"), Kind.ORGANISATION)
    await scene.process.slack.underway.finish()
    assert "could not be revoked code=http_500" in caplog.text


# --- the database ------------------------------------------------------------------------------------------


async def test_without_a_database_nothing_begins(scene: ManyScene) -> None:
    away = await scene.start(kept=BrokenStore(scene.installations))  # type: ignore[arg-type]
    seen = await scene.browser().opens(away.install_url)
    assert (seen.status, seen.headers["Retry-After"]) == (503, "60")
    assert "database cannot be reached" in seen.words


async def test_without_a_database_nothing_ends(scene: ManyScene) -> None:
    away = await scene.start(kept=BrokenStore(scene.installations))  # type: ignore[arg-type]
    browser = scene.browser()
    state = await state_of(scene, browser)
    seen = await browser.opens(f"{away.url}{REDIRECT}?state={state}&code=c")
    assert (seen.status, scene.slack.ledger.calls) == (503, [])


class _Unsaved:
    """Installations that everything can be done with but to save one."""

    def __init__(self, scene: ManyScene) -> None:
        self._scene = scene

    def __getattr__(self, name: str) -> Any:
        kept = self._scene.installations
        return getattr(BrokenStore(kept) if name == "save" else kept, name)  # type: ignore[arg-type]


async def test_what_could_not_be_written_down_is_given_back_and_the_page_says_to_install_again(
    scene: ManyScene,
) -> None:
    away, workspace = await scene.start(kept=_Unsaved(scene)), scene.workspace("T1")
    seen = await scene.browser().installs(away.install_url, workspace)
    assert (seen.status, seen.links, await scene.kept()) == (503, [away.install_url], [])
    assert "Slack has added the app" in seen.words
    assert "Install it again" in seen.words
    assert "Nothing was installed" not in seen.words
    await away.slack.underway.finish()
    assert scene.slack.dead == {workspace.token: "token_revoked"}
    assert (await scene.installs(workspace)).status == 200


async def test_what_could_not_be_written_down_takes_nothing_from_a_workspace_that_has_the_app(
    scene: ManyScene,
) -> None:
    workspace = await scene.installed("T1")
    away = await scene.start(kept=_Unsaved(scene))
    assert (await scene.browser().installs(away.install_url, workspace)).status == 503
    await away.slack.underway.finish()
    assert (scene.slack.dead, await scene.kept()) == ({}, ["T1"])


# --- requests that nobody makes by mistake -----------------------------------------------------------------


REPEATED = ("state={0}&state={0}&code=c", "state={0}&code=c&code=d", "state={0}&code=c&error=a&error=b")


async def test_a_parameter_given_twice_is_refused_and_uses_nothing_up(scene: ManyScene) -> None:
    browser = scene.browser()
    asked = await browser.begins(scene.process.install_url)
    for query in REPEATED:
        seen = await back(scene, browser, query.format(asked["state"]))
        assert (seen.status, "cannot be read" in seen.words) == (400, True), query
    assert scene.slack.ledger.calls == []
    link = scene.slack.oauth.consent(asked, scene.workspace("T1"), "U0ADMIN")
    assert (await browser.opens(link)).status == 200


async def test_a_huge_parameter_is_refused(scene: ManyScene) -> None:
    browser = scene.browser()
    state = await state_of(scene, browser)
    for name in ("state", "code", "error"):
        given = {"state": state, "code": "c"} | {name: "x" * 6000}
        seen = await back(scene, browser, "&".join(f"{key}={value}" for key, value in given.items()))
        assert (seen.status, scene.slack.ledger.calls) == (400, []), name
        assert "xxxxxxxxxx" not in seen.text


async def test_a_state_with_neither_code_nor_error_is_not_understood(scene: ManyScene) -> None:
    browser = scene.browser()
    seen = await back(scene, browser, f"state={await state_of(scene, browser)}")
    assert (seen.status, "cannot be read" in seen.words) == (400, True)


async def test_a_cookie_that_is_none_of_ours_is_replaced_and_ours_is_kept(scene: ManyScene) -> None:
    browser = scene.browser()
    for cookie in ("", "short", "x" * 3000, f"{'A' * 42}%", f"{'A' * 44}", "B" * 43):
        browser.cookies[COOKIE] = cookie
        assert (await browser.opens(scene.process.install_url)).status == 302
        assert OURS.fullmatch(browser.cookies[COOKIE])
        assert (browser.cookies[COOKIE] == cookie) == (cookie == "B" * 43)


async def test_only_get_begins_or_ends_an_installation(scene: ManyScene) -> None:
    """Programs that look at links send HEAD; it must neither fill the table nor use a state up."""
    browser = scene.browser()
    asked = await browser.begins(scene.process.install_url)
    link = scene.slack.oauth.consent(asked, scene.workspace("T1"), "U0ADMIN")
    for address, method in itertools.product((link, scene.process.install_url), ("HEAD", "POST", "PUT")):
        seen = await browser.opens(address, method)
        assert (seen.status, "GET" in seen.headers["Allow"]) == (405, True)
        assert "Set-Cookie" not in seen.headers
    assert (await browser.opens(link)).status == 200


# --- every page --------------------------------------------------------------------------------------------


def assert_not_ours(seen: Seen) -> None:
    """All that is wrong with a state is told in the same words."""
    assert (seen.status, "cannot be finished" in seen.words) == (400, True), seen.words
    assert_harmless(seen)


def assert_harmless(seen: Seen) -> None:
    """Nothing on the page runs, loads, or leads anywhere but to Slack and to us."""
    assert not re.search(r"<(script|img|iframe|form|link|object|base)|\son\w+=|javascript:", seen.text)
    for link in seen.links:
        assert re.match(r"https://slack\.com/app_redirect\?|http://127\.0\.0\.1:\d+/slack/install$", link)


async def test_a_workspace_s_name_is_words(scene: ManyScene) -> None:
    workspace = scene.workspace("T1")
    workspace.name = f"</h1>{SCRIPT}<img src=x onerror=alert(1)>`"
    seen = await scene.installs(workspace)
    assert seen.status == 200
    assert "&lt;script&gt;" in seen.text
    assert "<script" not in seen.text
    assert "<img" not in seen.text


@pytest.mark.parametrize("path", [INSTALL, f"{REDIRECT}?code=c"])
async def test_every_answer_says_that_nothing_may_run_frame_or_keep_it(scene: ManyScene, path: str) -> None:
    headers = (await scene.browser().opens(scene.process.url + path)).headers
    policy = headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'; style-src 'sha256-")
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert (headers["X-Content-Type-Options"], headers["Referrer-Policy"]) == ("nosniff", "no-referrer")
    assert (headers["Cache-Control"], headers["Cross-Origin-Opener-Policy"]) == ("no-store", "same-origin")
    assert "Strict-Transport-Security" not in headers  # it is http here


async def test_neither_code_nor_token_nor_secret_is_on_a_page_or_in_a_log(
    scene: ManyScene, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    shown = [await scene.installs(scene.workspace(f"T{kind.value}"), kind) for kind in Kind]
    scene.slack.fail("oauth.v2.access", error("invalid_code"), http(500), error("bad_client_secret"))
    shown += [await scene.installs(scene.workspace("T9")) for _ in range(3)]
    await scene.process.slack.underway.finish()
    codes, tokens = list(scene.slack.oauth.codes), [one for one in scene.slack.workspaces if one]
    assert (len(codes), len(tokens)) == (7, 5)
    ours = [one for one in caplog.records if not one.name.startswith(("aiosqlite", "asyncio"))]
    said = "\n".join([one.getMessage() for one in ours] + [f"{one.headers}{one.text}" for one in shown])
    for secret in (*codes, *tokens, scene.slack.oauth.client_secret):
        assert secret not in said
