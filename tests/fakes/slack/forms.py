"""Forms as people fill them in: what they leave as it was, and what they change."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tests.fakes.slack.ledger import Json


def filled_in(view: Mapping[str, Any], filled: Mapping[str, Any]) -> Json:
    """Return the state of a form: what it was opened with, but for what is *filled* in by block_id.

    A list ticks boxes or chooses several, a string chooses one, types or sets a time, None empties.
    """
    inputs = {block["block_id"]: block["element"] for block in view["blocks"] if block["type"] == "input"}
    missing = set(filled) - set(inputs)
    assert not missing, f"the form has no {missing}"
    return {
        name: {element["action_id"]: _state(element, filled.get(name, ...))}
        for name, element in inputs.items()
    }


def _state(element: Mapping[str, Any], value: Any) -> Json:
    kind = element["type"]
    match kind:
        case "plain_text_input":
            return {"type": kind, "value": element.get("initial_value") if value is ... else value}
        case "timepicker":
            return {"type": kind, "selected_time": element.get("initial_time") if value is ... else value}
        case "multi_static_select" | "checkboxes":
            chosen = element.get("initial_options", []) if value is ... else [_option(one) for one in value]
            return {"type": kind, "selected_options": chosen}
        case _:
            first = element.get("initial_option")
            chosen = first if value is ... else None if value is None else _option(value)
            return {"type": kind, "selected_option": chosen}


def _option(value: str) -> Json:
    return {"text": {"type": "plain_text", "text": value, "emoji": True}, "value": value}
