"""Whatever the page or somebody writes stays text in Discord: no mention, link or format, no limit broken."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from adapters.discord.embeds import Rendered, allowed_mentions, render
from adapters.discord.escaping import escape
from adapters.discord.text import bold, cut, neutral, quoted
from bot.commands import Caller
from bot.domain.message import Button, Line, Link, Listing, Message, Named, NamedKind, Quote, Strong, Tone
from bot.domain.subscription import Channel
from tests.commands.world import World
from tests.discord.corpus import LINKS, LONG, MENTIONS, TEXTS, WITH_MARKUP
from tests.discord.reading import faults, readings, visible
from tests.factories import PAGE_URL
from tests.fakes.clock import SetClock
from tests.fakes.discord.component_rules import units
from tests.fakes.discord.markdown_reader import read
from tests.stores import empty_store
from tests.untrusted import chunks, shortened, stored_unclean, told_of

HOST = "status.example.com"
SHORT = [text for text in TEXTS if len(text) <= 100 and visible(text)]
"""Texts that are shown whole, and show something."""

ALL = chunks(TEXTS)


def test_there_are_more_than_enough_texts() -> None:
    assert len(TEXTS) >= 400
    assert sum(bool(read(text).found) for text in TEXTS if text not in LONG) >= 280


def test_the_reader_finds_what_escaping_takes_away() -> None:
    """The judge of the tests below can say no."""
    for text in WITH_MARKUP:
        assert read(text).found, text
        assert read(escape(text)).found == [], text


def test_the_judge_of_whole_messages_finds_it_in_each_of_their_texts() -> None:
    for text in [*MENTIONS, *LINKS]:
        rendered = render(Message(Tone.RED, "T", (Line(("words",)),)))
        for place in ("title", "description"):
            spoilt = replace(rendered, embed=rendered.embed.copy())
            setattr(spoilt.embed, place, f"so {text}")
            assert faults(spoilt, HOST) or (place == "description" and text.startswith("<t:")), text
        assert faults(replace(rendered, content=f"so {text}"), HOST), text


@chunks(SHORT)
def test_a_short_text_is_shown_with_the_same_words_and_does_nothing(texts: Sequence[str]) -> None:
    for text in texts:
        reading = read(escape(text))
        assert (visible(reading.words), reading.found) == (visible(text), []), text
        quotation = read(quoted(text, 1800) + "\n\nafter")
        assert [visible(one) for one in quotation.quotes] == [visible(text)], text
        assert (quotation.kinds, quotation.words[-5:]) == (["quote"], "after"), text
        strong = read(bold(text, 1000))
        assert (visible(strong.words), strong.kinds) == (visible(text), ["bold"]), text


@chunks(SHORT)
def test_a_title_keeps_its_words_and_links_nowhere_else(texts: Sequence[str]) -> None:
    for text in texts:
        message = Message(Tone.RED, text, link=Link("Open", f"{PAGE_URL}/incidents/a"))
        calling, rendered = render(message, mention="500000000000000500"), render(message)
        title, content = readings(rendered)["title"], readings(calling)["content"]
        assert (visible(title.words), title.found) == (visible(f"🔴 {text}"), []), text
        assert content.found == ["role 500000000000000500"], text
        assert visible(content.words) == visible(f"<@&500000000000000500> 🔴 {text}"), text
        assert rendered.embed.url == f"{PAGE_URL}/incidents/a"


@ALL
def test_a_place_without_markup_gets_one_line_that_fits(texts: Sequence[str]) -> None:
    """Names of threads, labels and options: nothing is read there, so nothing is escaped."""
    for text in texts:
        name = neutral(f"🔴 {text}", 100)
        assert 1 <= units(name) <= 100
        assert visible(name) == name
        assert name.endswith("…") or name == visible(f"🔴 {text}"[:8000]), shortened(text)
        assert 1 <= units(neutral(text, 80)) <= 80


@ALL
def test_every_cut_stays_text(texts: Sequence[str]) -> None:
    for text in texts:
        for limit in (1, 2, 7, 50, 256):
            made = cut(text, limit)
            assert units(made) <= limit
            assert read(made).found == [], shortened(text)
            quotation = quoted(text, limit + 2)
            assert units(quotation) <= limit + 2
            assert set(read(quotation).kinds) <= {"quote"}, shortened(text)


@ALL
def test_what_the_page_writes_stays_text_in_every_message(texts: Sequence[str]) -> None:
    for text in texts:
        for message, small in told_of(text):
            assert faults(render(message, small=small, spoken=small), HOST) == [], shortened(text)


@chunks([text for text in TEXTS if text not in LONG])
def test_what_was_stored_unclean_stays_text_too(texts: Sequence[str]) -> None:
    """Nothing relies on the parser: an older one may have let more through."""
    for text in texts:
        for message in stored_unclean(text):
            assert faults(render(message), HOST) == [], shortened(text)


@chunks(SHORT)
def test_a_card_has_the_same_formats_whatever_the_page_says(texts: Sequence[str]) -> None:
    """So none of them comes from the page; a word where the page has one is all that differs."""
    plain = [readings(render(message))["description"].kinds for message in stored_unclean("word")]
    for text in texts:
        for message, kinds in zip(stored_unclean(text), plain, strict=True):
            assert sorted(readings(render(message))["description"].kinds) == sorted(kinds), text


@ALL
def test_text_in_every_place_of_a_message_stays_text(texts: Sequence[str]) -> None:
    for text in texts:
        for rendered in in_every_place(text):
            assert faults(rendered, HOST) == [], shortened(text)


def in_every_place(text: str) -> tuple[Rendered, ...]:
    """Return a message that has *text* wherever there can be text, as it may be rendered."""
    everything = Message(
        Tone.RED,
        text,
        (
            Line((text, Strong(text), *(Named(kind, f"{text}>") for kind in NamedKind))),
            Line((Link(text, PAGE_URL), Link(text, f"x{text}"))),
            Quote((Strong(text), text), text),
            Listing(((text,), (Strong(text),)), heading=text),
        ),
        Link(text, f"x{text}"),
        (text, Named(NamedKind.GROUP, f"{text}>"), Link(text, PAGE_URL), " ", text),
        (Button("mute", text, text), Button(text, text), Button("settings", "Settings", text)),
    )
    return render(everything, mention=f"x{text}", spoken=True), render(everything, small=True)


async def test_what_somebody_types_stays_text_in_the_reply() -> None:
    async with empty_store() as store:
        await _nothing_typed_acts(World(store, SetClock()))


async def _nothing_typed_acts(world: World) -> None:
    await world.page_says()
    alice = Caller(Channel("discord", "200", "300"), "400", may_configure=True, may_list=True)
    await world.do("subscribe", alice)
    for number, text in enumerate(TEXTS):
        frame = ("{}", "settings mention={}", "settings components={}", "mute {}")[number % 4]
        rendered = render((await world.do(frame.replace("{}", text), alice)).message)
        assert faults(rendered, HOST) == [], shortened(text)


@ALL
def test_a_stored_mention_that_names_nobody_calls_nobody(texts: Sequence[str]) -> None:
    message = Message(Tone.RED, "Title")
    for text in texts:
        assert render(message, mention=text).content == ""
        assert allowed_mentions(text).to_dict()["parse"] == []
        assert "roles" not in allowed_mentions(text).to_dict()
