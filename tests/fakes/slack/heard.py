"""What came back for one thing that somebody did, as they read it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tests.fakes.slack.ledger import Json
from tests.fakes.slack.standin import SlackStandIn


@dataclass(frozen=True, slots=True)
class Ack:
    """How a request was acknowledged: its HTTP *status*, and the JSON of its *body* (None: empty)."""

    status: int
    body: Json | None


@dataclass(slots=True)
class Heard:
    """What came back for one thing somebody did: at once in *ack*, later at *response_url*."""

    ack: Ack
    response_url: str
    slack: SlackStandIn

    @property
    def later(self) -> list[Json]:
        """What was sent to the response_url and taken, oldest first."""
        taken = [one for one in self.slack.ledger.responses if one.url == self.response_url]
        assert all(one.status == 200 for one in taken), [one.answer for one in taken]
        return [one.body for one in taken]

    @property
    def bodies(self) -> list[Json]:
        """Every message that came back, the acknowledgement first; nothing of what only deletes."""
        first = [self.ack.body] if self.ack.body and "text" in self.ack.body else []
        return [*first, *(one for one in self.later if "text" in one)]

    @property
    def body(self) -> Json:
        """The one message that came back; there must be one, and it must be what Slack takes."""
        (body,) = self.bodies
        assert self.slack.block_problems(body["blocks"]) == []
        return body

    @property
    def words(self) -> str:
        """What the one message says, as people read it."""
        return shown(self.body["blocks"])

    @property
    def is_private(self) -> bool:
        """Whether only the person who asked sees it."""
        return all(one.get("response_type") == "ephemeral" for one in self.bodies)

    @property
    def actions(self) -> list[str]:
        """The actions of the buttons in the one message."""
        return [one["action_id"] for one in buttons_of(self.body["blocks"])]


def shown(blocks: Any) -> str:
    """Return the words in *blocks*, a line for each part; people and places as their ids."""
    if isinstance(blocks, list):
        return "\n".join(filter(None, map(shown, blocks)))
    for key in ("elements", "fields"):
        if isinstance(blocks.get(key), list):
            glue = "" if blocks.get("type") in {"rich_text_section", "rich_text_quote"} else "\n"
            return glue.join(map(shown, blocks[key]))
    parts = [blocks.get(key) for key in ("text", "label", "element", "accessory")]
    words = [shown(one) if isinstance(one, dict) else one for one in parts if one]
    ids = [blocks.get(key) for key in ("user_id", "channel_id", "usergroup_id", "range", "fallback")]
    return "\n".join(filter(None, [*words, *ids]))


def buttons_of(blocks: Sequence[Mapping[str, Any]]) -> list[Json]:
    """Return the buttons in *blocks*, in order."""
    parts = [part for block in blocks for part in (*block.get("elements", ()), block.get("accessory"))]
    return [dict(part) for part in parts if isinstance(part, Mapping) and part.get("type") == "button"]
