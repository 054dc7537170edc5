"""What people see of a rendered message and what it makes their client do, read without our own code."""

from __future__ import annotations

from typing import Any

from adapters.slack.blocks import Rendered
from tests.fakes.slack.mrkdwn import mrkdwn_words
from tests.fakes.slack.rules import MOST_TEXT, mrkdwn_styles, mrkdwn_tokens, problems, tokens_of
from tests.fakes.slack.shapes import units

LOOK_ALIKES = str.maketrans("∗∼ˋˍ∶›∣", "*~`_:>|")


def faults(rendered: Rendered, *hosts: str) -> list[str]:
    """Return all that is wrong with a message that may link to *hosts* and call nobody."""
    found = problems(rendered.blocks)
    if not 0 < units(rendered.text) <= MOST_TEXT:
        found.append(f"text: {units(rendered.text)} characters")
    tokens = tokens_of(rendered.blocks) + mrkdwn_tokens(rendered.text, verbatim=True)
    allowed = tuple(f"link https://{host}{end}" for host in hosts for end in ("/", "\0"))
    found += [one for one in tokens if not one.startswith("date ") and not f"{one}\0".startswith(allowed)]
    found += [f"text: {one}" for one in mrkdwn_styles(rendered.text)]
    found += [f"context: {one}" for text in contexts(rendered.blocks) for one in mrkdwn_styles(text)]
    return found


def contexts(blocks: list[dict[str, Any]]) -> list[str]:
    """Return the mrkdwn of the footers."""
    return [part["text"] for block in blocks if block["type"] == "context" for part in block["elements"]]


def as_typed(text: str) -> str:
    """Return what mrkdwn *text* shows, with the signs that stand for formatting characters turned back."""
    return mrkdwn_words(text).translate(LOOK_ALIKES)


def quoted(blocks: list[dict[str, Any]]) -> list[str]:
    """Return the words of each quotation."""
    quotes = [part for block in blocks for part in block.get("elements", []) if _is_quote(part)]
    return ["".join(element["text"] for element in quote["elements"]) for quote in quotes]


def _is_quote(part: dict[str, Any]) -> bool:
    return bool(part["type"] == "rich_text_quote")


def seen(blocks: list[dict[str, Any]]) -> str:
    """Return all that stands in *blocks*, a line for each, moments in UTC."""
    return "\n".join(_words(block) for block in blocks)


def _words(part: dict[str, Any]) -> str:
    text = part.get("text")
    if isinstance(text, dict):
        return str(text["text"])
    if isinstance(text, str):
        return text
    if "fallback" in part:
        return str(part["fallback"])
    if part["type"] == "rich_text":
        return "\n".join(_words(one) for one in part["elements"])
    return "".join(_words(one) for one in part.get("elements", [])) or f"[{part['type']}]"
