"""Pages: what a browser is told about them, and that words are nothing but words."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Callable
from http import HTTPStatus

import pytest

from adapters.slack.install_words import InstallWords
from adapters.slack.oauth import Grant
from adapters.slack.pages import Page, back_to_slack, headers, shown

HERE = "https://bot.example.com/slack/install"
WORDS = InstallWords(HERE)
NASTY = "<script>\"'&`x`</script>"


def granted(name: str = "Team", app: str = "A1", workspace: str = "T1") -> Grant:
    nobody: frozenset[str] = frozenset()
    return Grant("xoxb-secret", workspace, name, app, "U1", nobody, "U2", rotates=False, granted_at=None)


PAGES: dict[str, Callable[[], Page]] = {
    "installed": lambda: WORDS.installed(granted()),
    "denied": WORDS.denied,
    "refused": lambda: WORDS.refused("a_code"),
    "not ours": WORDS.not_ours,
    "not understood": WORDS.not_understood,
    "code refused": WORDS.code_refused,
    "slack away": WORDS.slack_away,
    "not set up": WORDS.not_set_up,
    "no bot token": WORDS.no_bot_token,
    "missing scopes": lambda: WORDS.missing_scopes(["commands", "chat:write"]),
    "organisation": WORDS.organisation,
    "rotating": WORDS.rotating,
    "memory away": WORDS.memory_away,
    "uncertain": WORDS.uncertain,
    "too many": WORDS.too_many,
}


def text_of(page: Page) -> str:
    text = shown(page, secure=True).text
    assert text is not None
    return text


@pytest.mark.parametrize("name", PAGES)
def test_every_page_says_what_happened_and_leads_to_slack_or_back(name: str) -> None:
    page = PAGES[name]()
    text = text_of(page)
    assert text.count("<h1>") == 1
    assert "`" not in text
    links = re.findall(r'href="([^"]*)"', text)
    expected = ["https://slack.com/app_redirect?app=A1&amp;team=T1"] if name == "installed" else [HERE]
    assert links == ([] if name == "rotating" else expected)
    assert (page.status < 400) == (name == "installed")
    silent = {"installed", "not ours", "slack away", "too many", "uncertain"}
    assert name in silent or "Nothing was" in text


def test_the_style_is_the_one_that_the_policy_allows() -> None:
    text = text_of(WORDS.denied())
    (style,) = re.findall(r"<style>(.*?)</style>", text, re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    assert f"style-src 'sha256-{digest}'" in headers(secure=True)["Content-Security-Policy"]
    assert 'style="' not in text


def test_behind_tls_browsers_are_told_to_stay_there() -> None:
    assert headers(secure=True)["Strict-Transport-Security"] == "max-age=31536000"
    assert "Strict-Transport-Security" not in headers(secure=False)


def test_whatever_is_on_a_page_is_escaped() -> None:
    page = Page(HTTPStatus.OK, "!", NASTY, (NASTY,), (NASTY,), (NASTY, f"https://slack.com/{NASTY}"))
    text = text_of(page)
    assert "<script" not in text
    assert text.count("&lt;script&gt;&quot;&#x27;&amp;") == 6  # the title twice, words, steps, the link twice


def test_a_name_is_cut_to_one_short_line() -> None:
    page = WORDS.installed(granted(name="a\n\u202eb\x00" + "c" * 500))
    assert page.title.startswith("Claude Status is installed in a b c")
    assert len(page.title) < 120


def test_a_workspace_without_a_name_is_installed_too() -> None:
    assert WORDS.installed(granted(name="")).title == "Claude Status is installed"


def test_the_link_to_slack_cannot_lead_elsewhere() -> None:
    assert back_to_slack("", "T1") == ("Back to Slack", "https://slack.com/app_redirect?team=T1")
    assert back_to_slack("A&team=E", "T/../x")[1] == (
        "https://slack.com/app_redirect?app=A%26team%3DE&team=T%2F..%2Fx"
    )
