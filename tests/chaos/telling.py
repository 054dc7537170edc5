"""What a message in Discord tells: of which incidents, which of their updates, and whether of their end."""

from __future__ import annotations

import json
import re

from tests.fakes.discord.ledger import Json, Ledger, Message
from tests.program.timeline import COURSE, Story

STEP = re.compile(r"Step (\d) of (incident\d{4})")
NAME = re.compile(r"Trouble (\d{2,4})\b")
LAST = len(COURSE) - 1
END = "Resolved"


def words(content: str, embeds: list[Json]) -> str:
    """Return all that people read."""
    return json.dumps([content, embeds], ensure_ascii=False)


def words_of(message: Message) -> str:
    """Return what *message* says now."""
    return words(message.content, message.embeds)


def incidents(message: Message) -> set[str]:
    """Return the incidents it names or quotes, or ever did: an edit takes nothing back that was read."""
    said = [words_of(message), *(words(*edit) for edit in message.edits)]
    named = {f"incident{int(number):04}" for one in said for number in NAME.findall(one)}
    return named | {identifier for one in said for _, identifier in STEP.findall(one)}


def steps(message: Message, story: Story) -> list[int]:
    """Return the updates of *story* that *message* quotes now, each once, in order."""
    found = STEP.findall(words_of(message))
    return sorted({int(step) for step, identifier in found if identifier == story.identifier})


def began_open(ledger: Ledger, card: Message) -> bool:
    """Return whether the bot's last word that made *card* did not tell the end yet.

    A repeated try is recognised and changes no word in Discord; the bot goes by what it said then, and
    edits. Only of a card that began open is the end told loudly: see `bot/domain/loud.py`.
    """
    first = card.edits[0] if card.edits else (card.content, card.embeds)
    tried = [
        (call.body.get("content") or "", call.body.get("embeds") or [])
        for call in ledger.calls
        if call.method == "POST" and call.accepted and is_try_of(card, call.body)
    ]
    return END not in words(*(tried or [first])[-1])


def is_try_of(message: Message, body: object) -> bool:
    """Return whether *body* asks for *message*, be it once more."""
    return isinstance(body, dict) and message.nonce is not None and body.get("nonce") == message.nonce
