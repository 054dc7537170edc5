"""What Discord held at the end of a campaign, for whoever asks why."""

from __future__ import annotations

import json
from pathlib import Path

from tests.chaos.telling import is_try_of, words
from tests.fakes.discord.ledger import Json, Ledger, Message


def write(ledger: Ledger, file: Path) -> None:
    """Write every message to *file*, a JSON object a line, in the order they were made."""
    lines = (json.dumps(_told(ledger, one), ensure_ascii=False) for one in ledger.all_messages)
    file.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")


def _told(ledger: Ledger, message: Message) -> Json:
    """Return *message* with each accepted try of it; the status is null where its answer was lost."""
    tries = [
        {"at": call.at.isoformat(), "status": call.status}
        for call in ledger.calls
        if call.method == "POST" and call.accepted and is_try_of(message, call.body)
    ]
    return {
        "channel": message.channel,
        "id": message.id,
        "nonce": message.nonce,
        "thread": message.thread,
        "made_at": message.made_at.isoformat(),
        "edited_at": message.edited_at.isoformat() if message.edited_at else None,
        "tries": tries,
        "words": words(message.content, message.embeds),
        "edits": [words(*edit) for edit in message.edits],
    }
