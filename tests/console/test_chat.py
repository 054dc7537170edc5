"""What the console prints, and how it fails."""

from __future__ import annotations

import errno
from dataclasses import replace
from datetime import UTC
from pathlib import Path

import pytest

from adapters.console import Console, Ledger, Terminal
from bot.domain.delivery import Post, PostKind, Reference, Scope, Verdict
from bot.domain.message import Line, Link, Listing, Message, Quote, Tone
from bot.domain.record import MarkKind
from bot.domain.subscription import Channel
from bot.ports import Refused
from tests.console.screen import Screen
from tests.fakes.clock import SetClock

HERE = Channel("console", "local", "terminal")
FULL = OSError(errno.ENOSPC, "no space")
FIRST_QUOTE = Quote(("Investigating · 12:00",), "We are looking into it.")
NEXT_QUOTE = Quote(("Identified · 12:10",), "A fix is on its way.")
CARD = Post(
    "card",
    PostKind.CARD,
    Message(
        Tone.RED,
        "Raised error rates",
        (Line(("Investigating",)), Listing((("Chat: down",), ("API: down",))), FIRST_QUOTE),
        Link("Open", "https://status.example.com"),
        ("Seen at once",),
    ),
    loud=(MarkKind.START,),
)
NEXT_CARD = replace(
    CARD,
    message=replace(
        CARD.message,
        tone=Tone.AMBER,
        blocks=(Line(("Identified",)), Listing((("Chat: up",), ("API: down",))), NEXT_QUOTE),
    ),
    loud=(),
)
REPLY = Post("u2", PostKind.REPLY, Message(Tone.AMBER, "Identified: Raised error rates", (NEXT_QUOTE,)))


def console(screen: Screen, ledger: Ledger | None = None) -> Console:
    return Console(Terminal(screen, {}, zone=UTC, columns=lambda: 80), SetClock(), ledger)


async def test_a_loud_card_says_so_and_whom_it_would_call() -> None:
    screen = Screen()
    await console(screen).send(HERE, replace(CARD, mention="oncall"), "n1", None)
    assert screen.getvalue().startswith("🔴 Raised error rates  🔔 start, calling oncall\n   Investigating\n")


async def test_a_silent_card_has_no_bell() -> None:
    screen = Screen()
    await console(screen).send(HERE, replace(CARD, loud=()), "n1", None)
    assert "🔔" not in screen.getvalue()


async def test_a_reply_is_indented_and_named_by_its_incident() -> None:
    screen = Screen()
    chat = console(screen)
    card = await chat.send(HERE, CARD, "n1", None)
    await chat.send(HERE, REPLY, "n2", card)
    await chat.send(HERE, replace(REPLY, message=Message(Tone.GREEN, "Over")), "n3", card)
    assert screen.messages[1].splitlines()[0] == "  ↳ 🟠 Identified: Raised error rates"
    assert screen.messages[2].splitlines() == ["  ↳ Raised error rates", "    🟢 Over"]


async def test_an_edit_prints_the_headline_and_only_what_readers_have_not_seen() -> None:
    """The unchanged component, the link and what the reply has just said are not repeated."""
    screen = Screen()
    chat = console(screen)
    card = await chat.send(HERE, CARD, "n1", None)
    await chat.send(HERE, REPLY, "n2", card)
    await chat.edit(HERE, card, NEXT_CARD)
    assert screen.messages[2].splitlines() == [
        "🟠 Raised error rates  (edited)",
        "   Identified",
        "   Chat: up",
    ]


async def test_an_edit_repeats_what_became_true_again() -> None:
    screen = Screen()
    chat = console(screen)
    card = await chat.send(HERE, CARD, "n1", None)
    for again in (NEXT_CARD, CARD, NEXT_CARD):
        await chat.edit(HERE, card, again)
    assert "   Chat: down" in screen.messages[2].splitlines()
    assert screen.messages[3] == screen.messages[1]


async def test_an_edit_prints_a_footer_that_changed() -> None:
    screen = Screen()
    chat = console(screen)
    card = await chat.send(HERE, CARD, "n1", None)
    await chat.edit(
        HERE, card, replace(CARD, message=replace(CARD.message, footer=("No longer followed here.",)))
    )
    assert screen.messages[1].splitlines()[1:] == ["   No longer followed here."]


async def test_an_edit_that_takes_words_away_prints_the_headline() -> None:
    screen = Screen()
    chat = console(screen)
    card = await chat.send(HERE, CARD, "n1", None)
    await chat.edit(HERE, card, replace(CARD, message=replace(CARD.message, blocks=(FIRST_QUOTE,))))
    assert screen.messages[1] == "🔴 Raised error rates  (edited)"


