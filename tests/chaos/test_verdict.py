"""The judge sees what is planted: each of these would pass unseen if it looked away."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, replace

import pytest

from tests.chaos.planted import NAME, as_it_should_be, embed, end, found_in, message, told_to_its_end, tried
from tests.chaos.verdict import violations
from tests.fakes.discord.ledger import Ledger, Message
from tests.fakes.discord.places import ANNOUNCEMENTS, FORBIDDEN, OTHER_TEXT, TEXT


def test_what_was_told_once_and_in_order_is_well() -> None:
    assert not any(asdict(violations(as_it_should_be(), told_to_its_end())).values())


Plant = Callable[[Ledger], None]


def gone(*identities: str) -> Plant:
    """Return what takes messages away."""

    def plant(ledger: Ledger) -> None:
        ledger.all_messages[:] = [one for one in ledger.all_messages if one.id not in identities]

    return plant


def again(identity: str) -> Plant:
    """Return what repeats a message at the end."""

    def plant(ledger: Ledger) -> None:
        (found,) = (one for one in ledger.all_messages if one.id == identity)
        ledger.all_messages.append(replace(found, id=f"{identity}-again", nonce="another"))

    return plant


def more(*messages: Message) -> Plant:
    """Return what adds messages at the end."""
    return lambda ledger: ledger.all_messages.extend(messages)


def stale(ledger: Ledger) -> None:
    """Let the card stay at what it said first."""
    ledger.all_messages[0].embeds = [embed(0)]


def swapped(ledger: Ledger) -> None:
    """Let two posts change places."""
    ledger.all_messages[-1], ledger.all_messages[-2] = ledger.all_messages[-2], ledger.all_messages[-1]


def bare(identity: str) -> Message:
    """Return a card of which only the headline is there."""
    made = message(identity, TEXT)
    made.content, made.embeds = f"🔴 {NAME}", []
    return made


def other(identity: str, title: str) -> Message:
    """Return a message with nothing but a title."""
    return message(identity, TEXT, title=title)


@pytest.mark.parametrize(
    ("plant", "kinds"),
    [
        (gone("1"), {"lost", "unexplained"}),
        (gone("31"), {"lost"}),
        (gone("42"), {"lost"}),
        (again("1"), {"doubled"}),
        (again("32"), {"doubled"}),
        (again("43"), {"doubled"}),
        (again("2"), {"doubled"}),
        (again("5"), {"doubled"}),
        (stale, {"lost", "false"}),
        (swapped, {"disordered"}),
        (more(end("12", TEXT), end("13", TEXT)), {"doubled"}),
        (gone("11"), {"lost"}),
        (gone("5"), {"lost"}),
        (more(bare("12"), bare("13")), {"unexplained"}),
        (more(*(message(f"6{step}", "orphan", step) for step in range(4))), {"unexplained"}),
        (more(end("44", OTHER_TEXT)), {"unexplained"}),
        (more(end("33", "2")), {"unexplained"}),
        (more(end("51", ANNOUNCEMENTS)), {"unexplained"}),
        (more(message("7", FORBIDDEN, 1)), {"unexplained"}),
        (more(other("8", "Still open: Trouble 00")), {"unexplained"}),
        (more(other("8", "The page could not be read")), {"unexplained"}),
        (more(other("8", "Trouble 01")), {"unexplained"}),
        (more(other("8", "Trouble 00 and Trouble 01")), {"unexplained"}),
    ],
)
def test_what_is_planted_is_found(plant: Plant, kinds: set[str]) -> None:
    ledger = as_it_should_be()
    plant(ledger)
    found = asdict(violations(ledger, told_to_its_end()))
    assert {kind for kind, lines in found.items() if lines} == kinds


def late(ledger: Ledger) -> None:
    """Let each card be sent only when all was over: then no end is told apart from it."""
    for identity in ("1", "2", "40"):
        found = found_in(ledger, identity)
        found.edits, found.embeds = [], [embed(0, 1, 2, 3)]
    gone("11", "31", "32", "33", "5", "41", "42", "43")(ledger)


def test_the_end_is_not_asked_for_where_the_card_told_it() -> None:
    ledger = as_it_should_be()
    late(ledger)
    assert not any(asdict(violations(ledger, told_to_its_end())).values())


def test_an_end_beside_a_card_that_told_it_is_found() -> None:
    ledger = as_it_should_be()
    late(ledger)
    ledger.all_messages.append(end("11", TEXT))
    assert violations(ledger, told_to_its_end()).unexplained


def test_the_end_is_not_asked_for_where_the_last_try_of_the_card_told_it() -> None:
    """Discord recognised that try and kept the older words; the bot took its own for told, and edited."""
    ledger = as_it_should_be()
    gone("11")(ledger)
    tried(ledger, "1", 0, status=None)
    tried(ledger, "1", 5, body={"embeds": [embed(0, 1, 2, 3)]})
    assert not any(asdict(violations(ledger, told_to_its_end())).values())
