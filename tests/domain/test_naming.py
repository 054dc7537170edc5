"""What people mean by the name of a component."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.domain.answer import find_component, short_name
from bot.domain.naming import listed
from bot.domain.record import ComponentState, Known
from tests.domain.builders import component, started, summary


def test_a_short_name_has_no_address() -> None:
    assert short_name("API (api.example.com)") == "API"
    assert short_name("Chat") == "Chat"
    assert short_name(" (odd)") == " (odd)"


@pytest.mark.parametrize("text", ["code", "Code", " CODE ", "co"])
def test_a_component_is_found_by_its_id_its_name_or_a_part_of_it(text: str) -> None:
    found = find_component(started().known, text)
    assert isinstance(found, ComponentState)
    assert found.component.id == "code"


def test_a_component_is_found_by_its_name_without_the_bracket() -> None:
    found = find_component(started().known, "api")
    assert isinstance(found, ComponentState)
    assert found.component.name == "API (api.example.com)"


def test_a_component_is_found_by_a_part_of_its_address() -> None:
    found = find_component(started().known, "example.com")
    assert isinstance(found, ComponentState)
    assert found.component.id == "api"


def test_a_slip_gets_the_names_that_are_near() -> None:
    assert find_component(started().known, "chatt") == ("Chat",)


def test_nonsense_gets_all_names() -> None:
    assert find_component(started().known, "xyzzy") == ("Chat", "API", "Code")
    assert find_component(started().known, "") == ("Chat", "API", "Code")


def test_a_part_of_several_names_gets_those() -> None:
    reader = started()
    two = (component("c1", name="Claude Code"), component("c2", name="Claude Cowork"), component("chat"))
    reader.read(replace(summary(1), components=two))
    assert find_component(reader.known, "claude co") == ("Claude Code", "Claude Cowork")


def test_components_are_listed_as_the_page_orders_them_without_groups() -> None:
    reader = started()
    parts = (component("group", group=True), component("b", position=2), component("a", position=1))
    reader.read(replace(summary(1), components=parts))
    assert [state.component.id for state in listed(reader.known)] == ["a", "b"]
    assert [state.component.id for state in listed(reader.known, "b")] == ["b"]
    assert listed(Known()) == ()
