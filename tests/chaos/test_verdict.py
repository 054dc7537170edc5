"""The judge sees what is planted: each of these would pass unseen if it looked away."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

import pytest

from tests.chaos.verdict import violations
from tests.fakes.discord.ledger import Ledger, Message
from tests.fakes.discord.places import ANNOUNCEMENTS, OTHER_TEXT, TEXT
from tests.program.timeline import COURSE, Timeline

STORY = "incident0000"


def told_to_its_end() -> Timeline:
    """Return a timeline of one incident that is over."""
    timeline = Timeline(1, incidents=1)
    for _ in timeline.moments():
        pass
    return timeline


def message(identity: str, channel: str, *steps: int) -> Message:
    """Return a message that tells *steps*."""
    return Message(identity, channel, "bot", "", [_embed(*steps)], [], datetime.now(UTC))


def _embed(*steps: int) -> dict[str, Any]:
    end = " Resolved" if len(COURSE) - 1 in steps else ""
    return {"description": " ".join(f"Step {step} of {STORY}." for step in steps) + end}


def as_it_should_be() -> Ledger:
    """Return a ledger in which every channel was told everything once."""
    card = message("2", ANNOUNCEMENTS, 0, 3)
    card.thread = card.id
    history = [message(f"3{step}", card.id, step) for step in (1, 2, 3)]
    posts = [message("40", OTHER_TEXT, 0, 3), *(message(f"4{step}", OTHER_TEXT, step) for step in (1, 2, 3))]
    echo = message("5", ANNOUNCEMENTS, 3)
    return Ledger([message("1", TEXT, 0, 1, 2, 3), card, *history, echo, *posts])


def test_what_was_told_once_and_in_order_is_well() -> None:
    assert violations(as_it_should_be(), told_to_its_end()).count == 0


def gone(identity: str) -> Callable[[Ledger], None]:
    """Return what takes a message away."""

    def plant(ledger: Ledger) -> None:
        ledger.all_messages[:] = [one for one in ledger.all_messages if one.id != identity]

    return plant


def again(identity: str) -> Callable[[Ledger], None]:
    """Return what repeats a message at the end."""

    def plant(ledger: Ledger) -> None:
        (found,) = (one for one in ledger.all_messages if one.id == identity)
        copied = message(f"{identity}-again", found.channel)
        copied.embeds = found.embeds
        ledger.all_messages.append(copied)

    return plant


def stale(ledger: Ledger) -> None:
    """Let the card stay at what it said first."""
    ledger.all_messages[0].embeds = [_embed(0)]


def swapped(ledger: Ledger) -> None:
    """Let two posts change places."""
    ledger.all_messages[-1], ledger.all_messages[-2] = ledger.all_messages[-2], ledger.all_messages[-1]


@pytest.mark.parametrize(
    ("plant", "kinds"),
    [
        (gone("1"), {"lost"}),
        (gone("31"), {"lost"}),
        (gone("42"), {"lost"}),
        (again("1"), {"doubled"}),
        (again("32"), {"doubled"}),
        (again("43"), {"doubled"}),
        (again("2"), {"doubled"}),
        (again("5"), {"doubled"}),
        (stale, {"lost", "false"}),
        (swapped, {"disordered"}),
    ],
)
def test_what_is_planted_is_found(plant: Callable[[Ledger], None], kinds: set[str]) -> None:
    ledger = as_it_should_be()
    plant(ledger)
    found = asdict(violations(ledger, told_to_its_end()))
    assert {kind for kind, lines in found.items() if lines} == kinds
