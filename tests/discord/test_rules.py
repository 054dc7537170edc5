"""The checkers of the tests themselves: what they refuse, each with a payload that has just that fault."""

from __future__ import annotations

from typing import Any

import pytest

from tests.fakes.discord.command_rules import command_problems
from tests.fakes.discord.component_rules import modal_problems
from tests.fakes.discord.markdown_reader import read
from tests.fakes.discord.rules import problems

Json = dict[str, Any]

BUTTON: Json = {"type": 2, "style": 2, "label": "A", "custom_id": "a"}
OPTION: Json = {"label": "One", "value": "1"}
SELECT: Json = {"type": 3, "custom_id": "s", "options": [OPTION]}
GOOD: Json = {
    "content": "Words",
    "embeds": [{"title": "T"}],
    "components": [{"type": 1, "components": [BUTTON]}],
}
V2 = 1 << 15


def embed(**parts: Any) -> Json:
    return {"embeds": [{"title": "T", **parts}]}


def row(*parts: Json) -> Json:
    return {"content": "x", "components": [{"type": 1, "components": list(parts)}]}


def v2(*parts: Json, **more: Any) -> Json:
    return {"flags": V2, "components": list(parts), **more}


@pytest.mark.parametrize(
    "payload",
    [
        GOOD,
        embed(description="x" * 4096, url="https://a.example"),
        row(SELECT),
        row({"type": 2, "style": 5, "label": "L", "url": "https://a.example"}),
        v2({"type": 10, "content": "x"}, {"type": 1, "components": [BUTTON]}),
        {"content": "x", "nonce": "n" * 25, "enforce_nonce": True, "flags": 1 << 12},
        {"content": "x", "allowed_mentions": {"parse": [], "roles": ["5"]}},
        {"content": "😀" * 1000},
    ],
)
def test_what_discord_takes_has_no_problem(payload: Json) -> None:
    assert problems(payload) == []


@pytest.mark.parametrize(
    ("payload", "pointer"),
    [
        ({}, "/: an empty"),
        ({"content": " \n"}, "/: an empty"),
        ({"content": "x" * 2001}, "/content"),
        ({"content": "😀" * 1001}, "/content"),
        ({"content": "\ud800"}, "/: "),
        ({"content": "a\x00"}, "/: a NUL"),
        ({"embeds": [{"title": str(n)} for n in range(11)]}, "/embeds"),
        ({"embeds": [{"color": 1}]}, "/embeds/0: nothing"),
        (embed(title="x" * 257), "/embeds/0/title"),
        (embed(description="x" * 4097), "/embeds/0/description"),
        (embed(footer={"text": "x" * 2049}), "/embeds/0/footer"),
        (embed(author={"name": "x" * 257}), "/embeds/0/author"),
        (embed(description="x" * 4000, footer={"text": "x" * 2000}), "/embeds: 6001"),
        (embed(fields=[{"name": "n", "value": "v"}] * 26), "/embeds/0/fields"),
        (embed(fields=[{"name": " ", "value": "v"}]), "/embeds/0/fields/0/name"),
        (embed(fields=[{"name": "n", "value": "x" * 1025}]), "/embeds/0/fields/0/value"),
        (embed(url="status.example.com"), "/embeds/0/url"),
        (embed(url="http://localhost/"), "/embeds/0/url"),
        (embed(image={"url": "x"}), "/embeds/0/image"),
        (embed(color=1 << 24), "/embeds/0/color"),
        (embed(timestamp="noon"), "/embeds/0/timestamp"),
        ({"content": "x", "flags": 1}, "/flags"),
        ({"content": "x", "nonce": "n" * 26}, "/nonce"),
        ({"content": "x", "enforce_nonce": True}, "/enforce_nonce"),
        ({"content": "x", "allowed_mentions": {"parse": ["here"]}}, "/allowed_mentions/parse"),
        (
            {"content": "x", "allowed_mentions": {"parse": ["roles"], "roles": ["5"]}},
            "/allowed_mentions/roles",
        ),
        ({"content": "x", "allowed_mentions": {"roles": ["5", 5]}}, "/allowed_mentions/roles"),
        (row(), "/components/0"),
        (row(*({**BUTTON, "custom_id": str(n)} for n in range(6))), "/components/0"),
        (row(BUTTON, BUTTON), "/components: custom_id"),
        (row(SELECT, BUTTON), "/components/0/components: a select"),
        (row({**BUTTON, "label": "x" * 81}), "/components/0/components/0/label"),
        (row({**BUTTON, "label": " "}), "/components/0/components/0: neither"),
        (row({**BUTTON, "custom_id": "x" * 101}), "/components/0/components/0/custom_id"),
        (row({**BUTTON, "url": "https://a.example"}), "/components/0/components/0/url"),
        (row({**BUTTON, "style": 5, "url": "https://a.example"}), "/components/0/components/0/custom_id"),
        (row({"type": 2, "style": 5, "label": "L", "url": "x"}), "/components/0/components/0/url"),
        (row({**SELECT, "options": []}), "/components/0/components/0/options"),
        (row({**SELECT, "options": [OPTION, OPTION]}), "/components/0/components/0/options"),
        (row({**SELECT, "max_values": 2}), "/components/0/components/0/max_values"),
        (row({**SELECT, "options": [{**OPTION, "label": ""}]}), "/components/0/components/0/options/0/label"),
        ({"content": "x", "components": [row(BUTTON)["components"][0]] * 6}, "/components: 6 rows"),
        ({"content": "x", "components": [{"type": 10, "content": "x"}]}, "/components/0: only"),
        (v2({"type": 10, "content": "x"}, content="y"), "/flags"),
        (v2({"type": 10, "content": "x" * 4001}), "/components: 4001"),
        (v2(*({"type": 14} for _ in range(41))), "/components: 41"),
        (v2({"type": 17, "components": [{"type": 17, "components": []}]}), "/components/0/components/0"),
        (v2(BUTTON), "/components/0"),
        (v2(), "/components: nothing"),
    ],
)
def test_what_discord_refuses_is_named(payload: Json, pointer: str) -> None:
    found = problems(payload)
    assert any(one.startswith(pointer) for one in found), found


