"""Messages as embeds: what stands where, what is left out when there is too much, whom it calls."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.discord.button_rows import custom_id, parse_custom_id
from adapters.discord.embeds import COLOURS, Rendered, allowed_mentions, render
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
from bot.domain.sendable import units
from tests.contracts.chat import MESSAGES
from tests.discord.reading import faults, payload, readings
from tests.fakes.discord.rules import problems

NOON = datetime(2026, 5, 4, 12, 5, tzinfo=UTC)
UNIX = int(NOON.timestamp())
ROLE = "500000000000000500"
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


def description(rendered: Rendered) -> str:
    return rendered.embed.description or ""


def buttons(rendered: Rendered) -> list[str]:
    """Return each button's label and what is behind it."""
    every = [one for row in rendered.rows for one in row["components"]]
    return [f"{one['label']} {one.get('custom_id') or one['url']}" for one in every]


def entries(count: int) -> tuple[tuple[str], ...]:
    return tuple((f"line {number} " + "words " * 40,) for number in range(count))


def test_a_card_has_its_parts_in_order() -> None:
    rendered = render(CARD)
    assert problems(payload(rendered)) == []
    assert rendered.content == ""
    assert (rendered.embed.title, rendered.embed.url) == ("🔴 Raised error rates", LINK.url)
    assert description(rendered) == (
        f"**Identified** · since <t:{UNIX}:f> (<t:{UNIX}:R>)\n"
        "This is a test.\n\n"
        "**Components**\n🔴 Chat: Major outage\n🟢 API: Operational\n\n"
        f"**Identified** · <t:{UNIX}:f> (<t:{UNIX}:R>)\n> We know.\n> \n> We mend.\n\n"
        f"-# Source: status.example.com, <t:{UNIX}:f>"
    )
    assert buttons(rendered) == [
        "Mute this incident cs1:mute_incident:incident:a",
        "Settings cs1:settings:",
        f"Open on status.example.com {LINK.url}",
    ]


@pytest.mark.parametrize("tone", Tone)
def test_a_mood_is_a_colour_and_an_emoji(tone: Tone) -> None:
    embed = render(Message(tone, "Title")).embed
    assert embed.to_dict().get("color") == COLOURS[tone]
    assert embed.title == Message(tone, "Title").headline
    assert len(set(COLOURS.values())) == len(Tone)


def test_a_small_message_is_close_together_and_has_no_button_for_its_link() -> None:
    rendered = render(CARD, small=True)
    assert "\n\n" not in description(rendered)
    assert description(rendered).split() == description(render(CARD)).split()
    assert rendered.embed.url == LINK.url
    assert buttons(rendered) == buttons(render(CARD))[:-1]


@pytest.mark.parametrize(
    ("mention", "content", "allowed"),
    [
        (ROLE, f"<@&{ROLE}> 🔴 Raised error rates", {"parse": [], "roles": [int(ROLE)]}),
        ("everyone", "@everyone 🔴 Raised error rates", {"parse": ["everyone"]}),
        ("here", "@here 🔴 Raised error rates", {"parse": ["everyone"]}),
    ],
)
def test_whom_it_calls_stands_in_front_and_nobody_else_may_be_called(
    mention: str, content: str, allowed: dict[str, object]
) -> None:
    """With the headline, because phones' notifications show nothing of an embed."""
    rendered = render(CARD, mention=mention)
    assert rendered.content == content
    body = payload(rendered) | {"allowed_mentions": allowed_mentions(mention).to_dict()}
    assert body["allowed_mentions"] == allowed
    assert problems(body) == []


@pytest.mark.parametrize("mention", ["channel", "@everyone", "5a", "-5", "٣", "5" * 21, " 5", "", None])
def test_any_other_mention_calls_nobody(mention: str | None) -> None:
    assert render(CARD, mention=mention) == render(CARD)
    assert dict(allowed_mentions(mention).to_dict()) == {"parse": []}


