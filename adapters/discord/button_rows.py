"""Buttons as raw action rows, and what a pressed one says.

https://docs.discord.com/developers/components/reference#button
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from adapters.discord.text import NOTHING, neutral, web
from bot.domain.message import Button, Link
from bot.domain.sendable import clean, units

Json = dict[str, Any]

LABEL_UNITS = 80
CUSTOM_ID_UNITS = 100
"""https://docs.discord.com/developers/components/reference#anatomy-of-a-component-custom-id"""

IN_A_ROW, MOST_ROWS = 5, 5
"""https://docs.discord.com/developers/components/reference#action-row"""

ROW, BUTTON = 1, 2
SECONDARY, LINK = 2, 5
"""https://docs.discord.com/developers/components/reference#button-button-styles"""

PREFIX = "cs1"
"""Tells our ids from others', and this form of them from later ones: they live as long as the messages."""


def action_rows(buttons: Sequence[Button], link: Link | None) -> list[Json]:
    """Return rows of *buttons*, and of *link* as the last one; what cannot be sent is left out.

    A button that cannot carry its value is left out: a shorter value would be another one. So is one
    that would do what another does already: an id names one component of a message.
    """
    most = IN_A_ROW * MOST_ROWS - bool(link)
    made = [*list(_acting(buttons))[:most], *_leading(link)]
    rows = (made[start : start + IN_A_ROW] for start in range(0, len(made), IN_A_ROW))
    return [{"type": ROW, "components": row} for row in rows]


def custom_id(action: str, value: str = "") -> str | None:
    """Return the id of a button that does *action* with *value*; None where that cannot be said."""
    identity = f"{PREFIX}:{action}:{value}"
    sendable = bool(action) and ":" not in action and clean(identity) == identity
    return identity if sendable and units(identity) <= CUSTOM_ID_UNITS else None


def parse_custom_id(identity: str) -> tuple[str, str] | None:
    """Return action and value of one of our ids, None for any other. Both may be old, or anything."""
    prefix, _, rest = identity.partition(":")
    action, separator, value = rest.partition(":")
    return (action, value) if prefix == PREFIX and action and separator else None


def _acting(buttons: Sequence[Button]) -> Iterator[Json]:
    taken: set[str] = set()
    for button in buttons:
        identity, label = custom_id(button.action, button.value), neutral(button.label, LABEL_UNITS)
        if identity and identity not in taken and label != NOTHING:
            taken.add(identity)
            yield {"type": BUTTON, "style": SECONDARY, "label": label, "custom_id": identity}


def _leading(link: Link | None) -> Iterator[Json]:
    if link and web(link.url):
        label = neutral(link.label or link.url, LABEL_UNITS)
        yield {"type": BUTTON, "style": LINK, "label": label, "url": link.url}
