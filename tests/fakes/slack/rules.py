"""Slack's rules for blocks and views, written from its reference and independent of what makes them.

Every rule is that of the page under https://docs.slack.dev/reference/block-kit/ which its shape names.
Lengths are counted in UTF-16 units, the largest of the ways in which Slack may count characters.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from slack_sdk.errors import SlackObjectFormationError
from slack_sdk.models.blocks import Block
from slack_sdk.models.views import View

from tests.fakes.slack.elements import BLOCKS, LIMITED_TO_VIEWS
from tests.fakes.slack.mrkdwn import mrkdwn_styles, mrkdwn_tokens
from tests.fakes.slack.shapes import DOCS, Shape, flag, many, plain, string, tagged

__all__ = [
    "MOST_JSON",
    "MOST_TEXT",
    "mrkdwn_styles",
    "mrkdwn_tokens",
    "problems",
    "tokens_of",
    "view_problems",
]

MOST_BLOCKS = 50
MOST_VIEW_BLOCKS = 100
"""https://docs.slack.dev/reference/block-kit/blocks"""

MOST_TEXT = 4_000
"""How long a text should be at most: https://docs.slack.dev/reference/methods/chat.postMessage#truncating"""

MOST_JSON = 13_100
"""How much the blocks of one message may be as JSON, in bytes: more is `msg_blocks_too_long`. Slack does
not say it; it was measured at 13,172 to 13,297: https://github.com/slackapi/bolt-js/issues/2509."""

_SHARED = {
    "blocks": many(tagged(BLOCKS), 1, MOST_VIEW_BLOCKS),
    "private_metadata": string(3000, least=0),
    "callback_id": string(255),
    "external_id": string(255),
}
VIEWS = {
    "home": Shape("https://docs.slack.dev/reference/views/home-tab-views", {"blocks"}, _SHARED),
    "modal": Shape(
        "https://docs.slack.dev/reference/views/modal-views",
        {"title", "blocks"},
        {
            **_SHARED,
            "title": plain(24),
            "close": plain(24),
            "submit": plain(24),
            "clear_on_close": flag,
            "notify_on_close": flag,
            "submit_disabled": flag,
        },
    ),
}

_ACTING = {
    "link": ("link", "url"),
    "button": ("link", "url"),
    "date": ("date", "timestamp"),
    "user": ("user", "user_id"),
    "channel": ("channel", "channel_id"),
    "usergroup": ("group", "usergroup_id"),
    "broadcast": ("broadcast", "range"),
    "image": ("image", "image_url"),
}
"""Elements that do something by themselves: the word for it, and the key that holds what."""


def problems(blocks: Any) -> list[str]:
    """Return why Slack would refuse a message of *blocks* as `invalid_blocks` (or think it too long)."""
    found = many(tagged(BLOCKS), 1, MOST_BLOCKS)(blocks, "/blocks")
    if found:
        return found
    found += _sent(blocks) + _repeated(blocks, "/blocks")
    size = len(json.dumps(blocks, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace"))
    if size > MOST_JSON:
        found.append(f"/blocks: {size} bytes, at most {MOST_JSON} (msg_blocks_too_long)")
    for pointer, one in _objects(blocks, "/blocks"):
        found += [f"{pointer}/{key}: only in views ({DOCS})" for key in sorted(LIMITED_TO_VIEWS & one.keys())]
    return found + _told_by_the_sdk(blocks)


def view_problems(view: Any) -> list[str]:
    """Return why Slack would refuse *view* (a modal or an App Home)."""
    found = tagged(VIEWS)(view, "/view")
    if found:
        return found
    found += _sent(view) + _repeated(view["blocks"], "/view/blocks")
    kinds = {block["type"] for block in view["blocks"]}
    if view["type"] == "modal" and "input" in kinds and "submit" not in view:
        found.append(f"/view/submit: needed where there are inputs ({VIEWS['modal'].url})")
    focused = [pointer for pointer, one in _objects(view, "/view") if one.get("focus_on_load")]
    if len(focused) > 1:
        found.append(f"{', '.join(focused)}: only one element of a view may have the focus ({DOCS})")
    return found or _told_by_the_sdk(view["blocks"]) + _view_told_by_the_sdk(view)


def tokens_of(blocks: Any) -> list[str]:
    """Return what *blocks* make a client do, in the words of `mrkdwn_tokens`.

    A `plain_text` or a rich text `text` does nothing, whatever stands in it:
    https://docs.slack.dev/reference/block-kit/composition-objects/text-object
    """
    return [token for _, one in _objects(blocks, "") for token in _tokens(one)]


def _tokens(one: Mapping[str, Any]) -> list[str]:
    kind = str(one.get("type"))
    if kind == "mrkdwn":
        return mrkdwn_tokens(one["text"], verbatim=one.get("verbatim", False))
    if kind not in _ACTING:
        return []
    word, key = _ACTING[kind]
    return [f"{word} {one[key]}"] if key in one else []


def _objects(value: Any, pointer: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    if isinstance(value, Mapping):
        yield pointer, value
        for key, inner in value.items():
            yield from _objects(inner, f"{pointer}/{key}")
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from _objects(inner, f"{pointer}/{index}")


def _sent(value: Any) -> list[str]:
    """Return whether *value* can be sent at all: a lone half of a surrogate pair is no text."""
    try:
        json.dumps(value, ensure_ascii=False).encode()
    except UnicodeEncodeError as error:
        return [f"{error.object[error.start - 20 : error.end]!r}: half of a surrogate pair (invalid_json)"]
    return []


def _repeated(blocks: list[Mapping[str, Any]], pointer: str) -> list[str]:
    """An id names one block of a message, and one action of a block.

    https://docs.slack.dev/reference/block-kit/block-elements/button-element: "should be unique among all
    other action_ids in the containing block"; a repeated one is refused as `invalid_blocks`.
    """
    found = [
        f"{pointer}: block_id {one!r} twice" for one in _twice(block.get("block_id") for block in blocks)
    ]
    for index, block in enumerate(blocks):
        parts = [*block.get("elements", ()), block.get("accessory"), block.get("element")]
        ids = (part.get("action_id") for part in parts if isinstance(part, Mapping))
        found += [f"{pointer}/{index}: action_id {one!r} twice in one block" for one in _twice(ids)]
    return found


def _twice(ids: Iterator[str | None]) -> list[str]:
    return [one for one, count in Counter(one for one in ids if one is not None).items() if count > 1]


def _told_by_the_sdk(blocks: list[Any]) -> list[str]:
    """Return what Slack's own SDK finds: less than the rules above, but by other people's reading."""
    found = []
    for index, block in enumerate(blocks):
        parsed = Block.parse(block)
        if parsed is None:
            found.append(f"/blocks/{index}: unknown to slack_sdk")
            continue
        try:
            parsed.validate_json()
        except SlackObjectFormationError as error:
            found.append(f"/blocks/{index}: {error} (slack_sdk)")
    return found


def _view_told_by_the_sdk(view: Mapping[str, Any]) -> list[str]:
    try:
        View(**view).validate_json()
    except SlackObjectFormationError as error:
        return [f"/view: {error} (slack_sdk)"]
    return []
