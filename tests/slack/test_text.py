"""mrkdwn: escaped once, made inert, our tokens, and cuts that break nothing."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.slack.text import cut, escape, inert, mrkdwn, web
from bot.domain.message import Link, Named, NamedKind, Strong, When, WhenStyle
from bot.domain.sendable import clean, cut_plain, units
from tests.fakes.slack.mrkdwn import loose_characters, mrkdwn_styles, mrkdwn_tokens, mrkdwn_words

NOON = datetime(2026, 5, 4, 12, 5, tzinfo=UTC)
UNIX = int(NOON.timestamp())
ANY_TEXT = st.text(st.characters(exclude_categories=[]), max_size=60) | st.text(
    "<>&!@#|*_~`;amplt :s", max_size=60
)


@pytest.mark.parametrize(
    ("text", "escaped"),
    [
        ("a & b", "a &amp; b"),
        ("<!here>", "&lt;!here&gt;"),
        ("&lt;!here&gt;", "&amp;lt;!here&amp;gt;"),
        ("&amp;amp;", "&amp;amp;amp;"),
        ("\"'\\", "\"'\\"),
    ],
)
def test_the_three_characters_are_escaped_once(text: str, escaped: str) -> None:
    assert escape(text) == escaped
    assert mrkdwn_words(escaped) == text


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("*bold* and ~struck~ and `code`", "∗bold∗ and ∼struck∼ and ˋcodeˋ"),
        ("_italic_ but snake_case_name", "ˍitalicˍ but snake_case_name"),
        ("> quoted\n  > and so", "› quoted\n  › and so"),
        ("a > b", "a &gt; b"),
        (":smile: at 12:30:00", "∶smile∶ at 12:30:00"),
        ("• point", "• point"),
    ],
)
def test_what_would_be_a_format_becomes_a_sign_that_is_none(text: str, shown: str) -> None:
    assert inert(text) == shown


@given(ANY_TEXT)
def test_no_text_becomes_anything_but_text(text: str) -> None:
    made = mrkdwn((text,))
    assert mrkdwn_tokens(made, verbatim=True) == []
    assert mrkdwn_styles(made) == []
    assert loose_characters(made) == []
    made.encode()


@given(ANY_TEXT)
def test_a_label_or_a_name_cannot_leave_its_token(text: str) -> None:
    link = mrkdwn((Link(text, "https://status.example.com/a?b=1&c=2"),))
    assert mrkdwn_tokens(link) == ["link https://status.example.com/a?b=1&amp;c=2"]
    assert "\n" not in link
    named = mrkdwn(tuple(Named(kind, f"{text}>") for kind in NamedKind), private=True)
    assert mrkdwn_tokens(named, verbatim=True) == []


@pytest.mark.parametrize(
    ("style", "token"),
    [
        (WhenStyle.MOMENT, f"<!date^{UNIX}^{{date_short_pretty}} at {{time}}|4 May 2026 12:05 UTC>"),
        (WhenStyle.CLOCK, f"<!date^{UNIX}^{{time}}|12:05 UTC>"),
        (WhenStyle.DAY, f"<!date^{UNIX}^{{date_short}}|4 May 2026>"),
    ],
)
def test_a_moment_is_shown_in_the_readers_zone_and_else_in_utc(style: WhenStyle, token: str) -> None:
    assert mrkdwn((When(NOON, style),)) == token


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://status.example.com/a?b=1&c=2", "<https://status.example.com/a?b=1&amp;c=2|label>"),
        ("http://127.0.0.1:8080", "<http://127.0.0.1:8080|label>"),
        ("javascript:alert(1)", "label"),
        ("mailto:a@b.example", "label"),
        ("https://status.example.com@evil.example/", "label"),
        ("https://status.example.com/a|b", "label"),
        ("https://status.example.com/>", "label"),
        ("https://status.example.com/ b", "label"),
        ("https://status.example.com/" + "a" * 1000, "label"),
        ("", "label"),
    ],
)
def test_only_an_address_of_the_web_becomes_a_link(url: str, shown: str) -> None:
    assert mrkdwn((Link("label", url),)) == shown
    assert web(url) is shown.startswith("<")


def test_a_label_has_no_bar_that_would_end_it() -> None:
    assert mrkdwn((Link("a|b", "https://a.example"),)) == "<https://a.example|a∣b>"


def test_a_link_without_a_label_shows_its_address() -> None:
    assert mrkdwn((Link("", "https://a.example"),)) == "<https://a.example|https://a.example>"


@pytest.mark.parametrize(
    ("named", "posted", "private"),
    [
        (Named(NamedKind.PERSON, "U0ALICE"), "<@U0ALICE>", "<@U0ALICE>"),
        (Named(NamedKind.CHANNEL, "C0STATUS"), "<#C0STATUS>", "<#C0STATUS>"),
        (Named(NamedKind.GROUP, "S0ONCALL"), "S0ONCALL", "<!subteam^S0ONCALL>"),
        (Named(NamedKind.PERSON, "ann"), "ann", "ann"),
        (Named(NamedKind.PERSON, "S0ONCALL"), "S0ONCALL", "S0ONCALL"),
        (Named(NamedKind.CHANNEL, "C0|<!here>"), "C0|&lt;!here&gt;", "C0|&lt;!here&gt;"),
        (Named(NamedKind.PERSON, "U0ALICE\n"), "U0ALICE\n", "U0ALICE\n"),
    ],
)
def test_who_is_named_is_shown_slacks_way_and_a_group_only_where_that_calls_nobody(
    named: Named, posted: str, private: str
) -> None:
    assert mrkdwn((named,)) == posted
    assert mrkdwn((named,), private=True) == private


@pytest.mark.parametrize(
    ("text", "shown"),
    [("word", "*word*"), (" word ", " *word* "), ("two\nlines", "*two lines*"), ("", ""), ("  ", "  ")],
)
def test_strong_words_are_touched_by_their_asterisks(text: str, shown: str) -> None:
    assert mrkdwn((Strong(text),)) == shown


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a\x00b\x1bc\x7f", "abc"),
        ("\u202egnp\u2066", "gnp"),
        ("zero\u200b\u2060\ufeff", "zero"),
        ("tag\U000e0041", "tag"),
        ("\ud83d\ude00", "😀"),
        ("half \ud800", "half \ufffd"),
        ("a\r\nb\u2028c\x85d", "a\nb\nc\nd"),
        ("a\tb", "a b"),
        ("👩‍👧❤️", "👩‍👧❤️"),
    ],
)
def test_what_cannot_be_sent_or_hides_is_taken_out(text: str, shown: str) -> None:
    assert clean(text) == shown


@pytest.mark.parametrize(
    ("text", "limit", "shown"),
    [
        ("short", 5, "short"),
        ("several words here", 14, "several words…"),
        ("several words here", 12, "several…"),
        ("a" * 20, 10, "aaaaaaaaa…"),
        ("aaaa &amp;&amp;", 10, "aaaa…"),
        ("aaaaa&amp;&amp;", 12, "aaaaa&amp;…"),
        ("at <!date^1^{time}|12:00 UTC>, so", 20, "at…"),
        ("at <!date^1^{time}|x>, so it is and", 24, "at <!date^1^{time}|x>,…"),
        ("*strong words* end", 12, "strong…"),
    ],
)
def test_a_cut_is_on_a_word_and_never_inside_an_entity_or_a_token(text: str, limit: int, shown: str) -> None:
    assert cut(text, limit) == shown


@pytest.mark.parametrize(
    ("text", "limit", "shown"),
    [
        ("😀😀😀", 5, "😀😀…"),
        ("😀😀😀", 4, "😀…"),
        ("a👩‍👧b👩‍👧", 9, "a👩‍👧b…"),
        ("ae\u0301e\u0301", 4, "ae\u0301…"),
        ("👍🏽👍🏽", 6, "👍🏽…"),
        ("<!here> & so on", 10, "<!here> &…"),
    ],
)
def test_a_cut_never_takes_a_character_apart(text: str, limit: int, shown: str) -> None:
    assert cut_plain(text, limit) == shown


@given(
    st.lists(ANY_TEXT | st.sampled_from([When(NOON), Strong("s & s"), Link("l", "https://a.example")])),
    st.integers(1, 80),
)
def test_every_cut_holds_its_limit_and_leaves_whole_what_it_keeps(parts: list[object], limit: int) -> None:
    whole = mrkdwn(tuple(parts))  # type: ignore[arg-type]  # what the strategies make
    made = cut(whole, limit)
    assert units(made) <= limit
    assert loose_characters(made) == []
    assert set(mrkdwn_tokens(made, verbatim=True)) <= set(mrkdwn_tokens(whole, verbatim=True))
    assert not re.search(r"&(?!(amp|lt|gt);)", made)


@given(ANY_TEXT, st.integers(1, 40))
def test_a_plain_cut_holds_its_limit_too(text: str, limit: int) -> None:
    made = cut_plain(clean(text), limit)
    assert units(made) <= limit
    made.encode()
