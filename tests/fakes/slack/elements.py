"""The shapes of Block Kit's blocks, elements and objects, each with the page of Slack's reference."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tests.fakes.slack.rich_text import RICH_TEXT
from tests.fakes.slack.shapes import (
    DOCS,
    Check,
    Shape,
    any_text,
    choice,
    flag,
    many,
    number,
    of,
    plain,
    string,
    tagged,
    text_shapes,
    url,
)

LIMITED_TO_VIEWS = frozenset({"response_url_enabled", "dispatch_action", "focus_on_load"})
"""Keys that mean nothing outside a view."""

_ELEMENTS = f"{DOCS}/block-elements"
_OBJECTS = f"{DOCS}/composition-objects"


_CONFIRM = of(
    Shape(
        f"{_OBJECTS}/confirmation-dialog-object",
        {"title", "text", "confirm", "deny"},
        {
            "title": plain(100),
            "text": any_text(300),
            "confirm": plain(30),
            "deny": plain(30),
            "style": choice("primary", "danger"),
        },
    )
)


def _option(*, marked: bool = False, linked: bool = False) -> Check:
    """An option; *marked*: its text may be mrkdwn, *linked*: it may have an address."""
    text = any_text if marked else plain
    keys = {"text": text(75), "value": string(150), "description": text(75)}
    return of(
        Shape(f"{_OBJECTS}/option-object", {"text", "value"}, {**keys, "url": url()} if linked else keys)
    )


_GROUP = of(
    Shape(
        f"{_OBJECTS}/option-group-object",
        {"label", "options"},
        {"label": plain(75), "options": many(_option(), 1, 100)},
    )
)
_FILTER = of(
    Shape(
        f"{_OBJECTS}/conversation-filter-object",
        set(),
        {
            "include": many(choice("im", "mpim", "private", "public"), 1, 4),
            "exclude_external_shared_channels": flag,
            "exclude_bot_users": flag,
        },
    )
)


def _offered(element: Mapping[str, Any], pointer: str) -> list[str]:
    """What is chosen at first must be offered, and offers are one list or groups of lists."""
    if ("options" in element) == ("option_groups" in element):
        return [f"{pointer}: either options or option_groups"]
    groups = element.get("option_groups") or [element]
    offered = [option for group in groups for option in group["options"]]
    values = [option["value"] for option in offered]
    found = [f"{pointer}: value {one!r} twice" for one in sorted({v for v in values if values.count(v) > 1})]
    chosen = [*element.get("initial_options", ()), *filter(None, [element.get("initial_option")])]
    return found + [f"{pointer}: {one['value']!r} is not offered" for one in chosen if one not in offered]


_INTERACTIVE: dict[str, Check] = {"action_id": string(255), "confirm": _CONFIRM}
_FOCUSED: dict[str, Check] = {**_INTERACTIVE, "focus_on_load": flag}
_SELECT: dict[str, Check] = {**_FOCUSED, "placeholder": plain(150)}
_STATIC: dict[str, Check] = {
    **_SELECT,
    "options": many(_option(), 1, 100),
    "option_groups": many(_GROUP, 1, 100),
}
_SEVERAL = {"max_selected_items": number(1, 1000)}


def _select(page: str, **keys: Check) -> Shape:
    return Shape(f"{_ELEMENTS}/{page}", set(), {**_SELECT, **keys})


def _choices(page: str, **keys: Check) -> Shape:
    offered = {"options": many(_option(marked=True), 1, 10)}
    return Shape(f"{_ELEMENTS}/{page}", {"options"}, {**_FOCUSED, **offered, **keys}, _offered)


BUTTON = Shape(
    f"{_ELEMENTS}/button-element",
    {"text"},
    {
        **_INTERACTIVE,
        "text": plain(75),
        "url": url(),
        "value": string(2000),
        "style": choice("primary", "danger"),
        "accessibility_label": string(75),
    },
)
OVERFLOW = Shape(
    f"{_ELEMENTS}/overflow-menu-element",
    {"options"},
    {**_INTERACTIVE, "options": many(_option(linked=True), 1, 5)},
)
IMAGE = Shape(
    f"{_ELEMENTS}/image-element",
    {"image_url", "alt_text"},
    {"image_url": url(), "alt_text": string(2000)},
)
_SINGLE_MENU, _MULTI_MENU = "select-menu-element", "multi-select-menu-element"
SELECTS = {
    "static_select": Shape(
        f"{_ELEMENTS}/{_SINGLE_MENU}", set(), {**_STATIC, "initial_option": _option()}, _offered
    ),
    "external_select": _select(_SINGLE_MENU, initial_option=_option(), min_query_length=number(0, 3000)),
    "conversations_select": _select(
        _SINGLE_MENU,
        initial_conversation=string(form="[CDG][A-Z0-9]+"),
        default_to_current_conversation=flag,
        response_url_enabled=flag,
        filter=_FILTER,
    ),
    "channels_select": _select(
        _SINGLE_MENU, initial_channel=string(form="C[A-Z0-9]+"), response_url_enabled=flag
    ),
    "users_select": _select(_SINGLE_MENU, initial_user=string(form="[UW][A-Z0-9]+")),
}
MULTI_SELECTS = {
    "multi_static_select": Shape(
        f"{_ELEMENTS}/{_MULTI_MENU}",
        set(),
        {**_STATIC, **_SEVERAL, "initial_options": many(_option(), 1, 100)},
        _offered,
    ),
    "multi_external_select": _select(
        _MULTI_MENU,
        **_SEVERAL,
        initial_options=many(_option(), 1, 100),
        min_query_length=number(0, 3000),
    ),
    "multi_conversations_select": _select(
        _MULTI_MENU,
        **_SEVERAL,
        initial_conversations=many(string(form="[CDG][A-Z0-9]+"), 1, 1000),
        default_to_current_conversation=flag,
        filter=_FILTER,
    ),
}
CHOICES = {
    "radio_buttons": _choices("radio-button-group-element", initial_option=_option(marked=True)),
    "checkboxes": _choices("checkboxes-element", initial_options=many(_option(marked=True), 1, 10)),
    "timepicker": _select(
        "time-picker-element", initial_time=string(form="([01][0-9]|2[0-3]):[0-5][0-9]"), timezone=string()
    ),
}
INPUTS = {
    "plain_text_input": Shape(
        f"{_ELEMENTS}/plain-text-input-element",
        set(),
        {
            **{key: check for key, check in _SELECT.items() if key != "confirm"},
            "initial_value": string(3000, least=0),
            "multiline": flag,
            "min_length": number(0, 3000),
            "max_length": number(1, 3000),
            "dispatch_action_config": of(
                Shape(
                    f"{_OBJECTS}/dispatch-action-configuration-object",
                    {"trigger_actions_on"},
                    {"trigger_actions_on": many(choice("on_enter_pressed", "on_character_entered"), 1, 2)},
                )
            ),
        },
    )
}


def _texts(block: Mapping[str, Any], pointer: str) -> list[str]:
    return [] if "text" in block or "fields" in block else [f"{pointer}: neither text nor fields"]


def _block(page: str, needed: set[str], more: Any = None, **keys: Check) -> Shape:
    return Shape(f"{DOCS}/blocks/{page}-block", needed, {"block_id": string(255), **keys}, more)


BLOCKS = {
    "header": _block("header", {"text"}, text=plain(150)),
    "divider": _block("divider", set()),
    "section": _block(
        "section",
        set(),
        _texts,
        text=any_text(3000),
        fields=many(any_text(2000), 1, 10),
        expand=flag,
        accessory=tagged(
            {"button": BUTTON, "overflow": OVERFLOW, "image": IMAGE, **SELECTS, **MULTI_SELECTS, **CHOICES}
        ),
    ),
    "context": _block(
        "context", {"elements"}, elements=many(tagged({"image": IMAGE, **text_shapes(3000)}), 1, 10)
    ),
    "actions": _block(
        "actions",
        {"elements"},
        elements=many(tagged({"button": BUTTON, "overflow": OVERFLOW, **SELECTS, **CHOICES}), 1, 25),
    ),
    "input": _block(
        "input",
        {"label", "element"},
        label=plain(2000),
        hint=plain(2000),
        optional=flag,
        dispatch_action=flag,
        element=tagged({**SELECTS, **MULTI_SELECTS, **CHOICES, **INPUTS}),
    ),
    "image": _block(
        "image", {"image_url", "alt_text"}, image_url=url(), alt_text=string(2000), title=plain(2000)
    ),
    "rich_text": _block("rich-text", {"elements"}, elements=many(tagged(RICH_TEXT), 1, 1000)),
}
