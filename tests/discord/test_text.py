"""Discord's Markdown: words of others escaped, our tokens, and cuts that break nothing."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from adapters.discord.escaping import escape, label, most_escaped
from adapters.discord.text import bold, cut, markup, neutral, quoted, web
from bot.domain.message import Link, Named, NamedKind, Strong, When, WhenStyle
from bot.domain.sendable import units
from tests.discord.reading import visible
from tests.fakes.discord.markdown_reader import read

NOON = datetime(2026, 5, 4, 12, 5, tzinfo=UTC)
UNIX = int(NOON.timestamp())
PAGE = "https://status.example.com/incidents/a"
ANY_TEXT = st.text(st.characters(exclude_categories=[]), max_size=60) | st.text(
    "<>@#&!*_~`|\\[]():/.-+ 1ht\nw", max_size=60
)


@pytest.mark.parametrize(
    ("text", "escaped"),
    [
        ("**bold** _i_ ~~s~~ ||p|| `c`", r"\*\*bold\*\* \_i\_ \~\~s\~\~ \|\|p\|\| \`c\`"),
        (r"back\slash \*", r"back\\slash \\\*"),
        ("<@1> <#2> <t:3:R> </a b:4>", r"\<\@1> \<#2> \<t\:3\:R> \</a b\:4>"),
        ("@everyone", "\\@\u200beveryone"),
        ("alice@example.com", r"alice\@example.com"),
        ("[a](b)", r"\[a\](b)"),
        ("see https://evil.example/x", r"see https\://evil\.example/x"),
        ("discord.gg/abc www.evil.example", r"discord\.gg/abc www\.evil.example"),
        (":smile: and :+1::skin-tone-2:", r"\:smile: and \:+1\:\:skin-tone-2\:"),
        ("# a\n- b\n* c\n1. d\n> e\n-# f", "\\# a\n\\- b\n\\* c\n1\\. d\n\\> e\n\\-# f"),
        ("  ## indented\n\u00a0>>> so", "  \\## indented\n\u00a0\\>>> so"),
    ],
)
def test_what_could_be_more_gets_a_backslash(text: str, escaped: str) -> None:
    assert escape(text) == escaped
    assert read(escaped).found == []


@pytest.mark.parametrize(
    "text",
    [
        'Elevated errors on claude.ai & the API (api.example.com): 3.5 % since 12:30, it\'s "known".',
        "a - b + c > d #1 1.2.3",
        "12:30-12:45 UTC!",
        "状态页面 ’“…” 😀👍🏽",
    ],
)
def test_plain_words_stay_as_they_are(text: str) -> None:
    assert escape(text) == text


@given(ANY_TEXT)
def test_no_text_becomes_anything_but_text(text: str) -> None:
    reading = read(escape(text))
    assert reading.found == []
    assert visible(reading.words) == visible(text)
    assert units(escape(text)) <= most_escaped(
        text.encode("utf-16-le", "surrogatepass").decode("utf-16", "replace")
    )


@given(ANY_TEXT, ANY_TEXT)
def test_no_text_leaves_its_quotation_or_its_emphasis(text: str, after: str) -> None:
    quotation = read(f"{quoted(text, 1800)}\n\n{escape(after)}")
    assert quotation.kinds == (["quote"] if quoted(text, 1800) else [])
    assert read(f"a {bold(text, 900)} {escape(after)}").kinds == ["bold"] * bool(visible(text))


def test_a_quotation_has_its_mark_on_every_line_and_no_gaps() -> None:
    assert quoted(" \na\r\nb\n\n \n\n> c\n", 100) == "> a\n> b\n> \n> \\> c"
    assert quoted("\n\x00 ", 100) == ""


@pytest.mark.parametrize(
    ("moment", "token"),
    [
        (When(NOON), f"<t:{UNIX}:f>"),
        (When(NOON, WhenStyle.CLOCK), f"<t:{UNIX}:t>"),
        (When(NOON, WhenStyle.DAY), f"<t:{UNIX}:D>"),
        (When(datetime.min.replace(tzinfo=UTC)), "<t:-62135596800:f>"),
        (When(datetime.max.replace(tzinfo=UTC)), "<t:253402300799:f>"),
    ],
)
def test_a_moment_is_shown_in_the_readers_zone(moment: When, token: str) -> None:
    assert markup((moment,)) == token
    assert read(token).kinds == ["time"]


def test_a_moment_that_stands_alone_may_have_its_age_beside_it() -> None:
    assert markup(("since ", When(NOON), "."), age=True) == f"since <t:{UNIX}:f> (<t:{UNIX}:R>)."
    assert markup((When(NOON), " to ", When(NOON)), age=True) == f"<t:{UNIX}:f> to <t:{UNIX}:f>"
    assert markup((When(NOON), " (2 min)"), age=True) == f"<t:{UNIX}:f> (2 min)"
    assert markup((When(NOON, WhenStyle.CLOCK),), age=True) == f"<t:{UNIX}:t>"


@pytest.mark.parametrize(
    ("one", "shown"),
    [
        (Named(NamedKind.PERSON, "400000000000000400"), "<@400000000000000400>"),
        (Named(NamedKind.GROUP, "500000000000000500"), "<@&500000000000000500>"),
        (Named(NamedKind.CHANNEL, "300000000000000300"), "<#300000000000000300>"),
        (Named(NamedKind.PERSON, "ann"), "ann"),
        (Named(NamedKind.GROUP, "everyone"), "everyone"),
        (Named(NamedKind.GROUP, "@everyone"), "\\@\u200beveryone"),
        (Named(NamedKind.PERSON, "1> @here <@2"), "1> \\@\u200bhere \\<\\@2"),
        (Named(NamedKind.PERSON, "٣٤"), "٣٤"),
        (Named(NamedKind.PERSON, "4" * 21), "4" * 21),
    ],
)
def test_who_is_named_is_shown_discords_way_where_the_id_is_one(one: Named, shown: str) -> None:
    assert markup((one,)) == shown


@pytest.mark.parametrize(
    ("url", "linked"),
    [
        (PAGE, True),
        ("http://127.0.0.1:8080", True),
        ("https://status.example.com/a?b=1&c=2#d", True),
        ("http://localhost:8080/", False),
        ("javascript:alert(1)", False),
        ("https://status.example.com@evil.example/", False),
        ("https://status.example.com/a)b", False),
        ("https://status.example.com/a b", False),
        ("https://status.example.com/a>b", False),
        ("https://status.example.com/\n", False),
        ("https://status.example.com/" + "a" * 500, False),
        ("", False),
    ],
)
def test_only_a_well_formed_address_of_the_web_is_linked(url: str, linked: bool) -> None:
    assert web(url) is linked
    assert markup((Link("Incident", url),)) == (f"[Incident]({url})" if linked else "Incident")


@pytest.mark.parametrize(
    ("words", "shown"),
    [
        ("Chat & API", f"[Chat & API]({PAGE})"),
        ("", f"[open]({PAGE})"),
        ("snake_case", f"snake\\_case ([open]({PAGE}))"),
        ("a](https://evil.example)", f"a\\](https\\://evil.example) ([open]({PAGE}))"),
    ],
)
def test_words_that_need_an_escape_are_not_masked(words: str, shown: str) -> None:
    """In the words of a masked link a backslash is shown, and escapes nothing."""
    assert markup((Link(words, PAGE),)) == shown
    assert read(shown).found == [f"link {PAGE}"]
    assert (label(words) is None) is ("[open]" in shown)


@given(ANY_TEXT)
@example("0:00.0:00")
def test_no_words_of_a_link_lead_elsewhere(text: str) -> None:
    assert read(markup((Link(text, PAGE),))).found == [f"link {PAGE}"]


@pytest.mark.parametrize(
    ("text", "shown"),
    [("word", "**word**"), (" word ", " **word** "), ("two\nlines", "**two lines**"), ("", ""), ("\n", " ")],
)
def test_strong_words_are_touched_by_their_asterisks(text: str, shown: str) -> None:
    assert markup((Strong(text),)) == shown


def test_strings_that_follow_each_other_are_escaped_together() -> None:
    assert read(markup(("1", ". a :smi", "le: h", "ttps", "://evil.example @every", "one"))).found == []


@pytest.mark.parametrize(
    ("text", "limit", "shown"),
    [
        ("short", 5, "short"),
        ("several words here", 14, "several words…"),
        ("several words here", 12, "several…"),
        ("**" * 10, 12, r"\*\*\*\*\*…"),
        ("😀😀😀", 5, "😀😀…"),
        ("@everyone and more", 13, "\\@\u200beveryone…"),
    ],
)
def test_a_cut_is_on_a_word_and_never_inside_an_escape(text: str, limit: int, shown: str) -> None:
    assert cut(text, limit) == shown


@given(
    st.lists(ANY_TEXT | st.sampled_from([When(NOON), Strong("s & s"), Link("l", PAGE)]), max_size=6),
    st.integers(1, 120),
)
def test_every_cut_holds_its_limit_and_leaves_whole_what_it_keeps(parts: list[object], limit: int) -> None:
    made = markup(tuple(parts), limit)  # type: ignore[arg-type]  # what the strategies make
    assert units(made) <= limit
    assert set(read(made).kinds) <= {"time", "bold", "link"}
    assert all(one.startswith(("time", "bold", f"link {PAGE}")) for one in read(made).found)


@given(ANY_TEXT, st.integers(1, 100))
def test_a_place_without_markup_gets_one_line_that_is_never_empty(text: str, limit: int) -> None:
    made = neutral(text, limit)
    assert 1 <= units(made) <= limit
    assert "\n" not in made
    made.encode()


def test_a_name_of_a_thread_is_the_words_themselves() -> None:
    assert neutral("🔴 **Errors** in\n<@1>", 100) == "🔴 **Errors** in <@1>"
    assert neutral("\u202e\x00", 100) == "…"
