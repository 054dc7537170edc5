"""Documents to damage, and what must hold of whatever is read from them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import fields, is_dataclass
from datetime import UTC, datetime
from typing import Any, Final

from adapters.statuspage.parse import Rejected, parse
from bot.domain.status import Endpoint, Snapshot
from tests.factories import (
    API,
    CHAT,
    PAGE_URL,
    Document,
    change,
    component,
    encode,
    incident,
    incidents_document,
    maintenance,
    maintenances_document,
    minute,
    summary,
    update,
)

Path = tuple[str | int, ...]

ABSENT: Final = object()
"""The mutation that takes a field away."""

MUTATIONS: tuple[object, ...] = (
    ABSENT,
    None,
    "",
    " \n ",
    0,
    -1,
    10**400,
    1.5,
    True,
    [],
    {},
    [[]],
    [None, 7, "x"],
    {"id": 7},
    "x" * 100_000,
    "a word nobody knows",
    "31/12/2026 12:00",
    "0001-01-01T00:00:00Z",
    "9999-12-31T23:59:59-23:59",
    "\ud800\x00\u202e",
    "<!channel> @everyone",
    "../../etc",
)


def documents() -> dict[Endpoint, Document]:
    """Return a document of each kind, in which every field is in use."""
    told = [
        update(at=minute(0), affected=[change()]),
        update("monitoring", "A fix is in place.", at=minute(5), affected=[change(API, new="major_outage")]),
    ]
    broken = incident("broken000001", updates=told, components=[component(), component(API, "major_outage")])
    sound = incident("sound0000001", "Slow answers", updates=[update(at=minute(3))])
    planned = maintenance(components=[component(CHAT, "under_maintenance")])
    return {
        Endpoint.SUMMARY: summary(broken, sound, maintenances=[planned], indicator="major"),
        Endpoint.INCIDENTS: incidents_document(broken, sound),
        Endpoint.MAINTENANCES: maintenances_document(planned),
    }


def read(endpoint: Endpoint, document: object) -> Snapshot | Rejected:
    """Return what `parse` makes of *document*, given as a dictionary or as bytes."""
    body = document if isinstance(document, bytes) else encode_with_surrogates(document)
    found = parse(endpoint, body, PAGE_URL)
    assert_sound(found)
    return found


def accepted(endpoint: Endpoint, document: object) -> Snapshot:
    """Return the snapshot of *document*, which must not be rejected."""
    found = read(endpoint, document)
    assert isinstance(found, Snapshot), found
    return found


def encode_with_surrogates(document: object) -> bytes:
    """Return JSON in which a lone surrogate is escaped, as a page would send it."""
    try:
        return encode(document)
    except UnicodeEncodeError:
        return json.dumps(document).encode()


def paths(node: object, above: Path = ()) -> Iterator[Path]:
    """Yield the way to every field and entry of a document."""
    items: list[tuple[Any, object]] = []
    if isinstance(node, dict):
        items = list(node.items())
    elif isinstance(node, list):
        items = list(enumerate(node))
    for key, value in items:
        yield (*above, key)
        yield from paths(value, (*above, key))


def mutated(document: Document, path: Path, mutation: object) -> Document:
    """Return a copy of *document* with *mutation* at *path*, if there is still such a place."""
    copy = deepcopy(document)
    node: Any = copy
    try:
        for key in path[:-1]:
            node = node[key]
        if mutation is ABSENT:
            del node[path[-1]]
        else:
            node[path[-1]] = mutation
    except (KeyError, IndexError, TypeError):
        pass  # an earlier mutation took the place away
    return copy


def assert_sound(found: Snapshot | Rejected) -> None:
    """Check what holds of every result, whatever it was read from."""
    for value in _values(found):
        if isinstance(value, str):
            value.encode()
            assert "\x00" not in value
            assert len(value) <= 20_000
        if isinstance(value, datetime):
            assert value.tzinfo is UTC
    if isinstance(found, Rejected):
        assert found.reason
        return
    assert (found.components is None) is (found.endpoint is not Endpoint.SUMMARY)
    assert found.components != ()
    assert_distinct_ids([one.id for one in found.incidents])
    assert_distinct_ids([one.id for one in found.components or ()])
    for one in found.incidents:
        assert_distinct_ids([update.id for update in one.updates])
        assert list(one.updates) == sorted(one.updates, key=lambda update: update.created_at)
        assert one.name
        assert one.status
        assert one.impact


def assert_distinct_ids(ids: list[str]) -> None:
    assert len(set(ids)) == len(ids)
    assert all(re.fullmatch(r"[A-Za-z0-9_-]{1,64}", one) for one in ids)


def _values(value: object) -> Iterator[object]:
    if is_dataclass(value):
        for field in fields(value):
            yield from _values(getattr(value, field.name))
    elif isinstance(value, tuple):
        for one in value:
            yield from _values(one)
    else:
        yield value