def test_what_is_spoken_has_its_headline_before_the_embed_and_not_in_it() -> None:
    spoken = render(CARD, spoken=True)
    assert spoken.content == "🔴 Raised error rates"
    assert (spoken.embed.title, spoken.embed.url) == (None, None)
    assert description(spoken) == description(render(CARD))


def test_a_word_that_is_spoken_and_has_nothing_to_add_is_no_embed() -> None:
    word = Message(Tone.GREEN, "Resolved after 2 h: Raised error rates", link=LINK)
    assert render(word, spoken=True).embeds == []
    assert len(render(word).embeds) == 1


def test_people_roles_and_channels_are_named() -> None:
    names = tuple(Named(kind, "400000000000000400") for kind in NamedKind)
    found = readings(render(Message(Tone.BLUE, "T", (Line(names),))))["description"].found
    assert found == ["user 400000000000000400", "role 400000000000000400", "channel 400000000000000400"]


def test_a_link_elsewhere_than_the_web_is_none() -> None:
    """Discord refuses the whole message for an address that is not well formed."""
    for url in ("javascript:alert(1)", "http://localhost:80", "https://x.example/" + "a" * 500):
        rendered = render(replace(CARD, link=Link("Open", url)))
        assert (rendered.embed.url, len(buttons(rendered))) == (None, 2)


def test_buttons_stand_five_in_a_row_and_the_link_is_the_last() -> None:
    many = tuple(Button("a", "B" * 100, str(number)) for number in range(40))
    rendered = render(replace(CARD, buttons=many))
    assert problems(payload(rendered)) == []
    assert [len(row["components"]) for row in rendered.rows] == [5] * 5
    assert buttons(rendered)[-1].endswith(LINK.url)


def test_a_button_that_cannot_say_what_it_is_about_is_left_out() -> None:
    """A value that was cut or cleaned would be another value, and an id names one component."""
    wrong = [
        Button("a", "Long", "v" * 95),
        Button("b", "Half", "\ud800"),
        Button("c", "\x00"),
        Button("", "No"),
    ]
    wrong += [Button("d:e", "Two"), Button("f", "Twice"), Button("f", "Again")]
    assert buttons(render(Message(Tone.RED, "T", buttons=tuple(wrong)))) == ["Twice cs1:f:"]


@pytest.mark.parametrize("value", ["", "a", "incident:a:b", "v" * 91, "ü" * 91])
def test_a_custom_id_says_what_it_was_made_of(value: str) -> None:
    identity = custom_id("mute", value)
    assert identity is not None
    assert units(identity) <= 100
    assert parse_custom_id(identity) == ("mute", value)


@pytest.mark.parametrize("identity", ["", "cs1", "cs1:", "cs1:mute", "cs1::x", "cs2:mute:x", "other"])
def test_any_other_id_says_nothing(identity: str) -> None:
    assert parse_custom_id(identity) is None


def shown(words: str, count: int) -> int:
    return sum(f"line {number} " in words for number in range(count))


def test_the_middle_of_the_history_gives_way_first() -> None:
    """Then that of the list before it; never the verdict, the quotation, the footer or the buttons."""
    earlier = Listing(entries(20), heading="Earlier")
    message = replace(CARD, blocks=(*CARD.blocks, earlier))
    words = description(render(message))
    assert problems(payload(render(message))) == []
    assert "🔴 Chat: Major outage\n🟢 API: Operational\n\n**Identified**" in words
    assert "> We mend.\n\n**Earlier**\nline 0 " in words
    assert "\nline 19 " in words
    left_out = int(words.partition("*… +")[2].partition(" more*")[0])
    assert shown(words, 20) + left_out == 20
    assert words.count(" more*") == 1
    assert len(buttons(render(message))) == 3


def test_when_the_history_is_all_gone_the_list_before_it_gives_way() -> None:
    many = tuple((f"🔴 Part {number} of the whole: Major outage",) for number in range(150))
    blocks = (CARD.blocks[0], Listing(many), CARD.blocks[3], Listing(entries(9), heading="Earlier"))
    words = description(render(replace(CARD, blocks=blocks)))
    assert problems(payload(render(replace(CARD, blocks=blocks)))) == []
    assert words.startswith("**Identified** · since")
    assert "**Earlier**\n*… +9 more*\n\n-# Source" in words
    assert "🔴 Part 0 of" in words
    assert "🔴 Part 149 of" in words
    assert "> We mend." in words


