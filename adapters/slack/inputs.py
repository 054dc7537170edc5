"""Inputs of a form: how they are built, and what was chosen in them and before.

https://docs.slack.dev/reference/block-kit/blocks/input-block
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from bot.domain.sendable import clean, cut_plain

Json = dict[str, Any]

Choice = tuple[str, str]
"""What is sent, and what is read."""

Chosen = Mapping[str, tuple[str, ...]]
"""What each input holds, by its name; nothing where it is empty."""

OPTION_UNITS, LABEL_UNITS, HINT_UNITS = 75, 2000, 2000
"""https://docs.slack.dev/reference/block-kit/composition-objects/option-object"""

MOST_OPTIONS = 100
"""In a list, and of lists in a menu: https://docs.slack.dev/reference/block-kit/block-elements/select-menu-element"""

TICKED: Choice = ("on", "on")


def plain(words: str, limit: int = OPTION_UNITS) -> Json:
    """Return *words* as a plain text object."""
    return {
        "type": "plain_text",
        "text": cut_plain(" ".join(clean(words).split()) or "-", limit),
        "emoji": False,
    }


def field(name: str, label: str, element: Json, hint: str = "", *, optional: bool = False) -> Json:
    """Return an input block; *name* is that of the block, of its element and of what an error is about."""
    hinted = {"hint": plain(hint, HINT_UNITS)} if hint else {}
    return {
        "type": "input",
        "block_id": name,
        "label": plain(label, LABEL_UNITS),
        "element": {**element, "action_id": name},
        "optional": optional,
        **hinted,
    }


def menu(choices: Sequence[Choice], chosen: str) -> Json:
    """Return a menu of one choice; *chosen* is among them."""
    options = [option(one) for one in choices]
    initial = next(one for one in options if one["value"] == chosen)
    return {"type": "static_select", "options": options, "initial_option": initial}


def several(choices: Sequence[Choice], chosen: Iterable[str], placeholder: str) -> Json:
    """Return a menu of many choices, in groups of a hundred where there are more."""
    options = [option(one) for one in choices]
    wanted = set(chosen)
    initial = [one for one in options if one["value"] in wanted]
    groups = [options[start : start + MOST_OPTIONS] for start in range(0, len(options), MOST_OPTIONS)]
    offered: Json = {"options": options}
    if len(groups) > 1:
        offered = {"option_groups": [_group(number, group) for number, group in enumerate(groups)]}
    element = {"type": "multi_static_select", "placeholder": plain(placeholder), **offered}
    return {**element, "initial_options": initial} if initial else element


def tick(words: str, *, ticked: bool) -> Json:
    """Return one box to tick."""
    box = option((TICKED[0], words))
    element = {"type": "checkboxes", "options": [box]}
    return {**element, "initial_options": [box]} if ticked else element


def option(choice: Choice) -> Json:
    """Return a choice as an option object."""
    return {"text": plain(choice[1]), "value": choice[0]}


def _group(number: int, options: list[Json]) -> Json:
    first = number * MOST_OPTIONS + 1
    return {"label": plain(f"{first} to {first + len(options) - 1}"), "options": options}


def offered_first(view: Mapping[str, Any]) -> Chosen:
    """Return what the inputs of *view* held when it was opened: Slack sends its blocks back with it."""
    elements = [_object(block.get("element")) for block in _objects(view.get("blocks"))]
    return {str(one.get("action_id")): _held(one, "initial_", value="initial_value") for one in elements}


def chosen_last(view: Mapping[str, Any]) -> Chosen:
    """Return what the inputs of *view* held when it was submitted.

    https://docs.slack.dev/reference/interaction-payloads/view-interactions-payload
    """
    values = _object(_object(view.get("state")).get("values"))
    states = [state for block in values.values() for state in _object(block).items()]
    return {str(name): _held(_object(state), "selected_", value="value") for name, state in states}


def _held(part: Mapping[str, Any], prefix: str, *, value: str) -> tuple[str, ...]:
    options = _objects(part.get(f"{prefix}options")) or [_object(part.get(f"{prefix}option"))]
    found = [*(one.get("value") for one in options), part.get(f"{prefix}time"), part.get(value)]
    return tuple(one for one in found if isinstance(one, str) and one)


def _object(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _objects(value: object) -> list[Mapping[str, Any]]:
    return [one for one in value if isinstance(one, Mapping)] if isinstance(value, list) else []
