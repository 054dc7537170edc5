"""The manifest asks of Slack what the code needs: its names, events, scopes and addresses are the code's."""

from __future__ import annotations

import inspect
import re
from typing import Any

import pytest

import dev
from adapters.slack import app
from adapters.slack.http import PATH
from adapters.slack.oauth import REDIRECT
from adapters.slack.scopes import OPTIONAL_SCOPES, REQUIRED_SCOPES
from tests.slack.yaml_subset import NotRead, read

TEXT = (dev.ROOT / "adapters" / "slack" / "manifest.yaml").read_text(encoding="utf-8")
ADDRESS = f"https://bot.example.com{PATH}"

LIMITS = {
    "display_information.name": 35,
    "display_information.description": 140,
    "features.bot_user.display_name": 80,
    "features.shortcuts.callback_id": 255,
    "features.shortcuts.description": 150,
    "features.slash_commands.command": 32,
    "features.slash_commands.description": 2000,
    "features.slash_commands.usage_hint": 1000,
    "features.shortcuts.name": 24,
}
"""How many characters each may have: https://docs.slack.dev/reference/app-manifest.

It names no limit for the name of a shortcut; 24 is a caution, and what the title of a modal may have:
https://docs.slack.dev/reference/views/modal-views.
"""


def as_for_http(text: str) -> str:
    """Return the manifest as somebody leaves it who changes what is marked HTTP."""
    marked = re.sub(r"(?m)^( *)# HTTP: (\w+: \S+)$", r"\1\2", text)
    return re.sub(r"(?m)^( *\w+: )\w+  # HTTP: (\w+)$", r"\1\2", marked)


def as_for_many(text: str) -> str:
    """Return the manifest as somebody leaves it who changes what is marked OAuth, too."""
    return re.sub(r"(?m)^( *)# OAuth: ( *\S.*)$", r"\1\2", as_for_http(text))


def with_all_scopes(text: str) -> str:
    """Return the manifest as somebody leaves it who wants what is optional, too."""
    return re.sub(r"(?m)^( *)# (- [a-z:.]+  +# .*)$", r"\1\2", text)


def at(manifest: Any, path: str) -> list[Any]:
    """Return what stands at *path*, through every item of the lists on the way."""
    found = [manifest]
    for name in path.split("."):
        found = [one[name] for one in found if name in one]
        found = [item for one in found for item in (one if isinstance(one, list) else [one])]
    return found


def addresses(value: Any, path: str = "") -> dict[str, str]:
    """Return every address in *value*, by its path."""
    if isinstance(value, list):
        return {key: one for item in value for key, one in addresses(item, path).items()}
    if isinstance(value, dict):
        parts = (addresses(one, f"{path}.{key}") for key, one in value.items())
        return {key: one for part in parts for key, one in part.items()}
    return {path[1:]: value} if path.endswith("url") else {}


def test_command_and_shortcut_are_those_the_app_listens_for() -> None:
    manifest = read(TEXT)
    assert at(manifest, "features.slash_commands.command") == [app.COMMAND]
    assert at(manifest, "features.shortcuts.callback_id") == [app.SHORTCUT]
    assert at(manifest, "features.shortcuts.type") == ["message"]


def test_names_that_are_typed_arrive_as_ids() -> None:
    """Or `settings mention=@oncall` could not be told from a word."""
    assert at(read(TEXT), "features.slash_commands.should_escape") == [True]


def test_the_events_are_those_the_app_listens_for() -> None:
    heard = re.findall(r"app\.event\(\"(\w+)\"", inspect.getsource(app))
    assert sorted(at(read(TEXT), "settings.event_subscriptions.bot_events")) == sorted(heard)
    assert heard


def test_the_tabs_and_buttons_that_the_app_needs_are_on() -> None:
    manifest = read(TEXT)
    assert at(manifest, "features.app_home.home_tab_enabled") == [True]
    assert at(manifest, "settings.interactivity.is_enabled") == [True]


def test_the_scopes_are_those_that_check_asks_for() -> None:
    assert at(read(TEXT), "oauth_config.scopes.bot") == list(REQUIRED_SCOPES)


def test_the_optional_scopes_are_those_that_check_knows() -> None:
    scopes = at(read(with_all_scopes(TEXT)), "oauth_config.scopes.bot")
    assert sorted(scopes) == sorted([*REQUIRED_SCOPES, *OPTIONAL_SCOPES])


def test_as_it_stands_it_needs_no_address() -> None:
    manifest = read(TEXT)
    assert at(manifest, "settings.socket_mode_enabled") == [True]
    assert addresses(manifest) == {}


def test_changed_for_http_every_address_is_the_one_path() -> None:
    manifest = read(as_for_http(TEXT))
    assert at(manifest, "settings.socket_mode_enabled") == [False]
    assert addresses(manifest) == {
        "features.slash_commands.url": ADDRESS,
        "settings.event_subscriptions.request_url": ADDRESS,
        "settings.interactivity.request_url": ADDRESS,
        "settings.interactivity.message_menu_options_url": ADDRESS,
    }
    assert "HTTP:" not in as_for_http(TEXT)


def test_changed_for_many_workspaces_people_are_sent_back_to_the_one_address() -> None:
    """https://docs.slack.dev/reference/app-manifest"""
    manifest = read(as_for_many(TEXT))
    assert at(manifest, "oauth_config.redirect_urls") == [f"https://bot.example.com{REDIRECT}"]
    assert "OAuth: " not in as_for_many(TEXT)


@pytest.mark.parametrize("path", LIMITS)
def test_no_text_is_longer_than_slack_takes(path: str) -> None:
    found = at(read(TEXT), path)
    assert found
    for words in found:
        assert 0 < len(words) <= LIMITS[path]


def test_the_bot_s_name_and_colour_are_of_the_kind_that_slack_takes() -> None:
    """https://docs.slack.dev/reference/app-manifest"""
    manifest = read(TEXT)
    (name,) = at(manifest, "features.bot_user.display_name")
    (colour,) = at(manifest, "display_information.background_color")
    assert re.fullmatch(r"[a-z0-9._-]+", name)
    assert re.fullmatch(r"#(?:[0-9a-fA-F]{3}){1,2}", colour)


def test_the_reader_reads_what_it_knows() -> None:
    text = 'a:\n  - b: "#1"  # x\n    c: true\n  - b: d:e  # y\n# z\nf:\n  g:\n    - h i\n    - "[j]"\n'
    assert read(text) == {"a": [{"b": "#1", "c": True}, {"b": "d:e"}], "f": {"g": ["h i", "[j]"]}}


@pytest.mark.parametrize(
    "text",
    [
        "",
        "  a: b",
        "a:",
        "a:\nb: c",
        "a: b\na: c",
        "a: b\n  c: d",
        "a:\n    b: c\n  d: e",
        "a: [b]",
        "a: {b: c}",
        "a: |\n  b",
        "a: >\n  b",
        "a: &b c",
        "a: *b",
        "a: !b c",
        "a: 'b'",
        'a: "b\\n"',
        'a: "b',
        "a: b: c",
        "a: yes",
        "a: null",
        "a: 1",
        "a: b#c",
        "a:\tb",
        "a: b ",
        "A: b",
        "a b",
        "---\na: b",
        "a:\n  - b\n  c: d",
        "a:\n  -b",
        "a:\n- b\n - c",
    ],
)
def test_the_reader_fails_at_what_it_does_not_know(text: str) -> None:
    with pytest.raises(NotRead, match=r"line \d+: "):
        read(text)
