"""What people see of a rendered message and what it makes their client do, read without our own code."""

from __future__ import annotations

import re
import unicodedata
from typing import Any

from adapters.discord.embeds import Rendered
from tests.fakes.discord.markdown_reader import Reading, read
from tests.fakes.discord.rules import problems

OURS = frozenset({"bold", "quote", "subtext", "time"})
"""The formats we use ourselves."""

MORE = re.compile(r"italic … \+\d+ more")
MOST_SECONDS = 8_640_000_000_000
"""https://docs.discord.com/developers/reference#message-formatting-formats"""

SHOWN_WITHOUT_WIDTH = "\u200c\u200d"
LINE_ENDS = "\t\n\x0b\x0c\r\x85"
FILLERS = "\u034f\u115f\u1160\u17b4\u17b5\u3164\uffa0"


def payload(rendered: Rendered) -> dict[str, Any]:
    """Return *rendered* as the body of a new message."""
    body: dict[str, Any] = {"content": rendered.content, "embeds": rendered.embeds}
    return body | {"components": rendered.rows}


def readings(rendered: Rendered) -> dict[str, Reading]:
    """Return what Discord makes of each text that may hold markup."""
    embed = rendered.embed
    texts = {"content": rendered.content, "title": embed.title, "description": embed.description}
    return {name: read(text) for name, text in texts.items() if text}


def faults(rendered: Rendered, *hosts: str) -> list[str]:
    """Return all that is wrong with a message that may link to *hosts* and call nobody."""
    found = problems(payload(rendered))
    for name, reading in readings(rendered).items():
        allowed = OURS if name == "description" else frozenset()
        found += [f"{name}: {one}" for one in reading.found if not _is_ours(one, allowed, hosts)]
    urls = [rendered.embed.url, *(one.get("url") for row in rendered.rows for one in row["components"])]
    return found + [f"url: {url}" for url in urls if url and not _is_at(url, hosts)]


def _is_ours(one: str, allowed: frozenset[str], hosts: tuple[str, ...]) -> bool:
    kind, _, words = one.partition(" ")
    if kind == "link":
        return bool(allowed) and _is_at(words, hosts)
    if kind == "time":
        return "time" in allowed and abs(int(words.partition(":")[0])) <= MOST_SECONDS
    return kind in allowed or (bool(allowed) and MORE.fullmatch(one) is not None)


def _is_at(url: str, hosts: tuple[str, ...]) -> bool:
    return any(f"{url}/".startswith(f"https://{host}/") for host in hosts)


def visible(text: str) -> str:
    """Return the words of *text* as people see them: what has no looks is not there, white is white."""
    text = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return " ".join("".join(map(_visible, text)).split())


def _visible(one: str) -> str:
    hidden = unicodedata.category(one) in {"Cc", "Cf"} and one not in LINE_ENDS + SHOWN_WITHOUT_WIDTH
    if hidden or one in FILLERS:
        return ""
    return " " if one.isspace() else one
