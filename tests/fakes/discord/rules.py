"""Discord's rules for a message, written from its documentation and independent of what makes one.

Among them are those which the machine-readable API description lacks: it takes contents of 4,000
characters, empty messages, embeds of any size in all, and addresses that are none.
https://docs.discord.com/developers/resources/message
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from tests.fakes.discord.component_rules import Json, message_component_problems, units, well_formed

__all__ = ["problems", "units"]

MOST_CONTENT = 2000
MOST_EMBEDS = 10
MOST_IN_ALL = 6000
"""https://docs.discord.com/developers/resources/message#embed-object-embed-limits. Discord counts code
points (https://github.com/discord/discord-api-docs/issues/1315); UTF-16 units are never fewer."""

TEXTS = {"title": 256, "description": 4096}
MOST_FIELDS, FIELD_NAME, FIELD_VALUE, FOOTER, AUTHOR = 25, 256, 1024, 2048, 256

IS_COMPONENTS_V2 = 1 << 15
SENDABLE = (1 << 2) | (1 << 6) | (1 << 12) | IS_COMPONENTS_V2
"""SUPPRESS_EMBEDS, EPHEMERAL (interactions only), SUPPRESS_NOTIFICATIONS, IS_COMPONENTS_V2:
https://docs.discord.com/developers/resources/message#message-object-message-flags"""

NONCE = 25
"""https://docs.discord.com/developers/resources/message#create-message"""

OTHER_CONTENT = ("sticker_ids", "poll", "attachments", "message_reference", "shared_client_theme")


def problems(payload: Json, *, edit: bool = False) -> list[str]:
    """Return why Discord would refuse *payload*, the body of a new message, or with *edit* of an edit.

    Files of a multipart request belong into `attachments`. An edit may say nothing, but it may not
    leave a message empty.
    """
    found = _unsendable(payload)
    if found:
        return found
    flags = payload.get("flags") or 0
    v2 = bool(flags & IS_COMPONENTS_V2)
    found += _content(payload.get("content")) + _embeds(payload.get("embeds"))
    if payload.get("components") is not None:
        found += message_component_problems(payload["components"], v2=v2)
    if v2 and (payload.get("content") or payload.get("embeds")):
        found.append("/flags: with IS_COMPONENTS_V2 there is neither content nor embeds")
    if flags & ~SENDABLE:
        found.append(f"/flags: {flags & ~SENDABLE} cannot be set")
    if _is_empty(payload, edit=edit, v2=v2):
        found.append("/: an empty message (50006)")
    return found + _allowed_mentions(payload.get("allowed_mentions")) + _nonce(payload)


def _unsendable(payload: Json) -> list[str]:
    """Half of a surrogate pair cannot be sent; a NUL is refused or lost."""
    try:
        text = json.dumps(payload, ensure_ascii=False)
        text.encode()
    except UnicodeEncodeError as error:
        return [f"/: {error.object[error.start - 20 : error.end]!r}: half of a surrogate pair"]
    return ["/: a NUL in a text"] if "\\u0000" in text else []


def _content(content: Any) -> list[str]:
    if content is None:
        return []
    if not isinstance(content, str):
        return [f"/content: {type(content).__name__}"]
    size = units(content)
    return [f"/content: {size} characters, at most {MOST_CONTENT}"] if size > MOST_CONTENT else []


def _embeds(embeds: Any) -> list[str]:
    if embeds is None:
        return []
    if not isinstance(embeds, list) or len(embeds) > MOST_EMBEDS:
        return [f"/embeds: a list of at most {MOST_EMBEDS}"]
    found = [problem for index, embed in enumerate(embeds) for problem in _embed(embed, f"/embeds/{index}")]
    size = sum(units(text) for embed in embeds for text in embed_texts(embed))
    if size > MOST_IN_ALL:
        found.append(f"/embeds: {size} characters in all, at most {MOST_IN_ALL}")
    return found


def embed_texts(embed: Json) -> Iterator[str]:
    """Yield the texts that count for the limit of all embeds together."""
    yield from (embed[key] for key in TEXTS if embed.get(key))
    for field in embed.get("fields") or ():
        yield from (str(field.get("name", "")), str(field.get("value", "")))
    yield (embed.get("footer") or {}).get("text") or ""
    yield (embed.get("author") or {}).get("name") or ""


def _embed(embed: Json, where: str) -> Iterator[str]:
    for key, most in TEXTS.items():
        if units(embed.get(key) or "") > most:
            yield f"{where}/{key}: {units(embed[key])} characters, at most {most}"
    for key, inner, most in (("footer", "text", FOOTER), ("author", "name", AUTHOR)):
        if units((embed.get(key) or {}).get(inner) or "") > most:
            yield f"{where}/{key}/{inner}: at most {most}"
    if embed.get("url") is not None and not well_formed(embed["url"], "http", "https"):
        yield f"{where}/url: not a well formed URL: {embed['url']!r}"
    colour = embed.get("color")
    if colour is not None and not (isinstance(colour, int) and 0 <= colour <= 0xFFFFFF):
        yield f"{where}/color: {colour!r}"
    yield from _timestamp(embed.get("timestamp"), where)
    for key in ("image", "thumbnail"):
        if key in embed and not well_formed(embed[key].get("url"), "http", "https", "attachment"):
            yield f"{where}/{key}/url: not a well formed URL"
    yield from _fields(embed.get("fields") or [], where)
    pictures = any(key in embed for key in ("image", "thumbnail", "video"))
    if not any(text.strip() for text in embed_texts(embed)) and not pictures:
        yield f"{where}: nothing to show"


def _timestamp(value: Any, where: str) -> Iterator[str]:
    try:
        datetime.fromisoformat(value or "2026-01-01T00:00:00Z")
    except (TypeError, ValueError):
        yield f"{where}/timestamp: {value!r}"


def _fields(fields: list[Json], where: str) -> Iterator[str]:
    if len(fields) > MOST_FIELDS:
        yield f"{where}/fields: {len(fields)}, at most {MOST_FIELDS}"
    for index, field in enumerate(fields):
        for key, most in (("name", FIELD_NAME), ("value", FIELD_VALUE)):
            text = field.get(key)
            if not isinstance(text, str) or not text.strip() or units(text) > most:
                yield f"{where}/fields/{index}/{key}: 1 to {most} characters"


def _is_empty(payload: Json, *, edit: bool, v2: bool) -> bool:
    if v2 or any(payload.get(key) for key in OTHER_CONTENT):
        return False
    if edit and not {"content", "embeds"} <= payload.keys():
        return False
    return not str(payload.get("content") or "").strip() and not payload.get("embeds")


def _allowed_mentions(allowed: Any) -> list[str]:
    """https://docs.discord.com/developers/resources/message#allowed-mentions-object."""
    if allowed is None:
        return []
    parse = allowed.get("parse") or []
    found = [
        f"/allowed_mentions/parse: {one!r}" for one in parse if one not in {"users", "roles", "everyone"}
    ]
    for key in ("users", "roles"):
        ids = allowed.get(key) or []
        if len(ids) > 100 or len(set(map(str, ids))) != len(ids):
            found.append(f"/allowed_mentions/{key}: at most 100, each once")
        if key in parse and ids:
            found.append(f"/allowed_mentions/{key}: either in parse or by id")
    return found


def _nonce(payload: Json) -> list[str]:
    nonce = payload.get("nonce")
    if isinstance(nonce, str) and units(nonce) > NONCE:
        return [f"/nonce: {units(nonce)} characters, at most {NONCE}"]
    if payload.get("enforce_nonce") and nonce is None:
        return ["/enforce_nonce: without a nonce"]
    return []
