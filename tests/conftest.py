"""What holds for every test: long files come first, loopback needs no proxy, and slowness is no failure."""

from __future__ import annotations

import gc
import os
from collections.abc import Iterator

import hypothesis
import pytest

pytest.register_assert_rewrite("tests.contracts")  # its asserts explain themselves as a test's own do
hypothesis.settings.register_profile("tests", deadline=None, print_blob=True)
hypothesis.settings.load_profile("tests")

FIRST = ("chaos", "program", "replay", "project", "properties")
"""Folders of files that take long: begun last, one of them would be waited for when all else is done."""

MANY = 20_000
"""New objects between two looks for garbage: with all our tests loaded, 700 would be too often."""


def pytest_configure() -> None:
    gc.set_threshold(MANY, 20, 20)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=_turn)


def pytest_collection_finish() -> None:
    gc.freeze()  # what was loaded stays, and need not be looked through for garbage


def _turn(item: pytest.Item) -> int:
    folder = item.path.parent.name
    return FIRST.index(folder) if folder in FIRST else len(FIRST)


@pytest.fixture(scope="session", autouse=True)
def _without_proxies() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        for name in [name for name in os.environ if name.lower().endswith("_proxy")]:
            patch.delenv(name)
        yield
