"""Messages without markup: their digest and their plain text."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.message import (
    EMOJI,
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
    WhenStyle,
    digest,
    plain,
    plain_lines,
)

NOON = datetime(2026, 5, 4, 12, 5, tzinfo=UTC)
FULL = Message(
    Tone.RED,
    "Title",
    (
        Line((Strong("Word"), " · since ", When(NOON))),
        Quote(("Label",), "One.\nTwo."),
        Listing((("a",), ("b",)), heading="Heading"),
    ),
    Link("Open", "https://status.example.com"),
    ("Footer",),
    (Button("settings", "Settings"),),
)

OTHERS = [
    replace(FULL, tone=Tone.GREEN),
    replace(FULL, title="title"),
    replace(
        FULL, blocks=(Line((Named(NamedKind.PERSON, "Word"), " · since ", When(NOON))), *FULL.blocks[1:])
    ),
    replace(FULL, blocks=(Line((Named(NamedKind.GROUP, "Word"), " · since ", When(NOON))), *FULL.blocks[1:])),
    replace(FULL, blocks=FULL.blocks[::-1]),
    replace(FULL, blocks=FULL.blocks[:2]),
    replace(FULL, blocks=(Line((Strong("Word"), " · since ", When(NOON, WhenStyle.DAY))), *FULL.blocks[1:])),
    replace(FULL, blocks=(Line(("Word", " · since ", When(NOON))), *FULL.blocks[1:])),
    replace(FULL, blocks=(Line((Strong("Word · since "), When(NOON))), *FULL.blocks[1:])),
    replace(FULL, blocks=(FULL.blocks[0], Quote(("Label",), "One. Two."), FULL.blocks[2])),
    replace(FULL, blocks=(FULL.blocks[0], Quote(("Label",), "One.\nTwo. "), FULL.blocks[2])),
    replace(FULL, blocks=(*FULL.blocks[:2], Listing((("a",), ("b",))))),
    replace(FULL, blocks=(*FULL.blocks[:2], Listing((("a", "b"),), heading="Heading"))),
    replace(FULL, link=None),
    replace(FULL, link=Link("Open", "https://status.example.com/other")),
    replace(FULL, footer=()),
    replace(FULL, footer=("Footer", "")),
    replace(FULL, buttons=()),
    replace(FULL, buttons=(Button("settings", "Settings", "a"),)),
]


def test_a_digest_differs_when_anything_shown_differs() -> None:
    digests = {digest(one) for one in (FULL, *OTHERS)}
    assert len(digests) == 1 + len(OTHERS)


def test_a_digest_is_that_of_the_words_not_of_the_object() -> None:
    assert digest(replace(FULL)) == digest(FULL)
    assert len(digest(FULL)) == 32
    assert int(digest(FULL), 16) >= 0


@given(st.text(st.characters()), st.text(st.characters()))
def test_two_titles_have_one_digest_only_if_they_are_one(one: str, other: str) -> None:
    same = digest(replace(FULL, title=one)) == digest(replace(FULL, title=other))
    assert same is (one == other)


def test_a_message_in_plain_lines() -> None:
    assert plain_lines(FULL) == [
        "🔴 Title",
        "Word · since 4 May 2026 12:05 UTC",
        "Label",
        "> One.",
        "> Two.",
        "Heading",
        "  a",
        "  b",
        "Open: https://status.example.com",
        "Footer",
    ]


def test_what_a_message_lacks_has_no_line() -> None:
    assert plain_lines(Message(Tone.GREY, "Title", (Listing((("a",),)),))) == ["⚪ Title", "  a"]


def test_every_mood_has_an_emoji_of_its_own() -> None:
    assert set(EMOJI) == set(Tone)
    assert len(set(EMOJI.values())) == len(EMOJI)


@pytest.mark.parametrize(
    ("style", "shown"),
    [
        (WhenStyle.MOMENT, "4 May 2026 12:05 UTC"),
        (WhenStyle.CLOCK, "12:05 UTC"),
        (WhenStyle.DAY, "4 May 2026"),
    ],
)
def test_a_moment_is_shown_in_utc_where_no_zone_is_known(style: WhenStyle, shown: str) -> None:
    elsewhere = NOON.astimezone(timezone(timedelta(hours=14)))
    assert When(elsewhere, style).in_utc() == shown


def test_a_run_of_words_is_put_together_without_anything_between() -> None:
    text = ("a", Strong("b"), When(NOON, WhenStyle.CLOCK), Link("here", "https://example.com"))
    assert plain(text) == "ab12:05 UTChere https://example.com"
    assert plain((Named(NamedKind.PERSON, "U0ALICE"), " did it")) == "U0ALICE did it"
