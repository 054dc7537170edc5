"""The pieces of a card: its footer, its timeline, its lines, its buttons."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.domain.card import EXCERPT_CHARS, QUOTE_CHARS, card
from bot.domain.message import Button, plain_lines
from bot.domain.record import Record, Tier
from tests.domain.builders import PAGE_URL, at, change, update
from tests.mirror.stage import opened

LINK = "Open on status.example.com: https://status.example.com/incidents/a"
OPEN = opened(update(0)).record


def lines(record: Record) -> list[str]:
    """Return a card that alone tells every update."""
    return plain_lines(card(record, PAGE_URL, [one.id for one in record.incident.updates]))


@pytest.mark.parametrize(
    ("seen", "told"),
    [
        (41 / 60, " · seen 41 s after publication"),
        (64, " · seen 1 h 4 min after publication"),
        (361, ""),
        (-1, ""),
    ],
)
def test_the_footer_says_how_late_we_saw_it_where_that_tells_anything(seen: float, told: str) -> None:
    """Not of an update that was back-dated, nor where the clocks disagree."""
    assert lines(opened(update(0), seen=seen).record)[-1] == f"Source: status.example.com{told}"


@pytest.mark.parametrize(
    ("count", "last"),
    [
        (6, "  4 May 2026 12:00 UTC Investigating Words of 0."),
        (7, "  +1 earlier on the status page"),
        (30, "  +24 earlier on the status page"),
    ],
)
def test_a_timeline_has_five_lines_and_counts_the_rest(count: int, last: str) -> None:
    record = opened(*(update(number) for number in range(count)), seen=count).record
    shown = lines(record)
    earlier = shown[shown.index("Earlier") + 1 : shown.index(LINK)]
    assert earlier[0] == f"  4 May 2026 12:{count - 2:02} UTC Investigating Words of {count - 2}."
    assert (len(earlier), earlier[-1]) == (5 + (count > 6), last)


def test_a_timeline_has_only_what_no_other_post_tells() -> None:
    record = opened(*(update(number) for number in range(4)), seen=4).record
    assert [line for line in plain_lines(card(record, PAGE_URL, ["u0"])) if "Words" in line] == [
        "> Words of 3.",
        "  4 May 2026 12:00 UTC Investigating Words of 0.",
    ]


def test_long_words_are_cut_on_a_word() -> None:
    body = "seven77 " * 400
    record = opened(update(0, body=body), update(1, body=body), seen=1).record
    shown = lines(record)
    quoted = next(line for line in shown if line.startswith("> ")).removeprefix("> ")
    excerpt = shown[shown.index("Earlier") + 1].partition("Investigating ")[2]
    for text, limit in ((quoted, QUOTE_CHARS), (excerpt, EXCERPT_CHARS)):
        assert limit - 8 <= len(text) <= limit
        assert text.endswith("seven77…")


def test_an_update_without_a_word_is_said_to_have_none() -> None:
    silent = replace(update(0), body="")
    assert "> (no text)" in lines(opened(silent).record)


def test_what_an_incident_does_not_name_is_a_line_while_it_lasts() -> None:
    stage = opened(update(0, "investigating", change("chat")))
    named = stage.record.affected[0]
    api = replace(named, id="api", name="API")
    stage.record = replace(stage.record, also=(api, replace(api, name="Code", present="operational")))
    shown = lines(stage.record)
    assert "  🟠 API: Partial outage" in shown
    assert "  🟢 Code: Operational (was partial outage)" in shown
    stage.tell(9, update(9, "resolved"))
    over = lines(stage.record)
    assert "  🟠 API: still marked partial outage on the page" in over
    assert not any("Code" in line for line in over)


@pytest.mark.parametrize(
    ("record", "followed", "actions"),
    [
        (OPEN, True, ["mute_incident", "settings"]),
        (opened(update(0, "resolved")).record, True, ["settings"]),
        (replace(OPEN, tier=Tier.TEST), True, ["settings"]),
        (OPEN, False, []),
    ],
)
def test_a_card_can_be_muted_while_it_is_open(record: Record, *, followed: bool, actions: list[str]) -> None:
    buttons = card(record, PAGE_URL, (), followed=followed).buttons
    assert [button.action for button in buttons] == actions


def test_the_button_that_mutes_an_incident_knows_which() -> None:
    assert Button("mute_incident", "Mute this incident", "a") in card(OPEN, PAGE_URL, ()).buttons


def test_the_length_of_an_incident_runs_to_its_last_end() -> None:
    """From its first word, and a post-mortem makes it no longer."""
    stage = opened(update(0))
    stage.tell(60, update(60, "resolved"))
    stage.tell(90, update(90))
    stage.tell(120, update(120, "resolved"))
    stage.tell(900, update(900, "postmortem"))
    assert lines(stage.record)[1].startswith("Resolved after 2 h · ")
    assert stage.record.closed_at == at(0) + timedelta(hours=2)
