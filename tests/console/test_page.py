"""How a message looks on a terminal."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.console.cells import width
from adapters.console.page import Look, page
from bot.domain.message import (
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
)
from tests.contracts.chat import HOSTILE, MESSAGES

AT = datetime(2026, 5, 4, 22, 58, tzinfo=UTC)
BERLIN = ZoneInfo("Europe/Berlin")
CARD = Message(
    Tone.RED,
    "Raised error rates in chat and in the API",
    (
        Line((Strong("Investigating"), " · major impact · since ", When(AT))),
        Listing((("🔴 Chat: Major outage",), ("🟠 API: Partial outage, as some say",))),
        Quote(
            (Strong("Investigating"), " · ", When(AT, WhenStyle.CLOCK)),
            "We are looking into\nit.\n\nMore soon.",
        ),
        Listing(((When(AT, WhenStyle.DAY), " Scheduled"),), heading="Earlier"),
    ),
    link=Link("Open", "https://status.example.com/incidents/1"),
    footer=("Source: status.example.com",),
    buttons=(Button("mute", "Mute this incident"),),
)


def test_a_card_is_wrapped_indented_and_in_the_readers_zone() -> None:
    assert page(CARD, Look(36, zone=BERLIN), mark="🔔 start").split("\n") == [
        "🔴 Raised error rates in chat and",
        "   in the API  🔔 start",
        "   Investigating · major impact ·",
        "   since 5 May 2026 00:58 CEST",
        "   🔴 Chat: Major outage",
        "   🟠 API: Partial outage, as",
        "      some say",
        "   Investigating · 00:58 CEST",
        "   │ We are looking into",
        "   │ it.",
        "   │",
        "   │ More soon.",
        "   Earlier",
        "     5 May 2026 Scheduled",
        "   Open:",
        "   https://status.example.com/incidents/1",
        "   Source: status.example.com",
        "",
        "",
    ]


def test_a_reply_is_indented_under_an_arrow_and_a_name() -> None:
    message = Message(Tone.AMBER, "Identified", (Quote(("Identified",), "A fix is on its way."),))
    assert page(message, Look(32), above="Raised error rates in chat and API", reply=True).split("\n") == [
        "  ↳ Raised error rates in chat",
        "    and API",
        "    🟠 Identified",
        "       Identified",
        "       │ A fix is on its way.",
        "",
        "",
    ]


def test_moments_are_told_in_utc_where_the_zone_cannot_tell_them() -> None:
    edges = (When(datetime.min.replace(tzinfo=UTC)), " ", When(datetime.max.replace(tzinfo=UTC)))
    shown = page(Message(Tone.GREY, "Edges", (Line(edges),)), Look(80, zone=ZoneInfo("Pacific/Honolulu")))
    assert "1 Jan 1 00:00 UTC" in shown or "1 Jan 0001 00:00 UTC" in shown


def test_a_moment_is_not_broken_over_two_lines() -> None:
    shown = page(
        Message(Tone.GREY, "T", (Line(("since the very beginning ", When(AT))),)), Look(30, zone=UTC)
    )
    assert "   4 May 2026 22:58 UTC\n" in shown
    assert "\u00a0" not in shown


def test_without_colour_there_is_no_escape() -> None:
    assert "\x1b" not in page(CARD, Look(40))


def test_colour_adds_nothing_but_style() -> None:
    coloured = page(CARD, Look(40, colour=True, zone=UTC), mark="🔔 start", above="Name", reply=True)
    assert re.sub(r"\x1b\[[0-9;]+m", "", coloured) == page(
        CARD, Look(40, zone=UTC), mark="🔔 start", above="Name", reply=True
    )
    assert "\x1b[1;31mRaised error rates" in coloured
    assert "\x1b[1mInvestigating\x1b[0m" in coloured
    for line in coloured.splitlines():
        assert line.count("\x1b[0m") * 2 == line.count("\x1b[")


@pytest.mark.parametrize(
    ("tone", "code"),
    [(Tone.RED, 31), (Tone.AMBER, 33), (Tone.GREEN, 32), (Tone.BLUE, 34), (Tone.GREY, 90)],
)
def test_a_title_has_the_colour_of_its_tone_and_an_emoji_as_well(tone: Tone, code: int) -> None:
    message = Message(tone, "Title")
    assert page(message, Look(40, colour=True)).startswith(
        f"{message.headline.split()[0]} \x1b[1;{code}mTitle"
    )


@pytest.mark.parametrize("name", MESSAGES)
@pytest.mark.parametrize("reply", [False, True])
def test_an_empty_line_ends_a_message_and_stands_nowhere_else(name: str, reply: bool) -> None:
    shown = page(MESSAGES[name], Look(30, zone=UTC), reply=reply)
    assert shown.endswith("\n\n")
    assert all(shown.removesuffix("\n\n").split("\n"))


def test_buttons_are_not_printed() -> None:
    assert "Mute" not in page(CARD, Look(80))


TEXTS = st.one_of(st.text(), st.just(HOSTILE))
BLOCKS = st.one_of(
    TEXTS.map(lambda text: Line((text, Strong(text), Link(text, text), Named(NamedKind.PERSON, text)))),
    TEXTS.map(lambda text: Quote((text,), text)),
    TEXTS.map(lambda text: Listing(((text,), (Strong(text),)), heading=text)),
)


@given(TEXTS, st.lists(BLOCKS, max_size=3), st.integers(30, 100), st.booleans())
def test_no_control_character_reaches_the_terminal(
    title: str, blocks: list[Line | Quote | Listing], columns: int, reply: bool
) -> None:
    message = Message(Tone.RED, title, tuple(blocks), Link(title, title), (title,))
    shown = page(message, Look(columns), mark=title, above=title, reply=reply)
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]", shown)
    assert all(width(line) <= columns or "://" in line for line in shown.split("\n"))
