"""Ways in: how what people do reaches the bot."""

from __future__ import annotations

import json

from tests.fakes.slack.heard import Ack
from tests.fakes.slack.http_sender import HttpSender
from tests.fakes.slack.ledger import Json
from tests.fakes.slack.people import Way


def signed_way(sender: HttpSender) -> Way:
    """Return the way over signed requests."""

    async def way(kind: str, payload: Json) -> Ack:
        match kind:
            case "slash_commands":
                answered = await sender.command(payload)
            case "events_api":
                answered = await sender.event(payload)
            case _:
                answered = await sender.interactive(payload)
        return Ack(answered.status, json.loads(answered.body) if answered.body else None)

    return way
