"""Parts of the payloads that Discord makes of what people do.

https://docs.discord.com/developers/interactions/receiving-and-responding#interaction-object
"""

from __future__ import annotations

from collections.abc import Mapping

from tests.fakes.discord.component_rules import walk
from tests.fakes.discord.ledger import Json
from tests.fakes.discord.places import Place
from tests.fakes.discord.shapes import channel_json

SUBCOMMAND = 1
BUTTON = 2
SPOKEN = (2, 13)
"""Voice and stage channels."""


def command_data(name: str, given: list[Json]) -> Json:
    """Return the data of a command, or of one below it."""
    first, _, child = name.partition(" ")
    options = [{"name": child, "type": SUBCOMMAND, "options": given}] if child else given
    return {"id": "600000000000000001", "name": first, "type": 1, "options": options}


def with_pressed(message: Json, data: Json) -> Json:
    """Return *message* with what was pressed in it: Discord lets nobody press what is not there."""
    wanted = data["custom_id"]
    known = [one.get("custom_id") for one in walk(message["components"])]
    if "component_type" not in data or wanted in known:
        return message
    kind = data["component_type"]
    made = {"type": kind, "id": 99, "custom_id": wanted, "style": 2, "label": "x"}
    if kind != BUTTON:
        made = {"type": kind, "id": 99, "custom_id": wanted, "options": [], "min_values": 0, "max_values": 25}
    return message | {"components": [*message["components"], {"type": 1, "id": 98, "components": [made]}]}


def channel_data(place: Place | None, channel: str) -> Json:
    """Return the channel of an interaction; outside of every *place* it is one of direct messages."""
    if place is not None:
        spoken = {"bitrate": 64000, "user_limit": 0} if place.type in SPOKEN else {}
        return channel_json(place) | spoken
    return {"id": channel, "type": 1, "flags": 0, "last_message_id": None, "recipients": []}


def filled_in(entry: Json, filled: Mapping[str, str], number: int) -> Json:
    """Return the field *entry* of a form as it comes back."""
    name = entry["custom_id"]
    return {"type": 4, "id": number, "custom_id": name, "value": filled.get(name, entry.get("value") or "")}