def test_a_message_of_many_quotations_loses_those_in_the_middle() -> None:
    blocks: tuple[Block, ...] = tuple(Quote((f"Said {n}",), "word " * 100) for n in range(60))
    rendered = render(replace(CARD, blocks=blocks))
    assert problems(payload(rendered)) == []
    quotes = readings(rendered)["description"].quotes
    words = description(rendered)
    assert words.startswith("Said 0\n> word")
    assert "Said 59\n> word" in words
    assert int(words.partition("*… +")[2].partition(" more*")[0]) + len(quotes) == 60


def test_the_first_piece_stays_however_often_it_is_said() -> None:
    rendered = render(Message(Tone.RED, "T", (Line(("word " * 150,)),) * 40))
    words = description(rendered)
    assert problems(payload(rendered)) == []
    assert words.startswith("word word")
    assert words.count("\n") - 1 + int(words.partition("*… +")[2].partition(" more*")[0]) == 39


def test_one_enormous_quotation_is_cut_on_a_word() -> None:
    rendered = render(replace(CARD, blocks=(Quote(("Said",), "word " * 20_000),)))
    (quotation,) = readings(rendered)["description"].quotes
    assert quotation.endswith("word…")
    assert problems(payload(rendered)) == []


@pytest.mark.parametrize("script", ["状", "é", "a", "&"])
def test_a_quotation_of_the_domains_length_is_whole_in_any_script(script: str) -> None:
    rendered = render(replace(CARD, blocks=(*CARD.blocks[:3], Quote(("Said",), script * 1500))))
    assert readings(rendered)["description"].quotes == [script * 1500]


def test_a_title_of_signs_fits_with_its_escapes() -> None:
    for mention, place in ((None, "title"), (ROLE, "content")):
        rendered = render(Message(Tone.RED, "_" * 256), mention=mention)
        assert problems(payload(rendered)) == []
        assert readings(rendered)[place].words.endswith("🔴 " + "_" * 126 + "…")


@pytest.mark.parametrize("name", MESSAGES)
def test_every_kind_of_message_obeys_discords_rules(name: str) -> None:
    for small in (False, True):
        assert faults(render(MESSAGES[name], small=small, spoken=small), "status.example.com") == []


TEXTS = st.text(max_size=40) | st.sampled_from(
    ["word " * 500, "😀" * 900, "", "\n", "@everyone", "**_`" * 400, "> a\n" * 300, "[x](https://e.example)"]
)
INLINES = st.one_of(
    TEXTS,
    st.builds(Strong, TEXTS),
    st.just(When(NOON)),
    st.builds(Link, TEXTS, st.just(LINK.url) | TEXTS),
)
RUNS = st.lists(INLINES, max_size=4).map(tuple)
BLOCKS = st.one_of(
    st.builds(Line, RUNS),
    st.builds(Quote, RUNS, TEXTS),
    st.builds(Listing, st.lists(RUNS, max_size=6).map(tuple), TEXTS),
)
BUILT = st.builds(
    Message,
    st.sampled_from(Tone),
    TEXTS,
    st.lists(BLOCKS, max_size=12).map(tuple),
    st.none() | st.builds(Link, TEXTS, st.just(LINK.url) | TEXTS),
    RUNS,
    st.lists(st.builds(Button, st.sampled_from(["a", "b"]), TEXTS, st.text(max_size=60)), max_size=4).map(
        tuple
    ),
)


@given(BUILT, st.booleans(), st.booleans())
@settings(max_examples=60, deadline=None)
def test_whatever_is_said_can_be_sent_and_does_nothing(message: Message, small: bool, spoken: bool) -> None:
    assert faults(render(message, small=small, spoken=spoken), "status.example.com") == []