def test_an_edit_may_say_nothing_but_leaves_no_message_empty() -> None:
    assert problems({"components": []}, edit=True) == []
    assert problems({"content": ""}, edit=True) == []
    assert problems({"content": "", "embeds": []}, edit=True)


COMMAND: Json = {"type": 1, "name": "claudestatus", "description": "Is it down?"}
VALUE: Json = {"type": 3, "name": "component", "description": "Which one"}


@pytest.mark.parametrize(
    "command",
    [
        {**COMMAND, "name": "ClaudeStatus"},
        {**COMMAND, "name": "claude status"},
        {**COMMAND, "description": ""},
        {**COMMAND, "options": [VALUE, {**VALUE, "name": "view", "required": True}]},
        {**COMMAND, "options": [VALUE, VALUE]},
        {**COMMAND, "options": [VALUE, {"type": 1, "name": "sub", "description": "d"}]},
        {**COMMAND, "options": [{**VALUE, "autocomplete": True, "choices": [{"name": "a", "value": "a"}]}]},
        {**COMMAND, "options": [{**VALUE, "choices": [{"name": "x" * 101, "value": "a"}]}]},
        {**COMMAND, "options": [{**VALUE, "name": f"o{n}"} for n in range(26)]},
        {"type": 3, "name": "Check", "description": "none"},
    ],
)
def test_a_command_that_discord_refuses_is_named(command: Json) -> None:
    assert command_problems([COMMAND, {"type": 3, "name": "Check Claude status"}]) == []
    assert command_problems([command])


def test_too_many_commands_are_refused() -> None:
    assert command_problems([{**COMMAND, "name": f"c{n}"} for n in range(101)])
    assert command_problems([COMMAND, COMMAND])


def test_a_form_has_a_title_and_at_most_five_parts() -> None:
    part = {"type": 18, "label": "L", "component": {"type": 4, "custom_id": "i", "style": 1}}
    form: Json = {"custom_id": "m", "title": "T", "components": [part]}
    assert modal_problems(form) == []
    assert modal_problems({**form, "title": "x" * 46})
    assert modal_problems({**form, "components": []})
    assert modal_problems({**form, "components": [part, part]})


@pytest.mark.parametrize(
    ("text", "found", "words"),
    [
        ("**a** *b* _c_ __d__", ["bold a", "italic b", "italic c", "underline d"], "a b c d"),
        ("~~a~~ ||b|| `c` ```d```", ["strike a", "spoiler b", "code c", "fence d"], "a b c d"),
        ("**a _b_**", ["bold a _b_", "italic b"], "a b"),
        ("# a\n-# b\n- c\n2. d", ["heading", "subtext", "list", "list"], "a\nb\nc\nd"),
        ("> a\n> b\nc", ["quote"], "a\nb\nc"),
        (">>> a\nb", ["quote"], "a\nb"),
        (r"\*a\* \<@1\> \\", [], r"*a* <@1> " + "\\"),
        (r"\\*a\\*", ["italic a\\\\"], "\\a\\"),
        ("`\\`a`", ["code \\"], "\\a`"),
        ("[a](https://b.example)", ["link https://b.example"], "a"),
        ("wordhttps://b.example", ["link wordhttps://b.example"], "wordhttps://b.example"),
        ("状https://b.example", ["link https://b.example"], "状https://b.example"),
        ("<@1> <@&2> <#3>", ["user 1", "role 2", "channel 3"], "<@1> <@&2> <#3>"),
        ("\\@everyone", ["server @everyone"], "@everyone"),
        ("12:30:45 #general 2*3", [], "12:30:45 #general 2*3"),
    ],
)
def test_the_reader_of_markdown_finds_what_is_there_and_shows_the_rest(
    text: str, found: list[str], words: str
) -> None:
    reading = read(text)
    assert [one for one in reading.found if not one.startswith("server <")] == found
    assert reading.words == words