async def test_a_renamed_incident_is_introduced_by_its_former_name() -> None:
    screen = Screen()
    chat = console(screen)
    card = await chat.send(HERE, CARD, "n1", None)
    await chat.edit(HERE, card, replace(CARD, message=replace(CARD.message, title="Errors in chat")))
    assert screen.messages[1].splitlines() == ["Raised error rates", "🔴 Errors in chat  (edited)"]


async def test_an_edited_reply_stays_indented() -> None:
    screen = Screen()
    chat = console(screen)
    card = await chat.send(HERE, CARD, "n1", None)
    reply = await chat.send(HERE, REPLY, "n2", card)
    await chat.edit(
        HERE, reply, replace(REPLY, message=replace(REPLY.message, blocks=(Line(("Corrected.",)),)))
    )
    assert screen.messages[2].splitlines() == [
        "  ↳ 🟠 Identified: Raised error rates  (edited)",
        "       Corrected.",
    ]


async def test_a_known_nonce_and_known_words_print_nothing() -> None:
    screen = Screen()
    chat = console(screen)
    first = await chat.send(HERE, CARD, "n1", None)
    printed = screen.getvalue()
    assert await chat.send(HERE, NEXT_CARD, "n1", None) == first
    await chat.edit(HERE, first, CARD)
    assert screen.getvalue() == printed


async def test_a_message_of_another_run_must_be_sent_anew() -> None:
    """The new terminal then shows the card again, and replies find it."""
    chat = console(Screen())
    for call in (
        chat.edit(HERE, Reference("n1", "n1"), CARD),
        chat.send(HERE, REPLY, "n2", Reference("n1", "n1")),
    ):
        with pytest.raises(Refused) as caught:
            await call
        refusal = caught.value
        assert (refusal.verdict, refusal.scope, refusal.code) == (
            Verdict.RESEND,
            Scope.POST,
            "message_not_found",
        )


@pytest.mark.parametrize(
    ("failure", "code"),
    [
        (FULL, "ENOSPC"),
        (BrokenPipeError(errno.EPIPE, "broken"), "EPIPE"),
        (ValueError("I/O operation on closed file"), "ValueError"),
    ],
)
@pytest.mark.parametrize("moment", ["write_failure", "flush_failure"])
async def test_a_terminal_that_cannot_be_written_is_tried_again_and_then_printed_once(
    failure: Exception, code: str, moment: str
) -> None:
    screen = Screen()
    chat = console(screen)
    setattr(screen, moment, failure)
    with pytest.raises(Refused):
        await chat.send(HERE, CARD, "n1", None)
    with pytest.raises(Refused) as caught:
        await chat.send(HERE, CARD, "n1", None)
    refusal = caught.value
    assert (refusal.verdict, refusal.scope, refusal.code) == (Verdict.RETRY, Scope.PLATFORM, code)
    assert "terminal cannot be written" in refusal.reason
    assert refusal.cure
    setattr(screen, moment, None)
    card = await chat.send(HERE, CARD, "n1", None)
    assert card == Reference("n1", "n1")
    assert len(screen.messages) == 1


async def test_a_closed_terminal_is_refused() -> None:
    screen = Screen()
    chat = console(screen)
    screen.close()
    with pytest.raises(Refused, match="closed file"):
        await chat.send(HERE, CARD, "n1", None)


async def test_a_ledger_that_cannot_be_written_is_tried_again_without_printing_twice(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path / "ledger.jsonl")
    screen = Screen()
    chat = console(screen, ledger)
    card = await chat.send(HERE, CARD, "n1", None)
    ledger.close()
    for _ in range(2):
        with pytest.raises(Refused, match="ledger"):
            await chat.edit(HERE, card, NEXT_CARD)
    assert len(screen.messages) == 2
    assert len(ledger.entries) == 1


async def test_a_console_started_anew_goes_on_where_the_ledger_ends(tmp_path: Path) -> None:
    path = tmp_path / "ledger.jsonl"
    before = Ledger(path)
    card = await console(Screen(), before).send(HERE, CARD, "n1", None)
    before.close()
    after = Ledger(path)
    screen = Screen()
    chat = console(screen, after)
    assert await chat.send(HERE, CARD, "n1", None) == card
    assert screen.getvalue() == ""
    await chat.edit(HERE, card, NEXT_CARD)
    assert "Chat: up" in screen.getvalue()
    assert "API: down" not in screen.getvalue()
    await chat.send(HERE, REPLY, "n2", card)
    assert [entry.thread for entry in after.entries] == ["n1", "n1", "n1"]
    after.close()
