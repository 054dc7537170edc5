"""Documents outlive changes of their classes, and say where they cannot be written or understood."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.domain.record import ComponentState, Record
from bot.domain.status import Component
from bot.domain.subscription import Mention, Settings, Style
from storage.documents import PageState, decode, encode
from storage.errors import StorageError
from tests.factories import START
from tests.storage.factories import record


def test_a_field_that_is_missing_takes_its_default() -> None:
    assert decode('{"style": "card"}', Settings) == Settings(style=Style.CARD)


def test_a_field_that_is_unknown_is_passed_over() -> None:
    assert decode('{"echo": false, "colour": {"of": "the sky"}}', Settings) == Settings(echo=False)


def test_the_same_value_is_always_the_same_text() -> None:
    names = [f"component{number}" for number in range(50)]
    assert encode(frozenset(names)) == encode(frozenset(reversed(names)))


@pytest.mark.parametrize(
    ("value", "place"),
    [
        (Mention("\ud800"), r"\$\.target"),
        (Settings(mention=Mention("a", "b\udfff")), r"\$\.mention\.least_impact"),
        (replace(record(), seen=(("ok", START), ("\ud800", START))), r"\$\.seen\[1\]\[0\]"),
        (
            PageState(components={"c": ComponentState(Component("c", "\ud800", "x"), START)}),
            r"\$\.components\['c'\]\[1\]\.component\.name",
        ),
    ],
)
def test_what_cannot_be_written_is_named(value: object, place: str) -> None:
    with pytest.raises(StorageError, match=f"{type(value).__name__} cannot be stored: the text at {place} "):
        encode(value)


@pytest.mark.parametrize("text", ["", "{", '{"echo": "perhaps"}', '{"style": "of a new kind"}', "[1]"])
def test_what_cannot_be_understood_is_told_with_the_cure(text: str) -> None:
    with pytest.raises(StorageError, match=r"stored Settings cannot be understood .*restore a backup"):
        decode(text, Settings)


def test_a_missing_field_without_default_is_named() -> None:
    with pytest.raises(StorageError, match="missing required field `key`"):
        decode("{}", Record)
