"""Messages as blocks: what stands where, what is left out when there is too much, whom it calls."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.slack.blocks import blocks_of, render
from bot.domain.message import (
    Block,
    Button,
    Line,
    Link,
    Listing,
    Message,
    Named,
    NamedKind,
    Quote,
    Strong,
    Tone,
    When,
)
from tests.contracts.chat import MESSAGES
from tests.fakes.slack.rules import MOST_JSON, mrkdwn_tokens, problems, tokens_of, view_problems
from tests.fakes.slack.shapes import units
from tests.slack.reading import contexts, faults, quoted, seen

NOON = datetime(2026, 5, 4, 12, 5, tzinfo=UTC)
MOMENT = f"<!date^{int(NOON.timestamp())}^{{date_short_pretty}} at {{time}}|4 May 2026 12:05 UTC>"
LINK = Link("Open on status.example.com", "https://status.example.com/incidents/a")
CARD = Message(
    Tone.RED,
    "Raised error rates",
    (
        Line((Strong("Identified"), " · since ", When(NOON))),
        Line(("This is a test.",)),
        Listing((("🔴 Chat: Major outage",), ("🟢 API: Operational",)), heading="Components"),
        Quote((Strong("Identified"), " · ", When(NOON)), "We know.\n\nWe mend."),
    ),
    LINK,
    ("Source: status.example.com, ", When(NOON)),
    (Button("mute_incident", "Mute this incident", "incident:a"), Button("settings", "Settings")),
)


def kinds(blocks: list[dict[str, Any]]) -> list[str]:
    return [block["type"] for block in blocks]


def test_a_card_has_its_parts_in_order() -> None:
    rendered = render(CARD)
    assert problems(rendered.blocks) == []
    assert kinds(rendered.blocks) == ["header", *["rich_text"] * 4, "context", "actions"]
    assert seen(rendered.blocks).split("\n") == [
        "🔴 Raised error rates",
        "Identified · since 4 May 2026 12:05 UTC",
        "This is a test.",
        "Components",
        "🔴 Chat: Major outage",
        "🟢 API: Operational",
        "Identified · 4 May 2026 12:05 UTC",
        "We know.",
        "",
        "We mend.",
        "Open on status.example.com",
        f"Source: status.example.com, {MOMENT}",
        "Mute this incidentSettings",
    ]


def test_lines_that_follow_each_other_stand_together() -> None:
    blocks = render(Message(Tone.BLUE, "T", tuple(Line((f"line {number}",)) for number in range(30)))).blocks
    assert kinds(blocks) == ["header", "rich_text"]


def test_the_text_says_all_in_the_same_order_without_formats() -> None:
    assert render(CARD).text.split("\n") == [
        "🔴 Raised error rates",
        f"Identified · since {MOMENT}",
        "This is a test.",
        "Components",
        "🔴 Chat: Major outage",
        "🟢 API: Operational",
        f"Identified · {MOMENT}",
        "We know.",
        "",
        "We mend.",
    ]


def test_a_header_shows_words_between_colons_as_they_are() -> None:
    assert render(Message(Tone.RED, ":smile:")).blocks[0]["text"] == {
        "type": "plain_text",
        "text": "🔴 :smile:",
        "emoji": False,
    }


def test_a_footer_makes_no_links_of_what_stands_in_it() -> None:
    (footer,) = (block for block in render(CARD).blocks if block["type"] == "context")
    assert [part["verbatim"] for part in footer["elements"]] == [True]


def test_a_small_message_has_its_title_as_a_bold_line() -> None:
    blocks = render(CARD, small=True).blocks
    assert kinds(blocks)[:2] == ["rich_text", "rich_text"]
    first = blocks[0]["elements"][0]["elements"][0]
    assert first == {"type": "text", "text": "🔴 Raised error rates", "style": {"bold": True}}


@pytest.mark.parametrize(
    ("mention", "token", "heard"),
    [
        ("here", "<!here>", "broadcast here"),
        ("channel", "<!channel>", "broadcast channel"),
        ("S0ONCALL", "<!subteam^S0ONCALL>", "group S0ONCALL"),
    ],
)
@pytest.mark.parametrize("small", [False, True])
def test_whom_it_calls_stands_in_front(mention: str, token: str, heard: str, *, small: bool) -> None:
    rendered = render(CARD, mention=mention, small=small)
    assert rendered.text.startswith(f"{token} 🔴 Raised error rates\n")
    first = next(block for block in rendered.blocks if block["type"] == "rich_text")
    assert tokens_of([first])[0] == heard
    assert problems(rendered.blocks) == []
    assert tokens_of(rendered.blocks).count(heard) == 1


def test_a_message_of_a_title_alone_calls_too() -> None:
    rendered = render(Message(Tone.RED, "Title"), mention="here")
    assert tokens_of(rendered.blocks) == ["broadcast here"]
    assert problems(rendered.blocks) == []


@pytest.mark.parametrize(
    "mention", ["everyone", "U0ALICE", "C0STATUS", "oncall", "S", "S0|x", "s0abc", "", None]
)
def test_any_other_mention_calls_nobody(mention: str | None) -> None:
    assert render(CARD, mention=mention) == render(CARD)


def test_a_posted_message_names_a_group_without_calling_it() -> None:
    message = Message(Tone.BLUE, "T", (Line(("Mention: ", Named(NamedKind.GROUP, "S0ONCALL"))),))
    posted, private = render(message), render(message, private=True)
    assert tokens_of(posted.blocks) + mrkdwn_tokens(posted.text) == []
    assert "S0ONCALL" in seen(posted.blocks)
    assert tokens_of(private.blocks) == mrkdwn_tokens(private.text) == ["group S0ONCALL"]
    assert blocks_of(message) == private.blocks


def test_people_and_channels_are_named() -> None:
    line = Line((Named(NamedKind.PERSON, "U0ALICE"), " in ", Named(NamedKind.CHANNEL, "C0STATUS")))
    rendered = render(Message(Tone.BLUE, "T", (line,)))
    assert tokens_of(rendered.blocks) == ["user U0ALICE", "channel C0STATUS"]
    assert mrkdwn_tokens(rendered.text) == ["user U0ALICE", "channel C0STATUS"]


def test_a_button_is_its_action_and_its_value() -> None:
    mute, chosen = render(CARD).blocks[-1]["elements"]
    assert (mute["action_id"], mute["value"]) == ("mute_incident", "incident:a")
    assert (chosen["action_id"], "value" in chosen) == ("settings", False)
    assert mute["text"] == {"type": "plain_text", "text": "Mute this incident", "emoji": False}


def test_two_buttons_of_one_action_stand_in_two_blocks() -> None:
    """An action_id names one element of its block; the commands behind it stay what they are."""
    buttons = (Button("retry", "One", "1"), Button("mute", "Mute"), Button("retry", "Two", "2"))
    blocks = render(Message(Tone.RED, "T", buttons=buttons)).blocks
    assert problems(blocks) == []
    assert [[one["action_id"] for one in block["elements"]] for block in blocks[1:]] == [
        ["retry", "mute"],
        ["retry"],
    ]


def test_a_button_that_cannot_say_what_it_is_about_is_left_out() -> None:
    """A value that was cut or cleaned would be another value."""
    buttons = (Button("a", "Long", "v" * 2001), Button("b", "Half", "\ud800"), Button("c", "\x00"))
    assert kinds(render(Message(Tone.RED, "T", buttons=buttons)).blocks) == ["header"]


def test_there_are_no_more_buttons_than_slack_takes() -> None:
    buttons = tuple(Button(f"a{number}", "B" * 100) for number in range(40))
    blocks = render(Message(Tone.RED, "T", buttons=buttons)).blocks
    assert problems(blocks) == []
    assert len(blocks[-1]["elements"]) == 25


def test_what_does_not_fit_is_left_out_of_the_middle_and_counted() -> None:
    """Never the first lines, nor the last ones, the link, the footer and the buttons."""
    lines = tuple((f"line {number} " + "words " * 40,) for number in range(200))
    message = replace(CARD, blocks=(*CARD.blocks, Listing(lines, heading="Earlier"), Line(("The end.",))))
    rendered = render(message)
    words = seen(rendered.blocks)
    assert problems(rendered.blocks) == []
    assert kinds(rendered.blocks)[-3:] == ["rich_text", "context", "actions"]
    assert words.split("\n")[:2] == seen(render(CARD).blocks).split("\n")[:2]
    assert "We mend." in words
    assert "The end." in words
    left_out = int(words.partition("… +")[2].partition(" more")[0])
    shown = sum(words.count(f"line {number} ") for number in range(200))
    assert shown + left_out == 200


def test_a_message_of_many_blocks_keeps_to_the_limit() -> None:
    blocks: tuple[Block, ...] = tuple(Quote(("Said",), str(number)) for number in range(120))
    rendered = render(replace(CARD, blocks=blocks))
    assert len(rendered.blocks) == 50
    assert problems(rendered.blocks) == []
    assert quoted(rendered.blocks)[0] == "0"
    assert quoted(rendered.blocks)[-1] == "119"


def test_one_enormous_quotation_is_cut_on_a_word() -> None:
    rendered = render(replace(CARD, blocks=(Quote(("Said",), "word " * 20_000),)))
    assert problems(rendered.blocks) == []
    (quotation,) = quoted(rendered.blocks)
    assert quotation.endswith("word…")


@pytest.mark.parametrize("script", ["状", "é", "😀", '"', "&", "a"])
def test_a_quotation_of_the_domains_length_is_whole_in_any_script(script: str) -> None:
    body = script * (1500 if len(script.encode()) < 4 else 1100)
    rendered = render(replace(CARD, blocks=(*CARD.blocks[:3], Quote(("Said",), body))))
    assert problems(rendered.blocks) == []
    assert quoted(rendered.blocks) == [body]


def test_a_link_elsewhere_than_the_web_is_words() -> None:
    blocks = render(replace(CARD, link=Link("Open", "javascript:alert(1)"))).blocks
    assert tokens_of(blocks) == tokens_of(render(replace(CARD, link=None)).blocks)
    assert "Open" in seen(blocks)


@pytest.mark.parametrize("name", MESSAGES)
def test_every_kind_of_message_obeys_slacks_rules(name: str) -> None:
    assert faults(render(MESSAGES[name]), "status.example.com") == []
    view = {"type": "home", "blocks": blocks_of(MESSAGES[name])}
    assert view_problems(view) == []


TEXTS = st.text(max_size=40) | st.sampled_from(["word " * 500, "😀" * 900, "", "\n", "<!here>", "状" * 1500])
INLINES = st.one_of(
    TEXTS,
    st.builds(Strong, TEXTS),
    st.just(When(NOON)),
    st.builds(Link, TEXTS, st.just(LINK.url) | TEXTS),
    st.builds(Named, st.sampled_from(NamedKind), TEXTS | st.just("U0ALICE")),
)
RUNS = st.lists(INLINES, max_size=4).map(tuple)
BLOCKS = st.one_of(
    st.builds(Line, RUNS),
    st.builds(Quote, RUNS, TEXTS),
    st.builds(Listing, st.lists(RUNS, max_size=6).map(tuple), TEXTS),
)
WORDS_OF_OURS = st.sampled_from(["settings", "mute_incident", "share"])
BUILT = st.builds(
    Message,
    st.sampled_from(Tone),
    TEXTS,
    st.lists(BLOCKS, max_size=12).map(tuple),
    st.none() | st.builds(Link, TEXTS, st.just(LINK.url) | TEXTS),
    RUNS,
    st.lists(st.builds(Button, WORDS_OF_OURS, TEXTS, st.text(max_size=60)), max_size=4).map(tuple),
)


@given(BUILT, st.none() | st.just("here"), st.booleans(), st.booleans())
@settings(max_examples=150, deadline=None)
def test_whatever_is_said_can_be_sent(
    message: Message,
    mention: str | None,
    private: bool,
    small: bool,
) -> None:
    rendered = render(message, mention=mention, private=private, small=small)
    assert problems(rendered.blocks) == []
    assert len(json.dumps(rendered.blocks, ensure_ascii=False, separators=(",", ":")).encode()) <= MOST_JSON
    assert 0 < units(rendered.text) <= 2000
    assert all(units(text) <= 500 for text in contexts(rendered.blocks))
    rendered.text.encode()
