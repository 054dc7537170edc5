"""The codec: dataclasses to JSON text and back.

A field that is missing takes its default and one that is unknown is passed over, so that a document
outlives changes of its class.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, fields, is_dataclass
from datetime import datetime
from functools import cache
from typing import Any, TypeVar

import msgspec

from bot.domain.record import ComponentState
from bot.domain.status import Page
from storage.errors import StorageError

Value = TypeVar("Value")

ENCODER = msgspec.json.Encoder(order="deterministic")


@dataclass(frozen=True, slots=True)
class PageState:
    """What is known of the page besides its incidents; see `Known` for the fields."""

    page: Page | None = None
    components: Mapping[str, ComponentState] = field(default_factory=dict)
    indicator: str | None = None
    watermarks: Mapping[str, datetime] = field(default_factory=dict)


def encode(value: object) -> str:
    """Return *value* as JSON. Raises `StorageError` that names the field whose text UTF-8 cannot say."""
    try:
        return ENCODER.encode(value).decode()
    except UnicodeEncodeError as error:
        place = next(iter(_unsayable(value)), "somewhere")
        raise StorageError(
            f"A {type(value).__name__} cannot be stored: the text at {place} holds a lone surrogate."
            " Text from outside is to be normalised where it comes in."
        ) from error


def decode(document: str, kind: type[Value]) -> Value:
    """Return the *kind* that *document* tells. Raises `StorageError` that names the field at fault."""
    try:
        value: Value = _decoder(kind).decode(document)  # type: ignore[arg-type]  # a class is hashable
        return value
    except (msgspec.MsgspecError, ValueError) as error:
        raise StorageError(
            f"A stored {kind.__name__} cannot be understood ({error}): it was written by another version of"
            " the program, or by hand. Start the version that wrote it, or restore a backup."
        ) from error


@cache
def _decoder(kind: Any) -> Any:
    """Return the decoder of *kind*: learning a class takes longer than reading a document of it."""
    return msgspec.json.Decoder(kind)


def _unsayable(value: object, place: str = "$") -> Iterator[str]:
    """Find the texts below *value* that UTF-8 cannot say."""
    if isinstance(value, str):
        if not value.isascii() and any("\ud800" <= character <= "\udfff" for character in value):
            yield place
        return
    for name, part in _parts(value):
        yield from _unsayable(part, f"{place}{name}")


def _parts(value: Any) -> Iterable[tuple[str, object]]:
    """Return what *value* is made of, by name."""
    if is_dataclass(value):
        return ((f".{one.name}", getattr(value, one.name)) for one in fields(value))
    match value:
        case Mapping():
            return ((f"[{key!a}]", pair) for key, pair in zip(value, value.items(), strict=True))
        case tuple() | list() | frozenset():
            return ((f"[{index}]", part) for index, part in enumerate(value))
    return ()
