"""The rules that judge our blocks: what Slack takes they let through, what it refuses they find."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import pytest

from tests.fakes.slack.mrkdwn import mrkdwn_styles, mrkdwn_tokens
from tests.fakes.slack.rules import problems, tokens_of, view_problems
from tests.fakes.slack.shapes import TEXT_URL

Json = dict[str, Any]


def plain(text: str = "Words") -> Json:
    return {"type": "plain_text", "text": text}


def mrkdwn(text: str = "*Words*") -> Json:
    return {"type": "mrkdwn", "text": text}


def option(value: str = "a", **more: Any) -> Json:
    return {"text": plain(value), "value": value, **more}


def button(**more: Any) -> Json:
    return {"type": "button", "text": plain(), "action_id": "go", "value": "1", **more}


def select(**more: Any) -> Json:
    return {"type": "static_select", "action_id": "pick", "options": [option("a"), option("b")], **more}


def actions(*elements: Json) -> Json:
    return {"type": "actions", "elements": list(elements)}


def section(text: Json | None = None, **more: Any) -> Json:
    return {"type": "section", "text": text or mrkdwn(), **more}


def asked(element: Json, **more: Any) -> Json:
    return {"type": "input", "block_id": "asked", "label": plain(), "element": element, **more}


def rich(*elements: Json) -> Json:
    return {"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": list(elements)}]}


def text(words: str = "Words", **more: Any) -> Json:
    return {"type": "text", "text": words, **more}


def modal(*blocks: Json, **more: Any) -> Json:
    return {"type": "modal", "title": plain(), "submit": plain("Save"), "blocks": list(blocks), **more}


FILTER = {"include": ["public", "private"], "exclude_bot_users": True}
CONFIRM = {"title": plain(), "text": plain(), "confirm": plain("Yes"), "deny": plain("No")}
GOOD = [
    {"type": "header", "text": {"type": "plain_text", "text": "x" * 150, "emoji": True}, "block_id": "top"},
    {"type": "divider"},
    section(mrkdwn("a &amp; b <https://a.example|c> <!date^1^{time}|d>"), accessory=button(confirm=CONFIRM)),
    {"type": "section", "fields": [mrkdwn("x" * 2000), *[plain()] * 9]},
    {
        "type": "context",
        "elements": [
            mrkdwn(),
            plain(),
            {"type": "image", "image_url": "https://a.example/b", "alt_text": "c"},
        ],
    },
    actions(button(style="danger"), button(action_id="url", url="https://a.example"), select()),
    actions(button()),
    actions(
        select(initial_option=option("b"), placeholder=plain()),
        {"type": "overflow", "action_id": "more", "options": [option("a", url="https://a.example")]},
        {"type": "radio_buttons", "action_id": "radio", "options": [option("a", description=plain())]},
        {"type": "checkboxes", "action_id": "check", "options": [{"text": mrkdwn(), "value": "a"}]},
        {"type": "timepicker", "action_id": "time", "initial_time": "22:00"},
        {
            "type": "conversations_select",
            "action_id": "where",
            "default_to_current_conversation": True,
            "filter": FILTER,
        },
        {"type": "external_select", "action_id": "far", "min_query_length": 0},
    ),
    section(
        accessory={
            "type": "multi_static_select",
            "action_id": "m",
            "option_groups": [{"label": plain(), "options": [option()]}],
        }
    ),
    rich(
        text(style={"bold": True}),
        {"type": "link", "url": "https://a.example", "text": "a"},
        {"type": "user", "user_id": "U1"},
        {"type": "channel", "channel_id": "C1"},
        {"type": "usergroup", "usergroup_id": "S1"},
        {"type": "broadcast", "range": "here"},
        {"type": "emoji", "name": "smile"},
        {"type": "date", "timestamp": 1, "format": "{date_short_pretty} at {time}", "fallback": "x"},
    ),
    {
        "type": "rich_text",
        "elements": [
            {"type": "rich_text_quote", "elements": [text()], "border": 1},
            {
                "type": "rich_text_list",
                "style": "bullet",
                "elements": [{"type": "rich_text_section", "elements": [text()]}],
            },
            {"type": "rich_text_preformatted", "elements": [text()]},
        ],
    },
]

INPUTS = [
    {
        "type": "plain_text_input",
        "action_id": "x",
        "initial_value": "",
        "max_length": 3000,
        "focus_on_load": True,
    },
    select(initial_option=option("a")),
    {"type": "multi_external_select", "action_id": "x", "max_selected_items": 3},
    {"type": "checkboxes", "action_id": "x", "options": [option()], "initial_options": [option()]},
    {"type": "conversations_select", "action_id": "x", "response_url_enabled": True},
]


def test_what_slack_takes_has_no_problems() -> None:
    assert problems(GOOD) == []
    assert view_problems({"type": "home", "blocks": GOOD}) == []


@pytest.mark.parametrize("element", INPUTS, ids=lambda one: one["type"])
def test_a_modal_that_slack_takes_has_no_problems(element: Json) -> None:
    view = modal(
        asked(element, hint=plain(), optional=True, dispatch_action=True), private_metadata="x" * 3000
    )
    assert view_problems(view) == []


REFUSED: dict[str, list[Json]] = {
    "no blocks": [],
    "51 blocks": [{"type": "divider"}] * 51,
    "unknown block": [{"type": "zap"}],
    "no type": [{"text": plain()}],
    "unknown key": [{"type": "divider", "color": "red"}],
    "mrkdwn in a header": [{"type": "header", "text": mrkdwn()}],
    "header of 151": [{"type": "header", "text": plain("x" * 151)}],
    "header of 76 emoji": [{"type": "header", "text": plain("😀" * 76)}],
    "empty header": [{"type": "header", "text": plain("")}],
    "section of 3001": [section(mrkdwn("x" * 3001))],
    "empty section": [{"type": "section"}],
    "section with a string": [{"type": "section", "text": "Words"}],
    "11 fields": [{"type": "section", "fields": [plain()] * 11}],
    "field of 2001": [{"type": "section", "fields": [plain("x" * 2001)]}],
    "unescaped ampersand": [section(mrkdwn("a & b"))],
    "unescaped bracket": [section(mrkdwn("a > b"))],
    "verbatim in plain text": [section({**plain(), "verbatim": True})],
    "emoji in mrkdwn": [section({**mrkdwn(), "emoji": True})],
    "button in a context": [{"type": "context", "elements": [button()]}],
    "11 in a context": [{"type": "context", "elements": [plain()] * 11}],
    "no elements": [actions()],
    "26 buttons": [actions(*(button(action_id=f"a{number}") for number in range(26)))],
    "the same action twice": [actions(button(), button())],
    "the same block_id twice": [{"type": "divider", "block_id": "a"}, {"type": "divider", "block_id": "a"}],
    "block_id of 256": [{"type": "divider", "block_id": "x" * 256}],
    "action_id of 256": [actions(button(action_id="x" * 256))],
    "button text of 76": [actions(button(text=plain("x" * 76)))],
    "button text mrkdwn": [actions(button(text=mrkdwn()))],
    "button value of 2001": [actions(button(value="x" * 2001))],
    "button value empty": [actions(button(value=""))],
    "button value no string": [actions(button(value=1))],
    "button style": [actions(button(style="green"))],
    "button url of 3001": [actions(button(url="https://a.example/" + "x" * 3000))],
    "button url no web": [actions(button(url="javascript:alert(1)"))],
    "option value of 151": [actions(select(options=[option("a" * 151)]))],
    "option text of 76": [actions(select(options=[{"text": plain("x" * 76), "value": "a"}]))],
    "option text mrkdwn": [actions(select(options=[{"text": mrkdwn(), "value": "a"}]))],
    "option twice": [actions(select(options=[option("a"), option("a")]))],
    "101 options": [actions(select(options=[option(str(number)) for number in range(101)]))],
    "no options": [actions(select(options=[]))],
    "options and groups": [actions(select(option_groups=[{"label": plain(), "options": [option()]}]))],
    "chosen but not offered": [actions(select(initial_option=option("z")))],
    "placeholder of 151": [actions(select(placeholder=plain("x" * 151)))],
    "11 radio buttons": [
        actions({"type": "radio_buttons", "options": [option(str(number)) for number in range(11)]})
    ],
    "overflow of 6": [actions({"type": "overflow", "options": [option(str(one)) for one in range(6)]})],
    "time of 24:00": [actions({"type": "timepicker", "initial_time": "24:00"})],
    "text input in actions": [actions({"type": "plain_text_input", "action_id": "x"})],
    "response_url in a message": [actions({"type": "conversations_select", "response_url_enabled": True})],
    "empty rich text": [{"type": "rich_text", "elements": []}],
    "empty rich section": [rich()],
    "empty rich words": [rich(text(""))],
    "unknown rich style": [rich(text(style={"blink": True}))],
    "unknown rich element": [rich({"type": "mrkdwn", "text": "x"})],
    "rich link no web": [rich({"type": "link", "url": "javascript:alert(1)"})],
    "rich person by name": [rich({"type": "user", "user_id": "alice"})],
    "rich group by name": [rich({"type": "usergroup", "usergroup_id": "oncall"})],
    "rich range": [rich({"type": "broadcast", "range": "all"})],
    "rich date without format": [rich({"type": "date", "timestamp": 1})],
    "rich date format": [rich({"type": "date", "timestamp": 1, "format": "{moment}"})],
    "rich date of a string": [rich({"type": "date", "timestamp": "1", "format": "{time}"})],
    "quote in a section": [rich({"type": "rich_text_quote", "elements": [text()]})],
    "half a surrogate pair": [rich(text("\ud800"))],
    "too long in all": [rich(text("x" * 3000))] * 5,
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_slack_refuses_has_a_problem(name: str) -> None:
    assert problems(REFUSED[name]) != []


BROKEN_VIEWS: dict[str, Callable[[Json], object]] = {
    "no view": lambda view: view.update(type="popup"),
    "title of 25": lambda view: view.update(title=plain("x" * 25)),
    "title mrkdwn": lambda view: view.update(title=mrkdwn()),
    "no title": lambda view: view.pop("title"),
    "submit of 25": lambda view: view.update(submit=plain("x" * 25)),
    "close of 25": lambda view: view.update(close=plain("x" * 25)),
    "inputs without submit": lambda view: view.pop("submit"),
    "private_metadata of 3001": lambda view: view.update(private_metadata="x" * 3001),
    "private_metadata no string": lambda view: view.update(private_metadata={}),
    "callback_id of 256": lambda view: view.update(callback_id="x" * 256),
    "101 blocks": lambda view: view.update(blocks=[{"type": "divider"}] * 101),
    "no blocks": lambda view: view.update(blocks=[]),
    "unknown key": lambda view: view.update(team_id="T1"),
    "button as an input": lambda view: view["blocks"].append(asked(button(), block_id="b")),
    "label mrkdwn": lambda view: view["blocks"][0].update(label=mrkdwn()),
    "label of 2001": lambda view: view["blocks"][0].update(label=plain("x" * 2001)),
    "the same block_id twice": lambda view: view["blocks"].append(asked(select())),
    "two with the focus": lambda view: view["blocks"].append(asked(select(focus_on_load=True), block_id="b")),
    "input too long": lambda view: view["blocks"][0]["element"].update(initial_value="x" * 3001),
}


@pytest.mark.parametrize("name", BROKEN_VIEWS)
def test_a_view_that_slack_refuses_has_a_problem(name: str) -> None:
    view = modal(asked(copy.deepcopy(INPUTS[0])))
    assert view_problems(view) == []
    BROKEN_VIEWS[name](view)
    assert view_problems(view) != []


def test_a_problem_names_its_place_and_the_page_that_says_so() -> None:
    assert problems([{"type": "divider"}, actions(button(text=plain("x" * 76)))]) == [
        f"/blocks/1/elements/0/text/text: 76 characters, at most 75 ({TEXT_URL})"
    ]


@pytest.mark.parametrize(
    ("words", "tokens"),
    [
        ("<@U1> and <@U2|ann>", ["user U1", "user U2"]),
        ("<#C1|general>", ["channel C1"]),
        ("<!here> <!channel|x> <!everyone>", ["broadcast here", "broadcast channel", "broadcast everyone"]),
        ("<!subteam^S1|@oncall>", ["group S1"]),
        ("<!date^12^{time}|then>", ["date 12"]),
        ("<https://a.example|b> <mailto:a@b.example>", ["link https://a.example", "link mailto:a@b.example"]),
        ("<!date^0^x|<!channel>>", ["date 0", "broadcast channel"]),
        ("see https://a.example.", ["link https://a.example."]),
        ("&lt;!here&gt; and &amp;lt;@U1&amp;gt;", []),
        ("a <b", []),
    ],
)
def test_the_reader_tells_what_a_client_would_do(words: str, tokens: list[str]) -> None:
    assert mrkdwn_tokens(words) == tokens


@pytest.mark.parametrize(
    ("words", "styles"),
    [
        ("*a b* and *c*", ["bold *a b*", "bold *c*"]),
        ("snake_case_name 2*3*4 * 5", []),
        ("_a_ ~b~ `c`", ["italic _a_", "strike ~b~", "code `c`"]),
        ("<!date^1^{a_b}|_x_>", []),
    ],
)
def test_the_reader_tells_what_is_formatted(words: str, styles: list[str]) -> None:
    assert mrkdwn_styles(words) == styles


def test_plain_text_and_rich_text_do_nothing_by_their_words() -> None:
    words = "<!channel> https://evil.example <@U1>"
    assert (
        tokens_of(
            [{"type": "header", "text": plain(words)}, rich(text(words)), actions(button(text=plain(words)))]
        )
        == []
    )
    assert tokens_of([section(mrkdwn(words))]) == [
        "broadcast channel",
        "user U1",
        "link https://evil.example",
    ]
    assert tokens_of([section({**mrkdwn(words), "verbatim": True})]) == ["broadcast channel", "user U1"]
