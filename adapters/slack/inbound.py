"""What Slack sent, as a request to bolt, and the keys by which it is known again.

bolt trusts the shape of a payload; one that has another would end as an unexpected error, so it is
refused here.
"""

from __future__ import annotations

import hashlib
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from slack_bolt.request.async_request import AsyncBoltRequest
from slack_bolt.response import BoltResponse

Json = dict[str, Any]

Dispatch = Callable[[AsyncBoltRequest], Awaitable[BoltResponse]]
"""What a request is given to: `AsyncApp.async_dispatch`."""

RETRY_HEADERS = ("x-slack-retry-num", "x-slack-retry-reason")
"""https://docs.slack.dev/apis/events-api/#retries."""

CONTENT_TYPES = ("application/json", "application/x-www-form-urlencoded")
"""Events are the first, commands, interactivity and options the second kind."""

OBJECTS = ("view", "message", "container", "state")
OBJECTS_OR_NAMES = ("team", "enterprise", "user", "channel")
LISTS_OF_OBJECTS = ("authorizations", "actions", "response_urls")
NAMES = (
    *("action_id", "block_id", "callback_id", "channel_id", "command", "enterprise_id", "event_id"),
    *("id", "response_url", "team_id", "trigger_id", "type", "user_id"),
)
NEEDED = {
    "block_actions": ("actions", ("type", "action_id", "block_id")),
    "event_callback": ("event", ("type",)),
    "view_submission": ("view", ("type", "callback_id")),
    "view_closed": ("view", ("type", "callback_id")),
}
"""Of the types of payloads that bolt looks into: the part it looks for, and what that must hold."""


class Malformed(Exception):
    """It has no shape that Slack would give it."""


def from_http(body: bytes, content_type: str, headers: Mapping[str, str]) -> AsyncBoltRequest:
    """Return the request in a *body* that is proven to be Slack's. Raises `Malformed`.

    Of *headers* only those about retries are taken: the others are not signed.
    """
    if content_type not in CONTENT_TYPES:
        raise Malformed("its content type is none of Slack's")
    taken = {name: headers[name] for name in RETRY_HEADERS if name in headers}
    taken["content-type"] = content_type
    return _checked(lambda: AsyncBoltRequest(body=body.decode(), headers=dict(taken)))


def from_envelope(envelope: Mapping[str, Any]) -> AsyncBoltRequest:
    """Return the request in an *envelope* of Socket Mode. Raises `Malformed`."""
    payload = envelope.get("payload")
    if not isinstance(payload, dict):
        raise Malformed("its payload is no object")
    values = (envelope.get("retry_attempt"), envelope.get("retry_reason"))
    headers = {
        name: str(value) for name, value in zip(RETRY_HEADERS, values, strict=True) if value is not None
    }
    return _checked(lambda: AsyncBoltRequest(mode="socket_mode", body=payload, headers=dict(headers)))


def keys_of(body: Mapping[str, Any], *, envelope_id: str = "", signature: bytes = b"") -> tuple[str, ...]:
    """Return the keys of one delivery.

    An event keeps its `event_id` in every retry, a command or a click has a `trigger_id` of its own;
    *envelope_id* is kept when Socket Mode sends again, *signature* when somebody replays a request.
    """
    names = {
        "event": body.get("event_id"),
        f"trigger:{body.get('type')}": body.get("trigger_id"),
        "envelope": envelope_id,
        "signature": signature.decode("ascii", "replace"),
    }
    return tuple(_key(kind, value) for kind, value in names.items() if isinstance(value, str) and value)


def is_event(body: Mapping[str, Any]) -> bool:
    """Return True for what nobody waits for: https://docs.slack.dev/apis/events-api/#callback-field."""
    return body.get("type") in {"event_callback", "app_rate_limited"}


def _key(kind: str, value: str) -> str:
    """Return a key that has no more to tell than whether it was seen, however long *value* is."""
    return "slack:" + hashlib.sha256(f"{kind}:{value}".encode(errors="surrogatepass")).hexdigest()


def _checked(make: Callable[[], AsyncBoltRequest]) -> AsyncBoltRequest:
    try:
        request = make()
    except Exception as error:  # whatever a parser makes of it: it is no request
        raise Malformed("it cannot be parsed") from error
    if not _is_shaped(request.body):
        raise Malformed("its parts have unknown shapes")
    return request


def _is_shaped(body: Any) -> bool:
    if not isinstance(body, dict) or not _is_named(body):
        return False
    return (
        _is_object(body.get("event", {}))
        and all(body.get(name) is None or _is_object(body[name]) for name in OBJECTS)
        and all(isinstance(body.get(name), str | None) or _is_object(body[name]) for name in OBJECTS_OR_NAMES)
        and all(_holds_objects(body.get(name)) for name in LISTS_OF_OBJECTS)
        and _has_what_it_needs(body)
    )


def _has_what_it_needs(body: Json) -> bool:
    name, needed = NEEDED.get(str(body.get("type")), ("", ()))
    found = body.get(name) if name else [{}]
    parts = found if isinstance(found, list) else [found or {}]
    return bool(parts) and all(isinstance(part.get(key), str) for part in parts for key in needed)


def _holds_objects(value: Any) -> bool:
    return value is None or (isinstance(value, list) and all(_is_object(item) for item in value))


def _is_object(value: Any) -> bool:
    return isinstance(value, dict) and _is_named(value)


def _is_named(part: Json) -> bool:
    """Return True if every name in *part* is text, where there is one."""
    return all(isinstance(part.get(name), str | None) for name in NAMES)
