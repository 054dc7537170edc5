"""A ledger in which all is as it should be, for tests to spoil."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from tests.fakes.discord.ledger import Call, Json, Ledger, Message
from tests.fakes.discord.places import ANNOUNCEMENTS, OTHER_TEXT, TEXT
from tests.program.timeline import COURSE, Timeline

STORY = "incident0000"
NAME = "Trouble 00"
BEGAN = datetime(2026, 5, 4, 12, tzinfo=UTC)


def told_to_its_end() -> Timeline:
    """Return a timeline of one incident that is over."""
    timeline = Timeline(1, incidents=1)
    for _ in timeline.moments():
        pass
    return timeline


def message(identity: str, channel: str, *steps: int, title: str = NAME) -> Message:
    """Return a message that tells *steps*, with a nonce of its own."""
    embeds = [embed(*steps, title=title)]
    return Message(identity, channel, "bot", "", embeds, [], BEGAN, nonce=f"nonce-{identity}")


def embed(*steps: int, title: str = NAME) -> dict[str, Any]:
    """Return an embed that tells *steps*."""
    end = " Resolved" if len(COURSE) - 1 in steps else ""
    told = " ".join(f"Step {step} of {STORY}." for step in steps) + end
    return {"title": title, "description": told}


def end(identity: str, channel: str) -> Message:
    """Return the short loud word that it is over: it quotes no update."""
    made = message(identity, channel)
    made.content, made.embeds = f"🟢 Resolved after 3 min: {NAME}", []
    return made


def card(identity: str, channel: str, *steps: int) -> Message:
    """Return a card that was sent with the first update, and edited since."""
    made = message(identity, channel, *steps)
    made.edits.append(("", [embed(0)]))
    return made


def as_it_should_be() -> Ledger:
    """Return a ledger in which every channel was told everything once."""
    threaded = card("2", ANNOUNCEMENTS, 0, 3)
    threaded.thread = threaded.id
    history = [message(f"3{step}", threaded.id, step) for step in (1, 2, 3)]
    posts = [card("40", OTHER_TEXT, 0, 3), *(message(f"4{step}", OTHER_TEXT, step) for step in (1, 2, 3))]
    echo = message("5", ANNOUNCEMENTS, 3)
    return Ledger([card("1", TEXT, 0, 1, 2, 3), end("11", TEXT), threaded, *history, echo, *posts])


def found_in(ledger: Ledger, identity: str) -> Message:
    """Return the message of that id."""
    return next(one for one in ledger.all_messages if one.id == identity)


def tried(
    ledger: Ledger, identity: str, after: float, *, status: int | None = 200, body: Json | None = None
) -> None:
    """Note an accepted try of a message, so many seconds after all began."""
    found = found_in(ledger, identity)
    path, asked = f"/channels/{found.channel}/messages", {"nonce": found.nonce, **(body or {})}
    ledger.calls.append(call("POST", path, after, status, asked))


def call(method: str, path: str, after: float, status: int | None = 200, body: Json | None = None) -> Call:
    """Return an accepted call, so many seconds after all began."""
    at = BEGAN + timedelta(seconds=after)
    return Call(at, method, path, f"{method} {path}", "token", {}, body, None, status, accepted=True)
